// @ts-check
/** The connection to the server: one socket after another, and when the next attempt is made. */
/** @import * as Api from "./client.d.ts" */
/** @import { Events, Frame, Point, SubscribeResult, WholeState } from "./progress.js" */
/** @import { Settings } from "./settings.js" */
import { disconnected, problemOf } from "./errors.js";
import { parseFrame, Progress } from "./progress.js";
import { Requests, Timer, withResolvers } from "./waiting.js";

const PROTOCOL = "tapi2ws.v2";
const TOKEN_PREFIX = "tapi2ws.token.";
/** Close codes that refuse the client: no token or a wrong one, not permitted. */
const REFUSALS = new Map([[4401, "unauthorized"], [4403, "not_permitted"]]);
/** WebSocket.OPEN. */
const OPEN = 1;
/** After a connection that lasted so long, the waits begin with the first one again. */
const STABLE_MS = 5_000;
/** How long `close()` waits for the server to close its side. */
const GOODBYE_MS = 1_000;

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
  /** Attempts since a connection lasted. */
  #attempts = 0;
  /** @type {string | undefined} */
  #token;
  /** The refusal that no other token has overcome yet. @type {Refusal | undefined} */
  #refusal;
  /** Ends the attempt to connect, or the wait for the next. */
  #attemptTimer;
  #stableTimer;
  #keepAliveTimer;
  /** The network is back: a wait is pointless, and the socket may be dead. */
  #online = () => {
    if (this.#open) void this.#probe();
    else if (this.#attemptTimer.purpose === "wait") void this.#attempt();
  };

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
    this.#attemptTimer = new Timer(timers);
    this.#stableTimer = new Timer(timers);
    this.#keepAliveTimer = new Timer(timers);
    globalThis.addEventListener?.("online", this.#online);
    // Later, so that listeners that are added now hear all of it.
    queueMicrotask(() => this.#attempt());
  }

  /** @type {(cmd: string, fields: object) => Promise<unknown>} */
  async command(cmd, fields) {
    if (!this.#open) throw disconnected(`Not connected: ${cmd} was not sent`);
    return await this.#send(cmd, fields, this.#settings.timeoutMs);
  }

  /** @returns {Promise<void>} */
  async close() {
    const socket = this.#end("The client was closed");
    if (socket === undefined) return;
    const gone = withResolvers();
    const timer = new Timer(this.#settings.timers);
    socket.onclose = gone.resolve;
    timer.set(GOODBYE_MS, gone.resolve);
    closeQuietly(socket, 1000, "");
    await gone.promise;
    timer.clear();
  }

  async #attempt() {
    const { url, token, WebSocket, connectTimeoutMs } = this.#settings;
    if (this.#closed) return;
    this.#report({ is: "status", event: { status: "connecting" } });
    this.#attemptTimer.set(connectTimeoutMs, () => this.#lost({ reason: "no answer" }));
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
    const offered = this.#token === undefined ? [] : [TOKEN_PREFIX + this.#token];
    try {
      this.#listen(new WebSocket(url, [PROTOCOL, ...offered]));
    } catch (cause) {
      const reason = `${url} cannot be connected to: ${cause}`;
      this.#giveUp({ reason }, "cannot_connect", cause);
    }
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
    const { keepAliveMs } = this.#settings;
    this.#open = true;
    this.#refusal = undefined;
    this.#reportEvents(this.#progress.advance());
    this.#attemptTimer.clear();
    this.#stableTimer.set(STABLE_MS, () => this.#attempts = 0);
    if (keepAliveMs > 0) this.#keepAliveTimer.set(keepAliveMs, () => this.#probe());
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
    if (socket?.readyState !== OPEN) {
      return Promise.reject(disconnected(`Not connected: ${cmd} was not sent`));
    }
    return this.#requests.make(cmd, timeoutMs, (id) => {
      socket.send(JSON.stringify({ ...fields, cmd, id }));
    }, onResult);
  }

  /** Asks whether the server is still there; if not, connects again. */
  async #probe() {
    const { keepAliveMs, timeoutMs } = this.#settings;
    const socket = this.#socket;
    if (keepAliveMs > 0) this.#keepAliveTimer.set(keepAliveMs, () => this.#probe());
    // If the chosen lines are quiet, only the answer says how far the server has got.
    const onResult = (/** @type {unknown} */ result) =>
      this.#reportEvents(this.#progress.advance(/** @type {Partial<Point>} */ (result)?.seq ?? 0));
    try {
      await this.#send("ping", {}, Math.min(timeoutMs, keepAliveMs || timeoutMs), onResult);
    } catch (error) {
      const isSilent = /** @type {Api.Tapi2WsError} */ (error).code === "timeout";
      if (isSilent && socket === this.#socket) this.#lost({ reason: "no sign of life" });
    }
  }

  /** The connection is gone: tries again, unless that is pointless. @param {Ending} ending */
  #lost(ending) {
    closeQuietly(this.#letGo(`The connection was cut: ${ending.reason}`));
    if (this.#closed) return;
    if (REFUSALS.has(ending.code ?? 0)) {
      this.#refusal = { ending, token: this.#token };
      if (typeof this.#settings.token !== "function") return this.#giveUp(ending);
    }
    const { firstMs, longestMs, random } = this.#settings;
    const ceilingMs = Math.min(longestMs, firstMs * 2 ** this.#attempts++);
    const retryInMs = Math.round(ceilingMs * (0.5 + random() / 2));
    this.#attemptTimer.set(retryInMs, () => this.#attempt(), "wait");
    this.#report({ is: "status", event: { status: "waiting", retryInMs, ...ending } });
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
    globalThis.removeEventListener?.("online", this.#online);
    return this.#letGo(reason);
  }

  /** Forgets the socket, which the caller closes, and all that waits for it. @param {string} reason */
  #letGo(reason) {
    const socket = this.#socket;
    this.#socket = undefined;
    this.#open = false;
    this.#attemptTimer.clear();
    this.#stableTimer.clear();
    this.#keepAliveTimer.clear();
    if (socket !== undefined) {
      socket.onmessage = null;
      socket.onclose = null;
    }
    this.#requests.rejectAll(reason);
    return socket;
  }
}

/** @type {(socket?: Api.WebSocketLike, ...why: [code?: number, reason?: string]) => void} */
function closeQuietly(socket, ...why) {
  try {
    socket?.close(...why);
  } catch {
    // Some WebSockets cannot be closed while they are being opened; those end by themselves.
  }
}
