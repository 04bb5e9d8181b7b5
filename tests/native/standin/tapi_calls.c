/*
 * TAPI's functions of calls.
 *
 * https://learn.microsoft.com/windows/win32/api/tapi/
 */
#include "exchange.h"

#include <stdlib.h>
#include <string.h>

enum {
  CALL_PARAMS_BYTES = 176,
  FORWARD_LIST_BYTES = 8, /* without entries */
  FORWARD_BYTES = 24,
  MOST_DIGITS = 64,
  ALL_PARK_MODES = LINEPARKMODE_DIRECTED | LINEPARKMODE_NONDIRECTED,
};

static LONG error(DWORD code) { return (LONG)code; }

/* ---- What is known of calls ---- */

EXPORT LONG WINAPI lineGetCallInfoW(HCALL hCall, LPLINECALLINFO lpCallInfo) {
  LONG result = enter(FN_lineGetCallInfoW);
  struct call *call = NULL;
  if (result == 0) result = check_call(hCall, &call);
  if (result == 0) result = fill_call_info(call, lpCallInfo);
  return leave(FN_lineGetCallInfoW, result, "call=0x%X", hCall);
}

EXPORT LONG WINAPI lineGetCallStatus(HCALL hCall, LPLINECALLSTATUS lpCallStatus) {
  LONG result = enter(FN_lineGetCallStatus);
  struct call *call = NULL;
  if (result == 0) result = check_call(hCall, &call);
  if (result == 0) result = fill_call_status(call, lpCallStatus);
  return leave(FN_lineGetCallStatus, result, "call=0x%X", hCall);
}

static LONG set_privilege(struct call *call, DWORD privilege) {
  if (privilege != LINECALLPRIVILEGE_MONITOR && privilege != LINECALLPRIVILEGE_OWNER) {
    violation("privilege %u", (unsigned)privilege);
    return error(LINEERR_INVALCALLPRIVILEGE);
  }
  bool gives_up = call->privilege == LINECALLPRIVILEGE_OWNER && privilege != call->privilege;
  bool idle = call->state == LINECALLSTATE_IDLE;
  /* An idle call cannot be owned any more, and a sole owner cannot leave a call alone. */
  if (idle ? privilege == LINECALLPRIVILEGE_OWNER : gives_up) return error(LINEERR_INVALCALLSTATE);
  call->privilege = privilege;
  return 0;
}

EXPORT LONG WINAPI lineSetCallPrivilege(HCALL hCall, DWORD dwCallPrivilege) {
  LONG result = enter(FN_lineSetCallPrivilege);
  struct call *call = NULL;
  if (result == 0) result = check_call(hCall, &call);
  if (result == 0) result = set_privilege(call, dwCallPrivilege);
  return leave(FN_lineSetCallPrivilege, result, "call=0x%X privilege=%u", hCall, dwCallPrivilege);
}

EXPORT LONG WINAPI lineDeallocateCall(HCALL hCall) {
  LONG result = enter(FN_lineDeallocateCall);
  struct call *call = NULL;
  if (result == 0) result = check_call(hCall, &call);
  if (result == 0) free_call(call, ENDED_BY_DEALLOCATION);
  return leave(FN_lineDeallocateCall, result, "call=0x%X", hCall);
}

/* ---- Making calls ---- */

/* The states of a made call, told after its reply. */
static void then_dialled(struct request *request, const struct call *call) {
  static const DWORD steps[] = {LINECALLSTATE_DIALTONE, LINECALLSTATE_DIALING,
                                LINECALLSTATE_PROCEEDING};
  if (exchange.dial_script == DIAL_NOTHING) return;
  for (size_t i = 0; i < sizeof steps / sizeof *steps; i++) {
    bool tone = steps[i] == LINECALLSTATE_DIALTONE;
    then_state(request, call, steps[i], tone ? LINEDIALTONEMODE_INTERNAL : 0);
  }
  switch (exchange.dial_script) {
    case DIAL_CONNECTS:
      then_state(request, call, LINECALLSTATE_RINGBACK, 0);
      then_state(request, call, LINECALLSTATE_CONNECTED, LINECONNECTEDMODE_ACTIVE);
      break;
    case DIAL_RINGS:
      then_state(request, call, LINECALLSTATE_RINGBACK, 0);
      break;
    case DIAL_BUSY:
      then_state(request, call, LINECALLSTATE_BUSY, LINEBUSYMODE_STATION);
      break;
    case DIAL_REFUSED:
      then_state(request, call, LINECALLSTATE_DISCONNECTED, LINEDISCONNECTMODE_REJECT);
      then_state(request, call, LINECALLSTATE_IDLE, 0);
      break;
    case DIAL_NOTHING:
      break;
  }
}

