/** Habits of single drivers that would be misreported, as far as they can be recognised for sure. */
import type { RawCallInfo } from "../../tapi/call_info.ts";

/** LINEDEVCAPS' provider info of Avaya IP Office. */
const AVAYA = "Avaya";

/**
 * Avaya IP Office reports a consultation as CONNECTED when its other end hangs up without answering: with
 * a related call, without a connected party, and with the one who was called as the redirecting party.
 */
export function isUnansweredConsultation(
  provider: string,
  info: RawCallInfo | undefined,
): boolean {
  return provider === AVAYA && info !== undefined && info.dwRelatedCallID !== 0 &&
    info.ConnectedID === "" && info.RedirectingID !== "" && info.RedirectingID === info.CalledID;
}
