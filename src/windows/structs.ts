/**
 * The structs of winsvc.h, winnt.h and minwinbase.h that the program fills or reads.
 *
 * @see https://learn.microsoft.com/windows/win32/api/winsvc/
 */
import { struct } from "./layout.ts";

/** The state that a service reports. */
export const SERVICE_STATUS = struct("SERVICE_STATUS", {
  dwServiceType: "DWORD",
  dwCurrentState: "DWORD",
  dwControlsAccepted: "DWORD",
  dwWin32ExitCode: "DWORD",
  dwServiceSpecificExitCode: "DWORD",
  dwCheckPoint: "DWORD",
  dwWaitHint: "DWORD", // ms
});

/** The state of a service with its process. */
export const SERVICE_STATUS_PROCESS = struct("SERVICE_STATUS_PROCESS", {
  dwServiceType: "DWORD",
  dwCurrentState: "DWORD",
  dwControlsAccepted: "DWORD",
  dwWin32ExitCode: "DWORD",
  dwServiceSpecificExitCode: "DWORD",
  dwCheckPoint: "DWORD",
  dwWaitHint: "DWORD", // ms
  dwProcessId: "DWORD",
  dwServiceFlags: "DWORD",
});

/** A service of a process; the table ends with an entry of zeros. */
export const SERVICE_TABLE_ENTRYW = struct("SERVICE_TABLE_ENTRYW", {
  lpServiceName: "POINTER",
  lpServiceProc: "POINTER",
});

/** The configuration of a service. */
export const QUERY_SERVICE_CONFIGW = struct("QUERY_SERVICE_CONFIGW", {
  dwServiceType: "DWORD",
  dwStartType: "DWORD",
  dwErrorControl: "DWORD",
  lpBinaryPathName: "POINTER",
  lpLoadOrderGroup: "POINTER",
  dwTagId: "DWORD",
  lpDependencies: "POINTER",
  lpServiceStartName: "POINTER",
  lpDisplayName: "POINTER",
});

export const SERVICE_DESCRIPTIONW = struct("SERVICE_DESCRIPTIONW", { lpDescription: "POINTER" });

/** The action after a failure; the delay is in milliseconds. */
export const SC_ACTION = struct("SC_ACTION", { Type: "DWORD", Delay: "DWORD" });

export const SERVICE_FAILURE_ACTIONSW = struct("SERVICE_FAILURE_ACTIONSW", {
  dwResetPeriod: "DWORD", // s
  lpRebootMsg: "POINTER",
  lpCommand: "POINTER",
  cActions: "DWORD",
  lpsaActions: "POINTER",
});

/** Whether stopping with an error counts as a failure. */
export const SERVICE_FAILURE_ACTIONS_FLAG = struct("SERVICE_FAILURE_ACTIONS_FLAG", {
  fFailureActionsOnNonCrashFailures: "DWORD", // BOOL
});

export const SERVICE_PRESHUTDOWN_INFO = struct("SERVICE_PRESHUTDOWN_INFO", {
  dwPreshutdownTimeout: "DWORD", // ms
});

export const SECURITY_ATTRIBUTES = struct("SECURITY_ATTRIBUTES", {
  nLength: "DWORD",
  lpSecurityDescriptor: "POINTER",
  bInheritHandle: "DWORD", // BOOL
});
