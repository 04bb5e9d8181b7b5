// @ts-check
/** The rules of browsers: whether a page can reach a server, and what its users can do about it. */
/** @import * as Api from "./client.d.ts" */
/** @import { Permission } from "./page.js" */
import { page } from "./page.js";

/** Permissions that browsers ask for before a page reaches the local network; the last until Chrome 144. */
const LOCAL = ["local-network", "local-network-access"];
const LOOPBACK = ["loopback-network", "local-network-access"];

/** Names and addresses that only a private network has. */
const INTRANET = [
  /^[^.:]+$/,
  /\.(?:local|lan|internal|intranet|corp|home|home\.arpa|localhost)$/,
  /^(?:127|10|192\.168|169\.254|172\.(?:1[6-9]|2\d|3[01]))\.[\d.]+$/,
  /^\[(?:::1|f[cd].*|fe[89ab].*)\]$/,
];
const THIS_MACHINE = /^(?:localhost|.*\.localhost|127\.[\d.]+|\[::1\])$/;

/** @type {typeof Api.blockageOf} */
export function blockageOf(address, server) {
  const from = new URL(address);
  const to = new URL(server, from);
  const isPublic = !isIntranet(from.hostname);
  if (from.protocol === "https:" && /^(?:ws|http):$/.test(to.protocol)) {
    if (THIS_MACHINE.test(to.hostname)) return undefined;
    return {
      kind: "mixed_content",
      message: `A page on https cannot open ${to.protocol}//${to.host}: give the server a ` +
        `certificate (tls.cert, tls.key) and use wss://, or serve the page over http`,
    };
  }
  if (from.protocol === "https:" && isPublic && isIntranet(to.hostname)) {
    return {
      kind: "permission",
      message: `The browser asks each user before this page reaches ${to.host} on the local ` +
        `network. ${allow(from)}`,
    };
  }
  if (from.protocol === "http:" && isPublic) {
    return {
      kind: "insecure_page",
      message: `If ${from.host} has a public address, browsers do not let its pages reach ` +
        `${to.host} on the local network: serve the page over https`,
    };
  }
  return undefined;
}

/** Whether the browser lets this page reach the local network, as far as it says. */
export class NetworkAccess {
  #page = page.location && new URL(page.location.href);
  #server;
  /** @type {Permission | undefined} */
  #permission;
  /** Whether the server was ever reached: then nothing blocks it. */
  #wasReached = false;
  #isClosed = false;

  /**
   * @param {string} server
   * @param {() => void} onChange The user, or an administrator, has decided.
   */
  constructor(server, onChange) {
    this.#server = new URL(server);
    void this.#watch(onChange);
  }

  /**
   * Whether the browser refuses. On a page without https it claims so even where it does not, and is
   * not asked.
   *
   * @param {{ readonly code?: number }} ending Of an attempt; 1006 stands for whatever is blocked.
   */
  blocks({ code = 1006 }) {
    return code === 1006 && !this.#wasReached && this.#permission?.state === "denied";
  }

  /** Whether the browser may be asking the user just now. */
  get mayBeAsking() {
    return !this.#wasReached && this.#permission?.state === "prompt";
  }

  /** @returns {string} What to do where access is denied. */
  get remedy() {
    const isFramed = page.parent !== undefined && page.parent !== page.self;
    const frame = isFramed
      ? ' A page in a frame also needs <iframe allow="local-network; loopback-network">.'
      : "";
    return `The browser blocks this page's access to ${this.#server.host} on the local network. ` +
      allow(this.#page) + frame;
  }

  /** @type {(cause: unknown) => string | undefined} The reason why no socket could be made. */
  refusalOf(cause) {
    const isSecurity = /** @type {{ name?: string } | undefined} */ (cause)?.name ===
      "SecurityError";
    return isSecurity ? this.#blockage?.message : undefined;
  }

  /** @type {(reason: string) => string} Adds what may block this page, if the browser is silent. */
  explain(reason) {
    const blockage = this.#wasReached ? undefined : this.#blockage;
    return blockage?.kind === "insecure_page" ? `${reason}. ${blockage.message}` : reason;
  }

  /** The server was reached: from now on, nothing blocks it. */
  reached() {
    this.#wasReached = true;
  }

  close() {
    this.#isClosed = true;
    if (this.#permission !== undefined) this.#permission.onchange = null;
  }

  get #blockage() {
    return this.#page && blockageOf(this.#page, this.#server);
  }

  /** @param {() => void} onChange */
  async #watch(onChange) {
    const { isSecureContext, navigator } = page;
    if (!isSecureContext || navigator?.permissions === undefined) return;
    const names = THIS_MACHINE.test(this.#server.hostname) ? LOOPBACK : LOCAL;
    for (const name of names) {
      try {
        const permission = await navigator.permissions.query({ name });
        if (this.#isClosed) return;
        permission.onchange = onChange;
        this.#permission = permission;
        return;
      } catch {
        // A browser that does not know this permission.
      }
    }
  }
}

/** @param {URL | undefined} from */
function allow(from) {
  const origin = from?.origin ?? "ORIGIN";
  return "Allow local network access in the site settings, left of the address; " +
    `administrators allow it for everybody: tapi2ws policies --origin ${origin}`;
}

/** @param {string} hostname */
function isIntranet(hostname) {
  return INTRANET.some((pattern) => pattern.test(hostname));
}
