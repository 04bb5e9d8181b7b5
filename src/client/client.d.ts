/**
 * The types of the client library: the exports of `client.js`, and the objects of the sub-protocol
 * `tapi2ws.v2`.
 *
 * A newer server may send values that are not listed here; the library passes them on.
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
import type {
  CALL_COMMANDS,
  COMPLETION_MODES,
  GROUP_MODES,
  LINE_COMMANDS,
} from "../model/command.ts";
import type { ERROR_CODES } from "../model/error.ts";
import type { CALL_CHANGES, EVENT_KINDS, LINE_CHANGES, PROVIDER_STATES } from "../model/event.ts";
import type { FORWARD_CASES } from "../model/forward.ts";
import type { LINE_KINDS, LINE_STATUSES } from "../model/line.ts";
import type { LINK_MOMENTS } from "../model/link.ts";
import type { NUMBER_SOURCES } from "../model/number.ts";
import type { RIGHTS } from "../model/right.ts";

/**
 * Connects to a Tapi2Ws server and stays connected: after a cut it reconnects and resumes where it
 * was. Returns at once; {@linkcode Client.ready} resolves when the state is known.
 *
 * @param url Such as `ws://server:43001/`; `http://` and paths relative to the page also work.
 * @throws TypeError if the URL is not valid, or there is no WebSocket to use.
 */
export function connect(url: string | URL, options?: ConnectOptions): Client;

/**
 * What keeps browsers from connecting a page to a server, judged by their addresses alone;
 * `undefined` if nothing does. The page's address space is guessed from its host name.
 */
export function blockageOf(page: string | URL, server: string | URL): Blockage | undefined;

/** The number to show: as people write it where that is known, else as the phone system does; "" if none. */
export function formatNumber(party: Pick<Party, "number" | "national">): string;

/**
 * Whether two are the same number, however they are written: by E.164 where both have it, else by the
 * digits that follow prefixes, at least seven.
 */
export function sameNumber(a: string | Party, b: string | Party): boolean;

export interface Blockage {
  /**
   * - `mixed_content`: a page on https, and a server without.
   * - `permission`: the user has to allow it.
   * - `insecure_page`: a page on http whose address may be public.
   */
  readonly kind: "mixed_content" | "permission" | "insecure_page";
  /** For people: what to do. */
  readonly message: string;
}