static LONG check_call_params(const LINECALLPARAMS *params) {
  if (params == NULL || params->dwTotalSize >= CALL_PARAMS_BYTES) return 0;
  violation("LINECALLPARAMS.dwTotalSize is %u", (unsigned)params->dwTotalSize);
  return error(LINEERR_INVALCALLPARAMS);
}

static LONG check_address(LPCWSTR address) {
  if (address == NULL) {
    violation("no address");
    return error(LINEERR_INVALPOINTER);
  }
  return *address != 0 && wide_length(address) <= MOST_DIGITS ? 0 : error(LINEERR_INVALADDRESS);
}

static LONG check_out_call(LPHCALL out_call) {
  if (out_call != NULL) return 0;
  violation("no memory for a call's handle");
  return error(LINEERR_INVALPOINTER);
}

/* A call that the application makes from one of the line's addresses. */
static struct call *outbound_call(const struct device *device, DWORD address, LPCWSTR to) {
  struct call *call =
      new_call(device_index(device), LINECALLSTATE_UNKNOWN, LINECALLORIGIN_OUTBOUND,
               LINECALLREASON_DIRECT);
  call->address = address;
  const struct text *own = &address_of(call)->text;
  set_bytes(&call->parties[CALLER].number, own->bytes, own->size);
  call->parties[CALLER].flags = LINECALLPARTYID_ADDRESS;
  if (to != NULL) set_party(call, CALLED, to, NULL, LINECALLPARTYID_ADDRESS);
  return call;
}

/* The address that the application names, by its number; the first where it names none. */
static LONG address_named(const struct device *device, const LINECALLPARAMS *params,
                          DWORD *address) {
  *address = 0;
  if (params == NULL || params->dwAddressMode != LINEADDRESSMODE_ADDRESSID) return 0;
  *address = params->dwAddressID;
  return check_address_id(device, *address);
}

EXPORT LONG WINAPI lineMakeCallW(HLINE hLine, LPHCALL lphCall, LPCWSTR lpszDestAddress,
                                 DWORD dwCountryCode, LPLINECALLPARAMS const lpCallParams) {
  LONG result = enter(FN_lineMakeCallW);
  struct device *device = NULL;
  if (result == 0) result = check_line(hLine, &device);
  if (result == 0) result = check_out_call(lphCall);
  if (result == 0) result = check_call_params(lpCallParams);
  if (result == 0 && lpszDestAddress != NULL) result = check_address(lpszDestAddress);
  DWORD address = 0;
  if (result == 0) result = address_named(device, lpCallParams, &address);
  if (result == 0) {
    struct call *call = outbound_call(device, address, lpszDestAddress);
    struct request *request = new_call_request(call, lphCall);
    if (lpszDestAddress != NULL) {
      then_dialled(request, call);
    } else {
      then_state(request, call, LINECALLSTATE_DIALTONE, LINEDIALTONEMODE_INTERNAL);
    }
    result = answer_request(request);
  }
  return leave_with_text(FN_lineMakeCallW, result, lpszDestAddress,
                         "line=0x%X address=%u country=%u",
                         (const unsigned[LOG_VALUES]){hLine, address, dwCountryCode});
}

