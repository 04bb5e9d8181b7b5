/*
 * A stand-in for tapi32.dll, for testing the program on TAPI's binary interface: TAPI's exports
 * over a pretend exchange. It checks what it is given, writes an out handle when LINE_REPLY is
 * taken and not before, and does nothing by itself: tests make things happen. It knows nothing of
 * src/tapi/, and fills the structs of tapi.h by their names.
 *
 * This is the exchange: devices, calls, requests, the message queue, and the record of what the
 * application did. Everything here is used with `exchange.mutex` held. tapi_lines.c and
 * tapi_calls.c show it through TAPI's exports, control.c through those for tests; structs.c puts it
 * into structs, and overrides.c knows what is said in its place.
 */
#ifndef EXCHANGE_H
#define EXCHANGE_H

#include "platform.h"

/* Every function of TAPI that the library exports. */
#define TAPI_FUNCTIONS(X)                                                                          \
  X(lineInitializeExW) X(lineShutdown) X(lineNegotiateAPIVersion) X(lineGetDevCapsW)               \
  X(lineGetAddressCapsW) X(lineGetAddressStatusW) X(lineGetLineDevStatusW) X(lineOpenW)            \
  X(lineClose) X(lineSetStatusMessages) X(lineGetNewCalls) X(lineGetMessage) X(lineGetCallInfoW)   \
  X(lineGetCallStatus) X(lineSetCallPrivilege) X(lineDeallocateCall) X(lineMakeCallW) X(lineDrop)  \
  X(lineAnswer) X(lineHold) X(lineUnhold) X(lineSwapHold) X(lineBlindTransferW)                    \
  X(lineSetupTransferW) X(lineCompleteTransfer) X(lineSetupConferenceW)                            \
  X(linePrepareAddToConferenceW) X(lineAddToConference) X(lineParkW) X(lineUnparkW)                \
  X(linePickupW) X(lineRedirectW)                                                                  \
  X(lineForwardW) X(lineGenerateDigitsW) X(lineDialW) X(lineCompleteCall)                          \
  X(lineSetLineDevStatus) X(lineDevSpecific) X(lineGetAgentStatusW)                               \
  X(lineGetAgentGroupListW) X(lineSetAgentGroup) X(lineGetProviderListW)

enum function {
#define X(name) FN_##name,
  TAPI_FUNCTIONS(X)
#undef X
  FUNCTION_COUNT
};

enum {
  NEWEST_VERSION = 0x00020002,
  MAX_DEVICES = 4096,
  MAX_ADDRESSES = 4,
  MAX_FORWARDS = 4,
  MAX_GROUPS = 100,
  MAX_MADE_CALLS = 2,
  LOG_ENTRIES = 8192,
  LOG_VALUES = 7,
  LOG_TEXT_UNITS = 32,
};

/* What a device is there for. */
enum device_kind {
  DEVICE_VOICE,
  DEVICE_DATA,            /* DIGITALDATA: not for telephone calls */
  DEVICE_NOT_NEGOTIATING, /* lineNegotiateAPIVersion fails with INCOMPATIBLEAPIVERSION */
  DEVICE_NOT_OPENING,     /* lineOpenW fails with RESOURCEUNAVAIL */
};

/* What a struct holds where it holds a string. Drivers do not always put UTF-16 there. */
struct text {
  BYTE *bytes; /* NULL for none */
  DWORD size;
};

struct forward {
  DWORD mode;
  WCHAR *caller; /* NULL for every caller */
  WCHAR *dest;
};

/* An ACD group that the agent on an address can log in to. */
struct group {
  DWORD id; /* dwGroupID1; what the others are, too, is made of it */
  WCHAR *name;
  bool is_member;
};

struct address {
  struct text text; /* none: the extension */
  struct forward forwards[MAX_FORWARDS];
  DWORD forward_count;
  struct group *groups; /* of MAX_GROUPS; NULL for no agent */
  DWORD group_count;
};

struct device {
  enum device_kind kind;
  DWORD newest_version;
  DWORD negotiated; /* 0 before lineNegotiateAPIVersion */
  bool hangs;       /* lineOpenW does not return */
  HLINE line;       /* 0 while not open */
  DWORD_PTR instance;
  DWORD privileges;
  DWORD line_states, address_states; /* reports asked for */
  struct text name, provider;        /* none: the default */
  struct text block;                 /* LINEDEVSTATUS' device-specific bytes */
  struct address addresses[MAX_ADDRESSES];
  DWORD address_count;
};

