/* The exchange itself: handles, the message queue, requests, and what is recorded. */
#include "exchange.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
  /* In front of the reply, an out handle holds this: whoever reads it too early gets no handle. */
  CANARY = 0xCDCDCDCD,
  SLOT_BITS = 18,
  GENERATION_BITS = 12,
  DEVICE_BITS = 12,
  LINE_HANDLE = 0x40000000,
  EARLY_BY_MS = 20,
};
#define APP_HANDLE 0x80000000u
/* The parameters' high halves: a DWORD in a DWORD_PTR need not be extended with zeros. */
#define DIRT ((DWORD_PTR)0xD1D1D1D100000000u)

struct exchange exchange = {
    .mutex = MUTEX_INITIALIZER,
    .queue_changed = CONDITION_INITIALIZER,
    .queue_shrunk = CONDITION_INITIALIZER,
    .delays_changed = CONDITION_INITIALIZER,
};

const char *const function_names[FUNCTION_COUNT] = {
#define X(name) #name,
    TAPI_FUNCTIONS(X)
#undef X
};

static void *resize(void *memory, size_t count, size_t bytes) {
  void *resized = realloc(memory, count * bytes);
  if (resized == NULL) abort();
  return resized;
}

size_t wide_length(const WCHAR *text) {
  size_t length = 0;
  while (text[length] != 0) length++;
  return length;
}

WCHAR *wide_copy(const WCHAR *text) {
  if (text == NULL) return NULL;
  size_t units = wide_length(text) + 1;
  return memcpy(resize(NULL, units, sizeof *text), text, units * sizeof *text);
}

WCHAR *wide_number(DWORD number) {
  char digits[16];
  int length = snprintf(digits, sizeof digits, "%u", (unsigned)number);
  WCHAR *wide = resize(NULL, (size_t)length + 1, sizeof *wide);
  for (int i = 0; i <= length; i++) wide[i] = (BYTE)digits[i];
  return wide;
}

void replace_text(WCHAR **place, const WCHAR *text) {
  WCHAR *copy = wide_copy(text);
  free(*place);
  *place = copy;
}

void set_bytes(struct text *place, const void *bytes, DWORD size) {
  free(place->bytes);
  *place = (struct text){0};
  if (bytes == NULL) return;
  place->bytes = memcpy(resize(NULL, size + 1, 1), bytes, size);
  place->size = size;
}

void set_text(struct text *place, const WCHAR *text) {
  size_t units = text == NULL ? 0 : wide_length(text) + 1;
  set_bytes(place, text, (DWORD)(units * sizeof *text));
}

/* ---- Entering, leaving, the log ---- */

void pause_ms(DWORD ms) {
  DWORD app_count = exchange.app_count;
  uint64_t until = now_ms() + ms;
  while (now_ms() < until && exchange.app_count == app_count) {
    condition_wait_until(&exchange.delays_changed, &exchange.mutex, until);
  }
}

LONG enter(enum function fn) {
  mutex_lock(&exchange.mutex);
  exchange.functions[fn].calls++;
  uint64_t entered = now_ms();
  DWORD app_count = exchange.app_count;
  for (;;) {
    uint64_t until = entered + exchange.functions[fn].delay_ms;
    if (now_ms() >= until || exchange.app_count != app_count) break;
    condition_wait_until(&exchange.delays_changed, &exchange.mutex, until);
  }
  exchange.running = fn;
  if (exchange.functions[fn].errors_left == 0) return 0;
  exchange.functions[fn].errors_left--;
  return exchange.functions[fn].error;
}

