/**
 * Asking somebody else while a call waits, and what comes of it: a transfer, or a conference that
 * begins or grows. Where a later step fails, the calls are left as they were.
 */
import { describeError, logger } from "../../log.ts";
import {
  has,
  LINEADDRCAPFLAGS,
  LINECALLFEATURE,
  LINECALLSTATE,
  LINETRANSFERMODE,
} from "../../tapi/constants.ts";
import { CallHandleOut } from "../../tapi/outs.ts";
import { encodeText } from "../../tapi/text.ts";
import type { Actions } from "./actions.ts";
import { unsupported } from "./errors.ts";
import type { Making } from "./requests.ts";
import type { CallFeatures } from "./call_features.ts";
import type { CallEntry } from "../handles.ts";

const log = logger("session");

const CAN = LINECALLFEATURE;
const HELD = LINECALLSTATE.ONHOLD | LINECALLSTATE.ONHOLDPENDTRANSFER | LINECALLSTATE.ONHOLDPENDCONF;
/** How long a consultation call may take to its DIALTONE, and how often it is looked for. */
const DIALTONE_LOOKS = 20;
const DIALTONE_LOOK_MS = 100;

/** A call that waits, and the one in which somebody is asked. */
interface Consultation {
  /** The call, or the conference that it became part of. */
  readonly held: CallEntry;
  readonly consultation: CallEntry;
}

/**
 * Holds a call, or a conference, and calls somebody else. Where that number is refused, the call goes
 * on as before.
 *
 * @returns The second call.
 * @throws ActionError
 */
export async function consult(
  actions: Actions,
  call: CallEntry,
  number: string,
): Promise<CallEntry> {
  const begun = await begin(actions, call);
  try {
    await dial(actions, begun.consultation, number);
  } catch (error) {
    await undo(actions, begun);
    throw error;
  }
  return begun.consultation;
}

/**
 * Ends a consultation, or joins a held call and an active one of a line.
 *
 * @returns The conference, where there is one.
 * @throws ActionError; the calls are then as they were.
 */
export async function complete(
  actions: Actions,
  held: CallEntry,
  active: CallEntry,
  mode: "transfer" | "conference",
): Promise<CallEntry | undefined> {
  const { attempts } = actions;
  const isConference = mode === "conference";
  const pair = [held, active] as const;
  const needed = isConference ? CAN.COMPLETETRANSF | CAN.ADDTOCONF : CAN.COMPLETETRANSF;
  const features = await attempts.take(pair, needed);
  if (isConference && joins(features, held)) {
    await attempts.onCalls(pair, {
      fn: "lineAddToConference",
      call: (control) => control.addToConference(held.handle, active.handle),
    });
    return held;
  }
  if (!features.offers(CAN.COMPLETETRANSF)) demandTransferOfHeld(held);
  if (isConference && !features.allowsTransferToConference) {
    throw unsupported("The line makes no conference of two calls: it lacks TRANSFERCONF");
  }
  const out = new CallHandleOut();
  const [conference] = await attempts.making(held.line, pair, {
    fn: "lineCompleteTransfer",
    outs: [out],
    call: (control) =>
      control.completeTransfer(
        held.handle,
        active.handle,
        out,
        isConference ? LINETRANSFERMODE.CONFERENCE : LINETRANSFERMODE.TRANSFER,
      ),
  }, { optional: true });
  return conference;
}

/** Whether the active call is to join a conference that waits for it. */
function joins(features: CallFeatures, held: CallEntry): boolean {
  if (!features.allows(CAN.ADDTOCONF)) return false;
  return features.offers(CAN.ADDTOCONF) || held.state === LINECALLSTATE.ONHOLDPENDCONF;
}

/** A provider that does not tell its features may tell whether calls that are no consultation do. */
function demandTransferOfHeld({ state, line }: CallEntry): void {
  const { flags } = line.features;
  const isConsultation = state !== LINECALLSTATE.ONHOLD;
  const { TRANSFERHELD, TRANSFERMAKE } = LINEADDRCAPFLAGS;
  if (isConsultation || flags === 0 || (flags & (TRANSFERHELD | TRANSFERMAKE)) !== 0) return;
  throw unsupported("The line transfers consultations only: it lacks TRANSFERHELD");
}

/** Holds the call, by the function that its line has for it. */
async function begin(actions: Actions, call: CallEntry): Promise<Consultation> {
  const { attempts } = actions;
  const either = CAN.SETUPTRANSFER | CAN.PREPAREADDCONF | CAN.SETUPCONF;
  const features = await attempts.take([call], either);
  const made = await attempts.making(call.line, [call], beginning(call, features), {
    // Nobody waits for it any more: it must not stand in DIALTONE for ever.
    late: (made) => void undo(actions, consultationOf(call, made)),
  });
  return consultationOf(call, made);
}

/** The function that begins a consultation: its last handle is the call in which somebody is asked. */
function beginning(call: CallEntry, features: CallFeatures): Making {
  const consult = new CallHandleOut();
  // Of the three features, this is a conference's alone.
  if (features.offers(CAN.PREPAREADDCONF)) {
    return {
      fn: "linePrepareAddToConferenceW",
      outs: [consult],
      call: (control) => control.prepareAddToConference(call.handle, consult),
    };
  }
  if (features.allows(CAN.SETUPTRANSFER)) {
    return {
      fn: "lineSetupTransferW",
      outs: [consult],
      call: (control) => control.setupTransfer(call.handle, consult),
    };
  }
  const conference = new CallHandleOut();
  return {
    fn: "lineSetupConferenceW",
    outs: [conference, consult],
    call: (control) => control.setupConference(call.handle, call.line.handle, conference, consult),
  };
}

/** @param made The consultation call, behind the conference where one was made. */
function consultationOf(call: CallEntry, made: readonly CallEntry[]): Consultation {
  const [first = call, second] = made;
  return second === undefined
    ? { held: call, consultation: first }
    : { held: first, consultation: second };
}

async function dial(actions: Actions, consultation: CallEntry, number: string): Promise<void> {
  const { attempts } = actions;
  for (let look = 1; look <= DIALTONE_LOOKS; look++) {
    const state = await attempts.stateOf(consultation);
    // Some providers give the call before they can dial on it.
    if ((state & (LINECALLSTATE.UNKNOWN | LINECALLSTATE.IDLE)) === 0) break;
    await attempts.pause(DIALTONE_LOOK_MS);
  }
  const to = encodeText(number);
  await attempts.onCalls([consultation], {
    fn: "lineDialW",
    pinned: to,
    call: (control) => control.dial(consultation.handle, to),
  });
}

/** Leaves the calls as they were, as far as the provider lets it. Never rejects. */
async function undo(actions: Actions, { held, consultation }: Consultation): Promise<void> {
  const { attempts } = actions;
  try {
    await actions.drop(consultation);
  } catch (error) {
    tell(held, error);
  }
  try {
    if (!attempts.isLive(held)) return;
    const state = await attempts.stateOf(held);
    // Some switches take the call back by themselves.
    if (((state === 0 ? held.state : state) & HELD) === 0) return;
    if (has(held.line.features.flags, LINEADDRCAPFLAGS.AUTORECONNECT)) return;
    await attempts.onCalls([held], {
      fn: "lineUnhold",
      call: (control) => control.unhold(held.handle),
    });
  } catch (error) {
    tell(held, error);
  }
}

function tell({ line }: CallEntry, error: unknown): void {
  log.warn("Line {line}: a consultation cannot be taken back: {error}", {
    line: line.extension,
    error: describeError(error),
  });
}