/* The five parties of a LINECALLINFO, in its order. */
enum party_kind { CALLER, CALLED, CONNECTED, REDIRECTION, REDIRECTING, PARTY_COUNT };

struct party {
  DWORD flags;
  struct text number, name;
};

struct request;

/* How a handle stopped being one. */
enum ending {
  ENDED_BY_DEALLOCATION, /* lineDeallocateCall */
  ENDED_BY_APP,          /* lineClose or lineShutdown over it: the application forgot it */
  ENDED_BY_PROVIDER,
};

/* Calls lie still while they live; their slots are used again, their handles are not. */
struct call {
  HCALL handle;       /* 0: the slot is free */
  HCALL last_handle;  /* of the call that had the slot before */
  enum ending ending; /* of last_handle */
  DWORD slot, generation;
  bool given; /* whether the application has the handle */
  DWORD privilege;
  DWORD device, address;
  DWORD state, mode;
  DWORD call_id, origin, reason;
  struct party parties[PARTY_COUNT];
  struct request *creator; /* the request that made it, while its LINE_REPLY is not queued */
  struct call *next_free;
};

struct held {
  DWORD message, device, p1, p2, p3;
};

/* A call that a request makes, and where its handle goes. */
struct made_call {
  HCALL *out; /* written when LINE_REPLY is taken; CANARY until then */
  HCALL call;
};

/* An asynchronous function whose LINE_REPLY was not taken yet. */
struct request {
  struct request *next;
  DWORD id;
  DWORD device;
  bool queued;
  LONG result;
  struct made_call made[MAX_MADE_CALLS]; /* as many as have an `out` */
  BYTE *in_out; /* of lineDevSpecific: written over when LINE_REPLY is taken */
  DWORD in_out_size;
  BYTE in_out_first;
  struct agent_out {
    BYTE *into; /* written when LINE_REPLY is taken */
    DWORD total, address;
    bool is_list; /* LINEAGENTGROUPLIST, not LINEAGENTSTATUS */
  } agent_out;
  VARSTRING *out_text; /* written when LINE_REPLY is taken */
  DWORD out_text_total;
  WCHAR *text;
  struct held *held; /* what is told after the reply */
  size_t held_count, held_room;
};

struct queued {
  LINEMESSAGE message;
  DWORD request_id; /* of a LINE_REPLY, else 0 */
};

enum reply_mode {
  REPLY_AT_ONCE, /* queued when the function returns */
  REPLY_EARLY,   /* queued well before the function returns */
  REPLY_LATE,    /* queued by standin_release_replies() */
  REPLY_NEVER,
  REPLY_ERROR, /* LINE_REPLY brings the configured error */
};

/* What a made call goes through after its reply. */
enum dial_script {
  DIAL_CONNECTS,
  DIAL_RINGS, /* nobody answers */
  DIAL_BUSY,
  DIAL_REFUSED,
  DIAL_NOTHING, /* the test drives the call */
};

/* The structs of which tests may override members. */
enum filled {
  FILLED_DEV_CAPS,
  FILLED_ADDRESS_CAPS,
  FILLED_ADDRESS_STATUS,
  FILLED_DEV_STATUS,
  FILLED_CALL_INFO,
  FILLED_CALL_STATUS,
  FILLED_AGENT_STATUS,
  FILLED_AGENT_GROUPS,
  FILLED_COUNT
};

enum { ANY_SUBJECT = 0xFFFFFFFF };

/* How the next structs are wrong. */
enum lie {
  LIE_NONE,
  LIE_OFFSET_OUTSIDE,  /* behind the buffer */
  LIE_SIZE_OUTSIDE,    /* beginning inside, ending behind the buffer */
  LIE_ALL_ONES,        /* sizes and offsets 0xFFFFFFFF */
  LIE_WRAPPING,        /* offset + size wraps around 32 bits */
  LIE_USED_TOO_BIG,    /* dwUsedSize 0xFFFFFFFF, data that reaches over the buffer's end */
  LIE_ODD_SIZE,
  LIE_NO_NUL,
  LIE_LONE_SURROGATE,
  LIE_IN_FIXED_PART,
  LIE_OVERLAPPING,
  LIE_NEEDS_MORE, /* dwNeededSize grows with every attempt */
  LIE_COUNTS,     /* numbers of entries 0xFFFFFFFF */
  LIE_RANDOM,     /* arbitrary bytes everywhere but in dwTotalSize */
  LIE_COUNT
};

