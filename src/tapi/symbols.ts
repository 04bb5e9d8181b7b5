/**
 * The functions of tapi32.dll as data: one entry a function, one line a parameter in C's own words.
 *
 * Everything that goes to the telephony service is `nonblocking`, so that a slow provider never
 * stops the sockets. `lineGetMessageNow` is lineGetMessage once more, for taking what is queued
 * already with a timeout of 0.
 *
 * @see https://learn.microsoft.com/windows/win32/api/tapi/
 */
export const TAPI_SYMBOLS = {
  lineInitializeExW: {
    parameters: [
      "buffer", // LPHLINEAPP lphLineApp, out
      "pointer", // HINSTANCE hInstance, may be NULL
      "pointer", // LINECALLBACK lpfnCallback, NULL with events
      "buffer", // LPCWSTR lpszFriendlyAppName
      "buffer", // LPDWORD lpdwNumDevs, out
      "buffer", // LPDWORD lpdwAPIVersion, in and out
      "buffer", // LPLINEINITIALIZEEXPARAMS, in and out
    ],
    result: "i32",
    nonblocking: true,
  },
  lineShutdown: {
    parameters: ["u32"], // HLINEAPP hLineApp
    result: "i32",
    nonblocking: true,
  },
  lineNegotiateAPIVersion: {
    parameters: [
      "u32", // HLINEAPP hLineApp
      "u32", // DWORD dwDeviceID
      "u32", // DWORD dwAPILowVersion
      "u32", // DWORD dwAPIHighVersion
      "buffer", // LPDWORD lpdwAPIVersion, out
      "buffer", // LPLINEEXTENSIONID, out
    ],
    result: "i32",
    nonblocking: true,
  },
  lineGetDevCapsW: {
    parameters: [
      "u32", // HLINEAPP hLineApp
      "u32", // DWORD dwDeviceID
      "u32", // DWORD dwAPIVersion
      "u32", // DWORD dwExtVersion
      "buffer", // LPLINEDEVCAPS, out
    ],
    result: "i32",
    nonblocking: true,
  },
  lineGetAddressCapsW: {
    parameters: [
      "u32", // HLINEAPP hLineApp
      "u32", // DWORD dwDeviceID
      "u32", // DWORD dwAddressID
      "u32", // DWORD dwAPIVersion
      "u32", // DWORD dwExtVersion
      "buffer", // LPLINEADDRESSCAPS, out
    ],
    result: "i32",
    nonblocking: true,
    optional: true,
  },
  lineGetAddressStatusW: {
    parameters: [
      "u32", // HLINE hLine
      "u32", // DWORD dwAddressID
      "buffer", // LPLINEADDRESSSTATUS, out
    ],
    result: "i32",
    nonblocking: true,
    optional: true,
  },
  lineGetLineDevStatusW: {
    parameters: [
      "u32", // HLINE hLine
      "buffer", // LPLINEDEVSTATUS, out
    ],
    result: "i32",
    nonblocking: true,
    optional: true,
  },
  lineOpenW: {
    parameters: [
      "u32", // HLINEAPP hLineApp
      "u32", // DWORD dwDeviceID
      "buffer", // LPHLINE lphLine, out
      "u32", // DWORD dwAPIVersion
      "u32", // DWORD dwExtVersion
      "usize", // DWORD_PTR dwCallbackInstance
      "u32", // DWORD dwPrivileges
      "u32", // DWORD dwMediaModes
      "buffer", // LPLINECALLPARAMS, may be NULL
    ],
    result: "i32",
    nonblocking: true,
  },
  lineClose: {
    parameters: ["u32"], // HLINE hLine
    result: "i32",
    nonblocking: true,
  },
  lineSetStatusMessages: {
    parameters: [
      "u32", // HLINE hLine
      "u32", // DWORD dwLineStates
      "u32", // DWORD dwAddressStates
    ],
    result: "i32",
    nonblocking: true,
    optional: true,
  },
  lineGetNewCalls: {
    parameters: [
      "u32", // HLINE hLine
      "u32", // DWORD dwAddressID
      "u32", // DWORD dwSelect
      "buffer", // LPLINECALLLIST, out
    ],
    result: "i32",
    nonblocking: true,
    optional: true,
  },
  lineGetMessage: {
    parameters: [
      "u32", // HLINEAPP hLineApp
      "buffer", // LPLINEMESSAGE, out
      "u32", // DWORD dwTimeout, ms
    ],
    result: "i32",
    nonblocking: true,
  },
  lineGetMessageNow: {
    name: "lineGetMessage",
    parameters: [
      "u32", // HLINEAPP hLineApp
      "buffer", // LPLINEMESSAGE, out
      "u32", // DWORD dwTimeout, ms
    ],
    result: "i32",
  },
  lineGetCallInfoW: {
    parameters: [
      "u32", // HCALL hCall
      "buffer", // LPLINECALLINFO, out
    ],
    result: "i32",
    nonblocking: true,
  },
  lineGetCallStatus: {
    parameters: [
      "u32", // HCALL hCall
      "buffer", // LPLINECALLSTATUS, out
    ],
    result: "i32",
    nonblocking: true,
  },
  lineSetCallPrivilege: {
    parameters: [
      "u32", // HCALL hCall
      "u32", // DWORD dwCallPrivilege
    ],
    result: "i32",
    nonblocking: true,
  },
  lineDeallocateCall: {
    parameters: ["u32"], // HCALL hCall
    result: "i32",
    nonblocking: true,
  },
  lineMakeCallW: {
    parameters: [
      "u32", // HLINE hLine
      "buffer", // LPHCALL lphCall, out at LINE_REPLY
      "buffer", // LPCWSTR lpszDestAddress
      "u32", // DWORD dwCountryCode
      "buffer", // LPLINECALLPARAMS, may be NULL
    ],
    result: "i32",
    nonblocking: true,
  },
  lineDrop: {
    parameters: [
      "u32", // HCALL hCall
      "pointer", // LPCSTR lpsUserUserInfo, may be NULL
      "u32", // DWORD dwSize
    ],
    result: "i32",
    nonblocking: true,
  },
  lineAnswer: {
    parameters: [
      "u32", // HCALL hCall
      "pointer", // LPCSTR lpsUserUserInfo, may be NULL
      "u32", // DWORD dwSize
    ],
    result: "i32",
    nonblocking: true,
    optional: true,
  },
  lineHold: {
    parameters: ["u32"], // HCALL hCall
    result: "i32",
    nonblocking: true,
    optional: true,
  },
  lineUnhold: {
    parameters: ["u32"], // HCALL hCall
    result: "i32",
    nonblocking: true,
    optional: true,
  },
  lineSwapHold: {
    parameters: [
      "u32", // HCALL hdActiveCall
      "u32", // HCALL hdHeldCall
    ],
    result: "i32",
    nonblocking: true,
    optional: true,
  },
  lineBlindTransferW: {
    parameters: [
      "u32", // HCALL hCall
      "buffer", // LPCWSTR lpszDestAddress
      "u32", // DWORD dwCountryCode
    ],
    result: "i32",
    nonblocking: true,
    optional: true,
  },
  lineSetupTransferW: {
    parameters: [
      "u32", // HCALL hCall
      "buffer", // LPHCALL lphConsultCall, out at LINE_REPLY
      "buffer", // LPLINECALLPARAMS, may be NULL
    ],
    result: "i32",
    nonblocking: true,
    optional: true,
  },
  lineCompleteTransfer: {
    parameters: [
      "u32", // HCALL hCall
      "u32", // HCALL hConsultCall
      "buffer", // LPHCALL lphConfCall, out at LINE_REPLY
      "u32", // DWORD dwTransferMode
    ],
    result: "i32",
    nonblocking: true,
    optional: true,
  },
  lineSetupConferenceW: {
    parameters: [
      "u32", // HCALL hCall, may be 0
      "u32", // HLINE hLine
      "buffer", // LPHCALL lphConfCall, out at LINE_REPLY
      "buffer", // LPHCALL lphConsultCall, out at LINE_REPLY
      "u32", // DWORD dwNumParties
      "buffer", // LPLINECALLPARAMS, may be NULL
    ],
    result: "i32",
    nonblocking: true,
    optional: true,
  },
  linePrepareAddToConferenceW: {
    parameters: [
      "u32", // HCALL hConfCall
      "buffer", // LPHCALL lphConsultCall, out at LINE_REPLY
      "buffer", // LPLINECALLPARAMS, may be NULL
    ],
    result: "i32",
    nonblocking: true,
    optional: true,
  },
  lineAddToConference: {
    parameters: [
      "u32", // HCALL hConfCall
      "u32", // HCALL hConsultCall
    ],
    result: "i32",
    nonblocking: true,
    optional: true,
  },
  lineParkW: {
    parameters: [
      "u32", // HCALL hCall
      "u32", // DWORD dwParkMode
      "buffer", // LPCWSTR lpszDirAddress, may be NULL
      "buffer", // LPVARSTRING lpNonDirAddress, out at LINE_REPLY, may be NULL
    ],
    result: "i32",
    nonblocking: true,
    optional: true,
  },
  lineUnparkW: {
    parameters: [
      "u32", // HLINE hLine
      "u32", // DWORD dwAddressID
      "buffer", // LPHCALL lphCall, out at LINE_REPLY
      "buffer", // LPCWSTR lpszDestAddress
    ],
    result: "i32",
    nonblocking: true,
    optional: true,
  },
  linePickupW: {
    parameters: [
      "u32", // HLINE hLine
      "u32", // DWORD dwAddressID
      "buffer", // LPHCALL lphCall, out at LINE_REPLY
      "buffer", // LPCWSTR lpszDestAddress, NULL for a group
      "buffer", // LPCWSTR lpszGroupID, may be NULL
    ],
    result: "i32",
    nonblocking: true,
    optional: true,
  },
  lineRedirectW: {
    parameters: [
      "u32", // HCALL hCall
      "buffer", // LPCWSTR lpszDestAddress
      "u32", // DWORD dwCountryCode
    ],
    result: "i32",
    nonblocking: true,
    optional: true,
  },
  lineForwardW: {
    parameters: [
      "u32", // HLINE hLine
      "u32", // DWORD bAllAddresses
      "u32", // DWORD dwAddressID
      "buffer", // LPLINEFORWARDLIST, NULL cancels all
      "u32", // DWORD dwNumRingsNoAnswer
      "buffer", // LPHCALL lphConsultCall, out at LINE_REPLY, never NULL
      "buffer", // LPLINECALLPARAMS, may be NULL
    ],
    result: "i32",
    nonblocking: true,
    optional: true,
  },
  lineGenerateDigitsW: {
    parameters: [
      "u32", // HCALL hCall
      "u32", // DWORD dwDigitMode
      "buffer", // LPCWSTR lpszDigits, NULL aborts
      "u32", // DWORD dwDuration, ms
    ],
    result: "i32",
    nonblocking: true,
    optional: true,
  },
  lineDialW: {
    parameters: [
      "u32", // HCALL hCall
      "buffer", // LPCWSTR lpszDestAddress
      "u32", // DWORD dwCountryCode
    ],
    result: "i32",
    nonblocking: true,
    optional: true,
  },
  lineGetProviderListW: {
    parameters: [
      "u32", // DWORD dwAPIVersion
      "buffer", // LPLINEPROVIDERLIST, out
    ],
    result: "i32",
    nonblocking: true,
    optional: true,
  },
} as const satisfies Deno.ForeignLibraryInterface;
