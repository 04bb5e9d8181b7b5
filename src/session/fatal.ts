/** Errors that end a session, whichever function answers them. */
import { LINEERR } from "../tapi/constants.ts";
import { TapiError } from "../tapi/errors.ts";

/** Nothing works on this HLINEAPP any more. */
const FATAL: readonly number[] = [
  LINEERR.UNINITIALIZED,
  LINEERR.INVALAPPHANDLE,
  LINEERR.SERVICE_NOT_RUNNING,
  LINEERR.REINIT,
];

/** Ends the session if the error says that it is over. */
export function endIfFatal(
  { giveUp }: { readonly giveUp: (reason: string) => void },
  error: unknown,
): void {
  if (error instanceof TapiError && FATAL.includes(error.code)) giveUp(error.codeName);
}