EXPORT LONG WINAPI lineDialW(HCALL hCall, LPCWSTR lpszDestAddress, DWORD dwCountryCode) {
  LONG result = enter(FN_lineDialW);
  struct call *call = NULL;
  if (result == 0) result = check_owned(hCall, &call);
  if (result == 0) result = check_address(lpszDestAddress);
  if (result == 0 && call->state != LINECALLSTATE_DIALTONE) result = error(LINEERR_INVALCALLSTATE);
  if (result == 0) {
    set_party(call, CALLED, lpszDestAddress, NULL, LINECALLPARTYID_ADDRESS);
    struct request *request = new_request(device_of(call));
    then_dialled(request, call);
    result = answer_request(request);
  }
  return leave_with_text(FN_lineDialW, result, lpszDestAddress, "call=0x%X country=%u",
                         (const unsigned[LOG_VALUES]){hCall, dwCountryCode});
}

/* ---- Controlling calls ---- */

/*
 * Checks that the application owns the call and that it is in one of `states`, then asks for the
 * state `then`. Answers the request id or an error.
 */
static LONG change_state(HCALL handle, DWORD states, DWORD then, DWORD mode) {
  struct call *call;
  LONG result = check_owned(handle, &call);
  if (result != 0) return result;
  if ((call->state & states) == 0) return error(LINEERR_INVALCALLSTATE);
  struct request *request = new_request(device_of(call));
  then_state(request, call, then, mode);
  return answer_request(request);
}

/* As change_state(), for what ends the call. */
static LONG end_call(HCALL handle, DWORD states, DWORD mode) {
  struct call *call;
  LONG result = check_owned(handle, &call);
  if (result != 0) return result;
  if ((call->state & states) == 0) return error(LINEERR_INVALCALLSTATE);
  struct request *request = new_request(device_of(call));
  then_state(request, call, LINECALLSTATE_DISCONNECTED, mode);
  then_state(request, call, LINECALLSTATE_IDLE, 0);
  return answer_request(request);
}

enum {
  ON_HOLD = LINECALLSTATE_ONHOLD | LINECALLSTATE_ONHOLDPENDTRANSFER | LINECALLSTATE_ONHOLDPENDCONF,
  ALL_BUT_IDLE = 0xFFFF & ~LINECALLSTATE_IDLE,
};

EXPORT LONG WINAPI lineDrop(HCALL hCall, LPCSTR lpsUserUserInfo, DWORD dwSize) {
  (void)lpsUserUserInfo;
  LONG result = enter(FN_lineDrop);
  if (result == 0) result = end_call(hCall, ALL_BUT_IDLE, LINEDISCONNECTMODE_NORMAL);
  return leave(FN_lineDrop, result, "call=0x%X size=%u", hCall, dwSize);
}

EXPORT LONG WINAPI lineAnswer(HCALL hCall, LPCSTR lpsUserUserInfo, DWORD dwSize) {
  (void)lpsUserUserInfo;
  LONG result = enter(FN_lineAnswer);
  if (result == 0) {
    result = change_state(hCall, LINECALLSTATE_OFFERING | LINECALLSTATE_ACCEPTED,
                          LINECALLSTATE_CONNECTED, LINECONNECTEDMODE_ACTIVE);
  }
  return leave(FN_lineAnswer, result, "call=0x%X size=%u", hCall, dwSize);
}

EXPORT LONG WINAPI lineHold(HCALL hCall) {
  LONG result = enter(FN_lineHold);
  if (result == 0) result = change_state(hCall, LINECALLSTATE_CONNECTED, LINECALLSTATE_ONHOLD, 0);
  return leave(FN_lineHold, result, "call=0x%X", hCall);
}

EXPORT LONG WINAPI lineUnhold(HCALL hCall) {
  LONG result = enter(FN_lineUnhold);
  if (result == 0) {
    result = change_state(hCall, ON_HOLD, LINECALLSTATE_CONNECTED, LINECONNECTEDMODE_ACTIVE);
  }
  return leave(FN_lineUnhold, result, "call=0x%X", hCall);
}

EXPORT LONG WINAPI lineSwapHold(HCALL hdActiveCall, HCALL hdHeldCall) {
  LONG result = enter(FN_lineSwapHold);
  struct call *active = NULL, *held = NULL;
  if (result == 0) result = check_owned(hdActiveCall, &active);
  if (result == 0) result = check_owned(hdHeldCall, &held);
  if (result == 0 && (active->state != LINECALLSTATE_CONNECTED || (held->state & ON_HOLD) == 0)) {
    result = error(LINEERR_INVALCALLSTATE);
  }
  if (result == 0) {
    struct request *request = new_request(device_of(active));
    then_state(request, active, held->state, 0);
    then_state(request, held, LINECALLSTATE_CONNECTED, LINECONNECTEDMODE_ACTIVE);
    result = answer_request(request);
  }
  return leave(FN_lineSwapHold, result, "active=0x%X held=0x%X", hdActiveCall, hdHeldCall);
}