/** An error. The message is for people, {@linkcode code} for programs. */
export class Tapi2WsError extends Error {
  constructor(problem: Problem, options?: { readonly cause?: unknown });
  override readonly name: "Tapi2WsError";
  readonly code: ErrorCode;
  /** With `tapi_error`: TAPI's number, and its name such as `LINEERR_CALLUNAVAIL`. */
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

/** Errors that the server reports. */
export type ServerErrorCode = typeof ERROR_CODES[number];

/**
 * Errors of the library itself.
 *
 * - `disconnected`: there is no connection, or it was cut before the answer. In the second case the
 *   command may have taken effect.
 * - `cannot_connect`: the browser refuses the address, or the token function failed.
 * - `blocked`: the browser does not let this page reach the server; the message says what to do.
 * - `overflow`: an iteration was too slow for its buffer.
 * - `not_shared`: this page cannot share a connection with other tabs; it has its own.
 * - `listener`: a listener threw `cause`.
 */
export type ClientErrorCode =
  | "disconnected"
  | "cannot_connect"
  | "blocked"
  | "overflow"
  | "not_shared"
  | "listener";

export type ErrorCode = ServerErrorCode | ClientErrorCode;

export interface ConnectOptions {
  /** The lines to follow, one or many; all that the token permits when left out. */
  readonly lines?: LineName | readonly LineName[];
  /** The events to receive; all when left out. They also limit what the state contains. */
  readonly events?: readonly EventKind[];
  /**
   * The token from the server's administrator, or a function that gets one. The function is called
   * before each attempt to connect.
   */
  readonly token?: string | (() => string | Promise<string>);
  /** How long a command waits for its answer: milliseconds, 15,000 when left out. */
  readonly timeoutMs?: number;
  /** How long connecting may take until the state is known: milliseconds, 10,000 when left out. */
  readonly connectTimeoutMs?: number;
  /**
   * How often the connection is checked with a ping: milliseconds, 20,000 when left out, 0 for
   * never. A ping detects a dead connection, and keeps a Manifest V3 service worker awake, which
   * sleeps after 30 seconds without traffic.
   */
  readonly keepAliveMs?: number;
  /** The waits between attempts to connect, which double from the first to the longest. */
  readonly backOff?: {
    /** Milliseconds, 1,000 when left out. A wait is a random half to all of its length. */
    readonly firstMs?: number;
    /** Milliseconds, 30,000 when left out. */
    readonly longestMs?: number;
  };
  /**
   * A name that tabs of one origin share: one of them, the leader, holds the connection; the
   * others get state and events from it and send their commands through it. Needs a secure context
   * (https or localhost).
   */
  readonly shared?: string;
  /** The WebSocket to use if there is no global one, as in Node before 22. */
  readonly WebSocket?: WebSocketConstructor;
  /** Timers and random numbers, for tests. */
  readonly timers?: Timers;
  readonly random?: () => number;
}

/**
 * An extension such as `"201"`, for which a number stands for its digits; or a line's
 * {@linkcode Line.permanentId}, which also tells lines with the same extension apart.
 */
export type LineName = string | number;

export type EventKind = typeof EVENT_KINDS[number];

/**
 * - `connecting`: an attempt to connect is in progress.
 * - `open`: connected, and the state is the server's.
 * - `waiting`: for the next attempt. The state is that of the last connection.
 * - `blocked`: the browser does not let this page reach the local network. The next attempt follows
 *   when that changes, with {@linkcode Client.requestAccess}, and every five minutes.
 * - `closed`: for good, by {@linkcode Client.close} or because the server refuses.
 */
export type Status = "connecting" | "open" | "waiting" | "blocked" | "closed";

/**
 * - `alone`: its own connection, as asked.
 * - `leader`: holds the connection for other tabs.
 * - `follower`: another tab holds it.
 * - `unavailable`: its own connection, because this browser or page cannot share one.
 */
export type Sharing = "alone" | "leader" | "follower" | "unavailable";

/** The commands of the protocol that have a method. All reject with {@linkcode Tapi2WsError}. */
export interface Commands {
  /** Dials; `call` is the id of the call in {@linkcode Client.calls}. */
  dial(line: LineName, number: string): Promise<MadeCall>;
  /** Hangs up, or rejects a ringing call. */
  drop(target: Target): Promise<void>;
  answer(target: Target): Promise<void>;
  hold(target: Target): Promise<void>;
  unhold(target: Target): Promise<void>;
  /** Swaps the active and the held call of the line. */
  swap(line: LineName): Promise<void>;
  /** Transfers the call without asking first. */
  transfer(target: Target, number: string): Promise<void>;
  /** Holds the call and makes a second one, to complete or to drop. */
  consult(target: Target, number: string): Promise<MadeCall>;
  /** Ends a consultation: the two others talk, or all three. */
  complete(line: LineName, mode: typeof COMPLETION_MODES[number]): Promise<void>;
  /** Parks the call; without a slot, the phone system chooses one. */
  park(target: Target, slot?: string): Promise<ParkedCall>;
  unpark(line: LineName, slot: string): Promise<MadeCall>;
  /** Picks up a call that rings elsewhere: at the extension `from`, or in the group. */
  pickup(
    line: LineName,
    where?: { readonly from?: string | number; readonly group?: string },
  ): Promise<PickedUpCall>;
  /** Sends a ringing call to another number. */
  redirect(target: Target, number: string): Promise<void>;
  dtmf(target: Target, digits: string): Promise<void>;
  /**
   * Ends a call that the phone system no longer has, although its end was never reported. Rejects with
   * `not_supported` if the driver says that the call is live.
   */
  forget(target: Target): Promise<void>;
  /** `null` turns it off. */
  forward(line: LineName, when: ForwardWhen, to: string | null): Promise<void>;
  /** Turns do not disturb on or off. */
  dnd(line: LineName, on: boolean): Promise<void>;
  /** Calls of the hunt group come, or come no longer; of every group if none is named. */
  group(line: LineName, mode: typeof GROUP_MODES[number], group?: string): Promise<void>;
  /** Logs a user in at the telephone, by the user's extension. */
  login(line: LineName, user: string | number): Promise<void>;
  logout(line: LineName): Promise<void>;
  /** Sets the account code of the line's call. */
  account(line: LineName, code: string): Promise<void>;
  /** Turns the message lamp on or off. */
  lamp(line: LineName, on: boolean): Promise<void>;
  /** Joins the call of another extension; needs the right `supervise`. */
  intrude(line: LineName, extension: string | number): Promise<void>;
  /** Listens to the call of another extension, unheard; needs the right `supervise`. */
  listen(line: LineName, extension: string | number): Promise<void>;
  /** Sends bytes, as hex, to the driver by lineDevSpecific; needs the right `vendor`. */
  vendor(line: LineName, data: string): Promise<void>;
  /** Checks that the server answers. */
  ping(): Promise<void>;
}

/** A connection that is maintained, the state of the server, and commands. */
export interface Client extends Commands, AsyncDisposable {
  readonly status: Status;
  /**
   * Resolves when the state is first known; rejects if the client is closed, or the server refuses,
   * before that.
   */
  readonly ready: Promise<void>;
  /** The lines, by permanent id: several may have the same extension. */
  readonly lines: ReadonlyMap<string, Line>;
  /** The live calls, by id. */
  readonly calls: ReadonlyMap<number, Call>;
  /** The known lines with an extension, or the one with a permanent id; empty if there is none. */
  linesOf(name: LineName): readonly Line[];
  /** The telephony service of the server; `undefined` until it is known. */
  readonly provider: ProviderState | undefined;
  /** The identity that the server gives this client; `undefined` until it is known. */
  readonly identity: Identity | undefined;
  /** `undefined` until it is known. */
  readonly server: ServerInfo | undefined;
  readonly sharing: Sharing;
  /** Whether this tab shows what only one tab should show. True except for followers. */
  readonly isLeader: boolean;

