/**
 * The first check of every request: whether its page and the host name that it asks for are permitted,
 * and who sends it. Knows no socket.
 */
import { isIP } from "node:net";
import type { Clock } from "../../clock.ts";
import { logger } from "../../log.ts";
import { matchesAny } from "../../patterns.ts";
import type { AccessRules } from "../../settings/access_rules.ts";
import { Identities } from "./identities.ts";
import type { Identity } from "./identity.ts";
import { text } from "../http/answers.ts";
import type { Remote } from "../net/port.ts";
import { protocolsOf, TOKEN_PROTOCOL } from "../sub_protocols.ts";
import { judge, type Provenance, provenanceOf, type Verdict } from "./origins.ts";

const log = logger("server");

/** Refused pages and names are logged once each, up to this number: a page can invent any number. */
const MOST_LOGGED = 500;
const MOST_LOGGED_CHARACTERS = 200;
/** How long a browser may remember the answer to a preflight request. */
const PREFLIGHT_SECONDS = 600;

interface GateOptions {
  readonly clock: Clock;
  /** The machine's own names. */
  readonly ownNames: readonly string[];
  /** Whether pages of every origin may read what is at this path. */
  readonly isForEveryOrigin: (path: string) => boolean;
  /** How long a client without rights may take to authenticate. */
  readonly authenticateMs: number;
}

export class Gate {
  readonly #options: GateOptions;
  readonly identities: Identities;
  readonly #logged = new Set<string>();
  #rules: AccessRules;

  /** @throws Error if the rules cannot be used. */
  constructor(rules: AccessRules, options: GateOptions) {
    this.#options = options;
    this.#rules = rules;
    this.identities = new Identities(rules, options.clock);
  }

  /** Replaces the rules. */
  setRules(rules: AccessRules): void {
    this.identities.setRules(rules);
    this.#rules = rules;
    this.#logged.clear();
  }

  /** The response to a request that is refused; `undefined` if it may pass. */
  refusal(request: Request): Response | undefined {
    if (request.headers.get("host") === null) return text(400, "The request has no Host header\n");
    const verdict = this.#judge(provenanceOf(request));
    if (verdict.allowed) return undefined;
    if (verdict.key === "allowOrigins" && this.#isForEveryOrigin(request)) return undefined;
    const { key, value } = verdict;
    switch (key) {
      case "allowOrigins":
        this.#logOnce(
          "Pages of {value} are refused. To permit them, add it to allowOrigins",
          value,
        );
        return text(
          403,
          `Pages of ${value} may not use this server. To permit them, set allowOrigins\n`,
        );
      case "allowHosts":
        this.#logOnce(
          "Requests for {value} are refused. To permit the name, add it to allowHosts",
          value,
        );
        return text(
          403,
          `This server is not known as ${value}. To permit the name, set allowHosts\n`,
        );
      default:
        this.#logOnce("Requests with the invalid Host {value} are refused", value);
        return text(400, "The Host header is not a valid host name\n");
    }
  }

  /** Whether this is the address of a proxy, whose connections are those of many. */
  isProxy(hostname: string): boolean {
    return matchesAny(this.#rules.trustProxy, plain(hostname));
  }

  /** Whether a client that came from there may stay. */
  permits(provenance: Provenance): boolean {
    return this.#judge(provenance).allowed;
  }

  #judge(provenance: Provenance): Verdict {
    return judge(provenance, { ...this.#rules, ownNames: this.#options.ownNames });
  }

  #isForEveryOrigin({ method, url, headers }: Request): boolean {
    return (method === "GET" || method === "HEAD") && !headers.has("upgrade") &&
      this.#options.isForEveryOrigin(new URL(url).pathname);
  }

  /** The client's address: what the last trusted proxy reports, else the other end's. */
  addressOf(request: Request, { hostname, port }: Remote): string {
    const { trustProxy } = this.#rules;
    const direct = plain(hostname);
    if (!matchesAny(trustProxy, direct)) return `${direct}:${port}`;
    const forwarded = request.headers.get("x-forwarded-for") ?? "";
    let client = direct;
    // From the nearest on: what a proxy did not write itself, the client may have invented.
    for (const hop of forwarded.split(",").reverse()) {
      const address = addressIn(hop);
      if (address === undefined) break;
      client = address;
      if (!matchesAny(trustProxy, address)) break;
    }
    return `${client}:${port}`;
  }

  /**
   * The sender of the request; `undefined` if its token is not valid. If anonymous access is off, a
   * request without a token gets a temporary identity without rights.
   */
  async identify(request: Request): Promise<Identity | undefined> {
    const token = tokenOf(request);
    if (token !== undefined) return await this.identities.identify(token);
    const { clock, authenticateMs } = this.#options;
    return this.identities.anonymous ??
      this.identities.unauthenticated(clock.nowMs() + authenticateMs);
  }

  /** The response to a browser's preflight request; `undefined` if this is another request. */
  preflight({ method, headers }: Request): Response | undefined {
    if (method !== "OPTIONS" || !headers.has("access-control-request-method")) return undefined;
    return new Response(null, {
      status: 204,
      headers: {
        "access-control-allow-methods": "GET, HEAD, POST",
        "access-control-allow-headers": "authorization, content-type, last-event-id",
        "access-control-max-age": String(PREFLIGHT_SECONDS),
      },
    });
  }

  /** Allows the page to read the response. */
  allowReading({ headers }: Request, response: Response): Response {
    const origin = headers.get("origin");
    response.headers.append("vary", "Origin");
    if (origin !== null) response.headers.set("access-control-allow-origin", origin);
    return response;
  }

  #logOnce(message: string, value: string): void {
    const entry = `${message} ${value}`;
    if (this.#logged.has(entry) || this.#logged.size >= MOST_LOGGED) return;
    this.#logged.add(entry);
    log.warn(message, { value: value.slice(0, MOST_LOGGED_CHARACTERS) });
    if (this.#logged.size === MOST_LOGGED) {
      log.warn("Further refused pages and names are not logged");
    }
  }
}

/** The token of a request: in a header, as a sub-protocol, or in the URL. */
function tokenOf({ url, headers }: Request): string | undefined {
  const bearer = headers.get("authorization")?.match(/^bearer +(\S+) *$/i)?.[1];
  if (bearer !== undefined) return bearer;
  const protocol = protocolsOf(headers).find((name) => name.startsWith(TOKEN_PROTOCOL));
  if (protocol !== undefined) return protocol.slice(TOKEN_PROTOCOL.length);
  return new URL(url).searchParams.get("token") ?? undefined;
}

/** An IPv4 address in an IPv6 socket, as people know it; an address without brackets. */
function plain(hostname: string): string {
  return hostname.replace(/^\[(.*)\]$/, "$1").replace(/^::ffff:(?=\d+\.)/i, "");
}

/** The address of a hop, which may have a port: `10.1.1.1:5555`, `[::1]:443`; else `undefined`. */
function addressIn(hop: string): string | undefined {
  const [, bracketed, withPort] =
    hop.trim().match(/^(?:\[([^\]]+)\](?::\d{1,5})?|([\d.]+):\d{1,5})$/) ?? [];
  const address = plain(bracketed ?? withPort ?? hop.trim());
  return isIP(address) === 0 ? undefined : address;
}