EXPORT LONG WINAPI lineGenerateDigitsW(HCALL hCall, DWORD dwDigitMode, LPCWSTR lpszDigits,
                                       DWORD dwDuration) {
  LONG result = enter(FN_lineGenerateDigitsW);
  struct call *call = NULL;
  if (result == 0) result = check_owned(hCall, &call);
  if (result == 0 && dwDigitMode != LINEDIGITMODE_PULSE && dwDigitMode != LINEDIGITMODE_DTMF) {
    violation("dwDigitMode is %u", (unsigned)dwDigitMode);
    result = error(LINEERR_INVALDIGITMODE);
  }
  if (result == 0 && call->state != LINECALLSTATE_CONNECTED) {
    result = error(LINEERR_INVALCALLSTATE);
  }
  if (result == 0 && lpszDigits != NULL) post(LINE_GENERATE, hCall, LINEGENERATETERM_DONE, 0, 0);
  return leave_with_text(FN_lineGenerateDigitsW, result, lpszDigits,
                         "call=0x%X mode=%u duration=%u",
                         (const unsigned[LOG_VALUES]){hCall, dwDigitMode, dwDuration});
}

/* ---- Passing calls on ---- */

EXPORT LONG WINAPI lineBlindTransferW(HCALL hCall, LPCWSTR lpszDestAddress, DWORD dwCountryCode) {
  LONG result = enter(FN_lineBlindTransferW);
  if (result == 0) result = check_address(lpszDestAddress);
  if (result == 0) result = end_call(hCall, LINECALLSTATE_CONNECTED, LINEDISCONNECTMODE_FORWARDED);
  return leave_with_text(FN_lineBlindTransferW, result, lpszDestAddress, "call=0x%X country=%u",
                         (const unsigned[LOG_VALUES]){hCall, dwCountryCode});
}

EXPORT LONG WINAPI lineRedirectW(HCALL hCall, LPCWSTR lpszDestAddress, DWORD dwCountryCode) {
  LONG result = enter(FN_lineRedirectW);
  if (result == 0) result = check_address(lpszDestAddress);
  if (result == 0) result = end_call(hCall, LINECALLSTATE_OFFERING, LINEDISCONNECTMODE_FORWARDED);
  return leave_with_text(FN_lineRedirectW, result, lpszDestAddress, "call=0x%X country=%u",
                         (const unsigned[LOG_VALUES]){hCall, dwCountryCode});
}

/* Puts a connected call aside for a consultation call, which is ready to dial. */
static LONG consult(HCALL handle, LPHCALL out_consult, const LINECALLPARAMS *params, DWORD aside) {
  struct call *call;
  LONG result = check_owned(handle, &call);
  if (result == 0) result = check_out_call(out_consult);
  if (result == 0) result = check_call_params(params);
  if (result == 0 && call->state != LINECALLSTATE_CONNECTED) result = error(LINEERR_INVALCALLSTATE);
  if (result != 0) return result;
  struct call *consultation = outbound_call(device_of(call), call->address, NULL);
  struct request *request = new_call_request(consultation, out_consult);
  then_state(request, call, aside, 0);
  then_state(request, consultation, LINECALLSTATE_DIALTONE, LINEDIALTONEMODE_INTERNAL);
  return answer_request(request);
}

EXPORT LONG WINAPI lineSetupTransferW(HCALL hCall, LPHCALL lphConsultCall,
                                      LPLINECALLPARAMS const lpCallParams) {
  LONG result = enter(FN_lineSetupTransferW);
  if (result == 0) {
    result = consult(hCall, lphConsultCall, lpCallParams, LINECALLSTATE_ONHOLDPENDTRANSFER);
  }
  return leave(FN_lineSetupTransferW, result, "call=0x%X", hCall);
}

