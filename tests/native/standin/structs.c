/*
 * Fills TAPI's variable-length structs: honestly, or with the lies that drivers tell.
 *
 * Sizes of the fixed parts are those of the negotiated version, as constants: mingw's tapi.h
 * declares the structs of TAPI 3.1 always.
 */
#include "exchange.h"

#include <stdlib.h>
#include <string.h>

enum {
  DEV_CAPS_BYTES = 268,
  DEV_CAPS_BYTES_2_0 = 252,
  DEV_CAPS_BYTES_1_4 = 240,
  ADDRESS_CAPS_BYTES = 228,
  ADDRESS_CAPS_BYTES_1_4 = 180,
  ADDRESS_STATUS_BYTES = 64,
  DEV_STATUS_BYTES = 88,
  DEV_STATUS_BYTES_1_4 = 76,
  CALL_LIST_BYTES = 24,
  CALL_INFO_BYTES = 324,
  CALL_INFO_BYTES_1_4 = 296,
  CALL_STATUS_BYTES = 56,
  CALL_STATUS_BYTES_1_4 = 36,
  FORWARD_BYTES = 24,
  AGENT_STATUS_BYTES = 56,
  AGENT_GROUP_LIST_BYTES = 24,
  AGENT_GROUP_BYTES = 24,
  PROVIDER_LIST_BYTES = 24,
  PROVIDER_ENTRY_BYTES = 12,
  MOST_PAIRS = 32,
  EVERY_ADDRESS = 0xFFFFFFFF,
};

#define END_OF(type, member) (offsetof(type, member) + sizeof(((type *)0)->member))
_Static_assert(sizeof(LINEMESSAGE) == 40, "LINEMESSAGE");
_Static_assert(sizeof(LINEINITIALIZEEXPARAMS) == 28, "LINEINITIALIZEEXPARAMS");
_Static_assert(END_OF(LINEDEVCAPS, PermanentLineGuid) == DEV_CAPS_BYTES, "LINEDEVCAPS");
_Static_assert(END_OF(LINEADDRESSCAPS, dwAvailableMediaModes) == ADDRESS_CAPS_BYTES,
               "LINEADDRESSCAPS");
_Static_assert(sizeof(LINEADDRESSSTATUS) == ADDRESS_STATUS_BYTES, "LINEADDRESSSTATUS");
_Static_assert(sizeof(LINEDEVSTATUS) == DEV_STATUS_BYTES, "LINEDEVSTATUS");
_Static_assert(sizeof(LINECALLLIST) == CALL_LIST_BYTES, "LINECALLLIST");
_Static_assert(END_OF(LINECALLINFO, dwReceivingFlowspecOffset) == CALL_INFO_BYTES, "LINECALLINFO");
_Static_assert(sizeof(LINECALLSTATUS) == CALL_STATUS_BYTES, "LINECALLSTATUS");
_Static_assert(END_OF(LINEFORWARD, dwDestAddressOffset) == FORWARD_BYTES, "LINEFORWARD");
_Static_assert(sizeof(LINEAGENTSTATUS) == AGENT_STATUS_BYTES, "LINEAGENTSTATUS");
_Static_assert(sizeof(LINEAGENTGROUPLIST) == AGENT_GROUP_LIST_BYTES, "LINEAGENTGROUPLIST");
_Static_assert(sizeof(LINEAGENTGROUPENTRY) == AGENT_GROUP_BYTES, "LINEAGENTGROUPENTRY");
_Static_assert(sizeof(LINEPROVIDERLIST) == PROVIDER_LIST_BYTES, "LINEPROVIDERLIST");
_Static_assert(sizeof(LINEPROVIDERENTRY) == PROVIDER_ENTRY_BYTES, "LINEPROVIDERENTRY");

/* A struct being filled: the fixed part by its members, the variable part by put(). */
struct filling {
  BYTE *base;
  DWORD total, fixed, needed, used;
  struct {
    size_t size_at, offset_at;
  } pairs[MOST_PAIRS]; /* every dwXSize and dwXOffset that names something */
  DWORD pair_count;
};

static DWORD load(const BYTE *from) {
  DWORD value;
  memcpy(&value, from, sizeof value);
  return value;
}

static void store(BYTE *into, DWORD value) { memcpy(into, &value, sizeof value); }

/* Every variable-length struct begins with these. */
enum { TOTAL_SIZE = 0, NEEDED_SIZE = 4, USED_SIZE = 8 };

