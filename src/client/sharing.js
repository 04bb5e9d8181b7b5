// @ts-check
/** One connection for many tabs: the tab that holds the lock leads, the others follow it. */
/** @import * as Api from "./client.d.ts" */
/** @import { Hello, News } from "./connection.js" */
/** @import { Point, WholeState } from "./progress.js" */
/** @import { Settings } from "./settings.js" */
/** @import { Answer } from "./waiting.js" */
import { Connection } from "./connection.js";
import { Requests, withResolvers } from "./waiting.js";

/**
 * The answer to a tab that begins to follow.
 *
 * @typedef {{ is: "sync", hello: Hello | undefined, event: Api.StatusEvent,
 *   state: WholeState | undefined }} Sync
 */

/**
 * Messages between tabs.
 *
 * @typedef {News
 *   | Sync
 *   | { is: "join" }
 *   | { is: "leader" }
 *   | { is: "bye" }
 *   | { is: "retry" }
 *   | { is: "command", from: string, id: number, cmd: string, fields: object }
 *   | { is: "answer", to: string, id: number, answer: Answer }} TabMessage
 */

/**
 * The client as its link needs it.
 *
 * @typedef {{
 *   take(news: News): boolean,
 *   setSharing(sharing: Api.Sharing): void,
 *   sync(): Sync,
 *   point(): Point | undefined,
 * }} Tab
 */

export class SharedLink {
  #settings;
  #tab;
  #name = `${Math.random()}`.slice(2);
  #channel;
  #requests;
  #stop = new AbortController();
  /** Of the tab that leads. @type {Connection | undefined} */
  #connection;
  /** Whether nothing is posted any more. */
  #isSilent = false;
  /** Resolves when the lock may go to another tab. */
  #closed = withResolvers();

  /**
   * @param {string} shared
   * @param {Settings} settings
   * @param {Tab} tab
   */
  constructor(shared, settings, tab) {
    const { url, lines = "all", events = "all", timers } = settings;
    // A tab that wants something else has another leader.
    const group = JSON.stringify(["tapi2ws", 1, shared, url, lines, events]);
    this.#settings = settings;
    this.#tab = tab;
    this.#requests = new Requests(timers);
    this.#channel = new BroadcastChannel(group);
    this.#channel.onmessage = ({ data }) => this.#receive(data);
    this.#post({ is: "join" });
    locks()?.request(group, { signal: this.#stop.signal }, () => this.#lead()).catch((error) => {
      // Closed while it waited; or a page that cannot lock, which then leads for itself.
      if (this.#stop.signal.aborted) return;
      const message = `This page cannot share a connection: ${error}`;
      tab.take({ is: "error", problem: { code: "not_shared", message } });
      this.#channel.onmessage = null;
      this.#isSilent = true;
      void this.#lead("unavailable");
    });
  }

  /** @type {(cmd: string, fields: object) => Promise<unknown>} */
  command(cmd, fields) {
    if (this.#connection !== undefined) return this.#connection.command(cmd, fields);
    const from = this.#name;
    const send = (/** @type {number} */ id) => this.#post({ is: "command", from, id, cmd, fields });
    return this.#requests.make(cmd, this.#settings.timeoutMs, send);
  }

  /** Connects now, or lets the leader do so, if it waits for the next attempt. */
  retry() {
    if (this.#connection === undefined) this.#post({ is: "retry" });
    else this.#connection.retry();
  }

  /** @returns {Promise<void>} */
  async close() {
    this.#stop.abort();
    this.#requests.rejectAll("The client was closed");
    await this.#connection?.close();
    this.#retire();
  }

  /** Lets another tab lead. */
  #retire() {
    if (this.#connection !== undefined) this.#post({ is: "bye" });
    this.#isSilent = true;
    this.#channel.close();
    this.#closed.resolve();
  }

  /**
   * Holds the connection until the client is closed.
   *
   * @param {Api.Sharing} sharing
   * @returns {Promise<void>}
   */
  #lead(sharing = "leader") {
    this.#post({ is: "leader" });
    this.#requests.rejectAll("The tab that held the connection is gone");
    this.#tab.setSharing(sharing);
    // From where the former leader got to: events that it did not pass on are replayed.
    this.#connection = new Connection(this.#settings, this.#tab.point(), (news) => {
      // A tab that the server refuses no longer leads: another may have a better token.
      if (news.is === "status" && news.event.status === "closed") this.#retire();
      // A cause stays in this tab: not everything can be posted.
      else this.#post(news.is === "error" ? { is: "error", problem: news.problem } : news);
      this.#tab.take(news);
    });
    return this.#closed.promise;
  }

  /** @param {TabMessage} message */
  #receive(message) {
    if (this.#connection !== undefined) return this.#serve(message, this.#connection);
    switch (message.is) {
      case "leader":
      case "bye":
        this.#requests.rejectAll("The tab that held the connection is gone");
        this.#tab.take({ is: "status", event: { status: "connecting" } });
        // A tab that joined while none led has not been answered.
        if (message.is === "leader") this.#post({ is: "join" });
        return;
      case "sync":
        return this.#catchUp(message);
      case "answer":
        if (message.to === this.#name) this.#requests.settle(message.id, message.answer);
        return;
      case "join":
      case "command":
      case "retry":
        return;
      case "status":
        // Before the state is known, the sync has it.
        if (this.#tab.point() !== undefined) this.#tab.take(message);
        return;
      default:
        // Events that do not follow what is known: some were missed.
        if (!this.#tab.take(message) && this.#tab.point() !== undefined) this.#post({ is: "join" });
    }
  }

  /** @type {(message: TabMessage, connection: Connection) => void} */
  #serve(message, connection) {
    if (message.is === "join") return this.#post(this.#tab.sync());
    if (message.is === "retry") return connection.retry();
    if (message.is !== "command") return;
    const { from: to, id, cmd, fields } = message;
    connection.command(cmd, fields).then(
      (result) => this.#post({ is: "answer", to, id, answer: { result } }),
      ({ code, message, tapi }) =>
        this.#post({ is: "answer", to, id, answer: { problem: { code, message, tapi } } }),
    );
  }

  /** @param {Sync} sync */
  #catchUp({ hello, event, state }) {
    const point = this.#tab.point();
    if (hello !== undefined) this.#tab.take({ is: "hello", hello });
    if (state !== undefined && (state.epoch !== point?.epoch || state.seq !== point.seq)) {
      this.#tab.take({ is: "state", state: { ...state, gap: point !== undefined } });
    }
    this.#tab.take({ is: "status", event });
  }

  /** @param {TabMessage} message */
  #post(message) {
    if (!this.#isSilent) this.#channel.postMessage(message);
  }
}

/**
 * The part of Web Locks that is used.
 *
 * @typedef {{
 *   request(name: string, options: object, held: () => Promise<void>): Promise<void>,
 * }} Locks
 * @returns {Locks | undefined}
 */
function locks() {
  const { navigator } = /** @type {{ navigator?: { locks?: Locks } }} */ (globalThis);
  return navigator?.locks;
}

/** @returns {boolean} Whether this browser and page can share a connection. */
export function canShare() {
  return locks() !== undefined && typeof BroadcastChannel === "function";
}