static struct call *new_conference(const struct call *call) {
  struct call *parent = outbound_call(device_of(call), call->address, NULL);
  parent->origin = LINECALLORIGIN_CONFERENCE;
  return parent;
}

EXPORT LONG WINAPI lineSetupConferenceW(HCALL hCall, HLINE hLine, LPHCALL lphConfCall,
                                        LPHCALL lphConsultCall, DWORD dwNumParties,
                                        LPLINECALLPARAMS const lpCallParams) {
  LONG result = enter(FN_lineSetupConferenceW);
  struct call *call = NULL;
  struct device *device = NULL;
  if (result == 0) result = check_owned(hCall, &call);
  if (result == 0) result = check_line(hLine, &device);
  if (result == 0) result = check_out_call(lphConfCall);
  if (result == 0) result = check_out_call(lphConsultCall);
  if (result == 0) result = check_call_params(lpCallParams);
  if (result == 0 && device_of(call) != device) {
    violation("the call is of another line");
    result = error(LINEERR_INVALLINEHANDLE);
  }
  if (result == 0 && call->state != LINECALLSTATE_CONNECTED) result = error(LINEERR_INVALCALLSTATE);
  if (result == 0) {
    struct call *parent = new_conference(call);
    struct call *consultation = outbound_call(device, call->address, NULL);
    struct request *request = new_call_request(parent, lphConfCall);
    also_make(request, consultation, lphConsultCall);
    then_state(request, parent, LINECALLSTATE_ONHOLDPENDCONF, 0);
    then_state(request, call, LINECALLSTATE_CONFERENCED, parent->handle);
    then_state(request, consultation, LINECALLSTATE_DIALTONE, LINEDIALTONEMODE_INTERNAL);
    result = answer_request(request);
  }
  return leave(FN_lineSetupConferenceW, result, "call=0x%X line=0x%X parties=%u", hCall, hLine,
               dwNumParties);
}

EXPORT LONG WINAPI linePrepareAddToConferenceW(HCALL hConfCall, LPHCALL lphConsultCall,
                                               LPLINECALLPARAMS const lpCallParams) {
  LONG result = enter(FN_linePrepareAddToConferenceW);
  if (result == 0) {
    result = consult(hConfCall, lphConsultCall, lpCallParams, LINECALLSTATE_ONHOLDPENDCONF);
  }
  return leave(FN_linePrepareAddToConferenceW, result, "conference=0x%X", hConfCall);
}

EXPORT LONG WINAPI lineCompleteTransfer(HCALL hCall, HCALL hConsultCall, LPHCALL lphConfCall,
                                        DWORD dwTransferMode) {
  LONG result = enter(FN_lineCompleteTransfer);
  struct call *call = NULL, *consultation = NULL;
  bool conference = dwTransferMode == LINETRANSFERMODE_CONFERENCE;
  const DWORD consulting = LINECALLSTATE_CONNECTED | LINECALLSTATE_RINGBACK | LINECALLSTATE_BUSY |
                           LINECALLSTATE_PROCEEDING;
  if (result == 0) result = check_owned(hCall, &call);
  if (result == 0) result = check_owned(hConsultCall, &consultation);
  if (result == 0 && !conference && dwTransferMode != LINETRANSFERMODE_TRANSFER) {
    violation("dwTransferMode is %u", (unsigned)dwTransferMode);
    result = error(LINEERR_INVALTRANSFERMODE);
  }
  if (result == 0 && conference) result = check_out_call(lphConfCall);
  if (result == 0 && ((call->state & ON_HOLD) == 0 || (consultation->state & consulting) == 0)) {
    result = error(LINEERR_INVALCALLSTATE);
  }
  if (result == 0 && conference) {
    struct call *parent = new_conference(call);
    struct request *request = new_call_request(parent, lphConfCall);
    then_state(request, parent, LINECALLSTATE_CONNECTED, LINECONNECTEDMODE_ACTIVE);
    then_state(request, call, LINECALLSTATE_CONFERENCED, parent->handle);
    then_state(request, consultation, LINECALLSTATE_CONFERENCED, parent->handle);
    result = answer_request(request);
  } else if (result == 0) {
    struct request *request = new_request(device_of(call));
    then_state(request, call, LINECALLSTATE_IDLE, 0);
    then_state(request, consultation, LINECALLSTATE_IDLE, 0);
    result = answer_request(request);
  }
  return leave(FN_lineCompleteTransfer, result, "call=0x%X consult=0x%X mode=%u", hCall,
               hConsultCall, dwTransferMode);
}

