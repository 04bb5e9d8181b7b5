/**
 * Consulting somebody while a call waits, and its end: a transfer, or a conference that begins or
 * grows. If a later step fails, the calls are left as they were.
 */
import { describeError, logger } from "../../log.ts";
import type { CommandOf, CommandOutcome } from "../../model/command.ts";
import { HELD_STATES } from "../../tapi/call_states.ts";
import {
  has,
  LINEADDRCAPFLAGS,
  LINECALLFEATURE,
  LINECALLSTATE,
  LINETRANSFERMODE,
} from "../../tapi/constants.ts";
import { CallHandleOut } from "../../tapi/outs.ts";
import { encodeText } from "../../tapi/text.ts";
import type { TapiCall } from "../call.ts";
import { drop } from "./drop.ts";
import { unsupported } from "./errors.ts";
import type { CallFeatures } from "./features.ts";
import type { Requests } from "./requests.ts";

const log = logger("session");

const CAN = LINECALLFEATURE;
/** dwCountryCode: the driver's default. */
const NO_COUNTRY = 0;
/** How many parties a conference shall have, as far as is known beforehand. */
const PARTIES = 3;
/** How often, and how long, a consultation call is asked for before it can dial. */
const DIALTONE_LOOKS = 20;
const DIALTONE_LOOK_MS = 100;

/** A call that waits, and the one in which somebody is consulted. */
interface Consultation {
  /** The call, or the conference that it became part of. */
  readonly held: TapiCall;
  readonly consultation: TapiCall;
}

/**
 * Holds a call, or a conference, and calls somebody else: the second call is the outcome. If that
 * number is refused, the call goes on as before.
 */
export async function consult(
  requests: Requests,
  call: TapiCall,
  { number }: { readonly number: string },
): Promise<CommandOutcome> {
  const begun = await begin(requests, call);
  try {
    await dial(requests, begun.consultation, number);
  } catch (error) {
    await undo(requests, begun);
    throw error;
  }
  return { call: begun.consultation.id };
}

/**
 * Ends a consultation, or joins a held and an active call of a line. The outcome is the conference, if
 * there is one; after an error the calls are as they were.
 */
export async function complete(
  requests: Requests,
  { held, active }: { readonly held: TapiCall; readonly active: TapiCall },
  { mode }: CommandOf<"complete">,
): Promise<CommandOutcome> {
  const isConference = mode === "conference";
  const pair = [held, active] as const;
  const needed = isConference ? CAN.COMPLETETRANSF | CAN.ADDTOCONF : CAN.COMPLETETRANSF;
  const features = await requests.own(pair, needed);
  if (isConference && joins(features, held)) {
    await requests.send(pair, "lineAddToConference", held.handle, active.handle);
    return { call: held.id };
  }
  if (!features.offers(CAN.COMPLETETRANSF)) demandTransferOfHeld(held);
  if (isConference && !features.allowsTransferToConference) {
    throw unsupported("The line makes no conference of two calls: it lacks TRANSFERCONF");
  }
  const out = new CallHandleOut();
  const [conference] = await requests.make(
    held.line,
    [out],
    { from: pair, optional: true },
    "lineCompleteTransfer",
    held.handle,
    active.handle,
    out.memory,
    isConference ? LINETRANSFERMODE.CONFERENCE : LINETRANSFERMODE.TRANSFER,
  );
  return conference === undefined ? {} : { call: conference.id };
}

/** Whether the active call is to join a conference that waits for it. */
function joins(features: CallFeatures, held: TapiCall): boolean {
  if (!features.allows(CAN.ADDTOCONF)) return false;
  return features.offers(CAN.ADDTOCONF) || held.state === LINECALLSTATE.ONHOLDPENDCONF;
}

/** A driver that does not report features may report whether calls that are no consultation have it. */
function demandTransferOfHeld({ state, line }: TapiCall): void {
  const { flags } = line.features;
  const isConsultation = state !== LINECALLSTATE.ONHOLD;
  const { TRANSFERHELD, TRANSFERMAKE } = LINEADDRCAPFLAGS;
  if (isConsultation || flags === 0 || (flags & (TRANSFERHELD | TRANSFERMAKE)) !== 0) return;
  throw unsupported("The line transfers consultations only: it lacks TRANSFERHELD");
}

/** Holds the call, by the function that its line has for it. */
async function begin(requests: Requests, call: TapiCall): Promise<Consultation> {
  const { line, handle } = call;
  const features = await requests.own(
    [call],
    CAN.SETUPTRANSFER | CAN.PREPAREADDCONF | CAN.SETUPCONF,
  );
  const consult = new CallHandleOut();
  const options = {
    from: [call],
    // Nobody waits for it any more: it must not stand in DIALTONE for ever.
    late: (made: readonly TapiCall[]) => void undo(requests, consultationOf(call, made)),
  };
  // Of the three features, this is a conference's alone.
  if (features.offers(CAN.PREPAREADDCONF)) {
    const fn = "linePrepareAddToConferenceW";
    const made = await requests.make(line, [consult], options, fn, handle, consult.memory, null);
    return consultationOf(call, made);
  }
  if (features.allows(CAN.SETUPTRANSFER)) {
    const fn = "lineSetupTransferW";
    const made = await requests.make(line, [consult], options, fn, handle, consult.memory, null);
    return consultationOf(call, made);
  }
  const conference = new CallHandleOut();
  const made = await requests.make(
    line,
    [conference, consult],
    options,
    "lineSetupConferenceW",
    handle,
    line.device.handle,
    conference.memory,
    consult.memory,
    PARTIES,
    null,
  );
  return consultationOf(call, made);
}

/** @param made The consultation call, after the conference if one was made. */
function consultationOf(call: TapiCall, made: readonly TapiCall[]): Consultation {
  const [first = call, second] = made;
  return second === undefined
    ? { held: call, consultation: first }
    : { held: first, consultation: second };
}

async function dial(requests: Requests, consultation: TapiCall, number: string): Promise<void> {
  for (let look = 1; look <= DIALTONE_LOOKS; look++) {
    const state = await requests.stateOf(consultation);
    // Some drivers give the call before it can dial.
    if ((state & (LINECALLSTATE.UNKNOWN | LINECALLSTATE.IDLE)) === 0) break;
    await requests.pause(DIALTONE_LOOK_MS);
  }
  const to = encodeText(number);
  await requests.send([consultation], "lineDialW", consultation.handle, to, NO_COUNTRY);
}

/** Leaves the calls as they were, as far as the driver lets it. Never rejects. */
async function undo(requests: Requests, { held, consultation }: Consultation): Promise<void> {
  try {
    await drop(requests, consultation);
  } catch (error) {
    warn(held, error);
  }
  try {
    if (!requests.isLive(held)) return;
    const state = await requests.stateOf(held);
    // Some switches take the call back by themselves.
    if (((state === 0 ? held.state : state) & HELD_STATES) === 0) return;
    if (has(held.line.features.flags, LINEADDRCAPFLAGS.AUTORECONNECT)) return;
    await requests.send([held], "lineUnhold", held.handle);
  } catch (error) {
    warn(held, error);
  }
}

function warn({ line }: TapiCall, error: unknown): void {
  log.warn("Line {line}: a consultation cannot be undone: {error}", {
    line: line.name,
    error: describeError(error),
  });
}
