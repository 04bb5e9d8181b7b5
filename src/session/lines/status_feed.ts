/**
 * What can be done with a line and its calls now, where its calls go, and its message lamp: read again
 * when it may have changed. Nothing is read while messages of the line wait: what is read then is out
 * of date, and a burst must not be slowed down.
 */
import { describeError, logger } from "../../log.ts";
import type { RawForward } from "../../tapi/address_status.ts";
import type { Tapi } from "../../tapi/calls.ts";
import { has, LINEDEVSTATUSFLAGS, LINEFORWARDMODE } from "../../tapi/constants.ts";
import { MissingFunctionError } from "../../tapi/errors.ts";
import {
  callAbilities,
  type CallAbilityName,
  featuresOfState,
  lineAbilities,
} from "../commands/abilities.ts";
import type { CallEntry, CallTable, LineEntry, Refresh } from "../handles.ts";
import { readFeatures } from "./device.ts";
import {
  CALLSTATE_MASK,
  type ForwardInfo,
  type LineReportSignal,
  type Signal,
} from "../signals.ts";

const log = logger("session");

/** With more messages of the line than these waiting, a call's status is read later. */
const MOST_WAITING = 4;

export type CallStatus = Awaited<ReturnType<Tapi["getCallStatus"]>>;

export interface StatusFeedContext {
  readonly tapi: Tapi;
  readonly app: number;
  readonly calls: CallTable;
  /** Aborted when the session ends: TAPI is asked nothing more. */
  readonly ended: AbortSignal;
  readonly onSignal: (signal: Signal) => void;
}

export class StatusFeed {
  readonly #context: StatusFeedContext;

  constructor(context: StatusFeedContext) {
    this.#context = context;
  }

  /** lineGetCallStatus; `undefined` where there is no time, or the provider does not answer. */
  async readCall(entry: CallEntry): Promise<CallStatus | undefined> {
    if (entry.line.queue.waiting > MOST_WAITING) return undefined;
    return await this.#readCall(entry);
  }

  /** What can be done with a call in the state that was told last. */
  abilitiesOf(entry: CallEntry, status: CallStatus | undefined): readonly CallAbilityName[] {
    const { state, line, owned } = entry;
    // The features of another state than was told are none of this one's: its message comes.
    const isOfState = status !== undefined && (status.dwCallState & CALLSTATE_MASK) === state;
    const features = isOfState ? status.dwCallFeatures : 0;
    if (features !== 0 || (isOfState && owned)) return callAbilities(features, line.features.call);
    return callAbilities(featuresOfState(state, otherStates(entry)), line.features.call);
  }

  /**
   * A call's state was told: it has consequences for the line's other calls, for the call itself where
   * its status was not read, and for the line where it is a call's first or last state.
   */
  callChanged(entry: CallEntry, wasRead: boolean, numberOfCallsChanged: boolean): void {
    const { line } = entry;
    const calls = line.calls.size > (line.calls.has(entry) && wasRead ? 1 : 0);
    if (calls || numberOfCallsChanged) {
      this.refresh(line, { calls, status: numberOfCallsChanged });
    }
  }

  /** Reads again what is named, once the line's messages have been worked off. */
  refresh(line: LineEntry, what: Partial<Refresh>): void {
    const isQueued = line.refresh !== undefined;
    const refresh = line.refresh ??= { calls: false, status: false, caps: false };
    refresh.calls ||= what.calls === true;
    refresh.status ||= what.status === true;
    refresh.caps ||= what.caps === true;
    if (!isQueued) this.#queue(line);
  }

  /** The provider says that the message lamp is on or off. */
  tellMessageWaiting(line: LineEntry, messageWaiting: boolean): void {
    this.#tell(line, { messageWaiting });
  }

  #queue(line: LineEntry): void {
    const isTaken = line.queue.add(async () => {
      if (line.queue.waiting > 0) return this.#queue(line);
      const { refresh } = line;
      line.refresh = undefined;
      if (refresh === undefined || line.handle === 0 || this.#context.ended.aborted) return;
      if (refresh.caps) await this.#readFeatures(line);
      await Promise.all([
        refresh.caps || refresh.status ? this.#tellStatus(line) : undefined,
        refresh.caps || refresh.calls ? this.#tellAbilities(line) : undefined,
      ]);
    });
    if (!isTaken) line.refresh = undefined;
  }

