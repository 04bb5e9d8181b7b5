// @ts-check
/**
 * The client library for pages, extensions, Deno and Node: one file without dependencies, which the
 * server serves as `/client.js` as it stands here. Owns the connection to a server, what is known
 * of its lines and calls, and the tab that leads for others. README says how it is used;
 * `client.d.ts` has every member.
 *
 * @module
 */
/**
 * @import * as Api from "./client.d.ts"
 */

const PROTOCOL = "tapi2ws.v2";
const TOKEN_PREFIX = "tapi2ws.token.";
/** Close codes with which the server refuses a client: none or a bad token, not permitted. */
const REFUSALS = new Map([[4401, "unauthorized"], [4403, "not_permitted"]]);
/** WebSocket.OPEN. */
const OPEN = 1;
/** A connection that has lasted so long begins anew with the first wait. */
const STABLE_MS = 5_000;
/** How long `close()` waits for the server's goodbye. */
const GOODBYE_MS = 1_000;
const EVENT_KINDS = ["call", "line", "provider"];
const NAMES = [...EVENT_KINDS, "state", "ring", "ended", "status", "sharing", "error"];

export class Tapi2WsError extends Error {
  /**
   * @override
   * @readonly
   * @type {"Tapi2WsError"}
   */
  name = "Tapi2WsError";

  /**
   * @param {Api.Problem} problem
   * @param {{ readonly cause?: unknown }} [options]
   */
  constructor({ code, message, tapi }, options) {
    super(message, options);
    /** @readonly */
    this.code = code;
    /** @readonly */
    this.tapi = tapi;
  }
}

/**
 * @param {string | URL} url
 * @param {Api.ConnectOptions} [options]
 * @returns {Api.Client}
 */
export function connect(url, options = {}) {
  return new KeptClient(socketUrl(url), options);
}

/**
 * What is heard from a connection, by its own tab or by others.
 *
 * @typedef {{ epoch: string, seq: number }} Point How far the events have been heard.
 * @typedef {Point & {
 *   gap: boolean,
 *   provider: Api.ProviderState | undefined,
 *   lines: readonly Api.Line[],
 *   calls: readonly Api.Call[],
 * }} WholeState
 * @typedef {{ identity: Api.Identity, server: Api.ServerInfo }} Hello
 * @typedef {Api.CallEvent | Api.LineEvent | Api.ProviderEvent} ServerEvent
 * @typedef {{ is: "hello", hello: Hello }
 *   | { is: "status", event: Api.StatusEvent }
 *   | { is: "state", state: WholeState }
 *   | { is: "events", epoch: string, after: number, seq: number, events: readonly ServerEvent[] }
 *   | { is: "error", problem: Api.Problem, cause?: unknown }} News
 */

/**
 * What tabs tell each other.
 *
 * @typedef {{ result: unknown } | { problem: Api.Problem }} Answer
 * @typedef {News
 *   | { is: "join" }
 *   | { is: "sync", hello?: Hello, event: Api.StatusEvent, state?: WholeState }
 *   | { is: "leader" }
 *   | { is: "bye" }
 *   | { is: "command", from: string, id: number, cmd: string, fields: object }
 *   | { is: "answer", to: string, id: number, answer: Answer }} TabMessage
 */

/**
 * Through what a client hears and commands.
 *
 * @typedef {{
 *   readonly sharing: Api.Sharing,
 *   command(cmd: string, fields: object): Promise<unknown>,
 *   close(): Promise<void>,
 * }} Link
 */

/**
 * @typedef {Required<Pick<Api.ConnectOptions,
 *   "timeoutMs" | "connectTimeoutMs" | "keepAliveMs" | "random">> & {
 *   url: string,
 *   lines: readonly string[] | undefined,
 *   events: readonly Api.EventKind[] | undefined,
 *   token: Api.ConnectOptions["token"],
 *   firstMs: number,
 *   longestMs: number,
 *   WebSocket: Api.WebSocketConstructor,
 *   timers: Api.Timers,
 * }} Settings
 */

// The client: the state, who listens, and the commands.

/** @implements {Api.Client} */
class KeptClient {
  /** @type {Map<string, Api.Line>} */
  lines = new Map();
  /** @type {Map<number, Api.Call>} */
  calls = new Map();
  /** @type {Api.ProviderState | undefined} */
  provider;
  /** @type {Hello | undefined} */
  #hello;
  /** @type {Api.StatusEvent} */
  #status = { status: "connecting" };
  /** @type {Point | undefined} */
  #point;
  /** The calls for which `ring` was told. @type {Set<number>} */
  #rung = new Set();
  /** @type {Map<string, Set<(event: never) => void>>} */
  #listeners = new Map(NAMES.map((name) => [name, new Set()]));
  /** @type {Set<EventStream>} */
  #streams = new Set();
  /** @type {PromiseWithResolversLike} */
  #ready = withResolvers();
  /** @type {Link} */
  #link;

