/**
 * The constants of winsvc.h, winnt.h, winerror.h and their like that the program uses, by their names
 * there.
 */

/** Access rights of the service control manager. */
export const SC_MANAGER = {
  CONNECT: 0x1,
  CREATE_SERVICE: 0x2,
} as const;

/** Access rights, types, states, controls and configuration levels of services. */
export const SERVICE = {
  QUERY_CONFIG: 0x1,
  CHANGE_CONFIG: 0x2,
  QUERY_STATUS: 0x4,
  START: 0x10,
  STOP: 0x20,
  WIN32_OWN_PROCESS: 0x10,
  AUTO_START: 0x2,
  DEMAND_START: 0x3,
  DISABLED: 0x4,
  ERROR_NORMAL: 0x1,
  NO_CHANGE: 0xffffffff,
  STOPPED: 1,
  START_PENDING: 2,
  STOP_PENDING: 3,
  RUNNING: 4,
  ACCEPT_STOP: 0x1,
  ACCEPT_PRESHUTDOWN: 0x100,
  CONTROL_STOP: 1,
  CONTROL_INTERROGATE: 4,
  CONTROL_PRESHUTDOWN: 0xf,
  CONFIG_DESCRIPTION: 1,
  CONFIG_FAILURE_ACTIONS: 2,
  CONFIG_FAILURE_ACTIONS_FLAG: 4,
  CONFIG_PRESHUTDOWN_INFO: 7,
} as const;

export const SC = {
  STATUS_PROCESS_INFO: 0,
  ACTION_RESTART: 1,
} as const;

export const ERROR = {
  FILE_NOT_FOUND: 2,
  PATH_NOT_FOUND: 3,
  ACCESS_DENIED: 5,
  INSUFFICIENT_BUFFER: 122,
  CALL_NOT_IMPLEMENTED: 120,
  INVALID_LEVEL: 124,
  ALREADY_EXISTS: 183,
  MORE_DATA: 234,
  NO_MORE_ITEMS: 259,
  SERVICE_ALREADY_RUNNING: 1056,
  INVALID_SERVICE_ACCOUNT: 1057,
  SERVICE_DISABLED: 1058,
  SERVICE_DOES_NOT_EXIST: 1060,
  SERVICE_NOT_ACTIVE: 1062,
  FAILED_SERVICE_CONTROLLER_CONNECT: 1063,
  SERVICE_SPECIFIC_ERROR: 1066,
  PROCESS_ABORTED: 1067,
  SERVICE_DEPENDENCY_FAIL: 1068,
  SERVICE_LOGON_FAILED: 1069,
  SERVICE_MARKED_FOR_DELETE: 1072,
  SERVICE_NEVER_STARTED: 1077,
  NONE_MAPPED: 1332,
} as const;

export const EVENTLOG = {
  ERROR_TYPE: 0x1,
  WARNING_TYPE: 0x2,
  INFORMATION_TYPE: 0x4,
} as const;

export const REG = {
  SZ: 1,
  EXPAND_SZ: 2,
  DWORD: 4,
} as const;

export const KEY = {
  QUERY_VALUE: 0x1,
  SET_VALUE: 0x2,
} as const;

export const FORMAT_MESSAGE = {
  IGNORE_INSERTS: 0x200,
  FROM_SYSTEM: 0x1000,
  MAX_WIDTH_MASK: 0xff,
} as const;

export const SE = {
  FILE_OBJECT: 1,
} as const;

/** Parts of a security descriptor. */
export const SECURITY_INFORMATION = {
  OWNER: 0x1,
  DACL: 0x4,
  PROTECTED_DACL: 0x80000000,
} as const;
