/** Signals: the reports of TAPI about calls and lines, with names instead of numbers and without handles. */
import type { CallState } from "../model/call.ts";
import type { CallId } from "../model/call_id.ts";
import type { CallCommandName, LineCommandName } from "../model/command.ts";
import type { ProviderState } from "../model/event.ts";
import type { Forward } from "../model/forward.ts";
import type { LineIdentity, LineSettings, LineStatus } from "../model/line.ts";
import type { CallReading } from "./calls/info.ts";

/** `line` is one object for as long as the line is known. */
interface OfCall {
  readonly line: LineIdentity;
  readonly call: CallId;
}

/** LINE_CALLSTATE of a call, with what lineGetCallInfo and lineGetCallStatus said then. */
export interface CallStateSignal extends OfCall {
  readonly kind: "call-state";
  readonly state: CallState;
  /** The detail that TAPI adds to the state, if any. */
  readonly mode: string | undefined;
  /** Which telephone has answered the call, by this state; `undefined` if none has yet. */
  readonly answered: "here" | "elsewhere" | undefined;
  /** With DISCONNECTED: why, the most telling first; none if the driver does not say so. */
  readonly disconnects: readonly string[];
  /** `undefined` if the driver did not answer. */
  readonly info: CallReading | undefined;
  /** The number that a command has dialled in the call; left out if none has. */
  readonly dialled?: string;
  readonly can: readonly CallCommandName[];
  /** When lineGetMessage brought it, by the clock's uptime; left out if no message did. */
  readonly heardAtMs?: number;
}

/** The information of a call may have changed within its state. */
export interface CallInfoSignal extends OfCall {
  readonly kind: "call-info";
  readonly info: CallReading;
}

/** The commands that a call takes may have changed, because another call of its line did. */
export interface CallCanSignal extends OfCall {
  readonly kind: "call-can";
  readonly can: readonly CallCommandName[];
}

/** A call of which no more will be heard, because its line was closed. */
export interface CallLostSignal extends OfCall {
  readonly kind: "call-lost";
}

interface OfLine {
  readonly line: LineIdentity;
}

/** A line was found; it is not open yet. */
export interface LineFoundSignal extends OfLine {
  readonly kind: "line-found";
  /** The line that its address was before, which is gone. */
  readonly replaces: LineIdentity | undefined;
}

/** The device of a line is gone. */
export interface LineRemovedSignal extends OfLine {
  readonly kind: "line-removed";
}

export interface LineStatusSignal extends OfLine {
  readonly kind: "line-status";
  readonly status: LineStatus;
  /** The symbolic TAPI error, if one is the cause. */
  readonly error?: string;
  /** The commands that it takes, if they change with the status. */
  readonly can?: readonly LineCommandName[];
}

/** Details of a line; members that are left out were not reported. */
export interface LineReportSignal extends OfLine {
  readonly kind: "line-report";
  /** Another label than before. */
  readonly name?: string;
  readonly forwards?: readonly Forward[];
  readonly messageWaiting?: boolean;
  readonly settings?: LineSettings;
  readonly can?: readonly LineCommandName[];
}

/** Every device that there was when TAPI was initialised has been described, and tried. */
export interface LinesTriedSignal {
  readonly kind: "lines-tried";
}

export interface ProviderSignal {
  readonly kind: "provider";
  readonly state: ProviderState;
}

export type CallSignal = CallStateSignal | CallInfoSignal | CallCanSignal | CallLostSignal;
export type LineSignal =
  | LineFoundSignal
  | LineRemovedSignal
  | LineStatusSignal
  | LineReportSignal;
export type Signal = CallSignal | LineSignal | LinesTriedSignal | ProviderSignal;
