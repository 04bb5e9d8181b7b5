// @ts-check
/** What to do about an error of TAPI: for the administrator who finds its name. */

/** @type {Readonly<Record<string, string>>} */
const ADVICE = {
  LINEERR_ALLOCATED:
    "Another program has the line for itself: a fax or modem program, or the driver's own. " +
    "Close it.",
  LINEERR_NOTREGISTERED:
    "The driver's helper program does not run on the server. Start it, or the service it " +
    "belongs to.",
  LINEERR_RESOURCEUNAVAIL:
    "The driver has no connection to the telephone system, no licence left, or too few " +
    "rights. Its own log says more.",
  LINEERR_OPERATIONFAILED:
    "The driver or the telephone system failed without a reason. The driver's own log says more.",
  LINEERR_OPERATIONUNAVAIL:
    "The driver or the telephone system cannot do this, or not on this line.",
  LINEERR_NODRIVER:
    "A part of the driver is missing or cannot be loaded: install it anew, in its 64-bit edition.",
  LINEERR_NODEVICE: "The line is not there any more. Look into the driver's set-up.",
  LINEERR_BADDEVICEID: "The line is not there any more. Look into the driver's set-up.",
  LINEERR_NOMULTIPLEINSTANCE:
    "The driver is installed twice, and may be once only. Remove one in Phone and Modem.",
  LINEERR_INIFILECORRUPT: "TAPI's settings are damaged. Remove the driver and install it anew.",
  LINEERR_INCOMPATIBLEAPIVERSION: "The driver is too old, or too new, for this Windows.",
  LINEERR_REINIT:
    "TAPI has to be initialised again, which happens by itself once every program has let " +
    "go of it.",
  LINEERR_UNINITIALIZED: "The service “Telephony” was restarted. It is tried again by itself.",
  LINEERR_SERVICE_NOT_RUNNING:
    "Start the service “Telephony” on the server, and set it to start by itself.",
  LINEERR_NOMEM: "The server is out of memory.",
  LINEERR_INUSE: "The line is in use. Try again when its call has ended.",
  LINEERR_CALLUNAVAIL: "No call can be made now: every trunk or every appearance is taken.",
  LINEERR_INVALCALLSTATE: "The call has moved on meanwhile. Look at its state and try again.",
  LINEERR_INVALADDRESS:
    "The telephone system cannot dial this number. Is the outside prefix missing?",
  LINEERR_ADDRESSBLOCKED: "The telephone system forbids this number for the line.",
  LINEERR_NOTOWNER: "The driver lets only the program that made the call control it.",
  LINEERR_TARGETNOTFOUND: "There is no such extension or number at the telephone system.",
  LINEERR_TARGETSELF: "The line cannot call itself.",
  LINEERR_USERCANCELLED: "Somebody cancelled it at the telephone.",
  LINEERR_BILLINGREJECTED: "The telephone system refused the call for its costs.",
  LINEERR_RATEUNAVAIL: "The line cannot carry this kind of call.",
};

/** @type {Readonly<Record<string, string>>} */
const OF_STATUS = {
  closed: "The driver lost the telephone system or was set up anew. The line is opened again as " +
    "soon as it permits.",
  failed: "It is tried again by itself. If it stays so, the driver's own log says more.",
  out_of_service:
    "The driver says that it lost the telephone system. Look at the connection to it; the " +
    "driver tells when it is back.",
};

/**
 * @param {string | undefined} error Such as `LINEERR_ALLOCATED`.
 * @param {string} [status] Of the line that has it.
 * @returns {string | undefined} What to do; nothing for an error that is not known.
 */
export function adviceOn(error, status = "") {
  return ADVICE[error ?? ""] ?? OF_STATUS[status];
}

/** The errors for which there is advice. */
export const ADVISED = Object.keys(ADVICE);