struct log_entry {
  const char *function;
  const char *format;
  unsigned values[LOG_VALUES];
  WCHAR text[LOG_TEXT_UNITS];
  bool has_text;
  LONG result;
};

struct exchange {
  Mutex mutex;
  Condition queue_changed;  /* a message was queued, or the application shut down */
  Condition queue_shrunk;   /* room for a burst */
  Condition delays_changed; /* a delay was taken back */

  HLINEAPP app; /* 0 unless initialised */
  DWORD app_count;
  DWORD open_count;
  HLINEAPP waiting;      /* whose lineGetMessage waits; 0 for nobody's */
  enum function running; /* the function that entered last, for the text of violations */

  struct device devices[MAX_DEVICES];
  DWORD device_count;

  struct call **calls;
  DWORD call_count, call_room;
  struct call *free_calls;
  DWORD given_calls;
  DWORD abandoned_calls;
  DWORD last_call_id;

  struct request *requests;
  DWORD last_request_id;
  enum reply_mode reply_mode;
  LONG reply_error;
  enum dial_script dial_script;
  DWORD lacking;           /* LINECALLFEATURE_ bits that no call has */
  bool silent_to_monitors; /* who only monitors a call is told of no feature */
  bool withholds_handles;  /* LINE_REPLY brings success, and 0 for the call that was made */

  struct queued *queue; /* a ring */
  size_t queue_first, queue_count, queue_room;
  size_t refill_at; /* the number of queued messages at which queue_shrunk is woken */

  enum lie lie;
  DWORD lies_left;
  uint64_t random;

  struct {
    DWORD calls;
    LONG error;
    DWORD errors_left;
    DWORD delay_ms;
  } functions[FUNCTION_COUNT];

  struct log_entry log[LOG_ENTRIES];
  uint64_t logged;
  DWORD violations;
  char last_violation[256];
};

extern struct exchange exchange;
extern const char *const function_names[FUNCTION_COUNT];

/* 16-bit strings. A copy of NULL is NULL. */
size_t wide_length(const WCHAR *text);
WCHAR *wide_copy(const WCHAR *text);
WCHAR *wide_number(DWORD number);
void replace_text(WCHAR **place, const WCHAR *text);
/* Both copy; NULL leaves none. */
void set_text(struct text *place, const WCHAR *text);
void set_bytes(struct text *place, const void *bytes, DWORD size);

/*
 * Every export of TAPI begins with enter(), which takes the mutex and answers an error that was
 * injected or 0, and ends with leave(), which logs, releases the mutex and answers `result`.
 */
LONG enter(enum function fn);
LONG leave_with_text(enum function fn, LONG result, const WCHAR *text, const char *format,
                     const unsigned values[LOG_VALUES]);
#define leave(fn, result, format, ...)                                                             \
  leave_with_text(fn, result, NULL, format, (const unsigned[LOG_VALUES]){__VA_ARGS__})

/* Records that the application broke a rule of TAPI. */
void violation(const char *format, ...)
#ifdef __GNUC__
    __attribute__((format(printf, 1, 2)))
#endif
    ;

/* Releases the mutex for a time, or until reset. */
void pause_ms(DWORD ms);

void format_log_entry(const struct log_entry *entry, char *into, size_t bytes);

/*
 * Where tests control the stand-in from another process: holds the application, before it begins and
 * after it has shut down, until the test has prepared everything, or has looked at what is left.
 * Everywhere else it answers at once. The mutex is not held.
 */
void await_test(void);

/* Answers 0 or the LINEERR_ code of a handle or device that is none. */
LONG check_app(HLINEAPP app);
LONG check_device(HLINEAPP app, DWORD device);
LONG check_version(DWORD device, DWORD version);
LONG check_line(HLINE line, struct device **device);
LONG check_address_id(const struct device *device, DWORD address);
LONG check_call(HCALL handle, struct call **call);
LONG check_owned(HCALL handle, struct call **call);

HLINEAPP new_app_handle(void);
HLINE new_line_handle(const struct device *device);
DWORD device_index(const struct device *device);
struct device *device_of(const struct call *call);
struct address *address_of(const struct call *call);
/* What tests and overrides call an address: its device, and its number above. */
DWORD place_of(const struct device *device, DWORD address);
void forget_forwards(struct address *address);
void forget_groups(struct address *address);
/* What the 16 bytes of a group's GroupID are. */
void group_id(const struct group *group, DWORD into[4]);