  /**
   * @param {string} url
   * @param {Api.ConnectOptions} options
   */
  constructor(url, options) {
    const settings = settingsOf(url, options);
    // Not everybody waits for it.
    this.#ready.promise.catch(() => {});
    const { shared } = options;
    if (shared === undefined) {
      this.#link = this.#ownLink(settings, "alone");
    } else if (canShare()) {
      this.#link = new SharedLink(groupName(shared, settings), settings, {
        take: (news) => this.#take(news),
        tellSharing: () => this.#emit("sharing", this.#link.sharing),
        overview: () => this.#overview(),
        point: () => this.#point,
      });
    } else {
      const message = "This page cannot share a connection with other tabs: that needs Web " +
        "Locks and BroadcastChannel, which browsers have on https and on localhost only";
      // Later, so that those who begin to listen now hear it.
      queueMicrotask(() => this.#report(new Tapi2WsError({ code: "not_shared", message })));
      this.#link = this.#ownLink(settings, "unavailable");
    }
  }

  /** @returns {Api.Status} */
  get status() {
    return this.#status.status;
  }

  /** @returns {Promise<void>} */
  get ready() {
    return this.#ready.promise;
  }

  /** @returns {Api.Identity | undefined} */
  get identity() {
    return this.#hello?.identity;
  }

  /** @returns {Api.ServerInfo | undefined} */
  get server() {
    return this.#hello?.server;
  }

  /** @returns {Api.Sharing} */
  get sharing() {
    return this.#link.sharing;
  }

  /** @returns {boolean} */
  get isLeader() {
    return this.sharing !== "follower";
  }

  /**
   * @template {keyof Api.ClientEvents} Name
   * @param {Name} name
   * @param {(event: Api.ClientEvents[Name]) => void} listener
   * @returns {() => void}
   */
  on(name, listener) {
    const listeners = this.#listeners.get(name);
    if (listeners === undefined) {
      throw new TypeError(`There is no event "${name}", only ${NAMES.join(", ")}`);
    }
    // Its own function, so that a listener may listen twice.
    const hear = (/** @type {Api.ClientEvents[Name]} */ event) => listener(event);
    listeners.add(hear);
    return () => void listeners.delete(hear);
  }

  /**
   * @param {Api.EventsOptions} [options]
   * @returns {AsyncIterableIterator<Api.StreamEvent>}
   */
  events({ signal, limit = 10_000 } = {}) {
    const stream = new EventStream(limit, signal, () => this.#streams.delete(stream));
    if (this.status === "closed" || signal?.aborted) stream.end();
    else this.#streams.add(stream);
    return stream;
  }

  /**
   * @param {string} cmd
   * @param {Readonly<Record<string, unknown>>} [fields]
   * @returns {Promise<unknown>}
   */
  async command(cmd, fields = {}) {
    if (this.status !== "open") throw disconnected(`Not connected: ${cmd} was not sent`);
    return await this.#link.command(cmd, fields);
  }

  /** @type {Api.Client["dial"]} */
  async dial(line, number) {
    return /** @type {Api.MadeCall} */ (await this.command("dial", { line: `${line}`, number }));
  }

  /** @type {Api.Client["drop"]} */
  async drop(target) {
    await this.command("drop", about(target));
  }

  /** @type {Api.Client["answer"]} */
  async answer(target) {
    await this.command("answer", about(target));
  }

  /** @type {Api.Client["hold"]} */
  async hold(target) {
    await this.command("hold", about(target));
  }

  /** @type {Api.Client["unhold"]} */
  async unhold(target) {
    await this.command("unhold", about(target));
  }

  /** @type {Api.Client["swap"]} */
  async swap(line) {
    await this.command("swap", { line: `${line}` });
  }

  /** @type {Api.Client["transfer"]} */
  async transfer(target, number) {
    await this.command("transfer", { ...about(target), number });
  }

  /** @type {Api.Client["consult"]} */
  async consult(target, number) {
    const made = await this.command("consult", { ...about(target), number });
    return /** @type {Api.MadeCall} */ (made);
  }

  /** @type {Api.Client["complete"]} */
  async complete(line, mode) {
    await this.command("complete", { line: `${line}`, mode });
  }

  /** @type {Api.Client["park"]} */
  async park(target, slot) {
    const fields = { ...about(target), ...slot !== undefined && { slot } };
    return /** @type {Api.ParkedCall} */ (await this.command("park", fields));
  }

  /** @type {Api.Client["unpark"]} */
  async unpark(line, slot) {
    return /** @type {Api.MadeCall} */ (await this.command("unpark", { line: `${line}`, slot }));
  }

  /** @type {Api.Client["pickup"]} */
  async pickup(line, { from, group } = {}) {
    const made = await this.command("pickup", {
      line: `${line}`,
      ...from !== undefined && { from: `${from}` },
      ...group !== undefined && { group },
    });
    return /** @type {Api.MadeCall} */ (made);
  }

  /** @type {Api.Client["redirect"]} */
  async redirect(target, number) {
    await this.command("redirect", { ...about(target), number });
  }

  /** @type {Api.Client["dtmf"]} */
  async dtmf(target, digits) {
    await this.command("dtmf", { ...about(target), digits });
  }

  /** @type {Api.Client["forward"]} */
  async forward(line, when, to) {
    await this.command("forward", { line: `${line}`, when, to });
  }

  /** @returns {Promise<void>} */
  async ping() {
    await this.command("ping");
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
   * @param {Settings} settings
   * @param {Api.Sharing} sharing
   * @returns {Link}
   */
  #ownLink(settings, sharing) {
    const connection = new Connection(settings, undefined, (news) => this.#take(news));
    return {
      sharing,
      command: (cmd, fields) => connection.request(cmd, fields),
      close: () => connection.close(),
    };
  }

  /**
   * @param {News} news
   * @returns {boolean} Whether it follows on what is known; if not, it is not taken.
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
        this.#report(new Tapi2WsError(news.problem, { cause: news.cause }));
        return true;
      case "state":
        this.#takeState(news.state);
        return true;
      case "events": {
        const { epoch, after, seq, events } = news;
        if (epoch !== this.#point?.epoch || after !== this.#point.seq) return false;
        this.#point = { epoch, seq };
        for (const event of events) this.#takeEvent(event);
        return true;
      }
    }
  }

  /** @param {WholeState} state */
  #takeState({ epoch, seq, gap, provider, lines, calls }) {
    const before = this.#point?.epoch === epoch ? this.calls : new Map();
    const known = new Set(calls.map(({ id }) => id));
    const gone = [...this.calls.values()].filter(({ id }) => !before.has(id) || !known.has(id));
    this.#point = { epoch, seq };
    this.provider = provider;
    refill(this.lines, lines.map((line) => [line.line, line]));
    refill(this.calls, calls.map((call) => [call.id, call]));
    for (const { id } of gone) this.#rung.delete(id);
    this.#tell({ type: "state", seq, gap });
    for (const call of gone) this.#emit("ended", call);
    for (const call of calls) this.#ringOnce(call);
  }

  /** @param {ServerEvent} event */
  #takeEvent(event) {
    switch (event.type) {
      case "call": {
        const { call, change } = event;
        if (change === "ended") this.calls.delete(call.id);
        else this.calls.set(call.id, call);
        this.#tell(event);
        if (change !== "ended") return this.#ringOnce(call);
        this.#rung.delete(call.id);
        return this.#emit("ended", call);
      }
      case "line": {
        const { line, change } = event;
        if (change !== "removed") this.lines.set(line.line, line);
        else if (this.lines.get(line.line)?.permanentId === line.permanentId) {
          this.lines.delete(line.line);
        }
        return this.#tell(event);
      }
      case "provider":
        this.provider = event.state;
        return this.#tell(event);
    }
  }

  /** @param {Api.Call} call */
  #ringOnce(call) {
    const rings = (call.state === "OFFERING" || call.state === "ACCEPTED") &&
      call.direction !== "out";
    if (!rings || this.#rung.has(call.id)) return;
    this.#rung.add(call.id);
    this.#emit("ring", call);
  }

  /** @param {Api.StatusEvent} event */
  #setStatus(event) {
    if (this.status === "closed") return;
    this.#status = event;
    const { status, reason = "closed" } = event;
    if (status === "open") this.#ready.resolve();
    this.#emit("status", event);
    if (status !== "closed") return;
    this.#ready.reject(disconnected(`Not connected: ${reason}`));
    for (const stream of [...this.#streams]) stream.end();
  }

  /** What a tab that begins to follow is told. @returns {Extract<TabMessage, { is: "sync" }>} */
  #overview() {
    const state = this.#point && {
      ...this.#point,
      gap: false,
      provider: this.provider,
      lines: [...this.lines.values()],
      calls: [...this.calls.values()],
    };
    return {
      is: "sync",
      event: this.#status,
      ...this.#hello !== undefined && { hello: this.#hello },
      ...state !== undefined && { state },
    };
  }

  /** @param {Api.StreamEvent} event */
  #tell(event) {
    for (const stream of this.#streams) stream.push(event);
    this.#emit(event.type, event);
  }

  /**
   * @template {keyof Api.ClientEvents} Name
   * @param {Name} name
   * @param {Api.ClientEvents[Name]} event
   */
  #emit(name, event) {
    for (const listener of [...this.#listeners.get(name) ?? []]) {
      try {
        listener(/** @type {never} */ (event));
      } catch (cause) {
        const message = `A listener for "${name}" failed: ${cause}`;
        const error = new Tapi2WsError({ code: "listener", message }, { cause });
        if (name === "error") logError(error);
        else this.#report(error);
      }
    }
  }

  /** @param {Api.Tapi2WsError} error */
  #report(error) {
    if (this.#listeners.get("error")?.size === 0) logError(error);
    else this.#emit("error", error);
  }
}

