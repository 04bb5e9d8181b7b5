/** Advice to administrators on an error of TAPI, or on a line that is not open. */
import type { LineStatus } from "./line.ts";

const DRIVER_LOG = "See the driver's own log.";
const REMOVED = "The driver no longer has this line. Check the driver's set-up; if the line is " +
  "there, restart the Windows service Telephony.";

/** By the error's name in tapi.h, by a line's status where the error is unknown; for a silent or a hanging driver. */
export const ADVICE = {
  LINEERR_ALLOCATED: "Another program uses the line exclusively: a fax or modem program, or the " +
    "driver's own. Close it.",
  LINEERR_NOTREGISTERED: "The driver's helper program is not running on the server. Start it, or " +
    "the service that it belongs to.",
  LINEERR_RESOURCEUNAVAIL:
    "The driver has no connection to the phone system, no free licence, or " +
    `too few rights. ${DRIVER_LOG}`,
  LINEERR_OPERATIONFAILED:
    `The driver or the phone system failed without giving a reason. ${DRIVER_LOG}`,
  LINEERR_OPERATIONUNAVAIL:
    "The driver or the phone system does not support this, or not on this line.",
  LINEERR_NODRIVER: "A part of the driver is missing or cannot be loaded. Reinstall its 64-bit " +
    "edition, then restart the Windows service Telephony.",
  LINEERR_NODEVICE: REMOVED,
  LINEERR_BADDEVICEID: REMOVED,
  LINEERR_NOMULTIPLEINSTANCE: "The driver is installed twice, but works only once. Remove one in " +
    "Phone and Modem.",
  LINEERR_INIFILECORRUPT: "TAPI's settings are damaged. Remove the driver and install it again.",
  LINEERR_INCOMPATIBLEAPIVERSION: "The driver is too old or too new for this version of Windows.",
  LINEERR_REINIT: "TAPI has to be initialised again. This happens automatically after every " +
    "program has released it.",
  LINEERR_UNINITIALIZED: "The Windows service Telephony was restarted. Tapi2Ws reconnects " +
    "automatically.",
  LINEERR_SERVICE_NOT_RUNNING: "Start the Windows service Telephony (net start TapiSrv), and set " +
    "it to start automatically.",
  LINEERR_NOMEM: "The server is out of memory.",
  LINEERR_INUSE: "The line is in use. Try again after its call has ended.",
  LINEERR_CALLUNAVAIL: "No call is possible now: every trunk or every appearance is in use.",
  LINEERR_INVALCALLSTATE: "The call has changed its state in the meantime. Check it and try again.",
  LINEERR_INVALADDRESS:
    "The phone system cannot dial this number. Check whether the outside prefix is missing.",
  LINEERR_ADDRESSBLOCKED: "The phone system does not allow the line to dial this number.",
  LINEERR_NOTOWNER: "The driver lets only the program that made the call control it.",
  LINEERR_TARGETNOTFOUND: "The phone system has no such extension or number.",
  LINEERR_TARGETSELF: "The line cannot call itself.",
  LINEERR_USERCANCELLED: "Somebody cancelled it at the phone.",
  LINEERR_BILLINGREJECTED: "The phone system refused the call because of its cost.",
  LINEERR_RATEUNAVAIL: "The line cannot carry this kind of call.",

  closed: "The driver lost the phone system or was set up again. The line is reopened " +
    "automatically as soon as the driver allows it.",
  failed: "Tapi2Ws tries again automatically. If this persists, see the driver's own log.",
  out_of_service:
    "The driver reports that it lost the phone system. Check the connection between " +
    "them; the driver reports when it is back.",
  silent:
    "If phones were used in this time, the driver lacks a licence for all of them (Avaya IP " +
    "Office: CTI Link Pro, for third-party mode), or is too old for this version of Windows. Correct " +
    "that, then restart the Windows service Telephony: changed driver settings take effect then.",
  hanging: "The driver does not return from this function. Other lines keep working; if it never " +
    "returns, restart the Windows service Telephony.",
} as const satisfies Readonly<
  Record<`LINEERR_${string}` | Exclude<LineStatus, "open"> | "silent" | "hanging", string>
>;

/** @param error A name such as `LINEERR_ALLOCATED`, of a line with this status. */
export function adviceOn(error: string | undefined, status: string): string | undefined {
  const advice: Readonly<Record<string, string>> = ADVICE;
  return advice[error ?? ""] ?? advice[status];
}
