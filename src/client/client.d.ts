/**
 * The types of the client library: what `client.js` exports, and the objects of the sub-protocol
 * `tapi2ws.v2` as a client sees them.
 *
 * A server that is newer than this file may send values that are not listed here; the library
 * passes them on.
 *
 * @module
 */
/// <reference lib="esnext.disposable" />
import type {
  CALL_ORIGINS,
  CALL_REASONS,
  CALL_STATES,
  DIRECTIONS,
  PRESENTATIONS,
} from "../model/call.ts";
import type { CALL_COMMANDS, COMPLETION_MODES, LINE_COMMANDS } from "../model/command.ts";
import type { ERROR_CODES } from "../model/error.ts";
import type { CALL_CHANGES, EVENT_KINDS, LINE_CHANGES, PROVIDER_STATES } from "../model/event.ts";
import type { FORWARD_CASES } from "../model/forward.ts";
import type { LINE_STATUSES } from "../model/line.ts";
import type { RIGHTS } from "../model/right.ts";

/**
 * Connects to a Tapi2Ws server and stays connected: after a cut it connects again and takes up
 * where it was. Answers at once; {@linkcode Client.ready} tells when the state is there.
 *
 * @param url Such as `ws://server:43001/`; `http://` and a path relative to the page are taken as
 * well.
 * @throws TypeError when the URL is none, or there is no WebSocket to use.
 */
export function connect(url: string | URL, options?: ConnectOptions): Client;

/** What went wrong. The message is for people, {@linkcode code} for programs. */
export class Tapi2WsError extends Error {
  constructor(problem: Problem, options?: { readonly cause?: unknown });
  override readonly name: "Tapi2WsError";
  readonly code: ErrorCode;
  /** With `tapi_error`: TAPI's own number, and its name such as `LINEERR_CALLUNAVAIL`. */
  readonly tapi: TapiReason | undefined;
}

export interface Problem {
  readonly code: ErrorCode;
  readonly message: string;
  readonly tapi?: TapiReason | undefined;
}

export interface TapiReason {
  readonly code: number;
  readonly name: string;
}

/** What the server answers with. */
export type ServerErrorCode = typeof ERROR_CODES[number];

/**
 * What the library itself finds.
 *
 * - `disconnected`: there is no connection, or it was cut before the answer. In the second case the
 *   command may have been carried out.
 * - `cannot_connect`: the browser refuses the address, or the token cannot be had.
 * - `overflow`: an iteration was too slow for its buffer.
 * - `not_shared`: this browser cannot let one tab lead for many; this one has its own connection.
 * - `listener`: a listener threw; the cause is what it threw.
 */
export type ClientErrorCode =
  | "disconnected"
  | "cannot_connect"
  | "overflow"
  | "not_shared"
  | "listener";

export type ErrorCode = ServerErrorCode | ClientErrorCode;

export interface ConnectOptions {
  /** The extensions to follow: one, or many. Every one that the token permits when left out. */
  readonly lines?: Extension | readonly Extension[];
  /** What to hear. All when left out. What is not heard is not kept in the state either. */
  readonly events?: readonly EventKind[];
  /**
   * The token that the server's administrator gave out, or a function that gets one. The function
   * is asked before each attempt to connect.
   */
  readonly token?: string | (() => string | Promise<string>);
  /** How long an answer to a command may take: milliseconds, 15,000 when left out. */
  readonly timeoutMs?: number;
  /** How long connecting may take, until the state is there: milliseconds, 10,000 when left out. */
  readonly connectTimeoutMs?: number;
  /**
   * How often the connection is tried with a ping, so that a dead one is noticed and a live one is
   * not taken for idle: milliseconds, 20,000 when left out, 0 for never. A Manifest V3 service
   * worker lives as long as there is traffic every 30 seconds.
   */
  readonly keepAliveMs?: number;
  /** The waits between attempts to connect: they double from the first to the longest. */
  readonly backOff?: {
    /** Milliseconds, 1,000 when left out. The wait is between half of it and all of it. */
    readonly firstMs?: number;
    /** Milliseconds, 30,000 when left out. */
    readonly longestMs?: number;
  };
  /**
   * A name that tabs of one origin share: one of them, the leader, holds the connection, and the
   * others get state and events from it and command through it. Needs a secure context (https or
   * localhost).
   */
  readonly shared?: string;
  /** The WebSocket to use where there is no global one, as in Node before 22. */
  readonly WebSocket?: WebSocketConstructor;
  /** Timers and chance, for tests. */
  readonly timers?: Timers;
  readonly random?: () => number;
}

