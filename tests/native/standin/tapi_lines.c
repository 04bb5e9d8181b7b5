/*
 * TAPI's functions of the application and its lines, and lineGetMessage.
 *
 * https://learn.microsoft.com/windows/win32/api/tapi/
 */
#include "exchange.h"

#include <string.h>

enum { OLDEST_VERSION = 0x00010003 };

static LONG error(DWORD code) { return (LONG)code; }

/* ---- Initialising ---- */

EXPORT LONG WINAPI lineInitializeExW(LPHLINEAPP lphLineApp, HINSTANCE hInstance,
                                     LINECALLBACK lpfnCallback, LPCWSTR lpszFriendlyAppName,
                                     LPDWORD lpdwNumDevs, LPDWORD lpdwAPIVersion,
                                     LPLINEINITIALIZEEXPARAMS lpParams) {
  (void)hInstance;
  await_test();
  LONG result = enter(FN_lineInitializeExW);
  DWORD version = 0, total = 0, options = 0;
  if (result == 0) {
    if (lphLineApp == NULL || lpdwNumDevs == NULL || lpdwAPIVersion == NULL || lpParams == NULL) {
      violation("a pointer is NULL");
      result = error(LINEERR_INVALPOINTER);
    } else {
      version = *lpdwAPIVersion;
      total = lpParams->dwTotalSize;
      options = lpParams->dwOptions;
    }
  }
  if (result == 0) {
    if (total < sizeof *lpParams) {
      violation("dwTotalSize is %u", (unsigned)total);
      result = error(LINEERR_STRUCTURETOOSMALL);
    } else if (options != LINEINITIALIZEEXOPTION_USEEVENT || lpfnCallback != NULL) {
      violation("dwOptions is 0x%X; only events without a callback are known", (unsigned)options);
      result = error(LINEERR_INVALPARAM);
    } else if (version < 0x00020000 || version > NEWEST_VERSION) {
      violation("version 0x%X", (unsigned)version);
      result = error(LINEERR_INCOMPATIBLEAPIVERSION);
    } else if (lpszFriendlyAppName == NULL || *lpszFriendlyAppName == 0) {
      violation("no application name");
      result = error(LINEERR_INVALAPPNAME);
    }
  }
  if (result == 0) {
    if (exchange.app != 0) {
      violation("initialised again without lineShutdown");
      end_app();
    }
    exchange.app = new_app_handle();
    *lphLineApp = exchange.app;
    *lpdwNumDevs = exchange.device_count;
    *lpdwAPIVersion = NEWEST_VERSION;
    lpParams->dwNeededSize = lpParams->dwUsedSize = sizeof *lpParams;
    lpParams->Handles.hEvent = (HANDLE)(uintptr_t)0x7A91;
  }
  return leave_with_text(FN_lineInitializeExW, result, result == 0 ? lpszFriendlyAppName : NULL,
                         "version=0x%X total=%u options=%u",
                         (const unsigned[LOG_VALUES]){version, total, options});
}

EXPORT LONG WINAPI lineShutdown(HLINEAPP hLineApp) {
  LONG result = enter(FN_lineShutdown);
  if (result == 0) result = check_app(hLineApp);
  if (result == 0) end_app();
  result = leave(FN_lineShutdown, result, "app=0x%X", hLineApp);
  await_test();
  return result;
}

EXPORT LONG WINAPI lineNegotiateAPIVersion(HLINEAPP hLineApp, DWORD dwDeviceID,
                                           DWORD dwAPILowVersion, DWORD dwAPIHighVersion,
                                           LPDWORD lpdwAPIVersion,
                                           LPLINEEXTENSIONID lpExtensionID) {
  LONG result = enter(FN_lineNegotiateAPIVersion);
  DWORD version = 0;
  if (result == 0) result = check_device(hLineApp, dwDeviceID);
  if (result == 0 && (lpdwAPIVersion == NULL || lpExtensionID == NULL)) {
    violation("a pointer is NULL");
    result = error(LINEERR_INVALPOINTER);
  }
  if (result == 0) {
    struct device *device = &exchange.devices[dwDeviceID];
    if (dwAPILowVersion < OLDEST_VERSION || dwAPILowVersion > dwAPIHighVersion ||
        dwAPIHighVersion > NEWEST_VERSION) {
      violation("a range of 0x%X to 0x%X", (unsigned)dwAPILowVersion, (unsigned)dwAPIHighVersion);
    }
    version = device->newest_version < dwAPIHighVersion ? device->newest_version : dwAPIHighVersion;
    if (device->kind == DEVICE_NOT_NEGOTIATING || version < dwAPILowVersion) {
      result = error(LINEERR_INCOMPATIBLEAPIVERSION);
    } else {
      device->negotiated = version;
      *lpdwAPIVersion = version;
      memset(lpExtensionID, 0, sizeof *lpExtensionID);
    }
  }
  return leave(FN_lineNegotiateAPIVersion, result,
               "app=0x%X device=%u low=0x%X high=0x%X version=0x%X", hLineApp, dwDeviceID,
               dwAPILowVersion, dwAPIHighVersion, version);
}

