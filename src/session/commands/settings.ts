/**
 * Settings of a telephone, and joining calls of others: by the means of the line's vendor if it has
 * some, else by TAPI's own, if there are any.
 */
import type { CommandOf, CommandOutcome } from "../../model/command.ts";
import {
  has,
  LINECALLCOMPLMODE,
  LINECALLFEATURE,
  LINECALLSTATE,
  LINEDEVSTATUSFLAGS,
} from "../../tapi/constants.ts";
import type { TapiLine } from "../line.ts";
import type { LineCommand } from "../vendors/vendor.ts";
import { setAgentGroup } from "./agents.ts";
import { CommandFailure, unsupported } from "./errors.ts";
import { forward, forwardToNobody } from "./forwarding.ts";
import type { Requests } from "./requests.ts";

/** How TAPI itself does it. */
type Standard<C extends LineCommand> = (
  requests: Requests,
  line: TapiLine,
  command: C,
) => Promise<CommandOutcome>;

/** lineDevSpecific about the line, not about a call of it. */
const NO_CALL = 0;
/** No message is left with the called party. */
const NO_MESSAGE = 0;

/** Carries a command out by the means of the line's vendor, or by TAPI's if the vendor has none. */
export function byVendorOr<C extends LineCommand>(standard: Standard<C>): Standard<C> {
  return async (requests, line, command) => {
    const { vendor } = line.claim;
    if (vendor === undefined || !vendor.commands.includes(command.cmd)) {
      return await standard(requests, line, command);
    }
    // Each begins with what the one before has left.
    await requests.changeSettings(line, "lineDevSpecific", async () => {
      const block = await requests.vendorBlock(line);
      for (const bytes of vendor.write(command, block)) await sendBytes(requests, line, bytes);
    });
    requests.settingsChanged(line);
    return {};
  };
}

/** By vendors alone. */
export function notByTapi(): Promise<CommandOutcome> {
  throw unsupported("The line's driver has no such function, or none that is known");
}

export const forwardByAnyMeans: Standard<CommandOf<"forward">> = byVendorOr(forward);

export const doNotDisturb: Standard<CommandOf<"dnd">> = byVendorOr((requests, line, { on }) =>
  forwardToNobody(requests, line, on)
);

export const groupByAnyMeans: Standard<CommandOf<"group">> = byVendorOr(setAgentGroup);

export const lamp: Standard<CommandOf<"lamp">> = byVendorOr(async (requests, line, { on }) => {
  const { MSGWAIT } = LINEDEVSTATUSFLAGS;
  const { settable } = line.features;
  if (settable !== 0 && !has(settable, MSGWAIT)) {
    throw unsupported("The line never allows it: it lacks LINEDEVSTATUSFLAGS_MSGWAIT");
  }
  await requests.send(line, "lineSetLineDevStatus", line.device.handle, MSGWAIT, on ? 1 : 0);
  return {};
});

/** Called, and not reached: such a call can be completed by force. */
const NOT_REACHED = LINECALLSTATE.BUSY | LINECALLSTATE.RINGBACK;

/** Joins by the line's own call to the extension, which is busy. */
export const intrude: Standard<CommandOf<"intrude">> = byVendorOr(
  async (requests, line, { extension }) => {
    const { INTRUDE } = LINECALLCOMPLMODE;
    const { completionModes } = line.features;
    if (completionModes !== 0 && !has(completionModes, INTRUDE)) {
      throw unsupported("The line never allows it: it lacks LINECALLCOMPLMODE_INTRUDE");
    }
    const call = requests.callsOf(line).find(({ state, dialled }) =>
      (state & NOT_REACHED) !== 0 && dialled === extension
    );
    if (call === undefined) {
      throw new CommandFailure("no_call", `Dial ${extension} first: a busy call can be joined`);
    }
    await requests.own([call], LINECALLFEATURE.COMPLETECALL);
    const id = new Uint8Array(4);
    await requests.send([call], "lineCompleteCall", call.handle, id, INTRUDE, NO_MESSAGE);
    return {};
  },
);

/** Bytes that the client has made itself. */
export async function vendorBytes(
  requests: Requests,
  line: TapiLine,
  { data }: CommandOf<"vendor">,
): Promise<CommandOutcome> {
  await sendBytes(requests, line, Uint8Array.fromHex(data));
  requests.settingsChanged(line);
  return {};
}

/** lineDevSpecific. The driver may write to the bytes until its reply. */
function sendBytes(
  requests: Requests,
  line: TapiLine,
  bytes: Uint8Array<ArrayBuffer>,
): Promise<void> {
  const { handle } = line.device;
  const { addressId } = line;
  return requests.send(line, "lineDevSpecific", handle, addressId, NO_CALL, bytes, bytes.length);
}
