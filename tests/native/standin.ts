/**
 * The native stand-in for tapi32.dll: builds it from tests/native/standin/, and wraps what tests do
 * to it and ask of it.
 *
 * Here the program opens the library through openTapi32; a test opens it once more by the same path
 * and so reaches the same pretend exchange; on Windows it is in another process, see tests/windows/.
 * Tests that share it run one after the other, each from a {@linkcode StandIn.reset}.
 */
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import layouts from "../fixtures/tapi_layouts.json" with { type: "json" };
import { leaveOut } from "../support/tools.ts";
import { compileOnce } from "./compile.ts";

const SOURCE_FOLDER = fileURLToPath(new URL("./standin/", import.meta.url));
const FLAGS = ["-std=c11", "-Wall", "-Wextra", "-Werror", "-O2", "-shared"];

/** "As often as it takes", and "for good", where the stand-in takes a number. */
const FOR_EVER = 0xffffffff;
const LOG_BYTES = 1 << 20;

/**
 * Compiles the stand-in for this system.
 *
 * @returns The library's path, or `undefined` where there is no C compiler; that is said on
 * standard error.
 * @throws Error where there is no C compiler and CI is true, or the sources do not compile.
 */
export async function buildStandin(): Promise<string | undefined> {
  try {
    return await compileOnce({
      compiler: "cc",
      flags: [...FLAGS, "-D_GNU_SOURCE", "-pthread", "-fPIC", "-fvisibility=hidden"],
      sources: sources(),
      name: "tapi2ws-standin",
      ending: ".so",
    });
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
    leaveOut("the native suite", "there is no C compiler here (Debian: apt-get install gcc)");
    return undefined;
  }
}

/** Compiles the stand-in for 64-bit Windows, against the real tapi.h. @returns The DLL's path. */
export function buildWindowsStandin(compiler: string): Promise<string> {
  return compileOnce({
    compiler,
    flags: [...FLAGS, "-static-libgcc"],
    sources: sources(),
    libraries: ["-lws2_32"],
    name: "tapi2ws-standin",
    ending: ".dll",
  });
}

function sources(): string[] {
  return [...Deno.readDirSync(SOURCE_FOLDER)].map(({ name }) => join(SOURCE_FOLDER, name)).sort();
}

/** Which devices there are besides the voice lines; they follow those, in this order. */
export interface Devices {
  /** Voice lines, with extensions from 201 on. */
  readonly voiceLines: number;
  /** One more that is a data line, media mode DIGITALDATA. */
  readonly dataLine?: boolean;
  /** One more that negotiates no version. */
  readonly notNegotiating?: boolean;
  /** One more that lineOpenW fails for, with RESOURCEUNAVAIL. */
  readonly notOpening?: boolean;
}

/** How asynchronous functions reply. */
export const REPLY = {
  /** LINE_REPLY is queued when the function returns. */
  AT_ONCE: 0,
  /** LINE_REPLY is queued well before the function returns. */
  EARLY: 1,
  /** LINE_REPLY is queued by {@linkcode StandIn.releaseReplies}. */
  LATE: 2,
  NEVER: 3,
  /** LINE_REPLY brings an error. */
  ERROR: 4,
} as const;

/** What a made call goes through after DIALTONE, DIALING and PROCEEDING. */
export const DIAL = {
  /** RINGBACK, CONNECTED. */
  CONNECTS: 0,
  /** RINGBACK, and nobody answers. */
  RINGS: 1,
  /** BUSY. */
  BUSY: 2,
  /** DISCONNECTED, IDLE. */
  REFUSED: 3,
  /** No state at all comes by itself; the test drives the call. */
  NOTHING: 4,
} as const;