static void append_utf8(char *into, size_t bytes, const WCHAR *text) {
  size_t used = strlen(into);
  for (; *text != 0 && used + 4 < bytes; text++) {
    unsigned unit = *text;
    if (unit < 0x80) {
      into[used++] = (char)unit;
    } else if (unit < 0x800) {
      into[used++] = (char)(0xC0 | unit >> 6);
      into[used++] = (char)(0x80 | (unit & 0x3F));
    } else if (unit < 0xD800 || unit > 0xDFFF) {
      into[used++] = (char)(0xE0 | unit >> 12);
      into[used++] = (char)(0x80 | (unit >> 6 & 0x3F));
      into[used++] = (char)(0x80 | (unit & 0x3F));
    } else {
      into[used++] = '?'; /* each half of a surrogate pair: the log is for reading */
    }
  }
  into[used] = 0;
}

void format_log_entry(const struct log_entry *entry, char *into, size_t bytes) {
  const unsigned *v = entry->values;
  char arguments[192], result[16];
  snprintf(arguments, sizeof arguments, entry->format, v[0], v[1], v[2], v[3], v[4], v[5], v[6]);
  if (entry->has_text) {
    strcat(arguments, " \"");
    append_utf8(arguments, sizeof arguments - 1, entry->text);
    strcat(arguments, "\"");
  }
  snprintf(result, sizeof result, entry->result < 0 ? "0x%X" : "%u", (unsigned)entry->result);
  snprintf(into, bytes, "%s(%s) = %s\n", entry->function, arguments, result);
}

/* Appends to the file that TAPI_STANDIN_LOG names, for tests in another process. */
static void append_to_file(const struct log_entry *entry) {
  static FILE *file;
  static bool asked;
  if (!asked) {
    asked = true;
    const char *path = getenv("TAPI_STANDIN_LOG");
    if (path != NULL && *path != 0) file = fopen(path, "a");
  }
  if (file == NULL) return;
  char line[320];
  format_log_entry(entry, line, sizeof line);
  fputs(line, file);
  fflush(file);
}

LONG leave_with_text(enum function fn, LONG result, const WCHAR *text, const char *format,
                     const unsigned values[LOG_VALUES]) {
  struct log_entry *entry = &exchange.log[exchange.logged++ % LOG_ENTRIES];
  entry->function = function_names[fn];
  entry->format = format;
  memcpy(entry->values, values, sizeof entry->values);
  entry->has_text = text != NULL;
  if (text != NULL) {
    size_t units = wide_length(text);
    if (units > LOG_TEXT_UNITS - 1) units = LOG_TEXT_UNITS - 1;
    memcpy(entry->text, text, units * sizeof *text);
    entry->text[units] = 0;
  }
  entry->result = result;
  append_to_file(entry);
  mutex_unlock(&exchange.mutex);
  return result;
}

void violation(const char *format, ...) {
  exchange.violations++;
  char *into = exchange.last_violation;
  int length = snprintf(into, sizeof exchange.last_violation, "%s: ",
                        function_names[exchange.running]);
  va_list arguments;
  va_start(arguments, format);
  vsnprintf(into + length, sizeof exchange.last_violation - (size_t)length, format, arguments);
  va_end(arguments);
}

/* ---- Handles ---- */

LONG check_app(HLINEAPP app) {
  return app != 0 && app == exchange.app ? 0 : (LONG)LINEERR_INVALAPPHANDLE;
}

LONG check_device(HLINEAPP app, DWORD device) {
  LONG result = check_app(app);
  if (result == 0 && device >= exchange.device_count) {
    violation("there is no device %u", (unsigned)device);
    result = (LONG)LINEERR_BADDEVICEID;
  }
  return result == 0 ? failure_for(false, device) : result;
}

LONG check_version(DWORD device, DWORD version) {
  DWORD negotiated = exchange.devices[device].negotiated;
  if (version == negotiated && negotiated != 0) return 0;
  violation("version 0x%X, but 0x%X was negotiated for device %u", (unsigned)version,
            (unsigned)negotiated, (unsigned)device);
  return (LONG)LINEERR_INCOMPATIBLEAPIVERSION;
}

