// @ts-check
/**
 * The connection to the server, and the calls by line: what all parts of the page show. Another
 * token starts it again.
 */
/** @import { Call, Client, Line, StatusEvent, StreamEvent } from "../client/client.d.ts" */
// @ts-types="../client/client.d.ts"
import { connect } from "../client.js";
import { currentToken } from "./token.js";

/**
 * The server's events, those of the connection, and the selection of another line.
 *
 * @typedef {StreamEvent
 *   | { readonly type: "status", readonly event: StatusEvent }
 *   | { readonly type: "selected", readonly line: Line }} News
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
  /** The permanent id of the selected line; "" at first. */
  selected = "";
  /** @type {Client} */
  #client;
  #open;
  /** By the line's permanent id. @type {Map<string, Map<number, Call>>} */
  #byLine = new Map();
  /** How many lines have an extension. @type {Map<string, number>} */
  #sharers = new Map();
  /** @type {((news: News) => void)[]} */
  #listeners = [];

  /** @param {() => Client} [open] Connects; by default to this page's server, with this tab's token. */
  constructor(open = connectHere) {
    this.#open = open;
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
    this.#sharers.clear();
    this.#tell({ type: "state", seq: 0, gap: true });
    this.#tell({ type: "status", event: this.status });
  }

  /** @returns {Line | undefined} */
  get selectedLine() {
    return this.#client.lines.get(this.selected);
  }

  /**
   * Selects a line; of several with the extension, the one that is selected stays so.
   *
   * @param {string} name Its permanent id or its extension.
   * @returns {Line | undefined} The selected line; `undefined` if none has the name.
   */
  select(name) {
    const lines = this.#client.linesOf(name);
    const line = lines.find(({ permanentId }) => permanentId === this.selected) ?? lines[0];
    if (line === undefined || line.permanentId === this.selected) return line;
    this.selected = line.permanentId;
    this.#tell({ type: "selected", line });
    return line;
  }

  /** @param {string} line An extension. @returns {boolean} Whether several lines have it. */
  isShared(line) {
    return (this.#sharers.get(line) ?? 0) > 1;
  }

  /**
   * @param {Pick<Line, "line" | "permanentId">} line Or a call of it.
   * @returns {string} Names it for commands: its extension, or its permanent id if others have that too.
   */
  nameOf({ line, permanentId }) {
    return this.isShared(line) ? permanentId : line;
  }

  /** @param {Line} line @returns {ReadonlyMap<number, Call>} Its live calls. */
  callsOf({ permanentId }) {
    return this.#byLine.get(permanentId) ?? NO_CALLS;
  }

  /** @returns {Iterable<string>} The permanent ids of the lines that have calls. */
  get busyLines() {
    return this.#byLine.keys();
  }

  /** @returns {Client} */
  #connect() {
    const client = this.#open();
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
    } else if (news.type === "line") {
      if (news.change === "added" || news.change === "removed") this.#countSharers();
    } else if (news.type === "state") {
      this.#countSharers();
      this.#byLine.clear();
      for (const call of this.#client.calls.values()) this.#keep(call);
    } else if (news.type === "status") {
      this.status = news.event;
      if (news.event.status === "open") this.wasOpen = true;
    }
    this.#tell(news);
  }

  #countSharers() {
    this.#sharers.clear();
    for (const { line } of this.#client.lines.values()) {
      this.#sharers.set(line, (this.#sharers.get(line) ?? 0) + 1);
    }
  }

  /** @param {Call} call */
  #keep(call) {
    const calls = this.#byLine.get(call.permanentId);
    if (calls === undefined) this.#byLine.set(call.permanentId, new Map([[call.id, call]]));
    else calls.set(call.id, call);
  }

  /** @param {Call} call */
  #forget({ id, permanentId }) {
    const calls = this.#byLine.get(permanentId);
    calls?.delete(id);
    if (calls?.size === 0) this.#byLine.delete(permanentId);
  }

  /** @param {News} news */
  #tell(news) {
    for (const listener of this.#listeners) listener(news);
  }
}

/** @returns {Client} */
function connectHere() {
  const token = currentToken();
  return connect("./", token === undefined ? {} : { token });
}
