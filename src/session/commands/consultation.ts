/**
 * Consulting somebody while a call waits, and its end: a transfer, or a conference that begins or
 * grows. If a later step fails, the calls are left as they were.
 */
import { describeError, logger } from "../../log.ts";
import type { CommandOf, CommandOutcome } from "../../model/command.ts";
import { NO_COUNTRY } from "../../tapi/call_params.ts";
import { HELD_STATES } from "../../tapi/call_states.ts";
import {
  has,
  LINEADDRCAPFLAGS,
  LINECALLFEATURE,
  LINECALLSTATE,
  LINEERR,
  LINETRANSFERMODE,
} from "../../tapi/constants.ts";
import { TapiError } from "../../tapi/errors.ts";
import { CallHandleOut } from "../../tapi/outs.ts";
import { encodeText } from "../../tapi/text.ts";
import type { MadeBy, TapiCall } from "../call.ts";
import { drop } from "./drop.ts";
import { unsupported } from "./errors.ts";
import type { Requests } from "./requests.ts";

const log = logger("session");

const CAN = LINECALLFEATURE;
/** How many parties a conference is expected to have. */
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
  const begun = await begin(requests, call, number);
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
  const pair = [held, active] as const;
  if (mode === "transfer") {
    const features = await requests.own(pair, CAN.COMPLETETRANSF);
    if (!features.offers(CAN.COMPLETETRANSF)) demandTransferOfHeld(held);
    return await completeTransfer(requests, pair, LINETRANSFERMODE.TRANSFER);
  }
  const features = await requests.own(pair, CAN.COMPLETETRANSF | CAN.ADDTOCONF | CAN.SETUPCONF);
  if (held.isConference && features.allows(CAN.ADDTOCONF)) {
    await requests.send(pair, "lineAddToConference", held.handle, active.handle);
    return { call: held.id };
  }
  if (features.allows(CAN.COMPLETETRANSF) && features.allowsTransferToConference) {
    if (!features.offers(CAN.COMPLETETRANSF)) demandTransferOfHeld(held);
    return await completeTransfer(requests, pair, LINETRANSFERMODE.CONFERENCE);
  }
  if (features.allows(CAN.SETUPCONF) && allowsHeldInConference(held)) {
    return await confer(requests, held, active);
  }
  throw unsupported("The line does not support a conference of two calls: it lacks TRANSFERCONF");
}

/** lineCompleteTransfer. The outcome is the conference, if there is one. */
async function completeTransfer(
  requests: Requests,
  pair: readonly [held: TapiCall, active: TapiCall],
  mode: number,
): Promise<CommandOutcome> {
  const [held, active] = pair;
  const handle = new CallHandleOut();
  const [conference] = await requests.make(
    held.line,
    [{ handle, isConference: mode === LINETRANSFERMODE.CONFERENCE }],
    { from: pair, optional: true },
    "lineCompleteTransfer",
    held.handle,
    active.handle,
    handle.memory,
    mode,
  );
  return conference === undefined ? {} : { call: conference.id };
}

/** Whether a call is on hold without being part of a consultation, and can be added to a conference. */
function allowsHeldInConference({ state, line: { features: { flags } } }: TapiCall): boolean {
  return state === LINECALLSTATE.ONHOLD &&
    (flags === 0 || has(flags, LINEADDRCAPFLAGS.CONFERENCEHELD));
}

/** Makes a conference of the active call, and adds the held one to it. */
async function confer(
  requests: Requests,
  held: TapiCall,
  active: TapiCall,
): Promise<CommandOutcome> {
  const { held: conference, consultation } = await setupConference(requests, active, {});
  try {
    // Nobody is to be asked in.
    await drop(requests, consultation);
    const calls = [conference, held] as const;
    await requests.send(calls, "lineAddToConference", conference.handle, held.handle);
  } catch (error) {
    await retrieve(requests, conference);
    throw error;
  }
  return { call: conference.id };
}

/** A driver that does not report features may report whether calls that are no consultation have it. */
function demandTransferOfHeld({ state, line }: TapiCall): void {
  const { flags } = line.features;
  const isConsultation = state !== LINECALLSTATE.ONHOLD;
  const { TRANSFERHELD, TRANSFERMAKE } = LINEADDRCAPFLAGS;
  if (isConsultation || flags === 0 || (flags & (TRANSFERHELD | TRANSFERMAKE)) !== 0) return;
  throw unsupported("The line can transfer only consultation calls: it lacks TRANSFERHELD");
}

/** Holds the call, by the function that its line has for it. */
async function begin(requests: Requests, call: TapiCall, number: string): Promise<Consultation> {
  const features = await requests.own(
    [call],
    CAN.SETUPTRANSFER | CAN.PREPAREADDCONF | CAN.SETUPCONF,
  );
  const made = { dialled: number };
  if (call.isConference && features.allows(CAN.PREPAREADDCONF)) {
    return await setup(requests, call, "linePrepareAddToConferenceW", made);
  }
  if (features.allows(CAN.SETUPTRANSFER)) {
    return await setup(requests, call, "lineSetupTransferW", made);
  }
  if (features.allows(CAN.SETUPCONF)) return await setupConference(requests, call, made);
  return await setup(requests, call, "linePrepareAddToConferenceW", made);
}

/** Holds the call by a function that makes the consultation call. */
async function setup(
  requests: Requests,
  call: TapiCall,
  fn: "linePrepareAddToConferenceW" | "lineSetupTransferW",
  known: MadeBy,
): Promise<Consultation> {
  const handle = new CallHandleOut();
  const outs = [{ ...known, handle }];
  try {
    const made = await requests.make(
      call.line,
      outs,
      { from: [call], late: (made) => void undo(requests, consultationOf(call, made)) },
      fn,
      call.handle,
      handle.memory,
      null,
    );
    return consultationOf(call, made);
  } catch (error) {
    // Success without a handle: the call is on hold for nobody.
    if (error instanceof TapiError && error.code === LINEERR.OPERATIONFAILED) {
      await retrieve(requests, call);
    }
    throw error;
  }
}

/** Makes the call the first one of a conference on hold, with a consultation call beside it. */
async function setupConference(
  requests: Requests,
  call: TapiCall,
  known: MadeBy,
): Promise<Consultation> {
  const conference = new CallHandleOut();
  const consult = new CallHandleOut();
  const made = await requests.make(
    call.line,
    [{ handle: conference, isConference: true }, { ...known, handle: consult }],
    { from: [call], late: (made) => void undo(requests, consultationOf(call, made)) },
    "lineSetupConferenceW",
    call.handle,
    call.line.device.handle,
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
  await retrieve(requests, held);
}

/** Takes a call off hold, unless its switch does so by itself. Never rejects. */
async function retrieve(requests: Requests, held: TapiCall): Promise<void> {
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
