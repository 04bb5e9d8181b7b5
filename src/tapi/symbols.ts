/**
 * The functions of tapi32.dll as data: one entry a function, one line a parameter in C's own words.
 * TapiLibrary, the functions as TypeScript has them, is derived from it.
 *
 * Everything that goes to the telephony service is `nonblocking`, so that a slow provider never
 * stops the sockets. An "out" that says no more is written before the function returns.
 *
 * @see https://learn.microsoft.com/windows/win32/api/tapi/
 */

type Native = "u32" | "usize" | "pointer" | "buffer";

/** Memory, or NULL; every other "buffer" must be given. */
export type OrNull = "buffer" & { readonly orNull: true };
const OR_NULL = "buffer" as OrNull;
/** A pointer that is NULL always. */
const NULL = "pointer";

export const TAPI_SYMBOLS = {
  lineInitializeExW: required(
    "buffer", // LPHLINEAPP lphLineApp, out
    NULL, // HINSTANCE hInstance
    NULL, // LINECALLBACK lpfnCallback
    "buffer", // LPCWSTR lpszFriendlyAppName
    "buffer", // LPDWORD lpdwNumDevs, out
    "buffer", // LPDWORD lpdwAPIVersion, in and out
    "buffer", // LPLINEINITIALIZEEXPARAMS, in and out
  ),
  lineShutdown: required("u32"), // HLINEAPP hLineApp
  lineNegotiateAPIVersion: required(
    "u32", // HLINEAPP hLineApp
    "u32", // DWORD dwDeviceID
    "u32", // DWORD dwAPILowVersion
    "u32", // DWORD dwAPIHighVersion
    "buffer", // LPDWORD lpdwAPIVersion, out
    "buffer", // LPLINEEXTENSIONID, out
  ),
  lineGetDevCapsW: required(
    "u32", // HLINEAPP hLineApp
    "u32", // DWORD dwDeviceID
    "u32", // DWORD dwAPIVersion
    "u32", // DWORD dwExtVersion
    "buffer", // LPLINEDEVCAPS, out
  ),
  lineGetAddressCapsW: optional(
    "u32", // HLINEAPP hLineApp
    "u32", // DWORD dwDeviceID
    "u32", // DWORD dwAddressID
    "u32", // DWORD dwAPIVersion
    "u32", // DWORD dwExtVersion
    "buffer", // LPLINEADDRESSCAPS, out
  ),
  lineGetAddressStatusW: optional(
    "u32", // HLINE hLine
    "u32", // DWORD dwAddressID
    "buffer", // LPLINEADDRESSSTATUS, out
  ),
  lineGetLineDevStatusW: optional(
    "u32", // HLINE hLine
    "buffer", // LPLINEDEVSTATUS, out
  ),
  lineOpenW: required(
    "u32", // HLINEAPP hLineApp
    "u32", // DWORD dwDeviceID
    "buffer", // LPHLINE lphLine, out
    "u32", // DWORD dwAPIVersion
    "u32", // DWORD dwExtVersion
    "usize", // DWORD_PTR dwCallbackInstance
    "u32", // DWORD dwPrivileges
    "u32", // DWORD dwMediaModes
    OR_NULL, // LPLINECALLPARAMS
  ),
  lineClose: required("u32"), // HLINE hLine
  lineSetStatusMessages: optional(
    "u32", // HLINE hLine
    "u32", // DWORD dwLineStates
    "u32", // DWORD dwAddressStates
  ),
  lineGetNewCalls: optional(
    "u32", // HLINE hLine
    "u32", // DWORD dwAddressID
    "u32", // DWORD dwSelect
    "buffer", // LPLINECALLLIST, out
  ),
  /** Waits for the next message on a worker thread. LINEERR_OPERATIONFAILED: none came in time. */
  lineGetMessage: required(
    "u32", // HLINEAPP hLineApp
    "buffer", // LPLINEMESSAGE, out
    "u32", // DWORD dwTimeout, ms
  ),
  /** lineGetMessage for a message that is queued already; with dwTimeout 0 it never waits. */
  lineGetMessageNow: {
    name: "lineGetMessage",
    parameters: [
      "u32", // HLINEAPP hLineApp
      "buffer", // LPLINEMESSAGE, out
      "u32", // DWORD dwTimeout, ms
    ],
    result: "i32",
  },
  lineGetCallInfoW: required(
    "u32", // HCALL hCall
    "buffer", // LPLINECALLINFO, out
  ),
  lineGetCallStatus: required(
    "u32", // HCALL hCall
    "buffer", // LPLINECALLSTATUS, out
  ),
  lineSetCallPrivilege: required(
    "u32", // HCALL hCall
    "u32", // DWORD dwCallPrivilege
  ),
  lineDeallocateCall: required("u32"), // HCALL hCall
  lineMakeCallW: required(
    "u32", // HLINE hLine
    "buffer", // LPHCALL lphCall, out at LINE_REPLY
    OR_NULL, // LPCWSTR lpszDestAddress
    "u32", // DWORD dwCountryCode
    OR_NULL, // LPLINECALLPARAMS
  ),
  lineDrop: required(
    "u32", // HCALL hCall
    NULL, // LPCSTR lpsUserUserInfo
    "u32", // DWORD dwSize
  ),
  lineAnswer: optional(
    "u32", // HCALL hCall
    NULL, // LPCSTR lpsUserUserInfo
    "u32", // DWORD dwSize
  ),
  lineHold: optional("u32"), // HCALL hCall
  lineUnhold: optional("u32"), // HCALL hCall
  lineSwapHold: optional(
    "u32", // HCALL hdActiveCall
    "u32", // HCALL hdHeldCall
  ),
  lineBlindTransferW: optional(
    "u32", // HCALL hCall
    "buffer", // LPCWSTR lpszDestAddress
    "u32", // DWORD dwCountryCode
  ),
  lineSetupTransferW: optional(
    "u32", // HCALL hCall
    "buffer", // LPHCALL lphConsultCall, out at LINE_REPLY
    OR_NULL, // LPLINECALLPARAMS
  ),
  lineCompleteTransfer: optional(
    "u32", // HCALL hCall
    "u32", // HCALL hConsultCall
    "buffer", // LPHCALL lphConfCall, out at LINE_REPLY
    "u32", // DWORD dwTransferMode
  ),
  lineSetupConferenceW: optional(
    "u32", // HCALL hCall, may be 0
    "u32", // HLINE hLine
    "buffer", // LPHCALL lphConfCall, out at LINE_REPLY
    "buffer", // LPHCALL lphConsultCall, out at LINE_REPLY
    "u32", // DWORD dwNumParties
    OR_NULL, // LPLINECALLPARAMS
  ),
  linePrepareAddToConferenceW: optional(
    "u32", // HCALL hConfCall
    "buffer", // LPHCALL lphConsultCall, out at LINE_REPLY
    OR_NULL, // LPLINECALLPARAMS
  ),
  lineAddToConference: optional(
    "u32", // HCALL hConfCall
    "u32", // HCALL hConsultCall
  ),
  lineParkW: optional(
    "u32", // HCALL hCall
    "u32", // DWORD dwParkMode
    OR_NULL, // LPCWSTR lpszDirAddress
    OR_NULL, // LPVARSTRING lpNonDirAddress, out at LINE_REPLY
  ),
  lineUnparkW: optional(
    "u32", // HLINE hLine
    "u32", // DWORD dwAddressID
    "buffer", // LPHCALL lphCall, out at LINE_REPLY
    "buffer", // LPCWSTR lpszDestAddress
  ),
  linePickupW: optional(
    "u32", // HLINE hLine
    "u32", // DWORD dwAddressID
    "buffer", // LPHCALL lphCall, out at LINE_REPLY
    OR_NULL, // LPCWSTR lpszDestAddress, NULL for a group
    OR_NULL, // LPCWSTR lpszGroupID
  ),
  lineRedirectW: optional(
    "u32", // HCALL hCall
    "buffer", // LPCWSTR lpszDestAddress
    "u32", // DWORD dwCountryCode
  ),
  lineForwardW: optional(
    "u32", // HLINE hLine
    "u32", // DWORD bAllAddresses
    "u32", // DWORD dwAddressID
    OR_NULL, // LPLINEFORWARDLIST, NULL cancels all
    "u32", // DWORD dwNumRingsNoAnswer
    "buffer", // LPHCALL lphConsultCall, out at LINE_REPLY, never NULL
    OR_NULL, // LPLINECALLPARAMS
  ),
  lineGenerateDigitsW: optional(
    "u32", // HCALL hCall
    "u32", // DWORD dwDigitMode
    OR_NULL, // LPCWSTR lpszDigits, NULL aborts
    "u32", // DWORD dwDuration, ms
  ),
  lineDialW: optional(
    "u32", // HCALL hCall
    "buffer", // LPCWSTR lpszDestAddress
    "u32", // DWORD dwCountryCode
  ),
  lineCompleteCall: optional(
    "u32", // HCALL hCall
    "buffer", // LPDWORD lpdwCompletionID, out at LINE_REPLY
    "u32", // DWORD dwCompletionMode
    "u32", // DWORD dwMessageID
  ),
  lineSetLineDevStatus: optional(
    "u32", // HLINE hLine
    "u32", // DWORD dwStatusToChange
    "u32", // DWORD fStatus
  ),
  /** The driver may write to lpParams until LINE_REPLY. */
  lineDevSpecific: optional(
    "u32", // HLINE hLine
    "u32", // DWORD dwAddressID
    "u32", // HCALL hCall, may be 0
    "buffer", // LPVOID lpParams, in and out
    "u32", // DWORD dwSize
  ),
  /** Asynchronous: the struct is written at LINE_REPLY, as with every function of agents. */
  lineGetAgentStatusW: optional(
    "u32", // HLINE hLine
    "u32", // DWORD dwAddressID
    "buffer", // LPLINEAGENTSTATUS, out at LINE_REPLY
  ),
  lineGetAgentGroupListW: optional(
    "u32", // HLINE hLine
    "u32", // DWORD dwAddressID
    "buffer", // LPLINEAGENTGROUPLIST, out at LINE_REPLY
  ),
  lineSetAgentGroup: optional(
    "u32", // HLINE hLine
    "u32", // DWORD dwAddressID
    "buffer", // LPLINEAGENTGROUPLIST
  ),
  lineGetProviderListW: optional(
    "u32", // DWORD dwAPIVersion
    "buffer", // LPLINEPROVIDERLIST, out
  ),
} as const satisfies Deno.ForeignLibraryInterface;

/** A function that every tapi32.dll exports. */
function required<const P extends readonly Native[]>(...parameters: P) {
  return { parameters, result: "i32", nonblocking: true } as const;
}

/** A function that a library may lack: it is `null` then. */
function optional<const P extends readonly Native[]>(...parameters: P) {
  return { ...required(...parameters), optional: true } as const;
}
