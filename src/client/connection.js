// @ts-check
/** The connection to the server: one socket after another, and when the next attempt is made. */
/** @import * as Api from "./client.d.ts" */
/** @import { Events, Frame, Point, SubscribeResult, WholeState } from "./progress.js" */
/** @import { Settings } from "./settings.js" */
import { BackOff } from "./back_off.js";
import { NetworkAccess } from "./browser_rules.js";
import { disconnected, problemOf } from "./errors.js";
import { KeepAlive, onWaking } from "./keep_alive.js";
import { parseFrame, Progress } from "./progress.js";
import { canSend, closeQuietly, sayGoodbye, subProtocols } from "./socket.js";
import { Requests, Timer } from "./waiting.js";

/** Close codes that refuse the client: no token or a wrong one, not permitted. */
const REFUSALS = new Map([[4401, "unauthorized"], [4403, "not_permitted"]]);
/** How long the browser may ask the user whether this page can connect. */
const ASKING_MS = 60_000;
/** A browser that blocks the page is tried so rarely, in case that something else has changed. */
const BLOCKED_RETRY_MS = 300_000;

/**
 * Reports of a connection.
 *
 * @typedef {{ identity: Api.Identity, server: Api.ServerInfo }} Hello
 * @typedef {{ is: "hello", hello: Hello }
 *   | { is: "status", event: Api.StatusEvent }
 *   | { is: "state", state: WholeState }
 *   | { is: "events" } & Events
 *   | { is: "error", problem: Api.Problem, cause?: unknown }} News
 * @typedef {{ code?: number, reason: string }} Ending With the WebSocket's close code, if it has one.
 * @typedef {{ ending: Ending, token: string | undefined }} Refusal
 */

export class Connection {
  #settings;
  /** @type {(news: News) => void} */
  #report;
  #progress;
  #requests;
  /** @type {Api.WebSocketLike | undefined} */
  #socket;
  #open = false;
  #closed = false;
  #access;
  #backOff;
  /** Whether the browser blocks the page, which is reported once. */
  #isBlocked = false;
  /** @type {string | undefined} */
  #token;
  /** The refusal that no other token has overcome yet. @type {Refusal | undefined} */
  #refusal;
  /** Ends the attempt to connect, or the wait for the next. */
  #attemptTimer;
  #keepAlive;
  #stopWaking;