/** How a struct is wrong. */
export const LIE = {
  NONE: 0,
  /** Data lies after the buffer. */
  OFFSET_OUTSIDE: 1,
  /** Data begins inside the buffer and ends after it. */
  SIZE_OUTSIDE: 2,
  /** Sizes and offsets are 0xFFFFFFFF. */
  ALL_ONES: 3,
  /** Offset and size together pass 32 bits. */
  WRAPPING: 4,
  /** dwUsedSize is 0xFFFFFFFF, and data reaches over the buffer's end. */
  USED_TOO_BIG: 5,
  ODD_SIZE: 6,
  NO_NUL: 7,
  LONE_SURROGATE: 8,
  IN_FIXED_PART: 9,
  OVERLAPPING: 10,
  /** dwNeededSize grows with every attempt. */
  NEEDS_MORE: 11,
  /** Numbers of entries are 0xFFFFFFFF. */
  COUNTS: 12,
  /** Arbitrary bytes everywhere. */
  RANDOM: 13,
} as const;

/** The structs whose members a test may set, in the order of the stand-in's. */
const FILLED = [
  "LINEDEVCAPS",
  "LINEADDRESSCAPS",
  "LINEADDRESSSTATUS",
  "LINEDEVSTATUS",
  "LINECALLINFO",
  "LINECALLSTATUS",
  "LINEAGENTSTATUS",
  "LINEAGENTGROUPLIST",
] as const;
export type Filled = typeof FILLED[number];

/** The texts of a device and its addresses. */
const TEXT = { address: 0, name: 1, provider: 2, block: 3 } as const;

/** Every call, or every device. */
export const EVERY = 0xffffffff;

/** What an address is called: its device, and its number on that. */
export function placeOf(device: number, address = 0): number {
  return device | address << 16;
}

/** The parties of a LINECALLINFO. */
export const PARTY = {
  CALLER: 0,
  CALLED: 1,
  CONNECTED: 2,
  REDIRECTION: 3,
  REDIRECTING: 4,
} as const;

/** Where their flags are. */
const PARTY_FLAGS = [
  "dwCallerIDFlags",
  "dwCalledIDFlags",
  "dwConnectedIDFlags",
  "dwRedirectionIDFlags",
  "dwRedirectingIDFlags",
] as const;

const LINE_CALLINFO = 1;
/** LINECALLINFOSTATE_ bits. */
const TOLD = { CALLID: 0x40, ORIGIN: 0x100, REASON: 0x200, CALLERID: 0x8000 } as const;

type ValueOf<T> = T[keyof T];

/** A call that comes up by itself. */
export interface Offer {
  readonly caller?: string;
  readonly callerName?: string;
  readonly called?: string;
  /** Origin INTERNAL instead of EXTERNAL. */
  readonly internal?: boolean;
  /** The caller is BLOCKED; the driver tells the number all the same. */
  readonly blocked?: boolean;
  /** The caller is UNKNOWN as yet. */
  readonly lateCaller?: boolean;
  /** The first state is CONNECTED instead of OFFERING. */
  readonly connected?: boolean;
  /** LINE_CALLSTATE alone announces it, as before TAPI 2.0. */
  readonly unannounced?: boolean;
  /** The application is not told: lineGetNewCalls finds it. */
  readonly silent?: boolean;
  /** LINE_APPNEWCALL alone announces it: no state is told. */
  readonly stateless?: boolean;
}