static LONG begin(struct filling *f, void *into, DWORD fixed) {
  if (into == NULL) {
    violation("no struct");
    return (LONG)LINEERR_INVALPOINTER;
  }
  *f = (struct filling){.base = into, .fixed = fixed, .needed = fixed, .used = fixed};
  f->total = load(f->base + TOTAL_SIZE);
  if (f->total < fixed) {
    violation("dwTotalSize is %u, the fixed part %u", (unsigned)f->total, (unsigned)fixed);
    return (LONG)LINEERR_STRUCTURETOOSMALL;
  }
  memset(f->base + USED_SIZE, 0, fixed - USED_SIZE);
  /* Behind dwUsedSize anything may lie. */
  memset(f->base + fixed, 0xA5, f->total - fixed);
  return 0;
}

/* Places data and its size and offset; both are 0 where it does not fit. */
static void put(struct filling *f, size_t size_at, size_t offset_at, const void *data,
                size_t data_bytes) {
  DWORD bytes = (DWORD)data_bytes;
  f->needed += bytes;
  if (bytes == 0 || f->used + bytes > f->total) return;
  memcpy(f->base + f->used, data, bytes);
  store(f->base + size_at, bytes);
  store(f->base + offset_at, f->used);
  f->used += bytes;
  if (f->pair_count == MOST_PAIRS) return;
  f->pairs[f->pair_count].size_at = size_at;
  f->pairs[f->pair_count++].offset_at = offset_at;
}

/* Its size counts the NUL. */
static void put_text(struct filling *f, size_t size_at, size_t offset_at, const WCHAR *text) {
  if (text != NULL) put(f, size_at, offset_at, text, (wide_length(text) + 1) * sizeof *text);
}