  /**
   * @param {Settings} settings
   * @param {Point | undefined} point Where to resume.
   * @param {(news: News) => void} report
   */
  constructor(settings, point, report) {
    const { timers } = settings;
    this.#settings = settings;
    this.#report = report;
    this.#progress = new Progress(point);
    this.#requests = new Requests(timers);
    this.#access = new NetworkAccess(settings.url, () => this.retry());
    this.#backOff = new BackOff(settings);
    this.#attemptTimer = new Timer(timers);
    const ping = (/** @type {number} */ timeoutMs) => this.#ping(timeoutMs);
    this.#keepAlive = new KeepAlive(
      settings,
      ping,
      () => this.#lost({ reason: "no sign of life" }),
    );
    this.#stopWaking = onWaking(() => {
      if (this.#open) void this.#keepAlive.probe();
      else this.retry();
    });
    // Later, so that listeners that are added now hear all of it.
    queueMicrotask(() => this.#attempt());
  }

  /** @type {(cmd: string, fields: object) => Promise<unknown>} */
  async command(cmd, fields) {
    if (!this.#open) throw disconnected(`Not connected: ${cmd} was not sent`);
    return await this.#send(cmd, fields, this.#settings.timeoutMs);
  }

  /** Connects now, if it waits for the next attempt. */
  retry() {
    if (this.#attemptTimer.purpose === "wait") void this.#attempt();
  }

  /** @returns {Promise<void>} */
  async close() {
    const socket = this.#end("The client was closed");
    if (socket !== undefined) await sayGoodbye(socket, this.#settings.timers);
  }

  async #attempt() {
    const { url, token, WebSocket, connectTimeoutMs } = this.#settings;
    if (this.#closed) return;
    this.#report({ is: "status", event: { status: "connecting" } });
    this.#attemptTimer.set(connectTimeoutMs, () => this.#overdue());
    const { attempt } = this.#attemptTimer;
    try {
      this.#token = typeof token === "function" ? await token() : token;
    } catch (cause) {
      if (this.#attemptTimer.attempt !== attempt) return;
      const message = `The token cannot be had: ${cause}`;
      this.#report({ is: "error", problem: { code: "cannot_connect", message }, cause });
      return this.#lost({ reason: "no token" });
    }
    // Closed, or timed out, in the meantime.
    if (this.#attemptTimer.attempt !== attempt) return;
    const refusal = this.#refusal;
    if (refusal !== undefined && refusal.token === this.#token) {
      return this.#giveUp(refusal.ending);
    }
    try {
      this.#listen(new WebSocket(url, subProtocols(this.#token)));
    } catch (cause) {
      const blocked = this.#access.refusalOf(cause);
      const reason = blocked ?? `${url} cannot be connected to: ${cause}`;
      this.#giveUp({ reason }, blocked === undefined ? "cannot_connect" : "blocked", cause);
    }
  }

  #overdue() {
    const give = () => this.#lost({ reason: "no answer" });
    if (this.#socket === undefined || !this.#access.mayBeAsking) give();
    else this.#attemptTimer.set(ASKING_MS, give);
  }

  /** @param {Api.WebSocketLike} socket */
  #listen(socket) {
    this.#socket = socket;
    this.#progress.restart();
    socket.onmessage = (/** @type {{ data: unknown }} */ { data }) => this.#receive(data);
    // onclose follows and says more.
    socket.onerror = () => {};
    socket.onclose = (/** @type {{ code: number, reason: string }} */ { code, reason }) =>
      this.#lost({ code, reason: reason || `the connection ended with code ${code}` });
  }

  /** @param {unknown} data */
  #receive(data) {
    const frame = parseFrame(data);
    if (Array.isArray(frame)) return this.#hear(frame);
    switch (frame?.type) {
      case "hello":
        return this.#greet(frame);
      case "result":
        return this.#requests.settle(frame.id, { result: frame.result });
      case "error": {
        const problem = problemOf(frame.error);
        if (frame.id !== undefined) return this.#requests.settle(frame.id, { problem });
        return this.#report({ is: "error", problem });
      }
      default:
        if (typeof frame?.seq === "number") this.#hear([frame]);
    }
  }

  /** @param {Frame} hello */
  #greet({ identity, server, epoch, seq }) {
    if (identity && server) this.#report({ is: "hello", hello: { identity, server } });
    // Identities that can only control get no events.
    if (identity?.can.includes("monitor") === false) return this.#subscribed({ epoch, seq });
    const { lines, events, connectTimeoutMs } = this.#settings;
    const fields = { batch: true, lines, events, resume: this.#progress.point };
    const onResult = (/** @type {unknown} */ result) =>
      this.#subscribed(/** @type {SubscribeResult} */ (result));
    this.#send("subscribe", fields, connectTimeoutMs, onResult).catch(({ code, message }) => {
      // The loss of the connection is reported on its own.
      if (code === "disconnected" || code === "timeout") return;
      if (["not_permitted", "unauthorized"].includes(code)) this.#giveUp({ reason: message }, code);
      else this.#lost({ reason: message });
    });
  }

  /** @param {SubscribeResult} result */
  #subscribed(result) {
    const state = this.#progress.subscribed(result);
    if (state !== undefined) this.#report({ is: "state", state });
    this.#openIfComplete();
  }

  /** @param {readonly unknown[]} frames */
  #hear(frames) {
    this.#reportEvents(this.#progress.receive(frames));
    this.#openIfComplete();
  }

  /** @param {Events | undefined} events */
  #reportEvents(events) {
    if (events !== undefined) this.#report({ is: "events", ...events });
  }

  #openIfComplete() {
    // A listener may have closed the client meanwhile.
    if (this.#open || this.#socket === undefined || !this.#progress.isComplete) return;
    this.#open = true;
    this.#isBlocked = false;
    this.#access.reached();
    this.#refusal = undefined;
    this.#reportEvents(this.#progress.advance());
    this.#attemptTimer.clear();
    this.#backOff.opened();
    this.#keepAlive.start();
    this.#report({ is: "status", event: { status: "open" } });
  }

  /**
   * @param {string} cmd
   * @param {object} fields
   * @param {number} timeoutMs
   * @param {(result: unknown) => void} [onResult]
   * @returns {Promise<unknown>}
   */
  #send(cmd, fields, timeoutMs, onResult) {
    const socket = this.#socket;
    if (!canSend(socket)) {
      return Promise.reject(disconnected(`Not connected: ${cmd} was not sent`));
    }
    return this.#requests.make(cmd, timeoutMs, (id) => {
      socket.send(JSON.stringify({ ...fields, cmd, id }));
    }, onResult);
  }

  /** @param {number} timeoutMs @returns {Promise<unknown>} */
  #ping(timeoutMs) {
    // If the chosen lines are quiet, only the answer says how far the server has got.
    return this.#send("ping", {}, timeoutMs, (result) => {
      this.#reportEvents(this.#progress.advance(/** @type {Partial<Point>} */ (result)?.seq ?? 0));
    });
  }

  /** The connection is gone: tries again, unless that is pointless. @param {Ending} ending */
  #lost(ending) {
    closeQuietly(this.#letGo(`The connection was cut: ${ending.reason}`));
    if (this.#closed) return;
    if (REFUSALS.has(ending.code ?? 0)) {
      this.#refusal = { ending, token: this.#token };
      if (typeof this.#settings.token !== "function") return this.#giveUp(ending);
    }
    if (this.#access.blocks(ending)) return this.#block(ending);
    const reason = this.#access.explain(ending.reason);
    this.#wait("waiting", this.#backOff.next(), { ...ending, reason });
  }

  /** @param {Ending} ending */
  #block(ending) {
    const reason = this.#access.remedy;
    const isKnown = this.#isBlocked;
    this.#isBlocked = true;
    this.#wait("blocked", BLOCKED_RETRY_MS, { ...ending, reason });
    if (!isKnown) this.#report({ is: "error", problem: { code: "blocked", message: reason } });
  }

  /** @type {(status: "waiting" | "blocked", retryInMs: number, ending: Ending) => void} */
  #wait(status, retryInMs, ending) {
    this.#attemptTimer.set(retryInMs, () => this.#attempt(), "wait");
    this.#report({ is: "status", event: { status, retryInMs, ...ending } });
  }

  /** @type {(ending: Ending, errorCode?: string, cause?: unknown) => void} */
  #giveUp(ending, errorCode = REFUSALS.get(ending.code ?? 0), cause) {
    closeQuietly(this.#end(ending.reason));
    const message = `Gave up connecting: ${ending.reason}`;
    this.#report({ is: "error", problem: problemOf({ code: errorCode, message }), cause });
    this.#report({ is: "status", event: { status: "closed", ...ending } });
  }

  /** @param {string} reason */
  #end(reason) {
    this.#closed = true;
    this.#access.close();
    this.#stopWaking();
    return this.#letGo(reason);
  }

  /** Forgets the socket, which the caller closes, and all that waits for it. @param {string} reason */
  #letGo(reason) {
    const socket = this.#socket;
    this.#socket = undefined;
    this.#open = false;
    this.#attemptTimer.clear();
    this.#backOff.lost();
    this.#keepAlive.stop();
    if (socket !== undefined) {
      socket.onmessage = null;
      socket.onclose = null;
    }
    this.#requests.rejectAll(reason);
    return socket;
  }
}