/** An extension such as `"201"`; a number is taken as its digits. */
export type Extension = string | number;

export type EventKind = typeof EVENT_KINDS[number];

/**
 * - `connecting`: an attempt to connect is under way.
 * - `open`: connected, and the state is what the server's is.
 * - `waiting`: for the next attempt. The state is what it was when the connection was cut.
 * - `closed`: for good; by {@linkcode Client.close}, or because the server refuses.
 */
export type Status = "connecting" | "open" | "waiting" | "closed";

/**
 * - `alone`: its own connection, as asked.
 * - `leader`: holds the connection for other tabs.
 * - `follower`: another tab holds it.
 * - `unavailable`: asked to share, which this browser or page cannot: its own connection.
 */
export type Sharing = "alone" | "leader" | "follower" | "unavailable";

/** The commands of the protocol that have a method. All reject with {@linkcode Tapi2WsError}. */
export interface Commands {
  /** Dials; `call` is the number of the call in {@linkcode calls}. */
  dial(line: Extension, number: string): Promise<MadeCall>;
  /** Hangs up, or rejects a call that rings. */
  drop(target: Target): Promise<void>;
  answer(target: Target): Promise<void>;
  hold(target: Target): Promise<void>;
  unhold(target: Target): Promise<void>;
  /** The active and the held call of the line change places. */
  swap(line: Extension): Promise<void>;
  /** Sends the call there without asking. */
  transfer(target: Target, number: string): Promise<void>;
  /** Holds the call and makes a second one, to be completed or dropped. */
  consult(target: Target, number: string): Promise<MadeCall>;
  /** Ends a consultation: both others talk, or all three. */
  complete(line: Extension, mode: typeof COMPLETION_MODES[number]): Promise<void>;
  /** Parks the call; at the slot that is answered where none is given. */
  park(target: Target, slot?: string): Promise<ParkedCall>;
  unpark(line: Extension, slot: string): Promise<MadeCall>;
  /** Takes a call that rings elsewhere: at `from`, or in the group. */
  pickup(
    line: Extension,
    where?: { readonly from?: Extension; readonly group?: string },
  ): Promise<MadeCall>;
  /** Sends a call that still rings elsewhere. */
  redirect(target: Target, number: string): Promise<void>;
  dtmf(target: Target, digits: string): Promise<void>;
  /** `null` switches it off. */
  forward(line: Extension, when: ForwardWhen, to: string | null): Promise<void>;
  /** Asks the server for a sign of life. */
  ping(): Promise<void>;
}

/** A connection that is kept, the state behind it, and the commands that go through it. */
export interface Client extends Commands, AsyncDisposable {
  readonly status: Status;
  /**
   * Resolves when the state is there for the first time; rejects when the client is closed, or the
   * server refuses, before that.
   */
  readonly ready: Promise<void>;
  /** The lines, by extension. Where lines share an extension, the one that was heard of last. */
  readonly lines: ReadonlyMap<string, Line>;
  /** The calls that live, by their number. */
  readonly calls: ReadonlyMap<number, Call>;
  /** The telephony service behind the server; `undefined` until that is known. */
  readonly provider: ProviderState | undefined;
  /** Whom the server takes this client for; `undefined` until it has said so. */
  readonly identity: Identity | undefined;
  /** `undefined` until it has said so. */
  readonly server: ServerInfo | undefined;
  readonly sharing: Sharing;
  /** Whether this is the tab that shows what has to be shown once. True for all but followers. */
  readonly isLeader: boolean;