EXPORT LONG WINAPI lineAddToConference(HCALL hConfCall, HCALL hConsultCall) {
  LONG result = enter(FN_lineAddToConference);
  struct call *parent = NULL, *consultation = NULL;
  if (result == 0) result = check_owned(hConfCall, &parent);
  if (result == 0) result = check_owned(hConsultCall, &consultation);
  if (result == 0 && parent->state != LINECALLSTATE_ONHOLDPENDCONF) {
    result = error(LINEERR_INVALCALLSTATE);
  }
  if (result == 0) {
    struct request *request = new_request(device_of(parent));
    then_state(request, consultation, LINECALLSTATE_CONFERENCED, hConfCall);
    then_state(request, parent, LINECALLSTATE_CONNECTED, LINECONNECTEDMODE_ACTIVE);
    result = answer_request(request);
  }
  return leave(FN_lineAddToConference, result, "conference=0x%X consult=0x%X", hConfCall,
               hConsultCall);
}

/* ---- Parking, picking up, forwarding ---- */

EXPORT LONG WINAPI lineParkW(HCALL hCall, DWORD dwParkMode, LPCWSTR lpszDirAddress,
                             LPVARSTRING lpNonDirAddress) {
  LONG result = enter(FN_lineParkW);
  struct call *call = NULL;
  if (result == 0) result = check_owned(hCall, &call);
  if (result == 0 && call->state != LINECALLSTATE_CONNECTED) result = error(LINEERR_INVALCALLSTATE);
  if (result == 0 && dwParkMode == LINEPARKMODE_DIRECTED) {
    result = check_address(lpszDirAddress);
  } else if (result == 0 && dwParkMode == LINEPARKMODE_NONDIRECTED) {
    if (lpNonDirAddress == NULL || lpNonDirAddress->dwTotalSize < sizeof *lpNonDirAddress) {
      violation("no VARSTRING, or its dwTotalSize is too small");
      result = error(LINEERR_STRUCTURETOOSMALL);
    }
  } else if (result == 0) {
    violation("dwParkMode is %u", (unsigned)dwParkMode);
    result = error(LINEERR_INVALPARKMODE);
  }
  if (result == 0) {
    struct request *request = new_request(device_of(call));
    const DWORD modes =
        overridden(FILLED_ADDRESS_CAPS, place_of(device_of(call), call->address),
                   offsetof(LINEADDRESSCAPS, dwParkModes), ALL_PARK_MODES);
    if (modes != 0 && (modes & dwParkMode) == 0) request->result = error(LINEERR_OPERATIONFAILED);
    if (dwParkMode == LINEPARKMODE_NONDIRECTED) {
      request->out_text = lpNonDirAddress;
      request->out_text_total = lpNonDirAddress->dwTotalSize;
      request->text = wide_number(7000 + call->device);
    }
    then_state(request, call, LINECALLSTATE_IDLE, 0);
    result = answer_request(request);
  }
  return leave_with_text(FN_lineParkW, result, lpszDirAddress, "call=0x%X mode=%u",
                         (const unsigned[LOG_VALUES]){hCall, dwParkMode});
}

/* Fetches a call to the line. */
static LONG fetch_call(HLINE line, DWORD address, LPHCALL out_call, LPCWSTR from, DWORD reason) {
  struct device *device;
  LONG result = check_line(line, &device);
  if (result == 0) result = check_address_id(device, address);
  if (result == 0) result = check_out_call(out_call);
  if (result != 0) return result;
  struct call *call =
      new_call(device_index(device), LINECALLSTATE_UNKNOWN, LINECALLORIGIN_INTERNAL, reason);
  call->address = address;
  if (from != NULL) set_party(call, CALLER, from, NULL, LINECALLPARTYID_ADDRESS);
  struct request *request = new_call_request(call, out_call);
  then_state(request, call, LINECALLSTATE_CONNECTED, LINECONNECTEDMODE_ACTIVE);
  return answer_request(request);
}