static struct device *find_line(HLINE line) {
  DWORD index = line & ((1u << DEVICE_BITS) - 1);
  if (line == 0 || index >= exchange.device_count) return NULL;
  struct device *device = &exchange.devices[index];
  return device->line == line ? device : NULL;
}

LONG check_line(HLINE line, struct device **device) {
  *device = find_line(line);
  if (*device == NULL) return (LONG)LINEERR_INVALLINEHANDLE;
  return failure_for(false, device_index(*device));
}

LONG check_address_id(const struct device *device, DWORD address) {
  return address < device->address_count ? 0 : (LONG)LINEERR_INVALADDRESSID;
}

HLINE new_line_handle(const struct device *device) {
  exchange.open_count = (exchange.open_count + 1) & ((1u << (30 - DEVICE_BITS)) - 1);
  return LINE_HANDLE | exchange.open_count << DEVICE_BITS | device_index(device);
}

HLINEAPP new_app_handle(void) {
  return APP_HANDLE | (++exchange.app_count & 0x7FFFFFFF);
}

DWORD device_index(const struct device *device) { return (DWORD)(device - exchange.devices); }

struct device *device_of(const struct call *call) { return &exchange.devices[call->device]; }

struct address *address_of(const struct call *call) {
  return &device_of(call)->addresses[call->address];
}

DWORD place_of(const struct device *device, DWORD address) {
  return device_index(device) | address << 16;
}

static struct call *slot_of(HCALL handle) {
  DWORD slot = handle & ((1u << SLOT_BITS) - 1);
  return handle < LINE_HANDLE && slot < exchange.call_count ? exchange.calls[slot] : NULL;
}

struct call *find_call(HCALL handle) {
  struct call *call = handle == 0 ? NULL : slot_of(handle);
  return call != NULL && call->handle == handle ? call : NULL;
}

LONG check_call(HCALL handle, struct call **call) {
  *call = find_call(handle);
  if (*call != NULL && (*call)->given) {
    LONG result = failure_for(true, handle);
    return result == 0 ? failure_for(false, (*call)->device) : result;
  }
  const struct call *slot = handle == 0 ? NULL : slot_of(handle);
  if (slot != NULL && slot->last_handle == handle && slot->ending == ENDED_BY_DEALLOCATION) {
    violation("call 0x%X was deallocated", (unsigned)handle);
  }
  *call = NULL;
  return (LONG)LINEERR_INVALCALLHANDLE;
}

LONG check_owned(HCALL handle, struct call **call) {
  LONG result = check_call(handle, call);
  if (result == 0 && (*call)->privilege != LINECALLPRIVILEGE_OWNER) {
    result = (LONG)LINEERR_NOTOWNER;
  }
  return result;
}

void forget_forwards(struct address *address) {
  for (DWORD i = 0; i < address->forward_count; i++) {
    replace_text(&address->forwards[i].caller, NULL);
    replace_text(&address->forwards[i].dest, NULL);
  }
  address->forward_count = 0;
}

void forget_groups(struct address *address) {
  for (DWORD i = 0; i < address->group_count; i++) replace_text(&address->groups[i].name, NULL);
  free(address->groups);
  address->groups = NULL;
  address->group_count = 0;
}

/* ---- Calls ---- */

static struct call *new_slot(void) {
  if (exchange.call_count == exchange.call_room) {
    exchange.call_room = exchange.call_room == 0 ? 256 : exchange.call_room * 2;
    if (exchange.call_room > 1u << SLOT_BITS) abort();
    exchange.calls = resize(exchange.calls, exchange.call_room, sizeof *exchange.calls);
  }
  struct call *call = calloc(1, sizeof *call);
  if (call == NULL) abort();
  call->slot = exchange.call_count;
  exchange.calls[exchange.call_count++] = call;
  return call;
}

