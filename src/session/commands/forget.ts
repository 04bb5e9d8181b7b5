/** Forgetting a call that the phone system does not have any more. */
import type { CommandOutcome } from "../../model/command.ts";
import type { TapiCall } from "../call.ts";
import { unsupported } from "./errors.ts";
import type { Requests } from "./requests.ts";

/** Ends a call for the clients, and gives its handle back; refused while the driver answers for it. */
export async function forget(requests: Requests, call: TapiCall): Promise<CommandOutcome> {
  if (await requests.isThere(call)) {
    throw unsupported("The driver reports that the call is live: hang up instead");
  }
  await requests.end(call);
  return {};
}
