/**
 * The functions of kernel32.dll and advapi32.dll that the service, the event log, file access and the
 * registry need, as data. Handles and addresses are u64, because pointers need the permission to open
 * libraries.
 *
 * @see https://learn.microsoft.com/windows/win32/api/winsvc/
 */
export const KERNEL32_SYMBOLS = {
  /** Valid after synchronous functions only; others run on another thread. */
  GetLastError: { parameters: [], result: "u32" },
  GetSystemDirectoryW: {
    parameters: [
      "buffer", // LPWSTR lpBuffer, out
      "u32", // UINT uSize, in characters
    ],
    result: "u32",
  },
  FormatMessageW: {
    parameters: [
      "u32", // DWORD dwFlags
      "u64", // LPCVOID lpSource
      "u32", // DWORD dwMessageId
      "u32", // DWORD dwLanguageId
      "buffer", // LPWSTR lpBuffer, out
      "u32", // DWORD nSize, in characters
      "u64", // va_list *Arguments
    ],
    result: "u32",
  },
  LocalAlloc: {
    parameters: [
      "u32", // UINT uFlags
      "u64", // SIZE_T uBytes
    ],
    result: "u64",
  },
  LocalFree: { parameters: ["u64"], result: "u64" }, // HLOCAL hMem
  copyToNative: {
    name: "RtlMoveMemory",
    parameters: [
      "u64", // VOID *Destination
      "buffer", // const VOID *Source
      "u64", // SIZE_T Length
    ],
    result: "void",
  },
  copyFromNative: {
    name: "RtlMoveMemory",
    parameters: [
      "buffer", // VOID *Destination
      "u64", // const VOID *Source
      "u64", // SIZE_T Length
    ],
    result: "void",
  },
  lstrlenW: { parameters: ["u64"], result: "i32" }, // LPCWSTR lpString
  CreateDirectoryW: {
    parameters: [
      "buffer", // LPCWSTR lpPathName
      "buffer", // LPSECURITY_ATTRIBUTES lpSecurityAttributes
    ],
    result: "i32",
  },
} as const satisfies Deno.ForeignLibraryInterface;

