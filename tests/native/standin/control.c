/*
 * What tests do to the stand-in, and what they ask of it: the exports standin_*. A test opens the
 * library a second time by the same path and so reaches the same exchange as the program.
 *
 * tests/native/standin.ts wraps these; numbers of modes, scripts and lies are those of exchange.h.
 */
#include "exchange.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void lock(void) { mutex_lock(&exchange.mutex); }
static void unlock(void) { mutex_unlock(&exchange.mutex); }

/* Releases the mutex and answers `value`. */
static DWORD answer(DWORD value) {
  unlock();
  return value;
}

/* ---- The burst ---- */

enum { STATES_PER_CALL = 5, MOST_CALLS_AT_ONCE = 4096 };

/* Belongs to the thread while it runs. */
static struct {
  Thread thread;
  bool started, stopping, running;
  DWORD calls, calls_at_once, most_queued;
  DWORD sequence;
} burst;

static bool next_voice_line(DWORD *device) {
  for (DWORD tried = 0; tried < exchange.device_count; tried++) {
    *device = (*device + 1) % exchange.device_count;
    const struct device *candidate = &exchange.devices[*device];
    if (candidate->kind == DEVICE_VOICE && candidate->line != 0) return true;
  }
  return false;
}

/* Until the application has taken half of what may be queued, so that it is not woken for each. */
static void wait_for_room(void) {
  exchange.refill_at = burst.most_queued / 2;
  while (exchange.queue_count > exchange.refill_at && !burst.stopping) {
    condition_wait_until(&exchange.queue_shrunk, &exchange.mutex, now_ms() + 1000);
  }
}

/* Rounds of calls that go through their lives side by side, each on the next open line. */
THREAD_FUNCTION(run_burst) {
  (void)unused;
  static const DWORD states[STATES_PER_CALL] = {
      LINECALLSTATE_OFFERING, LINECALLSTATE_ACCEPTED, LINECALLSTATE_CONNECTED,
      LINECALLSTATE_DISCONNECTED, LINECALLSTATE_IDLE,
  };
  static HCALL round[MOST_CALLS_AT_ONCE];
  DWORD device = 0;
  lock();
  for (DWORD left = burst.calls; left > 0;) {
    DWORD width = left < burst.calls_at_once ? left : burst.calls_at_once;
    left -= width;
    for (DWORD step = 0; step < STATES_PER_CALL; step++) {
      if (burst.most_queued != 0 && exchange.queue_count >= burst.most_queued) wait_for_room();
      if (burst.stopping || exchange.app == 0) {
        left = 0;
        break;
      }
      for (DWORD i = 0; i < width; i++) {
        if (step > 0) {
          /* By the handle: a line's end may have ended the call. */
          if (find_call(round[i]) != NULL) post(LINE_CALLSTATE, round[i], states[step], 0, 0);
          continue;
        }
        round[i] = 0;
        if (!next_voice_line(&device)) continue;
        struct call *call = new_call(device, LINECALLSTATE_OFFERING, LINECALLORIGIN_EXTERNAL,
                                     LINECALLREASON_DIRECT);
        WCHAR *number = wide_number(++burst.sequence);
        set_party(call, CALLER, number, NULL, LINECALLPARTYID_ADDRESS);
        free(number);
        round[i] = call->handle;
        announce_call(call, true, true);
      }
      /* The application gets its turn. */
      unlock();
      lock();
    }
  }
  burst.running = false;
  unlock();
  return 0;
}

static void end_burst(void) {
  lock();
  bool started = burst.started;
  burst.stopping = true;
  condition_wake_all(&exchange.queue_shrunk);
  unlock();
  if (started) thread_join(burst.thread);
  burst.started = burst.stopping = burst.running = false;
}

/*
 * Starts a thread that lets `calls` calls ring, be accepted, answered and end, `calls_at_once` of
 * them side by side, on all open voice lines in turn. Caller numbers count up from 1 since the
 * reset. Waits while `most_queued` messages are queued; 0 for no bound.
 * Answers the number of messages to come, LINE_APPNEWCALL included.
 */
