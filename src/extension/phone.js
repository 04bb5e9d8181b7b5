// @ts-check
/** The user's phone: the connection to the server, the user's line, its calls, and commands for it. */
/** @import { Call, Client, Line, Status } from "../client/client.d.ts" */
/** @import { Settings } from "./settings.js" */
// @ts-types="../client/client.d.ts"
import { connect, Tapi2WsError } from "../client/client.js";

/** A connection without traffic for 30 seconds lets the browser stop the service worker. */
const KEEP_ALIVE_MS = 20_000;
const SETTLE_MS = 5_000;
const NOT_SET_UP = "Set the server and your extension in the options.";

export class Phone {
  /** @type {Client | undefined} */
  #client;
  /** The user's extension; "" if only the token says which line it is. */
  #extension = "";
  /** @type {string | undefined} */
  #problem = NOT_SET_UP;
  #listener;

  /**
   * @param {Readonly<{
   *   changed: () => void,
   *   ended: (call: Call) => void,
   *   dropping: (call: Call) => void,
   * }>} listener Hears of each event, of the end of a call of any line, and of calls that the user
   * hangs up.
   */
  constructor(listener) {
    this.#listener = listener;
  }

  /**
   * Connects, in place of a former connection.
   *
   * @param {Pick<Settings, "server" | "token">} settings
   * @param {string} extension
   */
  start({ server, token }, extension) {
    void this.#client?.close();
    this.#client = undefined;
    this.#extension = extension;
    this.#problem = NOT_SET_UP;
    if (server !== "" && (extension !== "" || token !== "")) this.#connect(server, token);
    this.#listener.changed();
  }

  /** @type {(server: string, token: string) => void} */
  #connect(server, token) {
    this.#problem = undefined;
    try {
      const client = connect(server, {
        keepAliveMs: KEEP_ALIVE_MS,
        ...this.#extension !== "" && { lines: this.#extension },
        ...token !== "" && { token },
      });
      this.#client = client;
      const hear = (/** @type {() => void} */ take) => () => {
        if (client !== this.#client) return;
        take();
        this.#listener.changed();
      };
      for (const name of /** @type {const} */ (["call", "line", "provider", "state"])) {
        client.on(name, hear(() => {}));
      }
      client.on("status", ({ status, reason = "" }) =>
        hear(() => {
          if (status === "open") this.#problem = undefined;
          if (status === "waiting") this.#problem = `No connection to the server: ${reason}.`;
        })());
      client.on("error", ({ message }) => hear(() => this.#problem = `${message}.`)());
      client.on("ended", (call) => hear(() => this.#listener.ended(call))());
    } catch (error) {
      this.#problem = error instanceof Error ? error.message : String(error);
    }
  }

  /** @returns {Status | "unset"} */
  get status() {
    return this.#client?.status ?? "unset";
  }

  /** @returns {boolean} Whether the state is the server's. */
  get isOpen() {
    return this.status === "open";
  }

  /** @returns {boolean} Whether commands can be sent. */
  get canControl() {
    return this.isOpen && (this.#client?.identity?.can.includes("control") ?? false);
  }

  /** @returns {readonly Line[]} The user's line; several if they share the extension. */
  get lines() {
    const client = this.#client;
    if (client === undefined) return [];
    if (this.#extension !== "") return client.linesOf(this.#extension);
    const lines = [...client.lines.values()].filter(({ kind }) => kind === "extension");
    return lines.length === 1 ? lines : [];
  }

  /** @returns {Line | undefined} The one to dial from. */
  get line() {
    const { lines } = this;
    return lines.find(({ status }) => status === "open") ?? lines[0];
  }

  /** @returns {readonly Call[]} The live calls of the user's line. */
  get calls() {
    const lines = new Set(this.lines.map(({ permanentId }) => permanentId));
    const calls = [...this.#client?.calls.values() ?? []];
    return calls.filter(({ permanentId }) => lines.has(permanentId));
  }

  /** @returns {string | undefined} What is wrong, for people. */
  get problem() {
    if (this.#problem !== undefined || !this.isOpen || this.line !== undefined) {
      return this.#problem;
    }
    return this.#extension === ""
      ? "The token is for several lines: set your extension in the options."
      : `The server has no line ${this.#extension}, or the token does not permit it.`;
  }

  /** Waits for the connection, for a while, as a worker must that has just been started. */
  async settled() {
    const known = this.#client?.ready.catch(() => {});
    await Promise.race([known, new Promise((resolve) => setTimeout(resolve, SETTLE_MS))]);
  }

  /**
   * Sends a command.
   *
   * @param {string} cmd
   * @param {Readonly<Record<string, unknown>>} fields
   * @returns {Promise<unknown>} Rejects with Tapi2WsError.
   */
  async command(cmd, fields) {
    if (this.#client === undefined) {
      throw new Tapi2WsError({ code: "disconnected", message: this.#problem ?? NOT_SET_UP });
    }
    const call = this.#client.calls.get(Number(fields["call"]));
    if (cmd === "drop" && call !== undefined) this.#listener.dropping(call);
    return await this.#client.command(cmd, fields);
  }

  /**
   * @param {string} number
   * @returns {Promise<number | undefined>} The id of the call.
   */
  async dial(number) {
    const { line, problem } = this;
    if (line === undefined) {
      const message = problem ?? "Not connected";
      throw new Tapi2WsError({ code: "disconnected", message });
    }
    const result = await this.command("dial", { line: line.permanentId, number });
    return /** @type {{ call?: number }} */ (result).call;
  }
}
