// @ts-check
/**
 * The client library for pages, extensions, Deno and Node: keeps a connection to a server, knows its
 * lines and calls, and gives commands. The manual says how it is used; `client.d.ts` has every member.
 *
 * @module
 */
/** @import * as Api from "./client.d.ts" */
/** @import { Hello, News } from "./connection.js" */
import { blockageOf } from "./browser_rules.js";
import { methodsOver } from "./commands.js";
import { Connection } from "./connection.js";
import { disconnected, Tapi2WsError } from "./errors.js";
import { Listeners } from "./listeners.js";
import { formatNumber, onTelephoneLinks, sameNumber } from "./numbers.js";
import { settingsOf } from "./settings.js";
import { canShare, SharedLink } from "./sharing.js";
import { State } from "./state.js";
import { withResolvers } from "./waiting.js";

export { blockageOf, formatNumber, sameNumber, Tapi2WsError };

/** @type {(url: string | URL, options?: Api.ConnectOptions) => Api.Client} */
export function connect(url, options = {}) {
  const client = new KeptClient(url, options);
  return Object.assign(client, methodsOver((cmd, fields) => client.command(cmd, fields)));
}

/** @implements {Omit<Api.Client, keyof Api.Commands>} */
class KeptClient {
  #listeners = new Listeners();
  #state = new State(this.#listeners, () => this.isLeader);
  /** @type {Hello | undefined} */
  #hello;
  /** @type {Api.StatusEvent} */
  #status = { status: "connecting" };
  #ready = withResolvers();
  /** @type {Api.Sharing} */
  #sharing = "alone";
  /** @type {Connection | SharedLink} */
  #link;

  /**
   * @param {string | URL} url
   * @param {Api.ConnectOptions} options
   */
  constructor(url, options) {
    const settings = settingsOf(url, options);
    // Pages need not wait for it.
    this.#ready.promise.catch(() => {});
    const take = (/** @type {News} */ news) => this.#take(news);
    if (options.shared !== undefined && canShare()) {
      this.#sharing = "follower";
      this.#link = new SharedLink(options.shared, settings, {
        take,
        setSharing: (sharing) => {
          this.#sharing = sharing;
          this.#listeners.emit("sharing", sharing);
        },
        sync: () => ({
          is: "sync",
          hello: this.#hello,
          event: this.#status,
          state: this.#state.snapshot(),
        }),
        point: () => this.#state.point,
      });
      return;
    }
    if (options.shared !== undefined) {
      this.#sharing = "unavailable";
      const message = "This page cannot share a connection with other tabs: that needs Web " +
        "Locks and BroadcastChannel, which browsers have on https and on localhost only";
      const error = new Tapi2WsError({ code: "not_shared", message });
      // Later, so that listeners that are added now hear it.
      queueMicrotask(() => this.#listeners.report(error));
    }
    this.#link = new Connection(settings, undefined, take);
  }

  get lines() {
    return this.#state.lines;
  }

  /** @type {Api.Client["linesOf"]} */
  linesOf(name) {
    return this.#state.linesOf(`${name}`);
  }

  get calls() {
    return this.#state.calls;
  }

  get provider() {
    return this.#state.provider;
  }

  get status() {
    return this.#status.status;
  }

  get ready() {
    return this.#ready.promise;
  }

  get identity() {
    return this.#hello?.identity;
  }

  get server() {
    return this.#hello?.server;
  }

  get sharing() {
    return this.#sharing;
  }

  get isLeader() {
    return this.#sharing !== "follower";
  }

  /** @type {Api.Client["on"]} */
  on(name, listener) {
    return this.#listeners.on(name, listener);
  }

  /** @type {Api.Client["events"]} */
  events(options = {}) {
    const stream = this.#listeners.stream(options);
    if (this.status === "closed") stream.end();
    return stream;
  }

  /** @type {Api.Client["command"]} */
  async command(cmd, fields = {}) {
    if (this.status !== "open") throw disconnected(`Not connected: ${cmd} was not sent`);
    return await this.#link.command(cmd, fields);
  }

  /** @type {Api.Client["number"]} */
  async number(text, as) {
    const { number } = /** @type {{ number: Api.NumberReading }} */ (
      await this.command("number", { text, as })
    );
    return number;
  }

  /** @type {Api.Client["linkify"]} */
  linkify(root, { line, onDial } = {}) {
    return onTelephoneLinks(root, (number, link) => {
      const result = this.#dialFrom(line, number);
      if (onDial !== undefined) return onDial(result, number, link);
      result.catch((error) => this.#listeners.report(error));
    });
  }

  /** @type {(line: Api.LineName | undefined, number: string) => Promise<Api.MadeCall>} */
  async #dialFrom(line, number) {
    const [only, ...others] = this.lines.keys();
    const name = line ?? (others.length === 0 ? only : undefined);
    if (name === undefined) {
      const message =
        "There are several lines: name the one that dials, as in linkify(document, { line: 201 })";
      throw new Tapi2WsError({ code: "ambiguous", message });
    }
    const made = await this.command("dial", { line: `${name}`, number });
    return /** @type {Api.MadeCall} */ (made);
  }

  /** @returns {Promise<void>} */
  async requestAccess() {
    if (this.status !== "closed") this.#link.retry();
    while (this.status === "connecting") await this.#nextStatus();
    if (this.status === "open") return;
    const { status, reason = "closed" } = this.#status;
    throw status === "blocked"
      ? new Tapi2WsError({ code: "blocked", message: reason })
      : disconnected(`Not connected: ${reason}`);
  }

  /** @returns {Promise<void>} */
  async close() {
    this.#setStatus({ status: "closed", reason: "closed by the page" });
    await this.#link.close();
  }

  /** @returns {Promise<void>} */
  [Symbol.asyncDispose]() {
    return this.close();
  }

  /**
   * @param {News} news
   * @returns {boolean} Whether it follows what is known; if not, it is ignored.
   */
  #take(news) {
    if (this.status === "closed") return true;
    switch (news.is) {
      case "hello":
        this.#hello = news.hello;
        return true;
      case "status":
        this.#setStatus(news.event);
        return true;
      case "error":
        this.#listeners.report(new Tapi2WsError(news.problem, { cause: news.cause }));
        return true;
      case "state":
        this.#state.replace(news.state);
        return true;
      case "events":
        return this.#state.apply(news);
    }
  }

  /** @returns {Promise<void>} */
  #nextStatus() {
    return new Promise((resolve) => {
      const stop = this.on("status", () => {
        stop();
        resolve();
      });
    });
  }

  /** @param {Api.StatusEvent} event */
  #setStatus(event) {
    if (this.status === "closed") return;
    this.#status = event;
    const { status, reason = "closed" } = event;
    if (status === "open") this.#ready.resolve();
    this.#listeners.emit("status", event);
    if (status !== "closed") return;
    this.#ready.reject(disconnected(`Not connected: ${reason}`));
    this.#listeners.end();
  }
}