  /** Listens until the result is called. A listener that throws hurts nobody else. */
  on<Name extends keyof ClientEvents>(
    name: Name,
    listener: (event: ClientEvents[Name]) => void,
  ): () => void;
  /**
   * The events from now on, and a {@linkcode StateEvent} where the whole state was taken instead.
   * Ends with `close()` and with the signal.
   *
   * @throws Tapi2WsError `overflow`, from the iteration, when more than `limit` events wait.
   */
  events(options?: EventsOptions): AsyncIterableIterator<StreamEvent>;

  /**
   * Any command of the protocol; resolves with its `result`. All commands reject with {@linkcode
   * Tapi2WsError}.
   */
  command(cmd: string, fields?: Readonly<Record<string, unknown>>): Promise<unknown>;

  /** Closes for good; resolves when the connection has ended. Calls go on. */
  close(): Promise<void>;
}

/**
 * What a command is about: a call, a call's number, or a line that has only one call it can mean.
 */
export type Target = Call | { readonly call: number } | { readonly line: Extension };

export interface MadeCall {
  readonly call: number;
}

export interface ParkedCall {
  readonly slot: string;
}

/** What {@linkcode Client.on} can listen to. */
export interface ClientEvents {
  /** Something happened to a call. */
  readonly call: CallEvent;
  /** Something happened to a line. */
  readonly line: LineEvent;
  /** The telephony service came or went. */
  readonly provider: ProviderEvent;
  /** The whole state was taken: at first, and where events were missed. */
  readonly state: StateEvent;
  /**
   * A call rings that did not before. Once for each call, also if it rang when the client
   * connected.
   */
  readonly ring: Call;
  /** A call has ended; also if that was missed. */
  readonly ended: Call;
  readonly status: StatusEvent;
  /** This tab became the leader, or what it follows has changed. */
  readonly sharing: Sharing;
  /** What is no command's rejection. Without a listener it goes to the console. */
  readonly error: Tapi2WsError;
}

export interface StatusEvent {
  readonly status: Status;
  /** With `waiting`: milliseconds until the next attempt. */
  readonly retryInMs?: number;
  /** With `waiting` and `closed`: the close code of the WebSocket, where there is one. */
  readonly code?: number;
  /** For people. */
  readonly reason?: string;
}

export interface EventsOptions {
  readonly signal?: AbortSignal;
  /** How many events may wait for the iteration; 10,000 when left out. */
  readonly limit?: number;
}

export type StreamEvent = CallEvent | LineEvent | ProviderEvent | StateEvent;

/** What every event of the server has. */
export interface Numbered {
  /** Rises with every event. */
  readonly seq: number;
  /** ISO 8601, UTC, with milliseconds. */
  readonly at: string;
}

export interface CallEvent extends Numbered {
  readonly type: "call";
  /** `info`: what is known of the call changed within its state. */
  readonly change: typeof CALL_CHANGES[number];
  readonly call: Call;
}

export interface LineEvent extends Numbered {
  readonly type: "line";
  readonly change: typeof LINE_CHANGES[number];
  readonly line: Line;
}

export interface ProviderEvent extends Numbered {
  readonly type: "provider";
  readonly state: ProviderState;
}

/** The state was taken as a whole: lines and calls are what they are now. */
export interface StateEvent {
  readonly type: "state";
  readonly seq: number;
  /** False the first time; true where events may have been missed. */
  readonly gap: boolean;
}

/** `restarting` while the service is begun anew, `down` while that fails. */
export type ProviderState = typeof PROVIDER_STATES[number];