/**
 * Events for one who takes them one after the other.
 *
 * @implements {AsyncIterableIterator<Api.StreamEvent>}
 */
class EventStream {
  /** @type {Api.StreamEvent[]} */
  #waiting = [];
  /** Those who wait for an event. @type {((result: IteratorResult<Api.StreamEvent>) => void)[]} */
  #takers = [];
  #ended = false;
  /** @type {Api.Tapi2WsError | undefined} */
  #error;
  #limit;
  #signal;
  #onEnd;
  #abort = () => this.end();

  /**
   * @param {number} limit
   * @param {AbortSignal | undefined} signal
   * @param {() => void} onEnd
   */
  constructor(limit, signal, onEnd) {
    this.#limit = limit;
    this.#signal = signal;
    this.#onEnd = onEnd;
    signal?.addEventListener("abort", this.#abort);
  }

  /** @param {Api.StreamEvent} event */
  push(event) {
    const taker = this.#takers.shift();
    if (taker !== undefined) return taker({ value: event, done: false });
    this.#waiting.push(event);
    if (this.#waiting.length <= this.#limit) return;
    const message = `More than ${this.#limit} events waited to be taken`;
    this.#error = new Tapi2WsError({ code: "overflow", message });
    this.#waiting = [];
    this.end();
  }

  /** No event comes behind those that wait. */
  end() {
    this.#ended = true;
    this.#signal?.removeEventListener("abort", this.#abort);
    this.#onEnd();
    for (const taker of this.#takers.splice(0)) taker({ value: undefined, done: true });
  }

  /** @returns {Promise<IteratorResult<Api.StreamEvent>>} */
  next() {
    const event = this.#waiting.shift();
    if (event !== undefined) return Promise.resolve({ value: event, done: false });
    const error = this.#error;
    this.#error = undefined;
    if (error !== undefined) return Promise.reject(error);
    if (this.#ended) return Promise.resolve({ value: undefined, done: true });
    return new Promise((resolve) => this.#takers.push(resolve));
  }

  /** @returns {Promise<IteratorResult<Api.StreamEvent>>} */
  return() {
    this.#waiting = [];
    this.end();
    return Promise.resolve({ value: undefined, done: true });
  }

  [Symbol.asyncIterator]() {
    return this;
  }
}

// The connection: one socket after the other, and how far the events have been heard.

class Connection {
  #settings;
  /** @type {(news: News) => void} */
  #tell;
  /** @type {Point | undefined} */
  #point;
  /** @type {Api.WebSocketLike | undefined} */
  #socket;
  #requests;
  #open = false;
  #closed = false;
  /** Attempts since a connection lasted. */
  #attempts = 0;
  /** The token that the server has refused. @type {string | undefined} */
  #refusedToken;
  /** @type {string | undefined} */
  #token;
  /** @type {{ code: number | undefined, reason: string } | undefined} */
  #refusal;
  /** What has to be heard before the state is the server's. */
  #replay = { heard: 0, expected: Infinity, seq: 0 };
  /** Ends the connection that is being made, or the wait. @type {Timer} */
  #attemptTimer;
  /** @type {Timer} */
  #stableTimer;
  /** @type {Timer} */
  #keepAliveTimer;
  /** The network is back: neither the wait nor the socket is what it was. */
  #online = () => {
    if (this.#open) void this.#tryOut();
    else if (this.#attemptTimer.purpose === "wait") this.#attempt();
  };

  /**
   * @param {Settings} settings
   * @param {Point | undefined} point Where to take up.
   * @param {(news: News) => void} tell
   */
  constructor(settings, point, tell) {
    const { timers } = settings;
    this.#settings = settings;
    this.#point = point;
    this.#tell = tell;
    this.#requests = new Requests(timers);
    this.#attemptTimer = new Timer(timers);
    this.#stableTimer = new Timer(timers);
    this.#keepAliveTimer = new Timer(timers);
    globalThis.addEventListener?.("online", this.#online);
    // Later, so that those who begin to listen now hear all of it.
    queueMicrotask(() => this.#attempt());
  }

  /**
   * @param {string} cmd
   * @param {object} fields
   * @returns {Promise<unknown>}
   */
  async request(cmd, fields) {
    if (!this.#open) throw disconnected(`Not connected: ${cmd} was not sent`);
    return await this.#send(cmd, fields, this.#settings.timeoutMs);
  }

  /** @returns {Promise<void>} */
  async close() {
    this.#closed = true;
    globalThis.removeEventListener?.("online", this.#online);
    const socket = this.#letGo("The client was closed");
    if (socket === undefined) return;
    const gone = withResolvers();
    const timer = new Timer(this.#settings.timers);
    socket.onclose = () => gone.resolve();
    timer.set(GOODBYE_MS, () => gone.resolve());
    closeQuietly(socket, 1000, "");
    await gone.promise;
    timer.clear();
  }

  async #attempt() {
    const { url, token, WebSocket, connectTimeoutMs } = this.#settings;
    if (this.#closed) return;
    this.#tell({ is: "status", event: { status: "connecting" } });
    this.#attemptTimer.set(connectTimeoutMs, () => this.#lost(undefined, "no answer"));
    const { attempt } = this.#attemptTimer;
    try {
      this.#token = typeof token === "function" ? await token() : token;
    } catch (cause) {
      if (this.#attemptTimer.attempt !== attempt) return;
      const message = `The token cannot be had: ${cause}`;
      this.#tell({ is: "error", problem: { code: "cannot_connect", message }, cause });
      return this.#lost(undefined, "no token");
    }
    // Closed, or timed out, in the meantime.
    if (this.#attemptTimer.attempt !== attempt) return;
    if (this.#refusal !== undefined && this.#token === this.#refusedToken) {
      return this.#giveUp(this.#refusal);
    }
    const protocols = this.#token === undefined
      ? [PROTOCOL]
      : [PROTOCOL, TOKEN_PREFIX + this.#token];
    try {
      this.#listen(new WebSocket(url, protocols));
    } catch (cause) {
      const message = `${url} cannot be connected to: ${cause}`;
      this.#giveUp({ code: undefined, reason: message }, "cannot_connect", cause);
    }
  }

  /** @param {Api.WebSocketLike} socket */
  #listen(socket) {
    this.#socket = socket;
    this.#replay = { heard: 0, expected: Infinity, seq: 0 };
    socket.onmessage = (/** @type {{ data: unknown }} */ { data }) => this.#receive(data);
    // What follows is told by onclose.
    socket.onerror = () => {};
    socket.onclose = (/** @type {{ code: number, reason: string }} */ { code, reason }) =>
      this.#lost(code, reason === "" ? `the connection ended with code ${code}` : reason);
  }

  /** @param {unknown} data */
  #receive(data) {
    const frame = parse(data);
    if (Array.isArray(frame)) return this.#hear(frame);
    switch (frame?.type) {
      case "hello":
        return this.#greet(frame);
      case "result":
        return this.#requests.settle(frame.id, { result: frame.result });
      case "error":
        return this.#fail(frame);
      default:
        if (typeof frame?.seq === "number") this.#hear([frame]);
    }
  }

  /** @param {Frame} hello */
  #greet({ identity, server, epoch, seq }) {
    if (identity && server) this.#tell({ is: "hello", hello: { identity, server } });
    // One who may only command hears nothing.
    if (identity?.can.includes("monitor") === false) return this.#begin({ epoch, seq });
    const { lines, events, connectTimeoutMs } = this.#settings;
    const resume = this.#point;
    const fields = {
      batch: true,
      ...lines !== undefined && { lines },
      ...events !== undefined && { events },
      ...resume !== undefined && { resume },
    };
    const begin = (/** @type {unknown} */ result) =>
      this.#begin(/** @type {SubscribeResult} */ (result));
    this.#send("subscribe", fields, connectTimeoutMs, begin).catch(({ code, message }) => {
      // A connection that was cut has said so itself.
      if (code === "disconnected" || code === "timeout") return;
      if (code === "not_permitted" || code === "unauthorized") {
        this.#giveUp({ code: undefined, reason: message }, code);
      } else this.#lost(undefined, message);
    });
  }

  /**
   * @typedef {Point & Partial<WholeState> & { replayed?: number }} SubscribeResult
   * @param {SubscribeResult} result
   */
  #begin({ epoch, seq, replayed, provider, lines, calls }) {
    this.#replay.seq = seq;
    if (replayed === undefined) {
      const gap = this.#point !== undefined;
      this.#point = { epoch, seq };
      const state = { epoch, seq, gap, provider, lines: lines ?? [], calls: calls ?? [] };
      this.#tell({ is: "state", state });
    }
    this.#replay.expected = replayed ?? 0;
    if (this.#replay.heard >= this.#replay.expected) this.#opened();
  }

  /** Everything that was missed is there. */
  #opened() {
    const { keepAliveMs } = this.#settings;
    this.#open = true;
    this.#refusal = undefined;
    this.#pass([], this.#replay.seq);
    this.#attemptTimer.clear();
    this.#stableTimer.set(STABLE_MS, () => this.#attempts = 0);
    if (keepAliveMs > 0) this.#keepAliveTimer.set(keepAliveMs, () => this.#tryOut());
    this.#tell({ is: "status", event: { status: "open" } });
  }

  /** @param {readonly unknown[]} frames */
  #hear(frames) {
    // A server sends none before it has answered the subscription.
    if (this.#point === undefined) return;
    /** @type {ServerEvent[]} */
    const events = [];
    let { seq } = this.#point;
    for (const frame of frames) {
      const number = Number(/** @type {{ seq?: unknown } | null} */ (frame)?.seq);
      if (!(number > seq)) continue;
      seq = number;
      if (isEvent(frame)) events.push(frame);
    }
    this.#pass(events, seq);
    this.#replay.heard += frames.length;
    if (!this.#open && this.#replay.heard >= this.#replay.expected) this.#opened();
  }

  /**
   * @param {readonly ServerEvent[]} events
   * @param {number} seq
   */
  #pass(events, seq) {
    if (this.#point === undefined || seq <= this.#point.seq) return;
    const { epoch, seq: after } = this.#point;
    this.#point = { epoch, seq };
    this.#tell({ is: "events", epoch, after, seq, events });
  }

  /** @param {{ id?: unknown, error?: unknown }} frame */
  #fail({ id, error }) {
    const problem = problemOf(error);
    if (id === undefined) this.#tell({ is: "error", problem });
    else this.#requests.settle(id, { problem });
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

  /** Whether the server is still there; if not, the connection is begun anew. */
  async #tryOut() {
    const { keepAliveMs, timeoutMs } = this.#settings;
    const socket = this.#socket;
    if (keepAliveMs > 0) this.#keepAliveTimer.set(keepAliveMs, () => this.#tryOut());
    try {
      const patienceMs = Math.min(timeoutMs, keepAliveMs || timeoutMs);
      await this.#send("ping", {}, patienceMs, (result) => {
        // Where nothing happens on the lines chosen, only this tells how far the server has got.
        this.#pass([], /** @type {Partial<Point> | undefined} */ (result)?.seq ?? 0);
      });
    } catch (error) {
      const silent = /** @type {Api.Tapi2WsError} */ (error).code === "timeout";
      if (silent && socket === this.#socket) this.#lost(undefined, "no sign of life");
    }
  }

  /**
   * The connection is gone: tries again, unless that cannot help.
   *
   * @param {number | undefined} code
   * @param {string} reason
   */
  #lost(code, reason) {
    const socket = this.#letGo(`The connection was cut: ${reason}`);
    if (socket !== undefined) closeQuietly(socket);
    if (this.#closed) return;
    if (code !== undefined && REFUSALS.has(code)) {
      this.#refusal = { code, reason };
      this.#refusedToken = this.#token;
      if (typeof this.#settings.token !== "function") return this.#giveUp(this.#refusal);
    }
    const { firstMs, longestMs, random } = this.#settings;
    const ceilingMs = Math.min(longestMs, firstMs * 2 ** this.#attempts);
    const retryInMs = Math.round(ceilingMs * (0.5 + random() / 2));
    this.#attempts++;
    this.#attemptTimer.set(retryInMs, () => this.#attempt(), "wait");
    const event = { status: /** @type {const} */ ("waiting"), retryInMs, reason };
    this.#tell({ is: "status", event: code === undefined ? event : { ...event, code } });
  }

  /**
   * @param {{ code: number | undefined, reason: string }} why
   * @param {string} [errorCode]
   * @param {unknown} [cause]
   */
  #giveUp({ code, reason }, errorCode = REFUSALS.get(code ?? 0), cause) {
    this.#closed = true;
    globalThis.removeEventListener?.("online", this.#online);
    const socket = this.#letGo(reason);
    if (socket !== undefined) closeQuietly(socket);
    const problem = problemOf({ code: errorCode, message: `Gave up connecting: ${reason}` });
    this.#tell({ is: "error", problem, cause });
    const event = { status: /** @type {const} */ ("closed"), reason };
    this.#tell({ is: "status", event: code === undefined ? event : { ...event, code } });
  }

  /**
   * Forgets the socket, and whatever waited for it.
   *
   * @param {string} why
   * @returns {Api.WebSocketLike | undefined} The socket, to be closed.
   */
  #letGo(why) {
    const socket = this.#socket;
    this.#socket = undefined;
    this.#open = false;
    for (const timer of [this.#attemptTimer, this.#stableTimer, this.#keepAliveTimer]) {
      timer.clear();
    }
    if (socket !== undefined) {
      socket.onopen = null;
      socket.onmessage = null;
      socket.onclose = null;
    }
    this.#requests.rejectAll(why);
    return socket;
  }
}

/** Commands that wait for their answers. */
class Requests {
  #timers;
  #lastId = 0;
  /** @type {Map<unknown, (answer: Answer) => void>} */
  #waiting = new Map();

  /** @param {Api.Timers} timers */
  constructor(timers) {
    this.#timers = timers;
  }

  /**
   * @param {string} cmd
   * @param {number} timeoutMs
   * @param {(id: number) => void} send
   * @param {(result: unknown) => void} [onResult] Told before the next frame is heard, which some
   * WebSockets bring in the same turn; the promise's listeners may be told behind it.
   * @returns {Promise<unknown>}
   */
  make(cmd, timeoutMs, send, onResult) {
    const id = ++this.#lastId;
    return new Promise((resolve, reject) => {
      const timer = new Timer(this.#timers);
      this.#waiting.set(id, (answer) => {
        timer.clear();
        this.#waiting.delete(id);
        if ("problem" in answer) return reject(new Tapi2WsError(answer.problem));
        onResult?.(answer.result);
        resolve(answer.result);
      });
      timer.set(timeoutMs, () => {
        const message = `${cmd} was not answered within ${timeoutMs} ms`;
        this.settle(id, { problem: { code: "timeout", message } });
      });
      send(id);
    });
  }

  /**
   * @param {unknown} id
   * @param {Answer} answer
   */
  settle(id, answer) {
    this.#waiting.get(id)?.(answer);
  }

  /** @param {string} message */
  rejectAll(message) {
    for (const settle of [...this.#waiting.values()]) {
      settle({ problem: { code: "disconnected", message } });
    }
  }
}

/** One timer that may be set again. */
class Timer {
  #timers;
  /** @type {unknown} */
  #timer;
  /** For what it is set. @type {string | undefined} */
  purpose;
  /** Rises whenever it is set or cleared. */
  attempt = 0;

  /** @param {Api.Timers} timers */
  constructor(timers) {
    this.#timers = timers;
  }

  /**
   * @param {number} delayMs
   * @param {() => void} callback
   * @param {string} [purpose]
   */
  set(delayMs, callback, purpose) {
    this.clear();
    this.purpose = purpose;
    this.#timer = this.#timers.setTimeout(() => {
      this.clear();
      callback();
    }, delayMs);
  }

  clear() {
    this.attempt++;
    this.purpose = undefined;
    if (this.#timer !== undefined) this.#timers.clearTimeout(this.#timer);
    this.#timer = undefined;
  }
}

// One tab for many: who holds the lock leads, and tells the others over the channel.

/**
 * @typedef {{
 *   take(news: News): boolean,
 *   tellSharing(): void,
 *   overview(): Extract<TabMessage, { is: "sync" }>,
 *   point(): Point | undefined,
 * }} Tab What the client does for its link.
 */

/** @implements {Link} */
class SharedLink {
  /** @type {Api.Sharing} */
  sharing = "follower";
  #settings;
  #tab;
  #name = `${Math.random()}`.slice(2);
  #channel;
  #requests;
  #stop = new AbortController();
  /** @type {Connection | undefined} */
  #connection;
  #retired = false;
  /** Resolves when the lock may go to another tab. */
  #closed = withResolvers();

  /**
   * @param {string} group
   * @param {Settings} settings
   * @param {Tab} tab
   */
  constructor(group, settings, tab) {
    this.#settings = settings;
    this.#tab = tab;
    this.#requests = new Requests(settings.timers);
    this.#channel = new BroadcastChannel(group);
    this.#channel.onmessage = ({ data }) => this.#receive(data);
    this.#post({ is: "join" });
    locks()?.request(group, { signal: this.#stop.signal }, () => this.#lead()).catch((error) => {
      // Closed while it waited; or a page that may not lock, which then leads for itself.
      if (this.#stop.signal.aborted) return;
      const message = `This page cannot share a connection: ${error}`;
      tab.take({ is: "error", problem: { code: "not_shared", message } });
      this.#channel.onmessage = null;
      void this.#lead("unavailable");
    });
  }

  /**
   * @param {string} cmd
   * @param {object} fields
   * @returns {Promise<unknown>}
   */
  command(cmd, fields) {
    if (this.#connection !== undefined) return this.#connection.request(cmd, fields);
    const from = this.#name;
    const { timeoutMs } = this.#settings;
    return this.#requests.make(
      cmd,
      timeoutMs,
      (id) => this.#post({ is: "command", from, id, cmd, fields }),
    );
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
    if (this.#retired) return;
    if (this.#connection !== undefined) this.#post({ is: "bye" });
    this.#retired = true;
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
    this.sharing = sharing;
    this.#post({ is: "leader" });
    this.#requests.rejectAll("The tab that held the connection is gone");
    this.#tab.tellSharing();
    // From where the former leader got to: what it did not tell is replayed.
    this.#connection = new Connection(this.#settings, this.#tab.point(), (news) => {
      // Whom the server refuses leads no more: another tab may have a better token.
      if (news.is === "status" && news.event.status === "closed") this.#retire();
      // A cause is of this tab alone: not everything can be sent.
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
        // Whoever began to follow while nobody led has not been answered.
        if (message.is === "leader") this.#post({ is: "join" });
        return;
      case "sync":
        return this.#catchUp(message);
      case "answer":
        if (message.to === this.#name) this.#requests.settle(message.id, message.answer);
        return;
      case "join":
      case "command":
        return;
      case "status":
        // Before the state is there, its sync tells.
        if (this.#tab.point() !== undefined) this.#tab.take(message);
        return;
      default:
        // Events that do not follow on what is known: something was missed.
        if (!this.#tab.take(message) && this.#tab.point() !== undefined) this.#post({ is: "join" });
    }
  }

  /**
   * @param {TabMessage} message
   * @param {Connection} connection
   */
  #serve(message, connection) {
    if (message.is === "join") return this.#post(this.#tab.overview());
    if (message.is !== "command") return;
    const { from: to, id, cmd, fields } = message;
    connection.request(cmd, fields).then(
      (result) => this.#post({ is: "answer", to, id, answer: { result } }),
      ({ code, message, tapi }) =>
        this.#post({ is: "answer", to, id, answer: { problem: { code, message, tapi } } }),
    );
  }

  /** @param {Extract<TabMessage, { is: "sync" }>} overview */
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
    if (this.sharing !== "unavailable" && !this.#retired) this.#channel.postMessage(message);
  }
}

// Helpers.

/**
 * @typedef {{ promise: Promise<void>, resolve: () => void, reject: (error: unknown) => void }}
 *   PromiseWithResolversLike
 * @returns {PromiseWithResolversLike}
 */
function withResolvers() {
  // Promise.withResolvers is younger than Node 20.
  /** @type {() => void} */
  let resolve = () => {};
  /** @type {(error: unknown) => void} */
  let reject = () => {};
  const promise = /** @type {Promise<void>} */ (new Promise((yes, no) => {
    resolve = () => yes(undefined);
    reject = no;
  }));
  return { promise, resolve, reject };
}

/**
 * @param {string | URL} url
 * @returns {string}
 */
function socketUrl(url) {
  const parsed = new URL(url, globalThis.location?.href);
  parsed.protocol = parsed.protocol.replace(/^http/, "ws");
  if (!/^wss?:$/.test(parsed.protocol)) {
    throw new TypeError(`Not the URL of a Tapi2Ws server: ${url}`);
  }
  return parsed.href;
}

/**
 * @param {string} url
 * @param {Api.ConnectOptions} options
 * @returns {Settings}
 */
function settingsOf(url, options) {
  const { lines, backOff = {} } = options;
  const { WebSocket = globalThis.WebSocket } = options;
  if (WebSocket === undefined) {
    throw new TypeError("There is no WebSocket here: pass one as the option WebSocket");
  }
  return {
    url,
    lines: lines === undefined ? undefined : [lines].flat().map((line) => `${line}`),
    events: options.events,
    token: options.token,
    timeoutMs: options.timeoutMs ?? 15_000,
    connectTimeoutMs: options.connectTimeoutMs ?? 10_000,
    keepAliveMs: options.keepAliveMs ?? 20_000,
    firstMs: backOff.firstMs ?? 1_000,
    longestMs: backOff.longestMs ?? 30_000,
    random: options.random ?? Math.random,
    WebSocket,
    timers: options.timers ?? {
      setTimeout: (callback, delayMs) => setTimeout(callback, delayMs),
      clearTimeout: (timer) => clearTimeout(/** @type {number} */ (timer)),
    },
  };
}

/**
 * Tabs that want the same share; a tab that wants something else has a leader of its own.
 *
 * @param {string} shared
 * @param {Settings} settings
 * @returns {string}
 */
function groupName(shared, { url, lines, events }) {
  return JSON.stringify(["tapi2ws", 1, shared, url, lines ?? "all", events ?? "all"]);
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

/** @returns {boolean} */
function canShare() {
  return locks() !== undefined && typeof BroadcastChannel === "function";
}

/**
 * @param {Api.Target} target
 * @returns {Record<string, unknown>}
 */
function about(target) {
  if ("id" in target) return { call: target.id };
  return "call" in target ? { call: target.call } : { line: `${target.line}` };
}

/**
 * @template Key, Value
 * @param {Map<Key, Value>} map
 * @param {readonly [Key, Value][]} entries
 */
function refill(map, entries) {
  map.clear();
  for (const [key, value] of entries) map.set(key, value);
}

/**
 * A frame of the server; what is none is `undefined`.
 *
 * @typedef {Point & { type?: unknown, id?: unknown, result?: unknown, error?: unknown,
 *   identity?: Api.Identity, server?: Api.ServerInfo }} Frame
 * @param {unknown} data
 * @returns {Frame | unknown[] | undefined}
 */
function parse(data) {
  try {
    const frame = JSON.parse(String(data));
    return typeof frame === "object" && frame !== null ? frame : undefined;
  } catch {
    return undefined;
  }
}

/**
 * Whether a frame is an event that can be applied; one of a kind that is not known here is not.
 *
 * @param {unknown} frame
 * @returns {frame is ServerEvent}
 */
function isEvent(frame) {
  const { type, call, line, state } = /** @type {Record<string, unknown>} */ (frame);
  switch (type) {
    case "call":
      return typeof (/** @type {{ id?: unknown } | undefined} */ (call))?.id === "number";
    case "line":
      return typeof (/** @type {{ line?: unknown } | undefined} */ (line))?.line === "string";
    default:
      return type === "provider" && typeof state === "string";
  }
}

/**
 * @param {unknown} error
 * @returns {Api.Problem}
 */
function problemOf(error) {
  const { code, message, tapi } = /** @type {Partial<Api.Problem>} */ (error ?? {});
  return {
    code: code ?? "bad_request",
    message: message ?? "The server gives no reason",
    ...tapi !== undefined && { tapi },
  };
}

/**
 * @param {string} message
 * @returns {Api.Tapi2WsError}
 */
function disconnected(message) {
  return new Tapi2WsError({ code: "disconnected", message });
}

/**
 * @param {Api.WebSocketLike} socket
 * @param {[code?: number, reason?: string]} why
 */
function closeQuietly(socket, ...why) {
  try {
    socket.close(...why);
  } catch {
    // It cannot be closed while it is being opened, in some WebSockets; it ends by itself.
  }
}

/** @param {unknown} error */
function logError(error) {
  // deno-lint-ignore no-console -- the only place where a page's author looks
  console.error(error);
}
