/** Hanging up. */
import type { CommandOutcome } from "../../model/command.ts";
import { ENDED_STATES } from "../../tapi/call_states.ts";
import { LINEERR } from "../../tapi/constants.ts";
import { TapiError } from "../../tapi/errors.ts";
import type { TapiCall } from "../call.ts";
import type { Requests } from "./requests.ts";

/**
 * Drops a call, as its owner: a monitor may not. It is tried whatever the driver says of it, and a
 * call that has ended meanwhile is dropped.
 */
export async function drop(requests: Requests, call: TapiCall): Promise<CommandOutcome> {
  try {
    await requests.sendOwning(call, "lineDrop", call.handle, null, 0);
  } catch (error) {
    if (requests.isLive(call) && !await isOver(requests, call, error)) throw error;
  }
  return {};
}

/** Whether lineDrop failed because the call has ended, and only the message about it is to come. */
async function isOver(requests: Requests, call: TapiCall, error: unknown): Promise<boolean> {
  if (!(error instanceof TapiError) || error.code !== LINEERR.INVALCALLSTATE) return false;
  return (await requests.stateOf(call) & ENDED_STATES) !== 0;
}
