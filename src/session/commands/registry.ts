/** The changes that requests make to the session's calls and lines. */
import type { MadeBy, TapiCall } from "../call.ts";
import type { TapiLine } from "../line.ts";

/** One call, or several of one line. */
export type Calls = readonly [TapiCall, ...TapiCall[]];

/** The session's calls and lines, as far as requests change them. */
export interface CallRegistry {
  /** Registers a call that a request has made; `undefined` if its address is not wanted any more. */
  adopt(line: TapiLine, handle: number, made: MadeBy): TapiCall | undefined;
  /** Messages for unknown handles are about no call that is still to be made. */
  forgetUnclaimed(): void;
  /** The handle of the call seems to be dead. */
  doubt(call: TapiCall): void;
  /** A command has changed settings of the line. */
  settingsChanged(line: TapiLine): void;
  /** Removes a call that the phone system no longer has. */
  end(call: TapiCall): Promise<void>;
}