export interface ServerInfo {
  readonly name: string;
  readonly version: string;
}

export interface Identity {
  readonly name: string;
  /** `monitor`: hear events. `control`: give commands. */
  readonly can: readonly (typeof RIGHTS[number])[];
  /** Patterns of extensions, in which `*` is anything. */
  readonly lines: readonly string[];
}

/** A call on a line, as last heard. Times are ISO 8601, UTC, with milliseconds. */
export interface Call {
  /** The server's own number, unique until it restarts. */
  readonly id: number;
  /** The telephone system's, `0x` and hex; `0x0` where it gives none. Not unique. */
  readonly callId: string;
  /** Of the call that this one came from. */
  readonly relatedCallId: string;
  /** The extension. */
  readonly line: string;
  readonly state: CallState;
  /** What TAPI adds to some states, such as `ACTIVE` to CONNECTED. */
  readonly stateMode: string | null;
  readonly direction: typeof DIRECTIONS[number];
  readonly origin: CallOrigin;
  readonly reason: CallReason;
  readonly caller: Party;
  readonly called: Party;
  /** Whom the call has reached. */
  readonly connected: Party;
  /** Who sent the call here. */
  readonly redirecting: Party;
  /** Where the call was sent. */
  readonly redirection: Party;
  readonly startedAt: string;
  readonly connectedAt?: string;
  readonly endedAt?: string;
  /** Why it was disconnected: TAPI's LINEDISCONNECTMODE_ without its prefix. */
  readonly disconnect?: string;
  /** The commands that the telephone system allows for it now. */
  readonly can: readonly CallAbility[];
}

/** One end of a call. */
export interface Party {
  /** "" unless {@linkcode presentation} is `shown`. */
  readonly number: string;
  readonly name: string;
  /** `pending`: the number may still come. */
  readonly presentation: typeof PRESENTATIONS[number];
}

/** A line as last heard. */
export interface Line {
  /** The extension. */
  readonly line: string;
  /** A label that people gave the line. */
  readonly name: string;
  /** Stays the line's own over restarts. */
  readonly permanentId: string;
  /** The driver that the line belongs to. */
  readonly provider: string;
  readonly status: typeof LINE_STATUSES[number];
  /** The TAPI error that is the cause of the status. */
  readonly error?: string;
  readonly forwards: readonly Forward[];
  /** Whether the line's message lamp is on. */
  readonly messageWaiting: boolean;
  /** The commands that the telephone system allows for it now. */
  readonly can: readonly LineAbility[];
}

export type ForwardWhen = typeof FORWARD_CASES[number];

export interface Forward {
  readonly when: ForwardWhen;
  /** "" where calls are refused instead. */
  readonly to: string;
}

export type CallAbility = typeof CALL_COMMANDS[number];

export type LineAbility = typeof LINE_COMMANDS[number];

/** TAPI's LINECALLSTATE_ without its prefix; a value that TAPI does not define as hex. */
export type CallState = typeof CALL_STATES[number] | `LINECALLSTATE_$${string}`;

/** TAPI's LINECALLORIGIN_ without its prefix. */
export type CallOrigin = typeof CALL_ORIGINS[number] | `LINECALLORIGIN_$${string}`;

/** TAPI's LINECALLREASON_ without its prefix. */
export type CallReason = typeof CALL_REASONS[number] | `LINECALLREASON_$${string}`;

/** What the library needs of a WebSocket. */
export interface WebSocketLike {
  readonly readyState: number;
  onmessage: ((event: never) => void) | null;
  onerror: ((event: never) => void) | null;
  onclose: ((event: never) => void) | null;
  send(text: string): void;
  close(code?: number, reason?: string): void;
}

export type WebSocketConstructor = new (url: string, protocols: string[]) => WebSocketLike;

export interface Timers {
  setTimeout(callback: () => void, delayMs: number): unknown;
  clearTimeout(timer: unknown): void;
}