EXPORT LONG WINAPI lineUnparkW(HLINE hLine, DWORD dwAddressID, LPHCALL lphCall,
                               LPCWSTR lpszDestAddress) {
  LONG result = enter(FN_lineUnparkW);
  if (result == 0) result = check_address(lpszDestAddress);
  if (result == 0) result = fetch_call(hLine, dwAddressID, lphCall, lpszDestAddress, LINECALLREASON_UNPARK);
  return leave_with_text(FN_lineUnparkW, result, lpszDestAddress, "line=0x%X address=%u",
                         (const unsigned[LOG_VALUES]){hLine, dwAddressID});
}

EXPORT LONG WINAPI linePickupW(HLINE hLine, DWORD dwAddressID, LPHCALL lphCall,
                               LPCWSTR lpszDestAddress, LPCWSTR lpszGroupID) {
  LONG result = enter(FN_linePickupW);
  if (result == 0) result = fetch_call(hLine, dwAddressID, lphCall, lpszDestAddress, LINECALLREASON_PICKUP);
  return leave_with_text(FN_linePickupW, result, lpszDestAddress, "line=0x%X address=%u group=%u",
                         (const unsigned[LOG_VALUES]){hLine, dwAddressID, lpszGroupID != NULL});
}

/* Copies a string of the list out of it; *ok becomes false where the list does not contain it. */
static WCHAR *text_in_list(const LINEFORWARDLIST *list, DWORD size, DWORD offset, bool *ok) {
  if (size == 0) return NULL;
  DWORD total = list->dwTotalSize;
  if (size % sizeof(WCHAR) != 0 || offset > total || size > total - offset) {
    *ok = false;
    return NULL;
  }
  WCHAR *text = calloc(size / sizeof(WCHAR) + 1, sizeof(WCHAR));
  if (text == NULL) abort();
  return memcpy(text, (const BYTE *)list + offset, size);
}

static LONG set_forwards(struct address *address, const LINEFORWARDLIST *list) {
  forget_forwards(address);
  if (list == NULL) return 0;
  bool ok = list->dwNumEntries <= MAX_FORWARDS &&
            list->dwTotalSize >= FORWARD_LIST_BYTES + list->dwNumEntries * FORWARD_BYTES;
  for (DWORD i = 0; ok && i < list->dwNumEntries; i++) {
    LINEFORWARD entry = {0};
    memcpy(&entry, (const BYTE *)list + FORWARD_LIST_BYTES + i * FORWARD_BYTES, FORWARD_BYTES);
    address->forwards[address->forward_count++] = (struct forward){
        .mode = entry.dwForwardMode,
        .caller = text_in_list(list, entry.dwCallerAddressSize, entry.dwCallerAddressOffset, &ok),
        .dest = text_in_list(list, entry.dwDestAddressSize, entry.dwDestAddressOffset, &ok),
    };
  }
  if (ok) return 0;
  violation("a LINEFORWARDLIST of %u entries in %u bytes", (unsigned)list->dwNumEntries,
            (unsigned)list->dwTotalSize);
  forget_forwards(address);
  return error(LINEERR_INVALPARAM);
}

EXPORT LONG WINAPI lineForwardW(HLINE hLine, DWORD bAllAddresses, DWORD dwAddressID,
                                LPLINEFORWARDLIST const lpForwardList, DWORD dwNumRingsNoAnswer,
                                LPHCALL lphConsultCall, LPLINECALLPARAMS const lpCallParams) {
  LONG result = enter(FN_lineForwardW);
  struct device *device = NULL;
  if (result == 0) result = check_line(hLine, &device);
  if (result == 0) result = check_out_call(lphConsultCall);
  if (result == 0) result = check_call_params(lpCallParams);
  if (result == 0 && !bAllAddresses) result = check_address_id(device, dwAddressID);
  for (DWORD address = 0; result == 0 && address < device->address_count; address++) {
    if (!bAllAddresses && address != dwAddressID) continue;
    result = set_forwards(&device->addresses[address], lpForwardList);
  }
  if (result == 0) {
    struct request *request = new_request(device);
    also_make(request, NULL, lphConsultCall);
    if ((device->address_states & LINEADDRESSSTATE_FORWARD) != 0) {
      then_post(request, LINE_ADDRESSSTATE, hLine, dwAddressID, LINEADDRESSSTATE_FORWARD);
    }
    result = answer_request(request);
  }
  return leave(FN_lineForwardW, result, "line=0x%X all=%u address=%u entries=%u rings=%u", hLine,
               bAllAddresses, dwAddressID, lpForwardList == NULL ? 0 : lpForwardList->dwNumEntries,
               dwNumRingsNoAnswer);
}