  /** Listens until the result is called. A listener that throws does not affect the others. */
  on<Name extends keyof ClientEvents>(
    name: Name,
    listener: (event: ClientEvents[Name]) => void,
  ): () => void;
  /**
   * The events from now on, and a {@linkcode StateEvent} when the whole state is replaced. Ends with
   * `close()` and with the signal.
   *
   * @throws Tapi2WsError `overflow`, from the iteration, if more than `limit` events wait.
   */
  events(options?: EventsOptions): AsyncIterableIterator<StreamEvent>;

  /**
   * Sends any command of the protocol; resolves with its `result`, rejects with {@linkcode
   * Tapi2WsError}.
   */
  command(cmd: string, fields?: Readonly<Record<string, unknown>>): Promise<unknown>;

  /** Asks what becomes of a number that people write, or that the phone system does, and why. */
  number(text: string, as?: typeof NUMBER_SOURCES[number]): Promise<NumberReading>;

  /**
   * Makes telephone links (`tel:`) dial with one click, also those that are added later. Calls that fail
   * are reported to listeners to `error`, unless there is `onDial`.
   *
   * @param root Such as `document`.
   * @returns Leaves the links to the browser again.
   */
  linkify(root: EventTarget, options?: LinkifyOptions): () => void;

  /**
   * Connects now, for a click on "allow": a browser that asks before a page reaches the local network
   * asks now. Resolves when connected; rejects with `blocked`, whose message says where to allow it,
   * or `disconnected`. With shared tabs, the leading tab asks.
   */
  requestAccess(): Promise<void>;