export const ADVAPI32_SYMBOLS = {
  OpenSCManagerW: {
    parameters: [
      "buffer", // LPCWSTR lpMachineName, NULL: this one
      "buffer", // LPCWSTR lpDatabaseName, NULL: the active one
      "u32", // DWORD dwDesiredAccess
    ],
    result: "u64",
  },
  OpenServiceW: {
    parameters: [
      "u64", // SC_HANDLE hSCManager
      "buffer", // LPCWSTR lpServiceName
      "u32", // DWORD dwDesiredAccess
    ],
    result: "u64",
  },
  CreateServiceW: {
    parameters: [
      "u64", // SC_HANDLE hSCManager
      "buffer", // LPCWSTR lpServiceName
      "buffer", // LPCWSTR lpDisplayName
      "u32", // DWORD dwDesiredAccess
      "u32", // DWORD dwServiceType
      "u32", // DWORD dwStartType
      "u32", // DWORD dwErrorControl
      "buffer", // LPCWSTR lpBinaryPathName
      "buffer", // LPCWSTR lpLoadOrderGroup
      "buffer", // LPDWORD lpdwTagId, out
      "buffer", // LPCWSTR lpDependencies, names each with a NUL, and one more NUL
      "buffer", // LPCWSTR lpServiceStartName
      "buffer", // LPCWSTR lpPassword
    ],
    result: "u64",
  },
  ChangeServiceConfigW: {
    parameters: [
      "u64", // SC_HANDLE hService
      "u32", // DWORD dwServiceType
      "u32", // DWORD dwStartType
      "u32", // DWORD dwErrorControl
      "buffer", // LPCWSTR lpBinaryPathName
      "buffer", // LPCWSTR lpLoadOrderGroup
      "buffer", // LPDWORD lpdwTagId, out
      "buffer", // LPCWSTR lpDependencies
      "buffer", // LPCWSTR lpServiceStartName
      "buffer", // LPCWSTR lpPassword
      "buffer", // LPCWSTR lpDisplayName
    ],
    result: "i32",
  },
  ChangeServiceConfig2W: {
    parameters: [
      "u64", // SC_HANDLE hService
      "u32", // DWORD dwInfoLevel
      "buffer", // LPVOID lpInfo
    ],
    result: "i32",
  },
  QueryServiceConfigW: {
    parameters: [
      "u64", // SC_HANDLE hService
      "u64", // LPQUERY_SERVICE_CONFIGW, out
      "u32", // DWORD cbBufSize
      "buffer", // LPDWORD pcbBytesNeeded, out
    ],
    result: "i32",
  },
  QueryServiceStatusEx: {
    parameters: [
      "u64", // SC_HANDLE hService
      "u32", // SC_STATUS_TYPE InfoLevel
      "buffer", // LPSERVICE_STATUS_PROCESS, out
      "u32", // DWORD cbBufSize
      "buffer", // LPDWORD pcbBytesNeeded, out
    ],
    result: "i32",
  },
  StartServiceW: {
    parameters: [
      "u64", // SC_HANDLE hService
      "u32", // DWORD dwNumServiceArgs
      "buffer", // LPCWSTR *lpServiceArgVectors
    ],
    result: "i32",
  },
  ControlService: {
    parameters: [
      "u64", // SC_HANDLE hService
      "u32", // DWORD dwControl
      "buffer", // LPSERVICE_STATUS, out
    ],
    result: "i32",
  },
  DeleteService: { parameters: ["u64"], result: "i32" }, // SC_HANDLE hService
  CloseServiceHandle: { parameters: ["u64"], result: "i32" }, // SC_HANDLE
  /** Returns when the service has stopped, or at once if the process is not a service. */
  StartServiceCtrlDispatcherW: {
    parameters: ["u64"], // const SERVICE_TABLE_ENTRYW *
    result: "i32",
    nonblocking: true,
  },
  RegisterServiceCtrlHandlerExW: {
    parameters: [
      "buffer", // LPCWSTR lpServiceName
      "u64", // LPHANDLER_FUNCTION_EX
      "u64", // LPVOID lpContext
    ],
    result: "u64",
  },
  /**
   * On another thread: the dispatcher can hold its lock while it waits for the handler, which runs
   * on the thread that calls this.
   */
  SetServiceStatus: {
    parameters: [
      "u64", // SERVICE_STATUS_HANDLE
      "buffer", // LPSERVICE_STATUS
    ],
    result: "i32",
    nonblocking: true,
  },
  RegisterEventSourceW: {
    parameters: [
      "buffer", // LPCWSTR lpUNCServerName, NULL: this machine
      "buffer", // LPCWSTR lpSourceName
    ],
    result: "u64",
  },
  ReportEventW: {
    parameters: [
      "u64", // HANDLE hEventLog
      "u16", // WORD wType
      "u16", // WORD wCategory
      "u32", // DWORD dwEventID
      "u64", // PSID lpUserSid
      "u16", // WORD wNumStrings
      "u32", // DWORD dwDataSize
      "buffer", // LPCWSTR *lpStrings
      "u64", // LPVOID lpRawData
    ],
    result: "i32",
  },
  DeregisterEventSource: { parameters: ["u64"], result: "i32" }, // HANDLE hEventLog
  RegCreateKeyExW: {
    parameters: [
      "u64", // HKEY hKey
      "buffer", // LPCWSTR lpSubKey
      "u32", // DWORD Reserved
      "u64", // LPWSTR lpClass
      "u32", // DWORD dwOptions
      "u32", // REGSAM samDesired
      "u64", // LPSECURITY_ATTRIBUTES
      "buffer", // PHKEY phkResult, out
      "u64", // LPDWORD lpdwDisposition
    ],
    result: "u32",
  },
  RegOpenKeyExW: {
    parameters: [
      "u64", // HKEY hKey
      "buffer", // LPCWSTR lpSubKey
      "u32", // DWORD ulOptions
      "u32", // REGSAM samDesired
      "buffer", // PHKEY phkResult, out
    ],
    result: "u32",
  },
  RegSetValueExW: {
    parameters: [
      "u64", // HKEY hKey
      "buffer", // LPCWSTR lpValueName
      "u32", // DWORD Reserved
      "u32", // DWORD dwType
      "buffer", // const BYTE *lpData
      "u32", // DWORD cbData
    ],
    result: "u32",
  },
  RegEnumValueW: {
    parameters: [
      "u64", // HKEY hKey
      "u32", // DWORD dwIndex
      "buffer", // LPWSTR lpValueName, out
      "buffer", // LPDWORD lpcchValueName, in and out, in characters
      "u64", // LPDWORD lpReserved
      "buffer", // LPDWORD lpType, out
      "buffer", // LPBYTE lpData, out
      "buffer", // LPDWORD lpcbData, in and out
    ],
    result: "u32",
  },
  RegDeleteKeyW: {
    parameters: [
      "u64", // HKEY hKey
      "buffer", // LPCWSTR lpSubKey
    ],
    result: "u32",
  },
  RegCloseKey: { parameters: ["u64"], result: "u32" }, // HKEY hKey
  ConvertStringSecurityDescriptorToSecurityDescriptorW: {
    parameters: [
      "buffer", // LPCWSTR StringSecurityDescriptor
      "u32", // DWORD StringSDRevision
      "buffer", // PSECURITY_DESCRIPTOR *, out: to be freed with LocalFree
      "u64", // PULONG SecurityDescriptorSize
    ],
    result: "i32",
  },
  ConvertSecurityDescriptorToStringSecurityDescriptorW: {
    parameters: [
      "u64", // PSECURITY_DESCRIPTOR SecurityDescriptor
      "u32", // DWORD RequestedStringSDRevision
      "u32", // SECURITY_INFORMATION
      "buffer", // LPWSTR *StringSecurityDescriptor, out: to be freed with LocalFree
      "u64", // PULONG StringSecurityDescriptorLen
    ],
    result: "i32",
  },
  GetSecurityDescriptorDacl: {
    parameters: [
      "u64", // PSECURITY_DESCRIPTOR
      "buffer", // LPBOOL lpbDaclPresent, out
      "buffer", // PACL *pDacl, out
      "buffer", // LPBOOL lpbDaclDefaulted, out
    ],
    result: "i32",
  },
  GetSecurityDescriptorOwner: {
    parameters: [
      "u64", // PSECURITY_DESCRIPTOR
      "buffer", // PSID *pOwner, out
      "buffer", // LPBOOL lpbOwnerDefaulted, out
    ],
    result: "i32",
  },
  GetNamedSecurityInfoW: {
    parameters: [
      "buffer", // LPCWSTR pObjectName
      "u32", // SE_OBJECT_TYPE ObjectType
      "u32", // SECURITY_INFORMATION
      "u64", // PSID *ppsidOwner
      "u64", // PSID *ppsidGroup
      "u64", // PACL *ppDacl
      "u64", // PACL *ppSacl
      "buffer", // PSECURITY_DESCRIPTOR *, out: to be freed with LocalFree
    ],
    result: "u32",
  },
  /** Also applies inheritable entries to the files in a folder. */
  SetNamedSecurityInfoW: {
    parameters: [
      "buffer", // LPWSTR pObjectName
      "u32", // SE_OBJECT_TYPE ObjectType
      "u32", // SECURITY_INFORMATION
      "u64", // PSID psidOwner
      "u64", // PSID psidGroup
      "u64", // PACL pDacl
      "u64", // PACL pSacl
    ],
    result: "u32",
  },
  LookupAccountNameW: {
    parameters: [
      "buffer", // LPCWSTR lpSystemName, NULL: this machine
      "buffer", // LPCWSTR lpAccountName
      "buffer", // PSID Sid, out
      "buffer", // LPDWORD cbSid, in and out
      "buffer", // LPWSTR ReferencedDomainName, out
      "buffer", // LPDWORD cchReferencedDomainName, in and out
      "buffer", // PSID_NAME_USE peUse, out
    ],
    result: "i32",
  },
  ConvertSidToStringSidW: {
    parameters: [
      "buffer", // PSID Sid
      "buffer", // LPWSTR *StringSid, out: to be freed with LocalFree
    ],
    result: "i32",
  },
} as const satisfies Deno.ForeignLibraryInterface;

export type Kernel32 = Deno.StaticForeignLibraryInterface<typeof KERNEL32_SYMBOLS>;
export type Advapi32 = Deno.StaticForeignLibraryInterface<typeof ADVAPI32_SYMBOLS>;

/** Functions that the service control manager calls, on threads of its own. */
export const SERVICE_CALLBACKS = {
  serviceMain: {
    parameters: [
      "u32", // DWORD dwNumServicesArgs
      "u64", // LPWSTR *lpServiceArgVectors
    ],
    result: "void",
  },
  handler: {
    parameters: [
      "u32", // DWORD dwControl
      "u32", // DWORD dwEventType
      "u64", // LPVOID lpEventData
      "u64", // LPVOID lpContext
    ],
    result: "u32",
  },
} as const satisfies Record<string, Deno.UnsafeCallbackDefinition>;