struct call *new_call(DWORD device, DWORD state, DWORD origin, DWORD reason) {
  struct call *call = exchange.free_calls;
  if (call == NULL) call = new_slot();
  else exchange.free_calls = call->next_free;
  struct call fresh = {
      .last_handle = call->last_handle,
      .ending = call->ending,
      .slot = call->slot,
      .generation = call->generation % ((1u << GENERATION_BITS) - 1) + 1,
      .device = device,
      .state = state,
      .call_id = ++exchange.last_call_id,
      .origin = origin,
      .reason = reason,
  };
  fresh.handle = fresh.generation << SLOT_BITS | fresh.slot;
  *call = fresh;
  return call;
}

void give_call(struct call *call, DWORD privilege) {
  call->given = true;
  call->privilege = privilege;
  exchange.given_calls++;
}

void free_call(struct call *call, enum ending ending) {
  if (call->given) {
    exchange.given_calls--;
    if (ending == ENDED_BY_APP) exchange.abandoned_calls++;
  }
  for (int i = 0; i < PARTY_COUNT; i++) {
    set_text(&call->parties[i].number, NULL);
    set_text(&call->parties[i].name, NULL);
  }
  forget_call_overrides(call->handle);
  call->last_handle = call->handle;
  call->ending = ending;
  call->handle = 0;
  call->given = false;
  call->next_free = exchange.free_calls;
  exchange.free_calls = call;
}

void set_party(struct call *call, enum party_kind kind, const WCHAR *number, const WCHAR *name,
               DWORD flags) {
  struct party *party = &call->parties[kind];
  set_text(&party->number, number);
  set_text(&party->name, name);
  party->flags = flags;
}

/* ---- Messages ---- */

static void enqueue(DWORD message, DWORD device, DWORD_PTR instance, DWORD p1, DWORD p2, DWORD p3,
                    DWORD request_id) {
  if (exchange.app == 0) return;
  if (exchange.queue_count == exchange.queue_room) {
    size_t room = exchange.queue_room == 0 ? 1024 : exchange.queue_room * 2;
    struct queued *queue = resize(NULL, room, sizeof *queue);
    for (size_t i = 0; i < exchange.queue_count; i++) {
      queue[i] = exchange.queue[(exchange.queue_first + i) % exchange.queue_room];
    }
    free(exchange.queue);
    exchange.queue = queue;
    exchange.queue_first = 0;
    exchange.queue_room = room;
  }
  size_t last = (exchange.queue_first + exchange.queue_count++) % exchange.queue_room;
  exchange.queue[last] = (struct queued){
      .message =
          {
              .hDevice = device,
              .dwMessageID = message,
              .dwCallbackInstance = instance,
              .dwParam1 = DIRT | p1,
              .dwParam2 = DIRT | p2,
              .dwParam3 = DIRT | p3,
          },
      .request_id = request_id,
  };
  if (exchange.queue_count == 1) condition_wake_all(&exchange.queue_changed);
}

static void hold(struct request *request, struct held held) {
  if (request->held_count == request->held_room) {
    request->held_room = request->held_room == 0 ? 8 : request->held_room * 2;
    request->held = resize(request->held, request->held_room, sizeof *request->held);
  }
  request->held[request->held_count++] = held;
}

void post(DWORD message, DWORD device, DWORD p1, DWORD p2, DWORD p3) {
  struct call *call = find_call(device);
  DWORD_PTR instance = 0;
  if (call != NULL) {
    if (call->creator != NULL) {
      hold(call->creator, (struct held){message, device, p1, p2, p3});
      return;
    }
    if (message == LINE_CALLSTATE) {
      call->state = p1;
      call->mode = p2;
    }
    if (!call->given) return;
    instance = device_of(call)->instance;
  } else {
    const struct device *line = find_line(device);
    const struct call *dead = device == 0 ? NULL : slot_of(device);
    if (dead != NULL && dead->last_handle == device) line = device_of(dead);
    if (line != NULL) instance = line->instance;
  }
  enqueue(message, device, instance, p1, p2, p3, 0);
}