EXPORT DWORD standin_burst(DWORD calls, DWORD calls_at_once, DWORD most_queued) {
  end_burst();
  lock();
  burst.calls = calls;
  burst.calls_at_once = calls_at_once < 1                    ? 1
                        : calls_at_once > MOST_CALLS_AT_ONCE ? MOST_CALLS_AT_ONCE
                                                             : calls_at_once;
  burst.most_queued = most_queued;
  burst.started = burst.running = thread_start(&burst.thread, run_burst);
  return answer(burst.running ? calls * (STATES_PER_CALL + 1) : 0);
}

/* Whether a burst still has messages to queue. */
EXPORT DWORD standin_bursting(void) {
  lock();
  return answer(burst.running);
}

/* ---- The set-up ---- */

/* The extension is its address, until a test says otherwise. */
static void begin_device(DWORD index) {
  struct device *device = &exchange.devices[index];
  device->newest_version = NEWEST_VERSION;
  device->address_count = 1;
  WCHAR *extension = wide_number(201 + index);
  set_text(&device->addresses[0].text, extension);
  free(extension);
}

/*
 * Forgets everything and sets up devices: voice lines with extensions from 201 on; then, by the
 * bits of `extras`: 1 a data line, 2 a device that negotiates no version, 4 one that cannot be
 * opened. An application that is initialised is shut down. Answers the number of devices.
 */
EXPORT DWORD standin_reset(DWORD voice_lines, DWORD extras) {
  static const enum device_kind kinds[] = {DEVICE_DATA, DEVICE_NOT_NEGOTIATING, DEVICE_NOT_OPENING};
  end_burst();
  lock();
  burst.sequence = 0;
  end_app();
  exchange.app_count++; /* ends pauses */
  condition_wake_all(&exchange.delays_changed);
  for (DWORD i = 0; i < exchange.device_count; i++) {
    struct device *device = &exchange.devices[i];
    end_line(device, ENDED_BY_PROVIDER);
    for (DWORD a = 0; a < MAX_ADDRESSES; a++) {
      forget_forwards(&device->addresses[a]);
      forget_groups(&device->addresses[a]);
      set_text(&device->addresses[a].text, NULL);
    }
    set_text(&device->name, NULL);
    set_text(&device->provider, NULL);
    set_text(&device->block, NULL);
  }
  forget_overrides();
  for (DWORD slot = 0; slot < exchange.call_count; slot++) free(exchange.calls[slot]);
  free(exchange.calls);
  free(exchange.queue);
  exchange.calls = NULL;
  exchange.free_calls = NULL;
  exchange.queue = NULL;
  exchange.queue_room = 0;
  exchange.call_count = exchange.call_room = 0;
  exchange.given_calls = exchange.abandoned_calls = exchange.last_call_id = 0;
  exchange.reply_mode = REPLY_AT_ONCE;
  exchange.dial_script = DIAL_CONNECTS;
  exchange.lacking = 0;
  exchange.silent_to_monitors = false;
  exchange.lie = LIE_NONE;
  exchange.withholds_handles = false;
  exchange.violations = 0;
  exchange.last_violation[0] = 0;
  exchange.logged = 0;
  memset(exchange.functions, 0, sizeof exchange.functions);
  memset(exchange.devices, 0, sizeof exchange.devices);

  DWORD most = MAX_DEVICES - sizeof kinds / sizeof *kinds;
  exchange.device_count = voice_lines < most ? voice_lines : most;
  for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
    if ((extras >> i & 1) != 0) exchange.devices[exchange.device_count++].kind = kinds[i];
  }
  for (DWORD i = 0; i < exchange.device_count; i++) begin_device(i);
  return answer(exchange.device_count);
}

/* The newest version that a device negotiates. */
EXPORT void standin_set_version(DWORD device, DWORD newest) {
  lock();
  if (device < exchange.device_count) exchange.devices[device].newest_version = newest;
  unlock();
}

/* The texts of a device and its addresses, and its device-specific bytes. */
enum device_text { TEXT_ADDRESS, TEXT_NAME, TEXT_PROVIDER, TEXT_BLOCK };

