/** What the parts of a session share. */
import type { Clock } from "../clock.ts";
import type { Tapi } from "../tapi/calls.ts";
import type { CallTable } from "./call.ts";
import type { DeviceTable } from "./device_table.ts";
import type { Signal } from "./signals.ts";

export interface SessionContext {
  readonly tapi: Tapi;
  /** HLINEAPP. */
  readonly app: number;
  readonly clock: Clock;
  readonly devices: DeviceTable;
  readonly calls: CallTable;
  /** Aborted when the session ends: its handles mean nothing any more. */
  readonly ended: AbortSignal;
  /** Ends the session: nothing works on this HLINEAPP any more. */
  readonly giveUp: (reason: string) => void;
  /** Receives what TAPI reports, each line's signals in their order. */
  readonly onSignal: (signal: Signal) => void;
}
