/** Calls that wait elsewhere, and calls of others: parking, taking a parked call, picking up. */
import {
  LINEADDRFEATURE,
  LINECALLFEATURE,
  LINECALLFEATURE2,
  LINEPARKMODE,
} from "../../tapi/constants.ts";
import { ParkAddressOut } from "../../tapi/outs.ts";
import { encodeText } from "../../tapi/text.ts";
import type { Actions } from "./actions.ts";
import { unsupported } from "./errors.ts";
import type { CallEntry, LineEntry } from "../handles.ts";
import { demandFeature } from "./line_features.ts";

/**
 * Parks a call.
 *
 * @param slot Where; left to the switch when left out.
 * @returns Where the call is, if the switch says so.
 * @throws ActionError
 */
export async function park(
  { attempts }: Actions,
  call: CallEntry,
  slot: string | undefined,
): Promise<string | undefined> {
  const features = await attempts.take([call], LINECALLFEATURE.PARK);
  if (slot === undefined) {
    if (!features.allowsPark(LINECALLFEATURE2.PARKNONDIRECT)) {
      throw unsupported("The line parks calls only where it is told to: name a slot");
    }
    const out = new ParkAddressOut();
    await attempts.onCalls([call], {
      fn: "lineParkW",
      pinned: out.memory,
      call: (control) => control.park(call.handle, LINEPARKMODE.NONDIRECTED, null, out),
    });
    return out.address || undefined;
  }
  if (!features.allowsPark(LINECALLFEATURE2.PARKDIRECT)) {
    throw unsupported("The line parks calls where the switch likes: name no slot");
  }
  const address = encodeText(slot);
  await attempts.onCalls([call], {
    fn: "lineParkW",
    pinned: address,
    call: (control) => control.park(call.handle, LINEPARKMODE.DIRECTED, address, null),
  });
  return slot;
}

/** Takes a parked call. @throws ActionError */
export async function unpark(
  { attempts }: Actions,
  line: LineEntry,
  slot: string,
): Promise<CallEntry> {
  await demandFeature(attempts, line, LINEADDRFEATURE.UNPARK);
  const address = encodeText(slot);
  return await attempts.makingOne(line, {
    fn: "lineUnparkW",
    pinned: address,
    call: (control, out) => control.unpark(line.handle, out, address),
  });
}

/**
 * Takes a call that rings elsewhere.
 *
 * @param from The extension that rings; any of the group's when left out.
 * @param group The pickup group; the line's own when left out.
 * @throws ActionError
 */
export async function pickup(
  { attempts }: Actions,
  line: LineEntry,
  from: string | undefined,
  group: string | undefined,
): Promise<CallEntry> {
  const { PICKUP, PICKUPDIRECT, PICKUPGROUP } = LINEADDRFEATURE;
  const kind = from === undefined ? PICKUPGROUP : PICKUPDIRECT;
  await demandFeature(attempts, line, PICKUP | kind);
  const address = from === undefined ? null : encodeText(from);
  const groupId = group === undefined ? null : encodeText(group);
  return await attempts.makingOne(line, {
    fn: "linePickupW",
    pinned: [address, groupId],
    call: (control, out) => control.pickup(line.handle, out, address, groupId),
  });
}
