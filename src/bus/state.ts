/** What is the case now, for those who begin to listen. */
import type { Call, CallNumber, Line, ProviderState } from "./events.ts";

/**
 * The state that the events so far have led to. Asked in the same turn as
 * {@linkcode EventBus.seq}, both belong together.
 */
export interface StatePort {
  readonly provider: ProviderState;
  /** Every line that was found, open or not. */
  lines(): readonly Line[];
  /** The live calls, oldest first. */
  calls(): readonly Call[];
  /** A live call. */
  call(id: CallNumber): Call | undefined;
}