/* ---- What is not the switch's alone ---- */

EXPORT LONG WINAPI lineCompleteCall(HCALL hCall, LPDWORD lpdwCompletionID, DWORD dwCompletionMode,
                                    DWORD dwMessageID) {
  LONG result = enter(FN_lineCompleteCall);
  struct call *call = NULL;
  if (result == 0) result = check_owned(hCall, &call);
  if (result == 0 && lpdwCompletionID == NULL) {
    violation("no memory for the completion's id");
    result = error(LINEERR_INVALPOINTER);
  }
  if (result == 0 && call->state != LINECALLSTATE_BUSY && call->state != LINECALLSTATE_RINGBACK) {
    result = error(LINEERR_INVALCALLSTATE);
  }
  if (result == 0) {
    struct request *request = new_request(device_of(call));
    then_state(request, call, LINECALLSTATE_CONNECTED, LINECONNECTEDMODE_ACTIVE);
    result = answer_request(request);
  }
  return leave(FN_lineCompleteCall, result, "call=0x%X mode=%u message=%u", hCall, dwCompletionMode,
               dwMessageID);
}

EXPORT LONG WINAPI lineSetLineDevStatus(HLINE hLine, DWORD dwStatusToChange, DWORD fStatus) {
  LONG result = enter(FN_lineSetLineDevStatus);
  struct device *device = NULL;
  if (result == 0) result = check_line(hLine, &device);
  if (result == 0) {
    struct request *request = new_request(device);
    const DWORD state = fStatus != 0 ? LINEDEVSTATE_MSGWAITON : LINEDEVSTATE_MSGWAITOFF;
    if ((device->line_states & state) != 0) then_post(request, LINE_LINEDEVSTATE, hLine, state, 0);
    result = answer_request(request);
  }
  return leave(FN_lineSetLineDevStatus, result, "line=0x%X status=0x%X on=%u", hLine,
               dwStatusToChange, fStatus);
}

/* Logs the first bytes as hex; writes over them when LINE_REPLY is taken. */
EXPORT LONG WINAPI lineDevSpecific(HLINE hLine, DWORD dwAddressID, HCALL hCall, LPVOID lpParams,
                                   DWORD dwSize) {
  LONG result = enter(FN_lineDevSpecific);
  WCHAR hex[LOG_TEXT_UNITS] = {0};
  struct device *device = NULL;
  if (result == 0) result = check_line(hLine, &device);
  if (result == 0 && (lpParams == NULL || dwSize == 0)) {
    violation("no bytes");
    result = error(LINEERR_INVALPOINTER);
  }
  if (result == 0) {
    static const char digits[] = "0123456789abcdef";
    const BYTE *bytes = lpParams;
    for (DWORD i = 0; i < dwSize && i * 2 + 2 < LOG_TEXT_UNITS; i++) {
      hex[i * 2] = (WCHAR)digits[bytes[i] >> 4];
      hex[i * 2 + 1] = (WCHAR)digits[bytes[i] & 0xF];
    }
    struct request *request = new_request(device);
    request->in_out = lpParams;
    request->in_out_size = dwSize;
    request->in_out_first = *bytes;
    result = answer_request(request);
  }
  return leave_with_text(FN_lineDevSpecific, result, hex, "line=0x%X address=%u call=0x%X size=%u",
                         (const unsigned[LOG_VALUES]){hLine, dwAddressID, hCall, dwSize});
}