  async #readFeatures(line: LineEntry): Promise<void> {
    const { tapi, app } = this.#context;
    const features = await this.#answerOf(line, () => readFeatures(tapi, app, line));
    if (features !== undefined) line.features = features;
  }

  async #tellAbilities({ calls }: LineEntry): Promise<void> {
    const told = [...calls].filter((entry) => entry.state !== 0);
    const read = await Promise.all(told.map((entry) => this.#readCall(entry)));
    for (const [index, entry] of told.entries()) {
      // Lost with its line meanwhile.
      if (!calls.has(entry)) continue;
      this.#context.onSignal({
        kind: "call-abilities",
        line: entry.line,
        call: entry.key,
        can: this.abilitiesOf(entry, read[index]),
      });
    }
  }

  async #tellStatus(line: LineEntry): Promise<void> {
    const { tapi } = this.#context;
    const { handle, device: { apiVersion } } = line;
    const [address, device] = await Promise.all([
      this.#answerOf(line, () => tapi.getAddressStatus(handle, apiVersion)),
      this.#answerOf(line, () => tapi.getLineDevStatus(handle, apiVersion)),
    ]);
    if (line.handle !== handle) return;
    const can = lineAbilities({
      address: address?.addressFeatures ?? 0,
      line: device?.dwLineFeatures ?? 0,
    }, line.features);
    const isLit = device && has(device.dwDevStatusFlags, LINEDEVSTATUSFLAGS.MSGWAIT);
    // A provider that never sets the flag says nothing by not setting it.
    if (isLit) line.tellsMessageWaiting = true;
    this.#tell(line, {
      can,
      ...address !== undefined && { forwards: toForwards(address.forwards) },
      ...isLit !== undefined && line.tellsMessageWaiting && { messageWaiting: isLit },
    });
  }

  #tell(line: LineEntry, report: Omit<LineReportSignal, "kind" | "line">): void {
    if (line.handle !== 0) this.#context.onSignal({ kind: "line-report", line, ...report });
  }

  async #readCall(entry: CallEntry): Promise<CallStatus | undefined> {
    const { tapi, calls } = this.#context;
    const { handle, line } = entry;
    if (calls.byKey(entry.key) === undefined) return undefined;
    return await this.#answerOf(line, () => tapi.getCallStatus(handle, line.device.apiVersion));
  }

  /** What the provider answers; `undefined` where it does not, and where the line is not open. */
  async #answerOf<T>(line: LineEntry, ask: () => Promise<T>): Promise<T | undefined> {
    if (line.handle === 0 || this.#context.ended.aborted) return undefined;
    try {
      return await ask();
    } catch (error) {
      if (!(error instanceof MissingFunctionError)) {
        log.debug("Line {line} does not tell what can be done: {error}", {
          line: line.extension,
          error: describeError(error),
        });
      }
      return undefined;
    }
  }
}

/** The LINECALLSTATE_ bits of the line's other calls. */
function otherStates(entry: CallEntry): number {
  let states = 0;
  for (const other of entry.line.calls) if (other !== entry) states |= other.state;
  return states;
}

const MODE = LINEFORWARDMODE;
/**
 * The bits of LINEFORWARDMODE for each word. Entries for one caller alone are left out: for the
 * others, calls go where they went.
 */
const FORWARD_WHEN = {
  always: MODE.UNCOND | MODE.UNCONDINTERNAL | MODE.UNCONDEXTERNAL,
  busy: MODE.BUSY | MODE.BUSYINTERNAL | MODE.BUSYEXTERNAL |
    MODE.BUSYNA | MODE.BUSYNAINTERNAL | MODE.BUSYNAEXTERNAL,
  no_answer: MODE.NOANSW | MODE.NOANSWINTERNAL | MODE.NOANSWEXTERNAL |
    MODE.BUSYNA | MODE.BUSYNAINTERNAL | MODE.BUSYNAEXTERNAL,
} as const satisfies Readonly<Record<ForwardInfo["when"], number>>;

function toForwards(raw: readonly RawForward[]): ForwardInfo[] {
  const forwards: ForwardInfo[] = [];
  for (const { mode, to } of raw) {
    for (const [when, modes] of Object.entries(FORWARD_WHEN) as [ForwardInfo["when"], number][]) {
      // Calls from inside and from outside may have entries of their own, that say the same.
      const isThere = forwards.some((known) => known.when === when && known.to === to);
      if ((mode & modes) !== 0 && !isThere) forwards.push({ when, to });
    }
  }
  return forwards;
}
