/** Forwarding a line's calls: one case is changed, the others stay. */
import type { CommandOf, CommandOutcome } from "../../model/command.ts";
import type { ForwardCase } from "../../model/forward.ts";
import type { AddressStatus, RawForward } from "../../tapi/address_status.ts";
import {
  has,
  LINEADDRCAPFLAGS,
  LINEADDRFEATURE,
  LINEFEATURE,
  LINEFORWARDMODE,
} from "../../tapi/constants.ts";
import { encodeForwardList } from "../../tapi/forward_list.ts";
import { CallHandleOut } from "../../tapi/outs.ts";
import type { LineFeatures } from "../description.ts";
import type { TapiLine } from "../line.ts";
import { unsupported } from "./errors.ts";
import { demandOneOf } from "./features.ts";
import type { Requests } from "./requests.ts";

/** bAllAddresses: not all of the device. */
const THIS_ADDRESS = 0;
const MODE = LINEFORWARDMODE;
/** The capability that an address or its device needs: forward calls to a number, or to nobody. */
const TO_NUMBER: LineFeatures = {
  address: LINEADDRFEATURE.FORWARD | LINEADDRFEATURE.FORWARDFWD,
  line: LINEFEATURE.FORWARD | LINEFEATURE.FORWARDFWD,
};
const TO_NOBODY: LineFeatures = {
  address: LINEADDRFEATURE.FORWARDDND,
  line: LINEFEATURE.FORWARDDND,
};

/** For all calls; for those from inside and from outside, if the line distinguishes them. */
const MODES: Readonly<Record<ForwardCase, readonly [all: number, ...apart: number[]]>> = {
  always: [MODE.UNCOND, MODE.UNCONDINTERNAL, MODE.UNCONDEXTERNAL],
  busy: [MODE.BUSY, MODE.BUSYINTERNAL, MODE.BUSYEXTERNAL],
  no_answer: [MODE.NOANSW, MODE.NOANSWINTERNAL, MODE.NOANSWEXTERNAL],
};
/** Modes for busy and unanswered calls at once, and the one that is left without the other. */
const BOTH: readonly (readonly [both: number, busy: number, unanswered: number])[] = [
  [MODE.BUSYNA, MODE.BUSY, MODE.NOANSW],
  [MODE.BUSYNAINTERNAL, MODE.BUSYINTERNAL, MODE.NOANSWINTERNAL],
  [MODE.BUSYNAEXTERNAL, MODE.BUSYEXTERNAL, MODE.NOANSWEXTERNAL],
];
/** Reported by a line that does not know its forwarding. */
const NOT_KNOWN = MODE.UNKNOWN | MODE.UNAVAIL;

/**
 * Forwards a line's calls to a number, or stops forwarding them (`to` is `null`). Its forwarding in
 * other cases, and of single callers, stays.
 *
 * @throws CommandFailure, also if the line does not report its forwarding.
 */
export function forward(
  requests: Requests,
  line: TapiLine,
  { when, to }: CommandOf<"forward">,
): Promise<CommandOutcome> {
  const { forwardModes } = line.features;
  return change(requests, line, TO_NUMBER, (status) => changed(status, when, to, forwardModes));
}

/**
 * Refuses all calls, or stops refusing them: for TAPI, they are forwarded to nobody.
 *
 * @throws CommandFailure, as {@linkcode forward}.
 */
export function forwardToNobody(
  requests: Requests,
  line: TapiLine,
  isOn: boolean,
): Promise<CommandOutcome> {
  return change(requests, line, TO_NOBODY, (status) => {
    if (isOn) return changed(status, "always", "", line.features.forwardModes);
    const [refused, others] = partition(status.forwards, isToNobody);
    return [...others, ...changed({ ...status, forwards: refused }, "always", null, 0)];
  });
}

/** Whether an entry refuses all calls. */
export function isToNobody({ mode, to }: RawForward): boolean {
  return to === "" && MODES.always.some((bit) => (mode & bit) !== 0);
}

function partition<T>(all: readonly T[], test: (item: T) => boolean): [yes: T[], no: T[]] {
  return [all.filter(test), all.filter((item) => !test(item))];
}

async function change(
  requests: Requests,
  line: TapiLine,
  needed: LineFeatures,
  edit: (status: AddressStatus) => RawForward[],
): Promise<CommandOutcome> {
  const isOfDevice = (line.features.line & needed.line) !== 0;
  if (!isOfDevice) demandOneOf(line.features.address, needed.address, "never");
  await requests.changeSettings(line, "lineForwardW", async () => {
    const status = await requests.addressStatus(line);
    if (!isOfDevice) demandOneOf(status.addressFeatures, needed.address, "now");
    demandKnown(line, status);
    const forwards = edit(status);
    const list = forwards.length === 0 ? null : encodeForwardList(forwards);
    const consult = new CallHandleOut();
    // Only some switches confirm the change in a call.
    await requests.make(
      line,
      [{ handle: consult }],
      { optional: true },
      "lineForwardW",
      line.device.handle,
      THIS_ADDRESS,
      line.addressId,
      list,
      status.ringsNoAnswer,
      consult.memory,
      null,
    );
  });
  return {};
}

/**
 * A list for lineForward stands in for the one before: without knowing that one, it would clear cases
 * that it does not name.
 */
function demandKnown({ features: { flags } }: TapiLine, { forwards }: AddressStatus): void {
  if (forwards.length > 0 || flags === 0 || has(flags, LINEADDRCAPFLAGS.FWDSTATUSVALID)) return;
  throw unsupported("The line does not report its forwarding: a change could clear other cases");
}

function changed(
  { forwards }: AddressStatus,
  when: ForwardCase,
  to: string | null,
  possible: number,
): RawForward[] {
  const kept = forwards.flatMap((entry) => {
    const mode = without(entry.mode & ~NOT_KNOWN, when);
    return mode === 0 ? [] : { ...entry, mode };
  });
  if (to === null) return kept;
  return [...kept, ...modesFor(when, possible).map((mode) => newForward(mode, to))];
}

/** A mode that does not concern these calls any more. */
function without(mode: number, when: ForwardCase): number {
  let left = mode;
  for (const bit of MODES[when]) left &= ~bit;
  if (when === "always") return left;
  for (const [both, busy, unanswered] of BOTH) {
    if ((mode & both) !== 0) left = (left & ~both) | (when === "busy" ? unanswered : busy);
  }
  return left;
}

/** The modes that together cover the case. @param possible 0 if the line does not report them. */
function modesFor(when: ForwardCase, possible: number): readonly number[] {
  const [all, ...apart] = MODES[when];
  if (possible === 0 || (possible & all) !== 0) return [all];
  const known = apart.filter((mode) => (possible & mode) !== 0);
  if (known.length === 0) throw unsupported(`The line never forwards calls in this case: ${when}`);
  return known;
}

function newForward(mode: number, to: string): RawForward {
  return { mode, caller: "", countryCode: 0, to };
}
