/** Where a line's calls go instead: one kind is changed, the others stay. */
import type { AddressStatus, RawForward } from "../../tapi/address_status.ts";
import { LINEADDRFEATURE, LINEFORWARDMODE } from "../../tapi/constants.ts";
import { encodeForwardList } from "../../tapi/forward_list.ts";
import { CallHandleOut } from "../../tapi/outs.ts";
import type { Actions } from "./actions.ts";
import { unsupported } from "./errors.ts";
import type { LineEntry } from "../handles.ts";
import { demandOneOf } from "./line_features.ts";
import type { ForwardInfo } from "../signals.ts";

type ForwardWhen = ForwardInfo["when"];

const MODE = LINEFORWARDMODE;
const FORWARD = LINEADDRFEATURE.FORWARD | LINEADDRFEATURE.FORWARDFWD;

/** For everybody's calls; for those from inside and from outside, where a line tells them apart. */
const MODES: Readonly<Record<ForwardWhen, readonly [all: number, ...apart: number[]]>> = {
  always: [MODE.UNCOND, MODE.UNCONDINTERNAL, MODE.UNCONDEXTERNAL],
  busy: [MODE.BUSY, MODE.BUSYINTERNAL, MODE.BUSYEXTERNAL],
  no_answer: [MODE.NOANSW, MODE.NOANSWINTERNAL, MODE.NOANSWEXTERNAL],
};
/** What is busy and unanswered at once, and what is left of it without the one or the other. */
const BOTH: readonly (readonly [both: number, busy: number, unanswered: number])[] = [
  [MODE.BUSYNA, MODE.BUSY, MODE.NOANSW],
  [MODE.BUSYNAINTERNAL, MODE.BUSYINTERNAL, MODE.NOANSWINTERNAL],
  [MODE.BUSYNAEXTERNAL, MODE.BUSYEXTERNAL, MODE.NOANSWEXTERNAL],
];
/** What a line tells that does not know itself. */
const NOT_TOLD = MODE.UNKNOWN | MODE.UNAVAIL;

/**
 * Sends a line's calls elsewhere, or does not any more; what it does with calls of other kinds, and
 * with single callers', it goes on doing.
 *
 * @param to `null`: they are not sent elsewhere any more.
 * @throws ActionError, also where the line does not tell where its calls go now.
 */
export async function forward(
  { attempts }: Actions,
  line: LineEntry,
  when: ForwardWhen,
  to: string | null,
): Promise<void> {
  demandOneOf(line.features.address, FORWARD, "never allows it");
  await line.forwarding.run(1, async () => {
    const status = await attempts.addressStatus(line);
    demandOneOf(status.addressFeatures, FORWARD, "does not allow it now");
    const forwards = changed(status, when, to, line.features.forwardModes);
    const list = forwards.length === 0 ? null : encodeForwardList(forwards);
    const consult = new CallHandleOut();
    await attempts.making(line, [], {
      fn: "lineForwardW",
      pinned: list,
      outs: [consult],
      call: (control) => control.forward(line.handle, list, status.ringsNoAnswer, consult),
      // Only some switches have the change confirmed in a call.
    }, { optional: true });
  });
}

function changed(
  { forwards }: AddressStatus,
  when: ForwardWhen,
  to: string | null,
  possible: number,
): RawForward[] {
  const kept = forwards.flatMap((entry) => {
    const mode = without(entry.mode & ~NOT_TOLD, when);
    return mode === 0 ? [] : { ...entry, mode };
  });
  if (to === null) return kept;
  return [...kept, ...modesFor(when, possible).map((mode) => newForward(mode, to))];
}

/** A mode that does not concern these calls any more. */
function without(mode: number, when: ForwardWhen): number {
  let left = mode;
  for (const bit of MODES[when]) left &= ~bit;
  if (when === "always") return left;
  for (const [both, busy, unanswered] of BOTH) {
    if ((mode & both) !== 0) left = (left & ~both) | (when === "busy" ? unanswered : busy);
  }
  return left;
}

/** The modes that say it together. @param possible 0 where the line does not tell. */
function modesFor(when: ForwardWhen, possible: number): readonly number[] {
  const [all, ...apart] = MODES[when];
  if (possible === 0 || (possible & all) !== 0) return [all];
  const known = apart.filter((mode) => (possible & mode) !== 0);
  if (known.length === 0) throw unsupported(`The line never forwards calls in this case: ${when}`);
  return known;
}

function newForward(mode: number, to: string): RawForward {
  return { mode, caller: "", countryCode: 0, to };
}
