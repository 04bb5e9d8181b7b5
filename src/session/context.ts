/** The context that the parts of a session share. */
import type { Clock } from "../clock.ts";
import type { Tapi } from "../tapi/calls.ts";
import type { CallTable } from "./call.ts";
import type { Placeholders } from "./calls/info.ts";
import type { DeviceTable } from "./device_table.ts";
import type { Signal } from "./signals.ts";
import type { Vendor } from "./vendors/vendor.ts";

export interface SessionContext {
  readonly tapi: Tapi;
  /** HLINEAPP. */
  readonly app: number;
  readonly clock: Clock;
  readonly devices: DeviceTable;
  readonly calls: CallTable;
  /** Whether the line of this extension is a hunt group's own, whatever its driver says. */
  readonly isGroup: (extension: string) => boolean;
  /** Texts that stand in place of a number. */
  readonly placeholders: Placeholders;
  /** The vendors whose own ways of TAPI are used. */
  readonly vendors: readonly Vendor[];
  /** Aborted when the session ends: its handles mean nothing any more. */
  readonly ended: AbortSignal;
  /** Ends the session: nothing works on this HLINEAPP any more. */
  readonly giveUp: (reason: string) => void;
  /** Receives what TAPI reports, each line's signals in their order. */
  readonly onSignal: (signal: Signal) => void;
}
