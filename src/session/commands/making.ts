/** How a function that makes calls is asked for them. */
import type { CallHandleOut } from "../../tapi/outs.ts";
import type { MadeBy, TapiCall } from "../call.ts";

/** A handle that a function writes, and what is known of the call that it is for. */
export interface Out extends MadeBy {
  readonly handle: CallHandleOut;
}

export interface MakeOptions {
  /** The calls that it makes them of: they must be live. */
  readonly from?: readonly TapiCall[];
  /** Whether the function may make fewer calls than there are handles. */
  readonly optional?: boolean;
  /** Receives the calls if they come after the request was given up. */
  readonly late?: (made: readonly TapiCall[]) => void;
  /** Receives a call that was to be dropped before it was made; left out, it cannot be dropped then. */
  readonly dropped?: (made: TapiCall) => void;
}
