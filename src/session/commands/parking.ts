/** Calls that wait elsewhere, and calls of others: parking, taking a parked call, picking up. */
import type { CommandOf, CommandOutcome } from "../../model/command.ts";
import { NO_COUNTRY } from "../../tapi/call_params.ts";
import {
  has,
  LINEADDRFEATURE,
  LINECALLFEATURE,
  LINECALLFEATURE2,
  LINEERR,
  LINEPARKMODE,
} from "../../tapi/constants.ts";
import { RINGING_STATES } from "../../tapi/call_states.ts";
import { MissingFunctionError, TapiError } from "../../tapi/errors.ts";
import { ParkAddressOut } from "../../tapi/outs.ts";
import { encodeText } from "../../tapi/text.ts";
import type { TapiCall } from "../call.ts";
import type { TapiLine } from "../line.ts";
import { makeCall } from "./dialling.ts";
import { CommandFailure, unsupported } from "./errors.ts";
import { demandOneOf } from "./features.ts";
import type { Requests } from "./requests.ts";

const { DIRECTED, NONDIRECTED } = LINEPARKMODE;
/** The slots that a line has for itself. */
const MOST_SLOTS = 9;

/**
 * Parks a call: in `slot`, or where the switch likes; a switch that does not choose a slot is given one
 * of the line's own. Answers the slot, if it is known.
 */
export async function park(
  requests: Requests,
  call: TapiCall,
  { slot }: { readonly slot?: string },
): Promise<CommandOutcome> {
  const features = await requests.own([call], LINECALLFEATURE.PARK);
  const { parkModes } = call.line.features;
  const canChoose = parkModes === 0 || has(parkModes, NONDIRECTED);
  if (slot === undefined && canChoose && features.allowsPark(LINECALLFEATURE2.PARKNONDIRECT)) {
    const out = new ParkAddressOut();
    await requests.send([call], "lineParkW", call.handle, NONDIRECTED, null, out.memory);
    return out.address === "" ? {} : { slot: out.address };
  }
  const canBeTold = parkModes === 0 || has(parkModes, DIRECTED);
  if (!canBeTold || !features.allowsPark(LINECALLFEATURE2.PARKDIRECT)) {
    throw unsupported("The phone system chooses the slot on this line: leave it out");
  }
  if (slot !== undefined) return await parkIn(requests, call, slot);
  for (let tries = 1;; tries++) {
    try {
      return await parkIn(requests, call, call.line.nextSlot());
    } catch (error) {
      const isTaken = error instanceof TapiError && error.code === LINEERR.INVALPARKID;
      if (!isTaken || tries === MOST_SLOTS) throw error;
    }
  }
}

async function parkIn(requests: Requests, call: TapiCall, slot: string): Promise<CommandOutcome> {
  await requests.send([call], "lineParkW", call.handle, DIRECTED, encodeText(slot), null);
  return { slot };
}

/** Takes a parked call. */
export async function unpark(
  requests: Requests,
  line: TapiLine,
  { slot }: CommandOf<"unpark">,
): Promise<CommandOutcome> {
  await demandFeature(requests, line, LINEADDRFEATURE.UNPARK);
  const address = encodeText(slot);
  const { device: { handle }, addressId } = line;
  const call = await makeCall(
    requests,
    line,
    {},
    "lineUnparkW",
    (memory) => [handle, addressId, memory, address],
  );
  return { call: call.id };
}

/**
 * Picks up a call that rings elsewhere. On a switch without pickup, a call that rings on a line of the
 * session is redirected to the one that wants it, if the client may control that line (`redirect`).
 *
 * `from`: the extension that rings; any of the group's if left out. `group`: the pickup group; the
 * line's own if left out.
 */
export async function pickup(
  requests: Requests,
  line: TapiLine,
  { from, group, redirect = false }: CommandOf<"pickup">,
): Promise<CommandOutcome> {
  const { PICKUP, PICKUPDIRECT, PICKUPGROUP } = LINEADDRFEATURE;
  const address = from === undefined ? null : encodeText(from);
  const groupId = group === undefined ? null : encodeText(group);
  const { device: { handle }, addressId } = line;
  try {
    await demandFeature(requests, line, PICKUP | (from === undefined ? PICKUPGROUP : PICKUPDIRECT));
    const call = await makeCall(
      requests,
      line,
      {},
      "linePickupW",
      (memory) => [handle, addressId, memory, address, groupId],
    );
    return { call: call.id };
  } catch (error) {
    const lines = redirect && from !== undefined ? requests.linesOf(from) : [];
    if (lines.length === 0 || !isUnavailable(error)) throw error;
    const oldest = lines.flatMap((line) => requests.callsOf(line))
      .find(({ state }) => (state & RINGING_STATES) !== 0);
    if (oldest === undefined) throw new CommandFailure("no_call", "No call rings there");
    await requests.own([oldest], LINECALLFEATURE.REDIRECT);
    const to = encodeText(line.name);
    await requests.send([oldest], "lineRedirectW", oldest.handle, to, NO_COUNTRY);
    return {};
  }
}

/** Whether the switch has no such function, or not on this line. */
function isUnavailable(error: unknown): boolean {
  if (error instanceof MissingFunctionError) return true;
  if (error instanceof TapiError) return error.code === LINEERR.OPERATIONUNAVAIL;
  return error instanceof CommandFailure && error.code === "not_supported";
}

/** @throws CommandFailure if the line reports its LINEADDRFEATURE_ bits, and has none of these. */
async function demandFeature(requests: Requests, line: TapiLine, features: number): Promise<void> {
  demandOneOf(line.features.address, features, "never");
  let now: number;
  try {
    now = (await requests.addressStatus(line)).addressFeatures;
  } catch (error) {
    if (error instanceof TapiError || error instanceof MissingFunctionError) return;
    throw error;
  }
  demandOneOf(now, features, "now");
}
