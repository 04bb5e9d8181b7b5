// @ts-check
/**
 * The connection to the server, and the calls by line: what all parts of the page show. Another
 * token starts it again.
 */
/** @import { Call, Client, StatusEvent, StreamEvent } from "../client/client.d.ts" */
// @ts-types="../client/client.d.ts"
import { connect } from "../client.js";
import { currentToken } from "./token.js";

/**
 * The server's events, those of the connection, and the selection of another line.
 *
 * @typedef {StreamEvent
 *   | { readonly type: "status", readonly event: StatusEvent }
 *   | { readonly type: "selected", readonly line: string }} News
 */

/** @type {ReadonlyMap<number, Call>} */
const NO_CALLS = new Map();

export class Session {
  /** @type {StatusEvent} */
  status = { status: "connecting" };
  /** Whether it was ever connected. */
  wasOpen = false;
  /** Why the server refuses: `unauthorized` or `not_permitted`. @type {string | undefined} */
  refusal;
  /** The selected line; "" at first. */
  selected = "";
  /** @type {Client} */
  #client;
  /** @type {Map<string, Map<number, Call>>} */
  #byLine = new Map();
  /** @type {((news: News) => void)[]} */
  #listeners = [];

  constructor() {
    this.#client = this.#connect();
  }

  /** @returns {Client} */
  get client() {
    return this.#client;
  }

  /** @returns {boolean} Whether the identity can control calls. */
  get mayControl() {
    return this.#client.identity?.can.includes("control") ?? false;
  }

  /** @param {(news: News) => void} listener */
  listen(listener) {
    this.#listeners.push(listener);
  }

  /** Connects again, with the token of this tab. */
  restart() {
    const former = this.#client;
    this.status = { status: "connecting" };
    this.wasOpen = false;
    this.refusal = undefined;
    this.#client = this.#connect();
    void former.close();
    this.#byLine.clear();
    this.#tell({ type: "state", seq: 0, gap: true });
    this.#tell({ type: "status", event: this.status });
  }

  /** @param {string} line */
  select(line) {
    if (line === this.selected) return;
    this.selected = line;
    this.#tell({ type: "selected", line });
  }

  /**
   * @param {string} line
   * @returns {ReadonlyMap<number, Call>} Its live calls.
   */
  callsOf(line) {
    return this.#byLine.get(line) ?? NO_CALLS;
  }

  /** @returns {Iterable<string>} The lines that have calls. */
  get busyLines() {
    return this.#byLine.keys();
  }

  /** @returns {Client} */
  #connect() {
    const token = currentToken();
    const client = connect("./", token === undefined ? {} : { token });
    // Events of a former client are ignored.
    const hear = (/** @type {News} */ news) => {
      if (client === this.#client) this.#take(news);
    };
    for (const name of /** @type {const} */ (["call", "line", "provider", "state"])) {
      client.on(name, hear);
    }
    client.on("status", (event) => hear({ type: "status", event }));
    client.on("error", (error) => {
      if (error.code === "unauthorized" || error.code === "not_permitted") {
        this.refusal = error.code;
      } else reportError(error);
    });
    return client;
  }

  /** @param {News} news */
  #take(news) {
    if (news.type === "call") {
      if (news.change === "ended") this.#forget(news.call);
      else this.#keep(news.call);
    } else if (news.type === "state") {
      this.#byLine.clear();
      for (const call of this.#client.calls.values()) this.#keep(call);
    } else if (news.type === "status") {
      this.status = news.event;
      if (news.event.status === "open") this.wasOpen = true;
    }
    this.#tell(news);
  }

  /** @param {Call} call */
  #keep(call) {
    const calls = this.#byLine.get(call.line);
    if (calls === undefined) this.#byLine.set(call.line, new Map([[call.id, call]]));
    else calls.set(call.id, call);
  }

  /** @param {Call} call */
  #forget({ id, line }) {
    const calls = this.#byLine.get(line);
    calls?.delete(id);
    if (calls?.size === 0) this.#byLine.delete(line);
  }

  /** @param {News} news */
  #tell(news) {
    for (const listener of this.#listeners) listener(news);
  }
}