/*
 * Sets a text of the place, a device and an address of it, as bytes; a device has as many addresses
 * as have texts. Answers whether there is room.
 */
EXPORT DWORD standin_set_text(DWORD place, DWORD which, const BYTE *bytes, DWORD size) {
  lock();
  DWORD index = place & 0xFFFF, address = place >> 16;
  if (index >= exchange.device_count || address >= MAX_ADDRESSES) return answer(false);
  struct device *device = &exchange.devices[index];
  switch ((enum device_text)which) {
    case TEXT_ADDRESS:
      set_bytes(&device->addresses[address].text, bytes, size);
      if (device->address_count <= address) device->address_count = address + 1;
      break;
    case TEXT_NAME:
      set_bytes(&device->name, bytes, size);
      break;
    case TEXT_PROVIDER:
      set_bytes(&device->provider, bytes, size);
      break;
    case TEXT_BLOCK:
      set_bytes(&device->block, bytes, size);
      break;
  }
  return answer(true);
}

/* One more voice device comes, behind the others; LINE_CREATE tells. Answers how many there are. */
EXPORT DWORD standin_add_device(void) {
  lock();
  if (exchange.device_count == MAX_DEVICES) return answer(0);
  begin_device(exchange.device_count);
  post(LINE_CREATE, 0, exchange.device_count, 0, 0);
  return answer(++exchange.device_count);
}

/* ---- Calls ---- */

/* How a call comes up: bits. */
enum offer {
  OFFER_INTERNAL = 1,     /* origin INTERNAL instead of EXTERNAL */
  OFFER_BLOCKED = 2,      /* the caller withholds the number; the driver tells it all the same */
  OFFER_LATE_CALLER = 4,  /* flags UNKNOWN and no caller as yet */
  OFFER_CONNECTED = 8,    /* the first state is CONNECTED */
  OFFER_UNANNOUNCED = 16, /* LINE_CALLSTATE only, as before TAPI 2.0 */
  OFFER_SILENT = 32,      /* the application is not told: lineGetNewCalls finds it */
  OFFER_STATELESS = 64,   /* LINE_APPNEWCALL only: no state is told */
};

/*
 * A call comes up at a place, a device and an address of it. Texts may be NULL. Answers the call's
 * handle, 0 for no such place.
 */
EXPORT HCALL standin_offer_call(DWORD place, const WCHAR *caller, const WCHAR *caller_name,
                                const WCHAR *called, DWORD offer) {
  lock();
  DWORD device = place & 0xFFFF, address = place >> 16;
  if (device >= exchange.device_count) return answer(0);
  if (address >= exchange.devices[device].address_count) return answer(0);
  bool connected = (offer & OFFER_CONNECTED) != 0;
  struct call *call =
      new_call(device, connected ? LINECALLSTATE_CONNECTED : LINECALLSTATE_OFFERING,
               offer & OFFER_INTERNAL ? LINECALLORIGIN_INTERNAL : LINECALLORIGIN_EXTERNAL,
               LINECALLREASON_DIRECT);
  call->address = address;
  call->mode = connected ? LINECONNECTEDMODE_ACTIVE : LINEOFFERINGMODE_ACTIVE;
  if (offer & OFFER_LATE_CALLER) {
    set_party(call, CALLER, NULL, NULL, LINECALLPARTYID_UNKNOWN);
  } else {
    DWORD flags = (caller == NULL ? 0 : LINECALLPARTYID_ADDRESS) |
                  (caller_name == NULL ? 0 : LINECALLPARTYID_NAME);
    if (offer & OFFER_BLOCKED) flags = LINECALLPARTYID_BLOCKED;
    set_party(call, CALLER, caller, caller_name, flags);
  }
  set_party(call, CALLED, called, NULL, called == NULL ? 0 : LINECALLPARTYID_ADDRESS);
  if (!(offer & OFFER_SILENT)) {
    announce_call(call, !(offer & OFFER_UNANNOUNCED), !(offer & OFFER_STATELESS));
  }
  return answer(call->handle);
}

