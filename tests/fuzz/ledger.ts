/**
 * The books of the hostile exchange: which handles the program was given, which of them are dead, and
 * whether it keeps TAPI's rules with them. What breaks a rule is reported as a problem.
 */
import type { LINECALLINFO } from "../../src/tapi/structs.ts";

export type CallInfo = Parameters<typeof LINECALLINFO.encode>[1];

export interface GivenLine {
  readonly handle: number;
  readonly app: number;
  readonly deviceId: number;
  /** dwCallbackInstance; the same for every opening of a device. */
  readonly instance: number;
  /** Whether its functions still work. */
  valid: boolean;
  /** Whether its device was removed: closing it all the same does no harm. */
  removed: boolean;
  /** dwNumActiveCalls. */
  counted: number;
  /** Whether the program may know that the handle is dead: the message is on its way, or worked off. */
  end: "no" | "delivered" | "handled";
}

/** What a driver says of a call, in its own way. */
export interface CallHabits {
  /** What lineGetCallInfo answers; chance decides about the rest. */
  info: Partial<CallInfo>;
  /** The state that lineGetCallStatus answers instead of the call's own. */
  claim: number | undefined;
  /** Whether every question about it is answered with LINEERR_INVALCALLHANDLE. */
  isDead: boolean;
  /** Whether every question about it fails. */
  isMute: boolean;
}

export interface GivenCall extends CallHabits {
  readonly handle: number;
  readonly line: GivenLine;
  /** The LINECALLSTATE that an honest answer names. */
  state: number;
  freed: boolean;
  /** Told of on two lines: with which of them it dies is anybody's guess. */
  disputed: boolean;
}

const PLAIN: CallHabits = { info: {}, claim: undefined, isDead: false, isMute: false };

export class Ledger {
  /** Handles that the program let die by closing their line, or by shutting TAPI down. */
  abandoned = 0;
  readonly #problems: string[];
  readonly #lines = new Map<number, GivenLine>();
  readonly #calls = new Map<number, GivenCall>();
  readonly #deadApps = new Set<number>();
  readonly #reusable: number[] = [];
  /** By HCALL, for all the calls that have had it: the states that messages have brought. */
  readonly #heard = new Map<number, Set<number>>();

  constructor(problems: string[]) {
    this.#problems = problems;
  }

  get lines(): GivenLine[] {
    return [...this.#lines.values()];
  }

  /** The lines whose end the program cannot know of. */
  get openLines(): GivenLine[] {
    return this.lines.filter((line) => line.end === "no");
  }

  get calls(): GivenCall[] {
    return [...this.#calls.values()];
  }

  /** The calls whose handles the program owes. */
  get liveCalls(): GivenCall[] {
    return this.calls.filter(({ freed, line }) => !freed && line.valid);
  }

  addLine(line: GivenLine): void {
    this.#lines.set(line.handle, line);
  }

  call(handle: number): GivenCall | undefined {
    return this.#calls.get(handle);
  }

  line(handle: number): GivenLine | undefined {
    return this.#lines.get(handle);
  }

  /** The open line that a message means: its instance counts, or its handle where none has that. */
  lineOf(instance: number, handle: number): GivenLine | undefined {
    const isKnown = this.lines.some((line) => line.instance === instance);
    return isKnown
      ? this.openLines.findLast((line) => line.instance === instance)
      : this.openLines.find((line) => line.handle === handle);
  }

  /** A call's handle reaches the program. */
  give(handle: number, line: GivenLine | undefined): void {
    if (handle === 0 || line === undefined || line.end !== "no") return;
    const known = this.#calls.get(handle);
    if (known === undefined || known.freed || known.line.end !== "no") {
      this.#calls.set(handle, { handle, line, state: 0, freed: false, disputed: false, ...PLAIN });
    } else if (known.line !== line) known.disputed = true;
  }

  /** A message has brought a call's state. */
  hear(handle: number, state: number): void {
    const heard = this.#heard.get(handle);
    if (heard === undefined) this.#heard.set(handle, new Set([state]));
    else heard.add(state);
  }

  hasHeard(handle: number, state: number): boolean {
    return this.#heard.get(handle)?.has(state) === true;
  }

  /** The program names a line. @returns The line where the handle is good. */
  useLine(fn: string, handle: number): GivenLine | undefined {
    const line = this.#lines.get(handle);
    if (line === undefined) this.#report(`${fn} with a HLINE that was never given`);
    else if (line.end === "handled" && !(line.removed && fn === "lineClose")) {
      this.#report(`${fn} with a HLINE that is dead`);
    }
    return line?.valid ? line : undefined;
  }

  /** The program names a call. @returns The call where the handle is good. */
  useCall(fn: string, handle: number): GivenCall | undefined {
    const call = this.#calls.get(handle);
    if (call === undefined) this.#report(`${fn} with a HCALL that was never given`);
    else if (call.freed) this.#report(`${fn} with a HCALL that was given back`);
    else if (call.line.end === "handled" && !call.disputed) {
      this.#report(`${fn} with a HCALL that died with its line`);
    }
    return call !== undefined && !call.freed && call.line.valid ? call : undefined;
  }

  useApp(fn: string, app: number): void {
    if (this.#deadApps.has(app)) this.#report(`${fn} with a HLINEAPP that was shut down`);
  }

  /** The program gives a call's handle back: that is once, whatever it is answered. */
  free(fn: string, handle: number): boolean {
    const call = this.useCall(fn, handle);
    if (call === undefined) return false;
    call.freed = true;
    this.#reusable.push(handle);
    return true;
  }

  /** A handle that was given back, for another call. */
  takeFreed(): number | undefined {
    return this.#reusable.pop();
  }

  /** The program closes a line itself. */
  close(line: GivenLine): void {
    this.abandoned += this.liveCalls.filter((call) => call.line === line).length;
    line.valid = false;
    line.end = "handled";
  }

  /** The program has worked off everything that was delivered to it. */
  deliveredIsHandled(): void {
    for (const line of this.#lines.values()) if (line.end === "delivered") line.end = "handled";
  }

  shutDown(app: number): void {
    this.#deadApps.add(app);
    for (const line of this.#lines.values()) if (line.app === app) this.close(line);
  }

  #report(problem: string): void {
    this.#problems.push(problem);
  }
}