/** The exports that {@linkcode StandIn} wraps. */
export const SYMBOLS = {
  standin_reset: { parameters: ["u32", "u32"], result: "u32" },
  standin_set_version: { parameters: ["u32", "u32"], result: "void" },
  standin_set_text: { parameters: ["u32", "u32", "buffer", "u32"], result: "u32" },
  standin_add_device: { parameters: [], result: "u32" },
  standin_offer_call: {
    parameters: ["u32", "buffer", "buffer", "buffer", "u32"],
    result: "u32",
  },
  standin_set_party: { parameters: ["u32", "u32", "u32", "buffer", "u32"], result: "u32" },
  standin_newest_call: { parameters: ["u32"], result: "u32" },
  standin_lose_call: { parameters: ["u32"], result: "u32" },
  standin_set_state: { parameters: ["u32", "u32", "u32"], result: "u32" },
  standin_post: { parameters: ["u32", "u32", "u32", "u32", "u32"], result: "void" },
  standin_burst: { parameters: ["u32", "u32", "u32"], result: "u32" },
  standin_bursting: { parameters: [], result: "u32" },
  standin_line: { parameters: ["u32"], result: "u32" },
  standin_close_line: { parameters: ["u32"], result: "u32" },
  standin_line_state: { parameters: ["u32", "u32"], result: "u32" },
  standin_address_state: { parameters: ["u32", "u32"], result: "u32" },
  standin_add_forward: { parameters: ["u32", "u32", "buffer"], result: "u32" },
  standin_add_group: { parameters: ["u32", "u32", "buffer", "u32"], result: "u32" },
  standin_forget_groups: { parameters: ["u32"], result: "void" },
  standin_forget_forwards: { parameters: ["u32"], result: "void" },
  standin_override: { parameters: ["u32", "u32", "u32", "u32"], result: "void" },
  standin_end_override: { parameters: ["u32", "u32", "u32"], result: "void" },
  standin_reply_mode: { parameters: ["u32", "u32"], result: "void" },
  standin_release_replies: { parameters: ["u32"], result: "u32" },
  standin_lack: { parameters: ["u32", "u32"], result: "void" },
  standin_withhold_handles: { parameters: ["u32"], result: "void" },
  standin_dial_script: { parameters: ["u32"], result: "void" },
  standin_lie: { parameters: ["u32", "u32", "u32"], result: "void" },
  standin_fail: { parameters: ["buffer", "u32", "u32"], result: "u32" },
  standin_fail_for: { parameters: ["buffer", "u32", "u32", "u32", "u32"], result: "u32" },
  standin_delay: { parameters: ["buffer", "u32"], result: "u32" },
  standin_hang_opening: { parameters: ["u32", "u32"], result: "u32" },
  standin_calls_of: { parameters: ["buffer"], result: "u32" },
  standin_live_calls: { parameters: [], result: "u32" },
  standin_abandoned_calls: { parameters: [], result: "u32" },
  standin_open_lines: { parameters: [], result: "u32" },
  standin_pending_replies: { parameters: [], result: "u32" },
  standin_queued_messages: { parameters: [], result: "u32" },
  standin_violations: { parameters: ["buffer", "u32"], result: "u32" },
  standin_log: { parameters: ["buffer", "u32"], result: "u32" },
} as const satisfies Deno.ForeignLibraryInterface;

/** Reaches the exchange of the stand-in at `path`; the library stays loaded. */
export function openControl(path: string): StandIn {
  return new StandIn(Deno.dlopen(path, SYMBOLS).symbols);
}

/**
 * The controls of a loaded stand-in. Devices count from 0, `call` is a HCALL, and `place` is a
 * device, or what {@linkcode placeOf} makes of a device and one of its other addresses.
 */
export class StandIn {
  readonly #c: Deno.StaticForeignLibraryInterface<typeof SYMBOLS>;

  constructor(symbols: Deno.StaticForeignLibraryInterface<typeof SYMBOLS>) {
    this.#c = symbols;
  }

  /**
   * Forgets everything, ends functions that wait, and sets up devices. An application that is
   * initialised is shut down.
   *
   * @returns The number of devices.
   */
  reset(devices: Devices): number {
    const extras = (devices.dataLine ? 1 : 0) | (devices.notNegotiating ? 2 : 0) |
      (devices.notOpening ? 4 : 0);
    return this.#c.standin_reset(devices.voiceLines, extras);
  }

  /** Sets a device's line name and the newest version it negotiates; before the program asks. */
  setDevice(device: number, name: string, newestVersion = 0x00020002): void {
    this.setText(device, "name", name);
    this.#c.standin_set_version(device, newestVersion);
  }