#define PUT_TEXT(f, type, member, text)                                                            \
  put_text(f, offsetof(type, dw##member##Size), offsetof(type, dw##member##Offset), text)
/* As it is: nobody checks what a driver puts there. */
#define PUT_AS_IS(f, type, member, text)                                                           \
  PUT(f, type, member, (text)->bytes, (text)->size)
#define PUT(f, type, member, data, bytes)                                                          \
  put(f, offsetof(type, dw##member##Size), offsetof(type, dw##member##Offset), data, bytes)

/* A number of entries. */
static DWORD count(DWORD entries) { return exchange.lie == LIE_COUNTS ? 0xFFFFFFFF : entries; }

static DWORD next_random(void) {
  uint64_t x = exchange.random;
  x ^= x << 13;
  x ^= x >> 7;
  x ^= x << 17;
  exchange.random = x;
  return (DWORD)(x >> 16);
}

static void lie_about_pair(const struct filling *f, BYTE *size_at, BYTE *offset_at) {
  DWORD size = load(size_at), offset = load(offset_at);
  BYTE *data = f->base + offset;
  switch (exchange.lie) {
    case LIE_OFFSET_OUTSIDE:
      store(offset_at, f->total + 64);
      break;
    case LIE_SIZE_OUTSIDE:
      store(size_at, f->total);
      break;
    case LIE_ALL_ONES:
      store(size_at, 0xFFFFFFFF);
      store(offset_at, 0xFFFFFFFF);
      break;
    case LIE_WRAPPING:
      store(size_at, 16);
      store(offset_at, 0xFFFFFFF8);
      break;
    case LIE_USED_TOO_BIG:
      store(size_at, 64);
      store(offset_at, f->total - 2);
      break;
    case LIE_ODD_SIZE:
      store(size_at, size - 1);
      break;
    case LIE_NO_NUL:
      store(size_at, size - sizeof(WCHAR));
      memcpy(data + size - sizeof(WCHAR), u"#", sizeof(WCHAR));
      break;
    case LIE_LONE_SURROGATE:
      memcpy(data, &(WCHAR){0xD83D}, sizeof(WCHAR));
      break;
    case LIE_IN_FIXED_PART:
      store(offset_at, USED_SIZE + 4);
      break;
    case LIE_OVERLAPPING:
      store(offset_at, f->fixed);
      store(size_at, f->used - f->fixed);
      break;
    case LIE_NEEDS_MORE:
      store(size_at, 0);
      store(offset_at, 0);
      break;
    default:
      break;
  }
}

/* Sets the sizes and tells a lie where one is due. Answers whether the struct is honest. */
static bool end(struct filling *f) {
  store(f->base + NEEDED_SIZE, f->needed);
  store(f->base + USED_SIZE, f->used);
  if (exchange.lie == LIE_NONE) return true;
  for (DWORD i = 0; i < f->pair_count; i++) {
    lie_about_pair(f, f->base + f->pairs[i].size_at, f->base + f->pairs[i].offset_at);
  }
  if (exchange.lie == LIE_USED_TOO_BIG) store(f->base + USED_SIZE, 0xFFFFFFFF);
  if (exchange.lie == LIE_NEEDS_MORE) {
    store(f->base + NEEDED_SIZE, f->total * 2 + 1);
    store(f->base + USED_SIZE, f->fixed);
  }
  if (exchange.lie == LIE_RANDOM) {
    for (DWORD at = NEEDED_SIZE; at + 4 <= f->total; at += 4) store(f->base + at, next_random());
  }
  if (exchange.lies_left != 0xFFFFFFFF && --exchange.lies_left == 0) exchange.lie = LIE_NONE;
  return false;
}

static WCHAR *default_name(DWORD device) {
  static const WCHAR prefix[] = {'L', 'i', 'n', 'e', ' '};
  WCHAR *extension = wide_number(201 + device);
  size_t units = wide_length(extension) + 1;
  WCHAR *name = calloc(sizeof prefix / sizeof *prefix + units, sizeof *name);
  if (name == NULL) abort();
  memcpy(name, prefix, sizeof prefix);
  memcpy(name + sizeof prefix / sizeof *prefix, extension, units * sizeof *name);
  free(extension);
  return name;
}

enum {
  LINE_STATES = LINEDEVSTATE_RINGING | LINEDEVSTATE_CONNECTED | LINEDEVSTATE_DISCONNECTED |
                LINEDEVSTATE_MSGWAITON | LINEDEVSTATE_MSGWAITOFF | LINEDEVSTATE_INSERVICE |
                LINEDEVSTATE_OUTOFSERVICE | LINEDEVSTATE_DEVSPECIFIC | LINEDEVSTATE_CAPSCHANGE,
  ADDRESS_STATES = LINEADDRESSSTATE_NUMCALLS | LINEADDRESSSTATE_FORWARD |
                   LINEADDRESSSTATE_CAPSCHANGE,
  CALL_FEATURES = LINECALLFEATURE_ADDTOCONF | LINECALLFEATURE_ANSWER |
                  LINECALLFEATURE_BLINDTRANSFER | LINECALLFEATURE_COMPLETETRANSF |
                  LINECALLFEATURE_DIAL | LINECALLFEATURE_DROP | LINECALLFEATURE_GENERATEDIGITS |
                  LINECALLFEATURE_HOLD | LINECALLFEATURE_PARK | LINECALLFEATURE_PREPAREADDCONF |
                  LINECALLFEATURE_REDIRECT | LINECALLFEATURE_SETUPCONF |
                  LINECALLFEATURE_SETUPTRANSFER | LINECALLFEATURE_SWAPHOLD |
                  LINECALLFEATURE_UNHOLD,
  ADDRESS_FEATURES = LINEADDRFEATURE_FORWARD | LINEADDRFEATURE_MAKECALL | LINEADDRFEATURE_PICKUP |
                     LINEADDRFEATURE_UNPARK,
  LINE_FEATURES = LINEFEATURE_FORWARD | LINEFEATURE_MAKECALL,
};

static DWORD media_modes(const struct device *device) {
  return device->kind == DEVICE_DATA ? LINEMEDIAMODE_DIGITALDATA : LINEMEDIAMODE_INTERACTIVEVOICE;
}

LONG check_media_modes(const struct device *device, DWORD modes) {
  bool offered = modes != 0 && (modes & ~media_modes(device)) == 0;
  return offered ? 0 : (LONG)LINEERR_INVALMEDIAMODE;
}

LONG check_reports(DWORD line_states, DWORD address_states) {
  if ((line_states & ~(DWORD)LINE_STATES) != 0) return (LONG)LINEERR_INVALLINESTATE;
  if ((address_states & ~(DWORD)ADDRESS_STATES) != 0) return (LONG)LINEERR_INVALADDRESSSTATE;
  return 0;
}

LONG fill_dev_caps(DWORD index, DWORD version, LINEDEVCAPS *into) {
  const struct device *device = &exchange.devices[index];
  struct filling f;
  DWORD fixed = version >= 0x00020002   ? DEV_CAPS_BYTES
                : version >= 0x00020000 ? DEV_CAPS_BYTES_2_0
                                        : DEV_CAPS_BYTES_1_4;
  LONG result = begin(&f, into, fixed);
  if (result != 0) return result;
  into->dwPermanentLineID = 1000 + index;
  into->dwStringFormat = STRINGFORMAT_ASCII; /* as many drivers say, and deliver UTF-16 */
  into->dwAddressModes = LINEADDRESSMODE_ADDRESSID;
  into->dwNumAddresses = count(device->address_count);
  into->dwBearerModes = LINEBEARERMODE_VOICE;
  into->dwMediaModes = media_modes(device);
  into->dwMaxNumActiveCalls = 4;
  into->dwLineStates = LINE_STATES;
  into->dwLineFeatures = LINE_FEATURES;
  if (fixed == DEV_CAPS_BYTES) {
    into->PermanentLineGuid = (GUID){.Data1 = 0x7A917A91, .Data4 = {0, 0, 0, 0, 0, 0, 0, 1}};
    into->PermanentLineGuid.Data2 = (WORD)index;
  }
  if (device->provider.bytes == NULL) PUT_TEXT(&f, LINEDEVCAPS, ProviderInfo, u"Tapi2Ws stand-in");
  else PUT_AS_IS(&f, LINEDEVCAPS, ProviderInfo, &device->provider);
  PUT_TEXT(&f, LINEDEVCAPS, SwitchInfo, u"Pretend exchange");
  WCHAR *name = default_name(index);
  if (device->name.bytes == NULL) PUT_TEXT(&f, LINEDEVCAPS, LineName, name);
  else PUT_AS_IS(&f, LINEDEVCAPS, LineName, &device->name);
  free(name);
  /* A list: each class ends with NUL, the list with one more. */
  if (fixed > DEV_CAPS_BYTES_1_4) {
    PUT(&f, LINEDEVCAPS, DeviceClasses, u"tapi/line\0", sizeof u"tapi/line\0");
  }
  apply_overrides(FILLED_DEV_CAPS, index, f.base, f.fixed);
  end(&f);
  return 0;
}

LONG fill_address_caps(DWORD index, DWORD address, DWORD version, LINEADDRESSCAPS *into) {
  const struct device *device = &exchange.devices[index];
  struct filling f;
  DWORD fixed = version >= 0x00020000 ? ADDRESS_CAPS_BYTES : ADDRESS_CAPS_BYTES_1_4;
  LONG result = begin(&f, into, fixed);
  if (result != 0) return result;
  into->dwLineDeviceID = index;
  into->dwAddressSharing = LINEADDRESSSHARING_PRIVATE;
  into->dwAddressStates = ADDRESS_STATES;
  into->dwMaxNumActiveCalls = 4;
  into->dwCallFeatures = CALL_FEATURES & ~exchange.lacking;
  into->dwTransferModes = LINETRANSFERMODE_TRANSFER | LINETRANSFERMODE_CONFERENCE;
  into->dwParkModes = LINEPARKMODE_DIRECTED | LINEPARKMODE_NONDIRECTED;
  into->dwMaxForwardEntries = MAX_FORWARDS;
  into->dwAddressFeatures = ADDRESS_FEATURES;
  if (fixed == ADDRESS_CAPS_BYTES) into->dwAvailableMediaModes = LINEMEDIAMODE_INTERACTIVEVOICE;
  PUT_AS_IS(&f, LINEADDRESSCAPS, Address, &device->addresses[address].text);
  apply_overrides(FILLED_ADDRESS_CAPS, place_of(device, address), f.base, f.fixed);
  end(&f);
  return 0;
}

/* The calls of an address, or of the whole line, that are not over, and those on hold. */
static void count_calls(const struct device *device, DWORD address, DWORD *active,
                        DWORD *on_hold) {
  *active = *on_hold = 0;
  for (DWORD slot = 0; slot < exchange.call_count; slot++) {
    const struct call *call = exchange.calls[slot];
    if (call->handle == 0 || call->device != device_index(device)) continue;
    if (address != EVERY_ADDRESS && call->address != address) continue;
    if (call->state == LINECALLSTATE_ONHOLD) ++*on_hold;
    else if (call->state != LINECALLSTATE_IDLE) ++*active;
  }
}

LONG fill_address_status(const struct device *device, DWORD index, LINEADDRESSSTATUS *into) {
  const struct address *address = &device->addresses[index];
  struct filling f;
  LONG result = begin(&f, into, ADDRESS_STATUS_BYTES);
  if (result != 0) return result;
  DWORD active, on_hold;
  count_calls(device, index, &active, &on_hold);
  into->dwNumInUse = 1;
  into->dwNumActiveCalls = active;
  into->dwNumOnHoldCalls = on_hold;
  into->dwAddressFeatures = ADDRESS_FEATURES;
  into->dwForwardNumEntries = count(address->forward_count);
  /* The entries first, then their addresses, which count from the start of this struct too. */
  LINEFORWARD entries[MAX_FORWARDS] = {0};
  BYTE packed[MAX_FORWARDS * FORWARD_BYTES];
  DWORD packed_bytes = address->forward_count * FORWARD_BYTES;
  for (DWORD i = 0; i < address->forward_count; i++) {
    entries[i].dwForwardMode = address->forwards[i].mode;
    memcpy(packed + i * FORWARD_BYTES, &entries[i], FORWARD_BYTES);
  }
  DWORD at = f.used;
  PUT(&f, LINEADDRESSSTATUS, Forward, packed, packed_bytes);
  for (DWORD i = 0; i < address->forward_count && f.used >= at + packed_bytes; i++) {
    size_t entry = at + i * FORWARD_BYTES;
    put_text(&f, entry + offsetof(LINEFORWARD, dwCallerAddressSize),
             entry + offsetof(LINEFORWARD, dwCallerAddressOffset), address->forwards[i].caller);
    put_text(&f, entry + offsetof(LINEFORWARD, dwDestAddressSize),
             entry + offsetof(LINEFORWARD, dwDestAddressOffset), address->forwards[i].dest);
  }
  /* dwForwardSize is that of the entries and their addresses. */
  if (into->dwForwardSize != 0) into->dwForwardSize = f.used - into->dwForwardOffset;
  apply_overrides(FILLED_ADDRESS_STATUS, place_of(device, index), f.base, f.fixed);
  end(&f);
  return 0;
}

LONG fill_dev_status(const struct device *device, LINEDEVSTATUS *into) {
  struct filling f;
  bool old = device->negotiated < 0x00020000;
  LONG result = begin(&f, into, old ? DEV_STATUS_BYTES_1_4 : DEV_STATUS_BYTES);
  if (result != 0) return result;
  DWORD active, on_hold;
  count_calls(device, EVERY_ADDRESS, &active, &on_hold);
  into->dwNumOpens = 1;
  into->dwNumActiveCalls = active;
  into->dwNumOnHoldCalls = on_hold;
  into->dwLineFeatures = LINE_FEATURES;
  into->dwDevStatusFlags = LINEDEVSTATUSFLAGS_CONNECTED | LINEDEVSTATUSFLAGS_INSERVICE;
  if (!old) into->dwAvailableMediaModes = media_modes(device);
  PUT_AS_IS(&f, LINEDEVSTATUS, DevSpecific, &device->block);
  apply_overrides(FILLED_DEV_STATUS, device_index(device), f.base, f.fixed);
  end(&f);
  return 0;
}

LONG fill_new_calls(const struct device *device, DWORD address, LINECALLLIST *into) {
  struct filling f;
  LONG result = begin(&f, into, CALL_LIST_BYTES);
  if (result != 0) return result;
  HCALL *handles = calloc(exchange.call_count + 1, sizeof *handles);
  if (handles == NULL) abort();
  DWORD found = 0;
  for (DWORD slot = 0; slot < exchange.call_count; slot++) {
    const struct call *call = exchange.calls[slot];
    bool unknown = call->handle != 0 && !call->given && call->creator == NULL;
    bool meant = address == EVERY_ADDRESS || call->address == address;
    if (unknown && meant && call->device == device_index(device)) handles[found++] = call->handle;
  }
  PUT(&f, LINECALLLIST, Calls, handles, found * sizeof *handles);
  bool fits = f.needed <= f.total;
  into->dwCallsNumEntries = count(fits ? found : 0);
  /* Told handles only: of one that it cannot read the application could never give back. */
  if (end(&f) && fits) {
    for (DWORD i = 0; i < found; i++) give_call(find_call(handles[i]), LINECALLPRIVILEGE_MONITOR);
  }
  free(handles);
  return 0;
}

#define PUT_PARTY(f, into, member, party)                                                          \
  do {                                                                                             \
    (into)->dw##member##Flags = (party)->flags;                                                    \
    PUT_AS_IS(f, LINECALLINFO, member, &(party)->number);                                          \
    PUT_AS_IS(f, LINECALLINFO, member##Name, &(party)->name);                                      \
  } while (0)

LONG fill_call_info(const struct call *call, LINECALLINFO *into) {
  const struct device *device = device_of(call);
  struct filling f;
  bool old = device->negotiated < 0x00020000;
  LONG result = begin(&f, into, old ? CALL_INFO_BYTES_1_4 : CALL_INFO_BYTES);
  if (result != 0) return result;
  into->hLine = device->line;
  into->dwLineDeviceID = call->device;
  into->dwAddressID = call->address;
  into->dwBearerMode = LINEBEARERMODE_VOICE;
  into->dwMediaMode = LINEMEDIAMODE_INTERACTIVEVOICE;
  into->dwCallID = call->call_id;
  into->dwCallStates = 0xFFFF;
  into->dwOrigin = call->origin;
  into->dwReason = call->reason;
  into->dwNumOwners = call->privilege == LINECALLPRIVILEGE_OWNER;
  into->dwNumMonitors = call->privilege == LINECALLPRIVILEGE_MONITOR;
  into->dwTrunk = 0xFFFFFFFF;
  PUT_PARTY(&f, into, CallerID, &call->parties[CALLER]);
  PUT_PARTY(&f, into, CalledID, &call->parties[CALLED]);
  PUT_PARTY(&f, into, ConnectedID, &call->parties[CONNECTED]);
  PUT_PARTY(&f, into, RedirectionID, &call->parties[REDIRECTION]);
  PUT_PARTY(&f, into, RedirectingID, &call->parties[REDIRECTING]);
  apply_overrides(FILLED_CALL_INFO, call->handle, f.base, f.fixed);
  end(&f);
  return 0;
}

static DWORD features_of(const struct call *call) {
  bool monitored = call->privilege != LINECALLPRIVILEGE_OWNER;
  if (call->state == LINECALLSTATE_IDLE || (monitored && exchange.silent_to_monitors)) return 0;
  DWORD features = LINECALLFEATURE_DROP;
  switch (call->state) {
    case LINECALLSTATE_OFFERING:
      features |= LINECALLFEATURE_ANSWER | LINECALLFEATURE_REDIRECT;
      break;
    case LINECALLSTATE_ACCEPTED:
      features |= LINECALLFEATURE_ANSWER;
      break;
    case LINECALLSTATE_DIALTONE:
      features |= LINECALLFEATURE_DIAL;
      break;
    case LINECALLSTATE_CONNECTED:
      features |= LINECALLFEATURE_HOLD;
      features |= call->origin == LINECALLORIGIN_CONFERENCE
                      ? LINECALLFEATURE_PREPAREADDCONF
                      : LINECALLFEATURE_BLINDTRANSFER | LINECALLFEATURE_SETUPTRANSFER |
                            LINECALLFEATURE_SETUPCONF | LINECALLFEATURE_PARK |
                            LINECALLFEATURE_GENERATEDIGITS;
      break;
    case LINECALLSTATE_ONHOLD:
    case LINECALLSTATE_ONHOLDPENDTRANSFER:
      features |= LINECALLFEATURE_UNHOLD | LINECALLFEATURE_SWAPHOLD |
                  LINECALLFEATURE_COMPLETETRANSF;
      break;
    case LINECALLSTATE_ONHOLDPENDCONF:
      features |= LINECALLFEATURE_UNHOLD | LINECALLFEATURE_SWAPHOLD | LINECALLFEATURE_ADDTOCONF;
      break;
  }
  return features & ~exchange.lacking;
}

LONG fill_call_status(const struct call *call, LINECALLSTATUS *into) {
  struct filling f;
  bool old = device_of(call)->negotiated < 0x00020000;
  LONG result = begin(&f, into, old ? CALL_STATUS_BYTES_1_4 : CALL_STATUS_BYTES);
  if (result != 0) return result;
  into->dwCallState = call->state;
  into->dwCallStateMode = call->mode;
  into->dwCallPrivilege = call->privilege;
  into->dwCallFeatures = features_of(call);
  if (!old) into->tStateEntryTime = (SYSTEMTIME){.wYear = 2026, .wMonth = 1, .wDay = 1};
  apply_overrides(FILLED_CALL_STATUS, call->handle, f.base, f.fixed);
  end(&f);
  return 0;
}

void group_id(const struct group *group, DWORD into[4]) {
  into[0] = group->id;
  into[1] = 0;
  into[2] = ~group->id;
  into[3] = 0xACD;
}

LONG check_agent_struct(const void *into, bool is_list) {
  DWORD fixed = is_list ? AGENT_GROUP_LIST_BYTES : AGENT_STATUS_BYTES;
  if (into == NULL) {
    violation("no struct");
    return (LONG)LINEERR_INVALPOINTER;
  }
  return load((const BYTE *)into + TOTAL_SIZE) < fixed ? (LONG)LINEERR_STRUCTURETOOSMALL : 0;
}

/* The entries first, then their names, which count from the start of the whole struct too. */
static DWORD put_groups(struct filling *f, const struct address *address, bool is_list) {
  LINEAGENTGROUPENTRY entries[MAX_GROUPS] = {0};
  DWORD found = 0, at = f->used;
  for (DWORD i = 0; i < address->group_count; i++) {
    const struct group *group = &address->groups[i];
    if (!is_list && !group->is_member) continue;
    DWORD id[4];
    group_id(group, id);
    memcpy(&entries[found++].GroupID, id, sizeof id);
  }
  if (is_list) PUT(f, LINEAGENTGROUPLIST, List, entries, found * AGENT_GROUP_BYTES);
  else PUT(f, LINEAGENTSTATUS, GroupList, entries, found * AGENT_GROUP_BYTES);
  bool fits = f->used > at;
  for (DWORD i = 0, entry = 0; i < address->group_count; i++) {
    const struct group *group = &address->groups[i];
    if (!is_list && !group->is_member) continue;
    DWORD base = at + entry++ * AGENT_GROUP_BYTES;
    if (fits) {
      put_text(f, base + offsetof(LINEAGENTGROUPENTRY, dwNameSize),
               base + offsetof(LINEAGENTGROUPENTRY, dwNameOffset), group->name);
    } else {
      f->needed += (DWORD)((wide_length(group->name) + 1) * sizeof(WCHAR));
    }
  }
  return count(found);
}

void fill_agent_struct(const struct device *device, const struct agent_out *out) {
  const struct address *address = &device->addresses[out->address];
  struct filling f;
  if (begin(&f, out->into, out->is_list ? AGENT_GROUP_LIST_BYTES : AGENT_STATUS_BYTES) != 0) return;
  DWORD entries = put_groups(&f, address, out->is_list);
  if (out->is_list) {
    ((LINEAGENTGROUPLIST *)out->into)->dwNumEntries = entries;
  } else {
    LINEAGENTSTATUS *status = (LINEAGENTSTATUS *)out->into;
    status->dwNumEntries = entries;
    status->dwState = entries == 0 ? LINEAGENTSTATE_LOGGEDOFF : LINEAGENTSTATE_READY;
    status->dwAgentFeatures = LINEAGENTFEATURE_SETAGENTGROUP | LINEAGENTFEATURE_GETAGENTGROUP;
  }
  apply_overrides(out->is_list ? FILLED_AGENT_GROUPS : FILLED_AGENT_STATUS,
                  place_of(device, out->address), f.base, f.fixed);
  end(&f);
}

LONG fill_provider_list(LINEPROVIDERLIST *into) {
  struct filling f;
  LONG result = begin(&f, into, PROVIDER_LIST_BYTES);
  if (result != 0) return result;
  LINEPROVIDERENTRY entry = {.dwPermanentProviderID = 7};
  DWORD at = f.used;
  into->dwNumProviders = count(1);
  PUT(&f, LINEPROVIDERLIST, ProviderList, &entry, PROVIDER_ENTRY_BYTES);
  if (f.used > at) {
    put_text(&f, at + offsetof(LINEPROVIDERENTRY, dwProviderFilenameSize),
             at + offsetof(LINEPROVIDERENTRY, dwProviderFilenameOffset), u"standin.tsp");
  }
  if (into->dwProviderListSize != 0) {
    into->dwProviderListSize = f.used - into->dwProviderListOffset;
  }
  end(&f);
  return 0;
}