/* ---- Lines ---- */

EXPORT LONG WINAPI lineGetDevCapsW(HLINEAPP hLineApp, DWORD dwDeviceID, DWORD dwAPIVersion,
                                   DWORD dwExtVersion, LPLINEDEVCAPS lpLineDevCaps) {
  LONG result = enter(FN_lineGetDevCapsW);
  if (result == 0) result = check_device(hLineApp, dwDeviceID);
  if (result == 0) result = check_version(dwDeviceID, dwAPIVersion);
  if (result == 0) result = fill_dev_caps(dwDeviceID, dwAPIVersion, lpLineDevCaps);
  return leave(FN_lineGetDevCapsW, result, "app=0x%X device=%u version=0x%X ext=%u", hLineApp,
               dwDeviceID, dwAPIVersion, dwExtVersion);
}

EXPORT LONG WINAPI lineGetAddressCapsW(HLINEAPP hLineApp, DWORD dwDeviceID, DWORD dwAddressID,
                                       DWORD dwAPIVersion, DWORD dwExtVersion,
                                       LPLINEADDRESSCAPS lpAddressCaps) {
  LONG result = enter(FN_lineGetAddressCapsW);
  if (result == 0) result = check_device(hLineApp, dwDeviceID);
  if (result == 0) result = check_version(dwDeviceID, dwAPIVersion);
  if (result == 0) result = check_address_id(&exchange.devices[dwDeviceID], dwAddressID);
  if (result == 0) result = fill_address_caps(dwDeviceID, dwAddressID, dwAPIVersion, lpAddressCaps);
  return leave(FN_lineGetAddressCapsW, result, "app=0x%X device=%u address=%u version=0x%X ext=%u",
               hLineApp, dwDeviceID, dwAddressID, dwAPIVersion, dwExtVersion);
}

EXPORT LONG WINAPI lineGetAddressStatusW(HLINE hLine, DWORD dwAddressID,
                                         LPLINEADDRESSSTATUS lpAddressStatus) {
  LONG result = enter(FN_lineGetAddressStatusW);
  struct device *device = NULL;
  if (result == 0) result = check_line(hLine, &device);
  if (result == 0) result = check_address_id(device, dwAddressID);
  if (result == 0) result = fill_address_status(device, dwAddressID, lpAddressStatus);
  return leave(FN_lineGetAddressStatusW, result, "line=0x%X address=%u", hLine, dwAddressID);
}

EXPORT LONG WINAPI lineGetLineDevStatusW(HLINE hLine, LPLINEDEVSTATUS lpLineDevStatus) {
  LONG result = enter(FN_lineGetLineDevStatusW);
  struct device *device = NULL;
  if (result == 0) result = check_line(hLine, &device);
  if (result == 0) result = fill_dev_status(device, lpLineDevStatus);
  return leave(FN_lineGetLineDevStatusW, result, "line=0x%X", hLine);
}

/* Waits while the device hangs; others go on. */
static void await_opening(const struct device *device) {
  const uint64_t for_ever = UINT64_C(1) << 40;
  DWORD app_count = exchange.app_count;
  while (device->hangs && exchange.app_count == app_count) {
    condition_wait_until(&exchange.delays_changed, &exchange.mutex, now_ms() + for_ever);
  }
}

static LONG open_line(struct device *device, LPHLINE out, DWORD_PTR instance, DWORD privileges,
                      DWORD media_modes) {
  const DWORD known = LINECALLPRIVILEGE_MONITOR | LINECALLPRIVILEGE_OWNER;
  if (out == NULL) {
    violation("no memory for the line's handle");
    return error(LINEERR_INVALPOINTER);
  }
  if (privileges != LINECALLPRIVILEGE_NONE && (privileges == 0 || (privileges & ~known) != 0)) {
    violation("privileges 0x%X", (unsigned)privileges);
    return error(LINEERR_INVALPRIVSELECT);
  }
  if ((privileges & LINECALLPRIVILEGE_OWNER) != 0) {
    LONG result = check_media_modes(device, media_modes);
    if (result != 0) return result;
  }
  if (device->line != 0) {
    violation("device %u is open already", (unsigned)device_index(device));
    return error(LINEERR_ALLOCATED);
  }
  if (device->kind == DEVICE_NOT_OPENING) return error(LINEERR_RESOURCEUNAVAIL);
  device->line = new_line_handle(device);
  device->instance = instance;
  device->privileges = privileges;
  *out = device->line;
  return 0;
}

