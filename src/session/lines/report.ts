/** Reports lines to clients: the status of a device is that of each of its lines. */
import type { LineStatus } from "../../model/line.ts";
import { lineCommands, NO_LINE_COMMANDS } from "../commands/can.ts";
import type { SessionContext } from "../context.ts";
import { NO_LINE_FEATURES } from "../description.ts";
import type { LineDevice, TapiLine } from "../line.ts";
import type { LineStatusSignal } from "../signals.ts";

/** Reports the status that a device has now. */
export function reportStatus(context: SessionContext, device: LineDevice): void {
  const { status, error } = device;
  if (status === "opening") return;
  for (const line of device.lines) {
    report(context, line, status, {
      ...status === "failed" && error !== undefined && { error },
      ...device.handle === 0 && { can: NO_LINE_COMMANDS },
    });
  }
}

/** Reports that a line of an open device has become known: the commands that it takes now come later. */
export function reportOpen(context: SessionContext, line: TapiLine): void {
  const { device: { status }, features } = line;
  if (status === "opening") return;
  // Its driver may already have said that it is out of service.
  report(context, line, status, { can: lineCommands(NO_LINE_FEATURES, features) });
}

function report(
  { onSignal }: SessionContext,
  { identity }: TapiLine,
  status: LineStatus,
  more: Pick<LineStatusSignal, "error" | "can">,
): void {
  onSignal({ kind: "line-status", line: identity, status, ...more });
}