/* The device's call that began last, 0 where it has none; also one that is still being made. */
EXPORT HCALL standin_newest_call(DWORD device) {
  lock();
  const struct call *newest = NULL;
  for (DWORD slot = 0; slot < exchange.call_count; slot++) {
    const struct call *call = exchange.calls[slot];
    if (call->handle == 0 || call->device != device) continue;
    if (newest == NULL || call->call_id > newest->call_id) newest = call;
  }
  return answer(newest == NULL ? 0 : newest->handle);
}

/* A call is gone, and its handle with it: nothing tells. Answers whether there was it. */
EXPORT DWORD standin_lose_call(HCALL handle) {
  lock();
  struct call *call = find_call(handle);
  if (call == NULL || call->creator != NULL) return answer(false);
  free_call(call, ENDED_BY_PROVIDER);
  return answer(true);
}

/* Sets the number or the name of one of the five parties, as bytes. Answers whether there is it. */
EXPORT DWORD standin_set_party(HCALL handle, DWORD kind, DWORD is_name, const BYTE *bytes,
                               DWORD size) {
  lock();
  struct call *call = find_call(handle);
  if (call == NULL || kind >= PARTY_COUNT) return answer(false);
  struct party *party = &call->parties[kind];
  set_bytes(is_name ? &party->name : &party->number, bytes, size);
  return answer(true);
}

/* Brings a call to a state and tells so. Answers whether there is the call. */
EXPORT DWORD standin_set_state(HCALL handle, DWORD state, DWORD mode) {
  lock();
  const struct call *call = find_call(handle);
  if (call == NULL) return answer(false);
  post_state(call, state, mode);
  return answer(true);
}

/* Queues any message, about anything. */
EXPORT void standin_post(DWORD message, DWORD device, DWORD p1, DWORD p2, DWORD p3) {
  lock();
  post(message, device, p1, p2, p3);
  unlock();
}

/* ---- Lines ---- */

/* The HLINE of a device, 0 while it is not open. */
EXPORT HLINE standin_line(DWORD device) {
  lock();
  return answer(device < exchange.device_count ? exchange.devices[device].line : 0);
}

/* The driver closes a line: its handles are invalid at once, LINE_CLOSE tells. */
EXPORT DWORD standin_close_line(DWORD device) {
  lock();
  if (device >= exchange.device_count || exchange.devices[device].line == 0) return answer(false);
  struct device *line = &exchange.devices[device];
  post(LINE_CLOSE, line->line, 0, 0, 0);
  end_line(line, ENDED_BY_PROVIDER);
  return answer(true);
}

/* Tells a LINEDEVSTATE where the application asked for it. Answers whether it did. */
EXPORT DWORD standin_line_state(DWORD device, DWORD state) {
  lock();
  if (device >= exchange.device_count) return answer(false);
  const struct device *line = &exchange.devices[device];
  if (line->line == 0 || (line->line_states & state) == 0) return answer(false);
  post(LINE_LINEDEVSTATE, line->line, state, 0, 0);
  return answer(true);
}

/* Tells a LINEADDRESSSTATE of a place. Answers whether the application asked for it. */
EXPORT DWORD standin_address_state(DWORD place, DWORD state) {
  lock();
  DWORD device = place & 0xFFFF, address = place >> 16;
  if (device >= exchange.device_count) return answer(false);
  const struct device *line = &exchange.devices[device];
  if (line->line == 0 || (line->address_states & state) == 0) return answer(false);
  post(LINE_ADDRESSSTATE, line->line, address, state, 0);
  return answer(true);
}

static struct address *find_address(DWORD place) {
  DWORD device = place & 0xFFFF, address = place >> 16;
  bool there = device < exchange.device_count && address < exchange.devices[device].address_count;
  return there ? &exchange.devices[device].addresses[address] : NULL;
}

/* Adds a forwarding entry, `dest` NULL for one that leads nowhere. Answers whether there is room. */
EXPORT DWORD standin_add_forward(DWORD place, DWORD mode, const WCHAR *dest) {
  lock();
  struct address *address = find_address(place);
  if (address == NULL || address->forward_count == MAX_FORWARDS) return answer(false);
  struct forward *forward = &address->forwards[address->forward_count++];
  *forward = (struct forward){.mode = mode, .dest = wide_copy(dest)};
  return answer(true);
}