EXPORT LONG WINAPI lineOpenW(HLINEAPP hLineApp, DWORD dwDeviceID, LPHLINE lphLine,
                             DWORD dwAPIVersion, DWORD dwExtVersion, DWORD_PTR dwCallbackInstance,
                             DWORD dwPrivileges, DWORD dwMediaModes,
                             LPLINECALLPARAMS const lpCallParams) {
  (void)lpCallParams;
  LONG result = enter(FN_lineOpenW);
  if (result == 0) result = check_device(hLineApp, dwDeviceID);
  if (result == 0) result = check_version(dwDeviceID, dwAPIVersion);
  if (result == 0) {
    await_opening(&exchange.devices[dwDeviceID]);
    result = check_app(hLineApp);
  }
  if (result == 0) {
    result = open_line(&exchange.devices[dwDeviceID], lphLine, dwCallbackInstance, dwPrivileges,
                       dwMediaModes);
  }
  return leave(FN_lineOpenW, result,
               "app=0x%X device=%u version=0x%X ext=%u privileges=0x%X media=0x%X", hLineApp,
               dwDeviceID, dwAPIVersion, dwExtVersion, dwPrivileges, dwMediaModes);
}

EXPORT LONG WINAPI lineClose(HLINE hLine) {
  LONG result = enter(FN_lineClose);
  struct device *device = NULL;
  if (result == 0) result = check_line(hLine, &device);
  if (result == 0) end_line(device, ENDED_BY_APP);
  return leave(FN_lineClose, result, "line=0x%X", hLine);
}

EXPORT LONG WINAPI lineSetStatusMessages(HLINE hLine, DWORD dwLineStates, DWORD dwAddressStates) {
  LONG result = enter(FN_lineSetStatusMessages);
  struct device *device = NULL;
  if (result == 0) result = check_line(hLine, &device);
  if (result == 0) {
    result = check_reports(dwLineStates, dwAddressStates);
    if (result != 0) violation("a state that the line does not report");
  }
  if (result == 0) {
    device->line_states = dwLineStates;
    device->address_states = dwAddressStates;
  }
  return leave(FN_lineSetStatusMessages, result, "line=0x%X line_states=0x%X address_states=0x%X",
               hLine, dwLineStates, dwAddressStates);
}

EXPORT LONG WINAPI lineGetNewCalls(HLINE hLine, DWORD dwAddressID, DWORD dwSelect,
                                   LPLINECALLLIST lpCallList) {
  LONG result = enter(FN_lineGetNewCalls);
  struct device *device = NULL;
  if (result == 0) result = check_line(hLine, &device);
  if (result == 0 && dwSelect != LINECALLSELECT_LINE && dwSelect != LINECALLSELECT_ADDRESS) {
    violation("dwSelect is %u", (unsigned)dwSelect);
    result = error(LINEERR_INVALCALLSELECT);
  }
  bool of_line = dwSelect == LINECALLSELECT_LINE;
  if (result == 0 && !of_line) result = check_address_id(device, dwAddressID);
  if (result == 0) result = fill_new_calls(device, of_line ? 0xFFFFFFFF : dwAddressID, lpCallList);
  return leave(FN_lineGetNewCalls, result, "line=0x%X address=%u select=%u", hLine, dwAddressID,
               dwSelect);
}

EXPORT LONG WINAPI lineGetProviderListW(DWORD dwAPIVersion, LPLINEPROVIDERLIST lpProviderList) {
  LONG result = enter(FN_lineGetProviderListW);
  if (result == 0 && dwAPIVersion > NEWEST_VERSION) {
    violation("version 0x%X", (unsigned)dwAPIVersion);
    result = error(LINEERR_INCOMPATIBLEAPIVERSION);
  }
  if (result == 0) result = fill_provider_list(lpProviderList);
  return leave(FN_lineGetProviderListW, result, "version=0x%X", dwAPIVersion);
}

/* ---- Messages ---- */

EXPORT LONG WINAPI lineGetMessage(HLINEAPP hLineApp, LPLINEMESSAGE lpMessage, DWORD dwTimeout) {
  LONG result = enter(FN_lineGetMessage);
  LINEMESSAGE message = {0};
  bool taken = false;
  if (result == 0) result = check_app(hLineApp);
  if (result == 0 && lpMessage == NULL) {
    violation("no memory for the message");
    result = error(LINEERR_INVALPOINTER);
  }
  if (result == 0) {
    if (exchange.waiting == hLineApp) {
      violation("another lineGetMessage waits: the order would be lost");
    }
    exchange.waiting = hLineApp;
    const uint64_t for_ever = UINT64_C(1) << 40;
    uint64_t until = now_ms() + (dwTimeout == 0xFFFFFFFF ? for_ever : dwTimeout);
    while (exchange.app == hLineApp && !(taken = take_message(&message))) {
      if (dwTimeout == 0 || now_ms() >= until) break;
      condition_wait_until(&exchange.queue_changed, &exchange.mutex, until);
    }
    /* One that was shut down may wake after the next has begun to wait. */
    if (exchange.waiting == hLineApp) exchange.waiting = 0;
    if (exchange.app != hLineApp) result = error(LINEERR_INVALAPPHANDLE);
    else if (!taken) result = error(LINEERR_OPERATIONFAILED);
    else memcpy(lpMessage, &message, sizeof message);
  }
  return leave(FN_lineGetMessage, result,
               "timeout=%u message=%u device=0x%X p1=0x%X p2=0x%X p3=0x%X", dwTimeout,
               message.dwMessageID, message.hDevice, (unsigned)message.dwParam1,
               (unsigned)message.dwParam2, (unsigned)message.dwParam3);
}