void post_state(const struct call *call, DWORD state, DWORD mode) {
  post(LINE_CALLSTATE, call->handle, state, mode, 0);
}

void announce_call(struct call *call, bool with_new_call_message, bool with_state) {
  const struct device *device = device_of(call);
  bool monitored = (device->privileges & LINECALLPRIVILEGE_MONITOR) != 0;
  bool owned = (device->privileges & LINECALLPRIVILEGE_OWNER) != 0;
  if (device->line == 0 || (!monitored && !owned)) return;
  give_call(call, owned ? LINECALLPRIVILEGE_OWNER : LINECALLPRIVILEGE_MONITOR);
  if (with_new_call_message) {
    post(LINE_APPNEWCALL, device->line, call->address, call->handle, call->privilege);
  }
  if (with_state) post(LINE_CALLSTATE, call->handle, call->state, call->mode, call->privilege);
}

static struct request **find_request(DWORD id) {
  struct request **place = &exchange.requests;
  while (*place != NULL && (*place)->id != id) place = &(*place)->next;
  return place;
}

static void free_request(struct request **place) {
  struct request *request = *place;
  *place = request->next;
  free(request->held);
  free(request->text);
  free(request);
}

/* Writes what the application's memory was kept for; it must not have been reused meanwhile. */
static void complete_request(const struct request *request) {
  for (size_t i = 0; i < MAX_MADE_CALLS && request->made[i].out != NULL; i++) {
    const struct made_call *made = &request->made[i];
    HCALL found;
    memcpy(&found, made->out, sizeof found);
    if (found != (HCALL)CANARY) violation("the memory for a call handle changed before LINE_REPLY");
    if (request->result == 0) memcpy(made->out, &made->call, sizeof found);
  }
  if (request->in_out != NULL) {
    if (*request->in_out != request->in_out_first) {
      violation("the memory of lineDevSpecific changed before LINE_REPLY");
    }
    memset(request->in_out, 0xEE, request->in_out_size);
  }
  const struct agent_out *agent = &request->agent_out;
  if (agent->into != NULL) {
    DWORD total;
    memcpy(&total, agent->into, sizeof total);
    if (total != agent->total) violation("the memory for an agent changed before LINE_REPLY");
    else if (request->result == 0) fill_agent_struct(&exchange.devices[request->device], agent);
  }
  if (request->out_text != NULL && request->result == 0) {
    VARSTRING *out = request->out_text;
    if (out->dwTotalSize != request->out_text_total) {
      violation("the memory for a park address changed before LINE_REPLY");
      return;
    }
    DWORD bytes = (DWORD)((wide_length(request->text) + 1) * sizeof *request->text);
    bool fits = sizeof *out + bytes <= request->out_text_total;
    out->dwNeededSize = (DWORD)sizeof *out + bytes;
    out->dwUsedSize = (DWORD)sizeof *out + (fits ? bytes : 0);
    out->dwStringFormat = STRINGFORMAT_UNICODE;
    out->dwStringSize = fits ? bytes : 0;
    out->dwStringOffset = fits ? (DWORD)sizeof *out : 0;
    if (fits) memcpy(out + 1, request->text, bytes);
  }
}

bool take_message(LINEMESSAGE *into) {
  while (exchange.queue_count > 0) {
    struct queued next = exchange.queue[exchange.queue_first];
    exchange.queue_first = (exchange.queue_first + 1) % exchange.queue_room;
    exchange.queue_count--;
    if (exchange.queue_count == exchange.refill_at) condition_wake_all(&exchange.queue_shrunk);
    if (next.request_id != 0) {
      struct request **place = find_request(next.request_id);
      if (*place == NULL) continue; /* ended with its line: no reply comes */
      complete_request(*place);
      free_request(place);
    }
    memcpy(into, &next.message, sizeof *into);
    return true;
  }
  return false;
}