  /** Closes for good; resolves when the connection has ended. Calls continue. */
  close(): Promise<void>;
}

export interface LinkifyOptions {
  /** The line that dials; without it, the only line that the client knows. */
  readonly line?: LineName;
  /** Receives each call's result, the number and the link. */
  readonly onDial?: (result: Promise<MadeCall>, number: string, link: EventTarget) => void;
}

/** A number, and how the rules of the site read it. */
export interface NumberReading {
  readonly text: string;
  /** The way from the text to the number. */
  readonly steps: readonly { readonly why: string; readonly result: string }[];
  readonly e164?: string;
  readonly national?: string;
  readonly internal?: true;
  /** The digits for the phone system; left out if the text is not a number. */
  readonly dials?: string;
  /** Why the text is not dialled. */
  readonly problem?: string;
  /** Whether the rules for dialling let this client dial it. */
  readonly allowed?: boolean;
  /** The number's owner, for clients with a token that see every line. */
  readonly directory?: DirectoryMatch;
}

/** A call, a call's id, or a line with only one call that the command fits. */
export type Target = Call | { readonly call: number } | { readonly line: LineName };

export interface MadeCall {
  readonly call: number;
}

/**
 * Without `call` on a phone system that redirects the call instead: then it rings at the line, as a call
 * of its own.
 */
export type PickedUpCall = Partial<MadeCall>;

export interface ParkedCall {
  readonly slot: string;
}

/** The events for {@linkcode Client.on}. */
export interface ClientEvents {
  /** Something happened to a call. */
  readonly call: CallEvent;
  /** Something happened to a line. */
  readonly line: LineEvent;
  /** The telephony service came up or went down. */
  readonly provider: ProviderEvent;
  /** The whole state was replaced: at first, and after events were missed. */
  readonly state: StateEvent;
  /** A call began to ring. Once for each call, also if it rang when the client connected. */
  readonly ring: Call;
  /**
   * A link of a call is to be opened, because the call rings or was answered. Once for each link of a
   * call; where tabs share a connection, in the leader only.
   */
  readonly link: LinkEvent;
  /** A call has ended; also reported if its end was missed. */
  readonly ended: Call;
  readonly status: StatusEvent;
  /** This tab became the leader, or cannot share. */
  readonly sharing: Sharing;
  /** An error that no command rejects with. Without a listener it goes to the console. */
  readonly error: Tapi2WsError;
}

export interface StatusEvent {
  readonly status: Status;
  /** With `waiting` and `blocked`: milliseconds until the next attempt. */
  readonly retryInMs?: number;
  /** With `waiting`, `blocked` and `closed`: the close code of the WebSocket, if there is one. */
  readonly code?: number;
  /** For people. */
  readonly reason?: string;
}

export interface EventsOptions {
  readonly signal?: AbortSignal;
  /** How many events can wait for the iteration; 10,000 when left out. */
  readonly limit?: number;
}

export type StreamEvent = CallEvent | LineEvent | ProviderEvent | StateEvent;

/** Part of every event of the server. */
export interface Numbered {
  /** Rises with every event. */
  readonly seq: number;
  /** ISO 8601, UTC, with milliseconds. */
  readonly at: string;
}

export interface CallEvent extends Numbered {
  readonly type: "call";
  /** `info`: the state is the same, other data changed. */
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

/** The state was replaced as a whole. */
export interface StateEvent {
  readonly type: "state";
  readonly seq: number;
  /** False the first time; true if events may have been missed. */
  readonly gap: boolean;
}

/** `restarting` while the service is initialised again, `down` while that fails. */
export type ProviderState = typeof PROVIDER_STATES[number];

export interface ServerInfo {
  readonly name: string;
  readonly version: string;
}

export interface Identity {
  readonly name: string;
  /**
   * `monitor`: receive events. `control`: send commands. `supervise`: intrude and listen. `vendor`: send
   * bytes to the driver.
   */
  readonly can: readonly (typeof RIGHTS[number])[];
  /** Patterns of extensions, in which `*` stands for anything. */
  readonly lines: readonly string[];
}

/** A call on a line, as last heard. Times are ISO 8601, UTC, with milliseconds. */
export interface Call {
  /** The server's own id, unique until it restarts. */
  readonly id: number;
  /** The phone system's id, `0x` and hex; `0x0` if it gives none. Not unique. */
  readonly callId: string;
  /** The phone system's id of the call that this one came from. */
  readonly relatedCallId: string;
  /** The extension. */
  readonly line: string;
  /** The permanent id of the line: its key in {@linkcode Client.lines}. */
  readonly permanentId: string;
  readonly state: CallState;
  /** An addition of TAPI to some states, such as `ACTIVE` to CONNECTED. */
  readonly stateMode: string | null;
  readonly direction: typeof DIRECTIONS[number];
  readonly origin: CallOrigin;
  readonly reason: CallReason;
  readonly caller: Party;
  readonly called: Party;
  /** The party that the call has reached. */
  readonly connected: Party;
  /** The party that sent the call here. */
  readonly redirecting: Party;
  /** The party that the call was sent to. */
  readonly redirection: Party;
  /** The number of the group that was called, if it is not the line's own. */
  readonly group?: string;
  /** The trunk of a call with the outside, by the driver's own numbering. */
  readonly trunk?: number;
  /** Text that an application of the phone system attached to the call. */
  readonly data?: string;
  readonly startedAt: string;
  readonly connectedAt?: string;
  readonly endedAt?: string;
  /** Why it was disconnected: TAPI's LINEDISCONNECTMODE_ without its prefix, the most telling one. */
  readonly disconnect?: string;
  /** Every reason, if there are several. */
  readonly disconnects?: readonly string[];
  /** Pages to open for it; left out if there are none. */
  readonly links?: readonly Link[];
  /** The commands that the phone system allows for it now. */
  readonly can: readonly CallAbility[];
}

/** One end of a call. */
export interface Party {
  /** "" unless {@linkcode presentation} is `shown`. */
  readonly number: string;
  readonly name: string;
  /** `pending`: the number may still come. */
  readonly presentation: typeof PRESENTATIONS[number];
  /** The number in E.164, `+` and digits; left out unless it is one. */
  readonly e164?: string;
  /** The number as people write it, which can be dialled; left out where {@linkcode e164} is. */
  readonly national?: string;
  /** It is an extension of the phone system. */
  readonly internal?: true;
  /** The number's owner, if the server's directory knows it. It comes a moment after the number. */
  readonly directory?: DirectoryMatch;
}

/** A person or a company in the server's directory. */
export interface DirectoryEntry {
  /** "" where only the company is known. */
  readonly name: string;
  /** "" if there is none. */
  readonly company: string;
  /** A page about it. */
  readonly url?: string;
  /** Its key in the source, such as a customer number. */
  readonly id?: string;
  /** The name of the source. */
  readonly source: string;
}

export interface DirectoryMatch extends DirectoryEntry {
  /** The other entries that have the number, if there are several. */
  readonly others?: readonly DirectoryEntry[];
}

/** A page to open for a call, as the server's settings have it. */
export interface Link {
  readonly name: string;
  readonly url: string;
  /** When to open it: while the call rings, once it is answered, or when somebody asks for it. */
  readonly on: typeof LINK_MOMENTS[number];
}

/** A link that is to be opened now. */
export interface LinkEvent extends Link {
  readonly call: Call;
}

/** A line as last heard. */
export interface Line {
  /** The extension. */
  readonly line: string;
  /** A label that people gave the line. */
  readonly name: string;
  /** The line's own, also over restarts. No other line has it. */
  readonly permanentId: string;
  /** The driver that the line belongs to. */
  readonly provider: string;
  /** `group`: a hunt group's own line, which rings beside its members' lines. */
  readonly kind: typeof LINE_KINDS[number];
  readonly status: typeof LINE_STATUSES[number];
  /** The TAPI error that is the cause of the status. */
  readonly error?: string;
  readonly forwards: readonly Forward[];
  /** Whether the line's message lamp is on. */
  readonly messageWaiting: boolean;
  /** This and the next six are left out if the driver does not report them. */
  readonly doNotDisturb?: boolean;
  readonly voicemail?: Voicemail;
  /** The user who is logged in at the telephone, by extension; `null` if nobody is. */
  readonly user?: { readonly number: string } | null;
  readonly groups?: GroupMembership;
  /** The absence message that callers see; `null` if none is set. */
  readonly absence?: string | null;
  /** Whether a second call is announced during a call. */
  readonly callWaiting?: boolean;
  readonly vendor?: VendorDetails;
  /** The commands that the phone system allows for it now. */
  readonly can: readonly LineAbility[];
}

export interface Voicemail {
  /** Whether it takes calls that nobody answers. */
  readonly on: boolean;
  /** Messages that nobody has heard yet. */
  readonly unread: number;
  /** Messages that were heard, and kept. */
  readonly read: number;
}

/** The hunt groups of a line's user. */
export interface GroupMembership {
  /** How many groups ring the line. */
  readonly member: number;
  /** How many groups the user has left for the time being. */
  readonly disabled: number;
}

/** Details that only one vendor has; `name` says which, such as `avaya_ip_office`. */
export interface VendorDetails {
  readonly name: string;
  readonly [detail: string]: string | number | boolean | readonly string[];
}

export type ForwardWhen = typeof FORWARD_CASES[number];

export interface Forward {
  readonly when: ForwardWhen;
  /** "" if calls are refused instead. */
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

/** The part of a WebSocket that the library uses. */
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