EXPORT void standin_forget_forwards(DWORD place) {
  lock();
  struct address *address = find_address(place);
  if (address != NULL) forget_forwards(address);
  unlock();
}

/*
 * Adds an ACD group that the agent on an address can log in to, or is; a first one makes the agent.
 * Nothing tells. Answers whether there is room.
 */
EXPORT DWORD standin_add_group(DWORD place, DWORD id, const WCHAR *name, DWORD is_member) {
  lock();
  struct address *address = find_address(place);
  if (address == NULL || address->group_count == MAX_GROUPS) return answer(false);
  if (address->groups == NULL) address->groups = calloc(MAX_GROUPS, sizeof *address->groups);
  if (address->groups == NULL) abort();
  address->groups[address->group_count++] =
      (struct group){.id = id, .name = wide_copy(name), .is_member = is_member != 0};
  return answer(true);
}

/* There is no agent on the address any more. */
EXPORT void standin_forget_groups(DWORD place) {
  lock();
  struct address *address = find_address(place);
  if (address != NULL) forget_groups(address);
  unlock();
}

/* ---- What is said in the place of the truth ---- */

/*
 * What a member of a struct, an enum filled, holds from now on. The subject is a call's handle or a
 * place, 0xFFFFFFFF for all.
 */
EXPORT void standin_override(DWORD what, DWORD subject, DWORD offset, DWORD value) {
  lock();
  if (what < FILLED_COUNT) override_member((enum filled)what, subject, offset, value);
  unlock();
}

EXPORT void standin_end_override(DWORD what, DWORD subject, DWORD offset) {
  lock();
  if (what < FILLED_COUNT) end_override((enum filled)what, subject, offset);
  unlock();
}

/* ---- How functions answer ---- */

/* How asynchronous functions reply from now on; `error` is for REPLY_ERROR. */
EXPORT void standin_reply_mode(DWORD mode, DWORD error) {
  lock();
  exchange.reply_mode = (enum reply_mode)mode;
  exchange.reply_error = (LONG)error;
  unlock();
}

/*
 * Queues the replies that REPLY_LATE or REPLY_NEVER kept back, with an error where that is not 0.
 * Answers their number.
 */
EXPORT DWORD standin_release_replies(DWORD error) {
  lock();
  DWORD released = 0;
  for (struct request *request = exchange.requests; request != NULL; request = request->next) {
    if (request->queued) continue;
    if (error != 0) request->result = (LONG)error;
    queue_reply(request);
    released++;
  }
  return answer(released);
}

/*
 * Takes features away: LINECALLFEATURE_ bits that no call has from now on, and whether who only
 * monitors a call is told of none.
 */
EXPORT void standin_lack(DWORD features, DWORD silent_to_monitors) {
  lock();
  exchange.lacking = features;
  exchange.silent_to_monitors = silent_to_monitors != 0;
  unlock();
}

/* Whether LINE_REPLY brings success, and 0 for the call that was made, from now on. */
EXPORT void standin_withhold_handles(DWORD withheld) {
  lock();
  exchange.withholds_handles = withheld != 0;
  unlock();
}

/* What made calls go through from now on. */
EXPORT void standin_dial_script(DWORD script) {
  lock();
  exchange.dial_script = (enum dial_script)script;
  unlock();
}

/* Lets the next `structs` structs lie; 0xFFFFFFFF for all. `seed` is for LIE_RANDOM. */
EXPORT void standin_lie(DWORD lie, DWORD structs, DWORD seed) {
  lock();
  exchange.lie = structs == 0 || lie >= LIE_COUNT ? LIE_NONE : (enum lie)lie;
  exchange.lies_left = structs;
  exchange.random = UINT64_C(0x9E3779B97F4A7C15) ^ seed;
  unlock();
}

static int function_of(const char *name) {
  for (int fn = 0; fn < FUNCTION_COUNT; fn++) {
    if (strcmp(function_names[fn], name) == 0) return fn;
  }
  return -1;
}