  /**
   * Sets what a device or an address of it is called; a device has as many addresses as have texts.
   *
   * @param text UTF-16 as it should be, or bytes as they are.
   */
  setText(place: number, which: keyof typeof TEXT, text: string | Uint8Array<ArrayBuffer>): void {
    const bytes = bytesOf(text);
    existing(this.#c.standin_set_text(place, TEXT[which], bytes, bytes.length));
  }

  /** Adds a voice line after all devices, and reports it with LINE_CREATE. @returns Its device. */
  addVoiceLine(): number {
    return existing(this.#c.standin_add_device()) - 1;
  }

  /** Lets a call come up. @returns Its handle. */
  offerCall(place: number, offer: Offer = {}): number {
    const flags = (offer.internal ? 1 : 0) | (offer.blocked ? 2 : 0) | (offer.lateCaller ? 4 : 0) |
      (offer.connected ? 8 : 0) | (offer.unannounced ? 16 : 0) | (offer.silent ? 32 : 0) |
      (offer.stateless ? 64 : 0);
    const { caller, callerName, called } = offer;
    return existing(
      this.#c.standin_offer_call(place, wide(caller), wide(callerName), wide(called), flags),
    );
  }

  /** A call that was there before the line was opened: lineGetNewCalls finds it. */
  existingCall(place: number, offer: Offer = {}): number {
    return this.offerCall(place, { connected: true, ...offer, silent: true });
  }

  /** The device's call that began last, also one whose LINE_REPLY is still to come. */
  newestCall(device: number): number {
    return existing(this.#c.standin_newest_call(device));
  }

  /** A call and its handle are gone, and nothing tells. */
  loseCall(call: number): void {
    existing(this.#c.standin_lose_call(call));
  }

  /** Sets a party's number or name; nothing tells. @param text As in {@linkcode setText}. */
  setPartyText(
    call: number,
    party: ValueOf<typeof PARTY>,
    which: "number" | "name",
    text: string | Uint8Array<ArrayBuffer> | undefined,
  ): void {
    const bytes = text === undefined ? null : bytesOf(text);
    const isName = which === "name" ? 1 : 0;
    existing(this.#c.standin_set_party(call, party, isName, bytes, bytes?.length ?? 0));
  }

  /** Changes a party of a call and tells so by LINE_CALLINFO. @param flags LINECALLPARTYID bits. */
  setParty(
    call: number,
    party: ValueOf<typeof PARTY>,
    number: string | undefined,
    name: string | undefined,
    flags: number,
  ): void {
    this.setPartyText(call, party, "number", number);
    this.setPartyText(call, party, "name", name);
    this.set("LINECALLINFO", { [PARTY_FLAGS[party]]: flags }, call);
    this.post(LINE_CALLINFO, call, TOLD.CALLERID << party);
  }

  /** The caller becomes known, ADDRESS and where it has one NAME. */
  setCaller(call: number, number: string, name?: string): void {
    this.setParty(call, PARTY.CALLER, number, name, name === undefined ? 0x8 : 0xc);
  }

  /** Changes ids, origin and reason of a call and tells so by LINE_CALLINFO. */
  setOrigin(
    call: number,
    to: { callId: number; relatedCallId: number; origin: number; reason: number },
  ): void {
    const { callId, relatedCallId, origin, reason } = to;
    this.set("LINECALLINFO", {
      dwCallID: callId,
      dwRelatedCallID: relatedCallId,
      dwOrigin: origin,
      dwReason: reason,
    }, call);
    this.post(LINE_CALLINFO, call, TOLD.CALLID | TOLD.ORIGIN | TOLD.REASON);
  }

  /** Brings a call to a LINECALLSTATE and tells so, after its LINE_REPLY where that is to come. */
  setState(call: number, state: number, mode = 0): void {
    existing(this.#c.standin_set_state(call, state, mode));
  }

  /** Queues any message, about anything. */
  post(message: number, device: number, param1 = 0, param2 = 0, param3 = 0): void {
    this.#c.standin_post(message, device, param1, param2, param3);
  }

  /**
   * Starts a native thread that lets calls ring, be ACCEPTED, CONNECTED, DISCONNECTED and IDLE on
   * the open voice lines in turn. Caller numbers are 1, 2, 3 … since the reset.
   *
   * @param callsAtOnce How many go through their lives side by side.
   * @param mostQueued The thread waits while so many messages are queued; 0 for no bound.
   * @returns The number of messages to come: for each call LINE_APPNEWCALL and five LINE_CALLSTATE.
   */
  burst(calls: number, callsAtOnce = 64, mostQueued = 0): number {
    return this.#c.standin_burst(calls, callsAtOnce, mostQueued);
  }

  /** Whether a burst still has messages to queue. */
  get bursting(): boolean {
    return this.#c.standin_bursting() !== 0;
  }

  /** The device's HLINE, 0 while it is not open. */
  line(device: number): number {
    return this.#c.standin_line(device);
  }

  /** The driver closes a line by LINE_CLOSE; its calls' handles die at once. */
  closeLine(device: number): void {
    existing(this.#c.standin_close_line(device));
  }

  /** Tells a LINEDEVSTATE. @returns Whether the application has asked for it. */
  lineState(device: number, state: number): boolean {
    return this.#c.standin_line_state(device, state) !== 0;
  }

  /** Tells a LINEADDRESSSTATE. @returns Whether the application has asked for it. */
  addressState(place: number, state: number): boolean {
    return this.#c.standin_address_state(place, state) !== 0;
  }

  /** Adds a forwarding entry. @param mode A LINEFORWARDMODE. @param to Nowhere when left out. */
  addForward(place: number, mode: number, to?: string): void {
    existing(this.#c.standin_add_forward(place, mode, wide(to)));
  }

  /** Adds an ACD group; the first one makes the address's agent. Nothing tells. */
  addGroup(place: number, id: number, name: string, isMember = false): void {
    existing(this.#c.standin_add_group(place, id, wide(name), isMember ? 1 : 0));
  }

  /** The address has no agent any more. Nothing tells. */
  forgetGroups(place: number): void {
    this.#c.standin_forget_groups(place);
  }

  /** Takes every forwarding entry away. */
  forgetForwards(place: number): void {
    this.#c.standin_forget_forwards(place);
  }

  /**
   * What members of a struct hold from now on, by their names in tapi.h.
   *
   * @param subject A call, or a place; a device's structs are those of its first address.
   */
  set(struct: Filled, members: Readonly<Record<string, number>>, subject: number = EVERY): void {
    for (const [member, value] of Object.entries(members)) {
      const offset = offsetOf(struct, member);
      this.#c.standin_override(FILLED.indexOf(struct), subject, offset, value >>> 0);
    }
  }

  /** The members hold again what is so. */
  unset(struct: Filled, members: readonly string[], subject: number = EVERY): void {
    for (const member of members) {
      this.#c.standin_end_override(FILLED.indexOf(struct), subject, offsetOf(struct, member));
    }
  }

  /** How asynchronous functions reply from now on. @param error The LINEERR_ code of `ERROR`. */
  replyMode(mode: ValueOf<typeof REPLY>, error = 0): void {
    this.#c.standin_reply_mode(mode, error);
  }

  /** Sends the replies that were kept back. @param error What they bring. @returns Their number. */
  releaseReplies(error = 0): number {
    return this.#c.standin_release_replies(error);
  }

  /**
   * Takes features away.
   *
   * @param features LINECALLFEATURE_ bits that no call has, from now on.
   * @param silentToMonitors Whether who only monitors a call is told of none.
   */
  lack(features: number, silentToMonitors = false): void {
    this.#c.standin_lack(features, silentToMonitors ? 1 : 0);
  }

  /** What made calls go through from now on. */
  dialScript(script: ValueOf<typeof DIAL>): void {
    this.#c.standin_dial_script(script);
  }

  /** Lets the next structs lie. @param seed For `RANDOM`. */
  lie(lie: ValueOf<typeof LIE>, structs = FOR_EVER, seed = 0): void {
    this.#c.standin_lie(lie, structs, seed);
  }

  /**
   * Whether asynchronous functions succeed without giving a handle of the call that they make, from
   * now on.
   */
  withholdHandles(withheld: boolean): void {
    this.#c.standin_withhold_handles(withheld ? 1 : 0);
  }

  /** Lets a TAPI function fail. @param error A LINEERR_ code. */
  fail(fn: string, error: number, times = FOR_EVER): void {
    existing(this.#c.standin_fail(narrow(fn), error, times));
  }

  /** As {@linkcode fail}, for one call, or for one device and all its calls. */
  failFor(
    subject: { readonly call: number } | { readonly device: number },
    fn: string,
    error: number,
    times = FOR_EVER,
  ): void {
    const [isCall, id] = "call" in subject ? [1, subject.call] : [0, subject.device];
    existing(this.#c.standin_fail_for(narrow(fn), isCall, id, error, times));
  }

  /** Lets a TAPI function take its time, also where it runs already; `Infinity` until changed. */
  delay(fn: string, ms: number): void {
    existing(this.#c.standin_delay(narrow(fn), Math.min(ms, FOR_EVER)));
  }

  /** Whether lineOpen of one device hangs from now on, also where it runs already. */
  hangOpening(device: number, hangs: boolean): void {
    existing(this.#c.standin_hang_opening(device, hangs ? 1 : 0));
  }

  /** How often a TAPI function was called. */
  callsOf(fn: string): number {
    return this.#c.standin_calls_of(narrow(fn));
  }

  /** Call handles that the application has and has not given back. */
  get liveCalls(): number {
    return this.#c.standin_live_calls();
  }

  /** Call handles that were lost by closing a line, or shutting down, over them. */
  get abandonedCalls(): number {
    return this.#c.standin_abandoned_calls();
  }

  get openLines(): number {
    return this.#c.standin_open_lines();
  }

  /** Requests whose LINE_REPLY the application has not taken. */
  get pendingReplies(): number {
    return this.#c.standin_pending_replies();
  }

  get queuedMessages(): number {
    return this.#c.standin_queued_messages();
  }

  /** How often the application broke a rule of TAPI, and how it did so last. */
  get violations(): { readonly count: number; readonly last: string } {
    const text = new Uint8Array(256);
    const count = this.#c.standin_violations(text, text.length);
    return { count, last: new TextDecoder().decode(text.subarray(0, text.indexOf(0))) };
  }

  /** The newest calls of TAPI functions, one line each: `lineClose(line=0x40001000) = 0`. */
  get log(): string[] {
    const text = new Uint8Array(LOG_BYTES);
    const bytes = this.#c.standin_log(text, text.length);
    return new TextDecoder().decode(text.subarray(0, bytes)).split("\n").slice(0, -1);
  }
}

/** Passes on what the stand-in answers for a call, line or function that there is: not 0. */
function existing(answer: number): number {
  if (answer === 0) throw new Error("The stand-in knows no such call, line or function");
  return answer;
}

/** A NUL-terminated string of 16-bit units, in the machine's byte order as C has it. */
function wide(text: string): Uint16Array<ArrayBuffer>;
function wide(text: string | undefined): Uint16Array<ArrayBuffer> | null;
function wide(text: string | undefined): Uint16Array<ArrayBuffer> | null {
  if (text === undefined) return null;
  return Uint16Array.from([...Array(text.length).keys()].map((i) => text.charCodeAt(i)).concat(0));
}

/** What a struct holds where it holds this text: NUL-terminated UTF-16, or the bytes given. */
function bytesOf(text: string | Uint8Array<ArrayBuffer>): Uint8Array<ArrayBuffer> {
  return typeof text === "string" ? new Uint8Array(wide(text).buffer) : text;
}

function offsetOf(struct: Filled, member: string): number {
  const fields: Readonly<Record<string, readonly number[]>> = layouts[struct].fields;
  const [offset] = fields[member] ?? [];
  if (offset === undefined) throw new Error(`${struct} has no ${member}`);
  return offset;
}

/** A NUL-terminated string of bytes. */
function narrow(text: string): Uint8Array<ArrayBuffer> {
  return new TextEncoder().encode(`${text}\0`);
}
