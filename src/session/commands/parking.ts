/** Calls that wait elsewhere, and calls of others: parking, taking a parked call, picking up. */
import type { CommandOf, CommandOutcome } from "../../model/command.ts";
import {
  LINEADDRFEATURE,
  LINECALLFEATURE,
  LINECALLFEATURE2,
  LINEPARKMODE,
} from "../../tapi/constants.ts";
import { MissingFunctionError, TapiError } from "../../tapi/errors.ts";
import { ParkAddressOut } from "../../tapi/outs.ts";
import { encodeText } from "../../tapi/text.ts";
import type { TapiCall } from "../call.ts";
import type { TapiLine } from "../line.ts";
import { unsupported } from "./errors.ts";
import { demandOneOf } from "./features.ts";
import type { Requests } from "./requests.ts";

/** Parks a call: in `slot`, or where the switch likes; answers the slot if the switch reports it. */
export async function park(
  requests: Requests,
  call: TapiCall,
  { slot }: { readonly slot?: string },
): Promise<CommandOutcome> {
  const features = await requests.own([call], LINECALLFEATURE.PARK);
  if (slot === undefined) {
    if (!features.allowsPark(LINECALLFEATURE2.PARKNONDIRECT)) {
      throw unsupported("The line parks calls only where it is told to: name a slot");
    }
    const { NONDIRECTED } = LINEPARKMODE;
    const out = new ParkAddressOut();
    await requests.send([call], "lineParkW", call.handle, NONDIRECTED, null, out.memory);
    return out.address === "" ? {} : { slot: out.address };
  }
  if (!features.allowsPark(LINECALLFEATURE2.PARKDIRECT)) {
    throw unsupported("The line parks calls where the switch likes: name no slot");
  }
  const { DIRECTED } = LINEPARKMODE;
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
  const call = await requests.makeOne(
    line,
    "lineUnparkW",
    ({ memory }) => [handle, addressId, memory, address],
  );
  return { call: call.id };
}

/**
 * Takes a call that rings elsewhere.
 *
 * `from`: the extension that rings; any of the group's if left out. `group`: the pickup group; the
 * line's own if left out.
 */
export async function pickup(
  requests: Requests,
  line: TapiLine,
  { from, group }: CommandOf<"pickup">,
): Promise<CommandOutcome> {
  const { PICKUP, PICKUPDIRECT, PICKUPGROUP } = LINEADDRFEATURE;
  await demandFeature(requests, line, PICKUP | (from === undefined ? PICKUPGROUP : PICKUPDIRECT));
  const address = from === undefined ? null : encodeText(from);
  const groupId = group === undefined ? null : encodeText(group);
  const { device: { handle }, addressId } = line;
  const call = await requests.makeOne(
    line,
    "linePickupW",
    ({ memory }) => [handle, addressId, memory, address, groupId],
  );
  return { call: call.id };
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