/* Lets a function fail its next `times` times; 0xFFFFFFFF for good. Answers whether there is it. */
EXPORT DWORD standin_fail(const char *function, DWORD error, DWORD times) {
  int fn = function_of(function);
  if (fn < 0) return false;
  lock();
  exchange.functions[fn].error = (LONG)error;
  exchange.functions[fn].errors_left = times;
  return answer(true);
}

/* As standin_fail(), for one device or call alone. */
EXPORT DWORD standin_fail_for(const char *function, DWORD is_call, DWORD subject, DWORD error,
                              DWORD times) {
  int fn = function_of(function);
  if (fn < 0) return false;
  lock();
  fail_for((enum function)fn, is_call != 0, subject, (LONG)error, times);
  return answer(true);
}

/*
 * Lets a function take its time, also where it runs already; 0xFFFFFFFF hangs it until another
 * delay or a reset. Answers whether there is such a function.
 */
EXPORT DWORD standin_delay(const char *function, DWORD ms) {
  int fn = function_of(function);
  if (fn < 0) return false;
  lock();
  exchange.functions[fn].delay_ms = ms;
  condition_wake_all(&exchange.delays_changed);
  return answer(true);
}

/* Whether lineOpenW of a device hangs, until told otherwise or a reset. Answers whether there is it. */
EXPORT DWORD standin_hang_opening(DWORD device, DWORD hangs) {
  lock();
  if (device >= exchange.device_count) return answer(false);
  exchange.devices[device].hangs = hangs != 0;
  condition_wake_all(&exchange.delays_changed);
  return answer(true);
}

/* ---- What the application did ---- */

/* How often a function was called; 0xFFFFFFFF for no such function. */
EXPORT DWORD standin_calls_of(const char *function) {
  int fn = function_of(function);
  if (fn < 0) return 0xFFFFFFFF;
  lock();
  return answer(exchange.functions[fn].calls);
}

/* Call handles that the application has and has not given back. */
EXPORT DWORD standin_live_calls(void) {
  lock();
  return answer(exchange.given_calls);
}

/* Call handles that the application forgot: it closed the line, or shut down, over them. */
EXPORT DWORD standin_abandoned_calls(void) {
  lock();
  return answer(exchange.abandoned_calls);
}

EXPORT DWORD standin_open_lines(void) {
  lock();
  DWORD open = 0;
  for (DWORD i = 0; i < exchange.device_count; i++) open += exchange.devices[i].line != 0;
  return answer(open);
}

/* Requests whose LINE_REPLY the application has not taken. */
EXPORT DWORD standin_pending_replies(void) {
  lock();
  DWORD pending = 0;
  for (const struct request *r = exchange.requests; r != NULL; r = r->next) pending++;
  return answer(pending);
}

EXPORT DWORD standin_queued_messages(void) {
  lock();
  return answer((DWORD)exchange.queue_count);
}

/* How often the application broke a rule of TAPI; the last one's text goes to `into`. */
EXPORT DWORD standin_violations(char *into, DWORD bytes) {
  lock();
  if (bytes > 0) snprintf(into, bytes, "%s", exchange.last_violation);
  return answer(exchange.violations);
}

/* Writes the newest log lines that fit, oldest first. Answers their bytes. */
EXPORT DWORD standin_log(char *into, DWORD bytes) {
  lock();
  char line[320];
  uint64_t oldest = exchange.logged > LOG_ENTRIES ? exchange.logged - LOG_ENTRIES : 0;
  uint64_t first = exchange.logged;
  size_t total = 0;
  for (; first > oldest; first--) {
    format_log_entry(&exchange.log[(first - 1) % LOG_ENTRIES], line, sizeof line);
    if (total + strlen(line) >= bytes) break;
    total += strlen(line);
  }
  size_t used = 0;
  for (uint64_t i = first; i < exchange.logged; i++) {
    format_log_entry(&exchange.log[i % LOG_ENTRIES], line, sizeof line);
    memcpy(into + used, line, strlen(line));
    used += strlen(line);
  }
  return answer((DWORD)used);
}