/* ---- Requests ---- */

struct request *new_request(const struct device *device) {
  struct request *request = calloc(1, sizeof *request);
  if (request == NULL) abort();
  exchange.last_request_id = exchange.last_request_id % 0x7FFFFFFF + 1;
  request->id = exchange.last_request_id;
  request->device = device_index(device);
  struct request **end = &exchange.requests;
  while (*end != NULL) end = &(*end)->next;
  *end = request;
  return request;
}

struct request *new_call_request(struct call *call, HCALL *out_call) {
  struct request *request = new_request(device_of(call));
  also_make(request, call, out_call);
  return request;
}

void also_make(struct request *request, struct call *call, HCALL *out_call) {
  struct made_call *made = request->made;
  while (made->out != NULL) made++;
  HCALL canary = (HCALL)CANARY;
  memcpy(out_call, &canary, sizeof canary);
  *made = (struct made_call){.out = out_call, .call = call == NULL ? 0 : call->handle};
  if (call != NULL) call->creator = request;
}

void then_post(struct request *request, DWORD message, DWORD device, DWORD p1, DWORD p2) {
  hold(request, (struct held){message, device, p1, p2, 0});
}

void then_state(struct request *request, const struct call *call, DWORD state, DWORD mode) {
  then_post(request, LINE_CALLSTATE, call->handle, state, mode);
}

void queue_reply(struct request *request) {
  request->queued = true;
  for (size_t i = 0; i < MAX_MADE_CALLS && request->made[i].out != NULL; i++) {
    struct made_call *made = &request->made[i];
    struct call *call = find_call(made->call);
    if (exchange.withholds_handles) made->call = 0;
    if (call == NULL) continue;
    call->creator = NULL;
    if (request->result == 0 && made->call != 0) give_call(call, LINECALLPRIVILEGE_OWNER);
    else free_call(call, ENDED_BY_PROVIDER);
  }
  enqueue(LINE_REPLY, 0, 0, request->id, (DWORD)request->result, 0, request->id);
  if (request->result != 0) return;
  for (size_t i = 0; i < request->held_count; i++) {
    struct held held = request->held[i];
    if (held.message == LINE_CALLSTATE && find_call(held.device) == NULL) continue;
    post(held.message, held.device, held.p1, held.p2, held.p3);
  }
}

LONG answer_request(struct request *request) {
  LONG id = (LONG)request->id; /* the request may be gone after a pause */
  switch (exchange.reply_mode) {
    case REPLY_AT_ONCE:
      queue_reply(request);
      break;
    case REPLY_EARLY:
      queue_reply(request);
      pause_ms(EARLY_BY_MS);
      break;
    case REPLY_LATE:
    case REPLY_NEVER:
      break;
    case REPLY_ERROR:
      request->result = exchange.reply_error;
      queue_reply(request);
      break;
  }
  return id;
}

/* ---- Ends ---- */

void end_line(struct device *device, enum ending ending) {
  DWORD index = device_index(device);
  for (struct request **place = &exchange.requests; *place != NULL;) {
    if ((*place)->device == index) free_request(place);
    else place = &(*place)->next;
  }
  for (DWORD slot = 0; slot < exchange.call_count; slot++) {
    struct call *call = exchange.calls[slot];
    if (call->handle != 0 && call->device == index) free_call(call, ending);
  }
  device->line = 0;
  device->line_states = device->address_states = 0;
}

void end_app(void) {
  for (DWORD i = 0; i < exchange.device_count; i++) {
    struct device *device = &exchange.devices[i];
    if (device->line != 0) end_line(device, ENDED_BY_APP);
    device->negotiated = 0;
  }
  exchange.queue_first = exchange.queue_count = 0;
  exchange.app = 0;
  condition_wake_all(&exchange.queue_changed);
  condition_wake_all(&exchange.queue_shrunk);
}