struct call *find_call(HCALL handle);
/* A call that the application does not know of yet. */
struct call *new_call(DWORD device, DWORD state, DWORD origin, DWORD reason);
/* Gives the application the call's handle. */
void give_call(struct call *call, DWORD privilege);
/* Frees the slot; text and handle are gone. */
void free_call(struct call *call, enum ending ending);
void set_party(struct call *call, enum party_kind kind, const WCHAR *number, const WCHAR *name,
               DWORD flags);

/*
 * What is said in the place of what the exchange would say. The subject of a struct is a call's
 * handle, or the place of an address; a device's is that of its first address.
 */
void override_member(enum filled what, DWORD subject, DWORD offset, DWORD value);
void end_override(enum filled what, DWORD subject, DWORD offset);
/* The member as the application is told it. */
DWORD overridden(enum filled what, DWORD subject, size_t offset, DWORD honest);
void apply_overrides(enum filled what, DWORD subject, BYTE *base, DWORD bytes);
/* Lets a function fail its next `times` times for one device or call; 0xFFFFFFFF for good. */
void fail_for(enum function fn, bool is_call, DWORD subject, LONG error, DWORD times);
/* Answers the error that the running function has for the device or call, else 0. */
LONG failure_for(bool is_call, DWORD subject);
void forget_call_overrides(HCALL call);
void forget_overrides(void);

/*
 * Tells the application something, after the LINE_REPLY where the call is still being made. A
 * LINE_CALLSTATE changes the call's state, also where the application is not told.
 */
void post(DWORD message, DWORD device, DWORD p1, DWORD p2, DWORD p3);
void post_state(const struct call *call, DWORD state, DWORD mode);
/* Tells of a call that comes up by itself: its handle, its first state, or both. */
void announce_call(struct call *call, bool with_new_call_message, bool with_state);
/* Takes the next message; false when there is none. Writes what its request left to write. */
bool take_message(LINEMESSAGE *into);

/* A request of the device's line; its id is answered by answer_request(). */
struct request *new_request(const struct device *device);
/* As new_request(), for one that makes a call. The memory is used until the reply. */
struct request *new_call_request(struct call *call, HCALL *out_call);
/* The request makes one more call; with NULL it tells that it makes none. */
void also_make(struct request *request, struct call *call, HCALL *out_call);
/* What is to be told after the reply, where that brings no error. */
void then_post(struct request *request, DWORD message, DWORD device, DWORD p1, DWORD p2);
void then_state(struct request *request, const struct call *call, DWORD state, DWORD mode);
/* Replies as the reply mode says; answers the request id. */
LONG answer_request(struct request *request);
void queue_reply(struct request *request);

/* Ends the line's calls and requests; the handles are invalid at once. */
void end_line(struct device *device, enum ending ending);
/* lineShutdown, also for an application that never called it. */
void end_app(void);

/* Whether the device has the media modes, and reports the states; 0 or a LINEERR_ code. */
LONG check_media_modes(const struct device *device, DWORD modes);
LONG check_reports(DWORD line_states, DWORD address_states);

/* Each fills a struct of the application, or answers a LINEERR_ code. */
LONG fill_dev_caps(DWORD device, DWORD version, LINEDEVCAPS *into);
LONG fill_address_caps(DWORD device, DWORD address, DWORD version, LINEADDRESSCAPS *into);
LONG fill_address_status(const struct device *device, DWORD address, LINEADDRESSSTATUS *into);
LONG fill_dev_status(const struct device *device, LINEDEVSTATUS *into);
/*
 * Lists the calls of a line, or of one of its addresses, that the application does not have, and
 * gives it those it was told.
 */
LONG fill_new_calls(const struct device *device, DWORD address, LINECALLLIST *into);
LONG fill_call_info(const struct call *call, LINECALLINFO *into);
LONG fill_call_status(const struct call *call, LINECALLSTATUS *into);
/* Whether there is room for the fixed part; and the filling, which is done when LINE_REPLY is taken. */
LONG check_agent_struct(const void *into, bool is_list);
void fill_agent_struct(const struct device *device, const struct agent_out *out);
LONG fill_provider_list(LINEPROVIDERLIST *into);

#endif
