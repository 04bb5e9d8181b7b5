/*
 * What is said in the place of what the exchange would say: members of structs, and errors for one
 * device or call. Later ones win over earlier ones.
 */
#include "exchange.h"

#include <stdlib.h>
#include <string.h>

struct member {
  enum filled what;
  DWORD subject, offset, value;
};

struct failure {
  enum function fn;
  bool is_call;
  DWORD subject, left;
  LONG error;
};

enum { MOST = 1024 };

static struct member members[MOST];
static size_t member_count;
static struct failure failures[MOST];
static size_t failure_count;

static bool is_of_call(enum filled what) {
  return what == FILLED_CALL_INFO || what == FILLED_CALL_STATUS;
}

static void remove_member(size_t i) {
  memmove(&members[i], &members[i + 1], (--member_count - i) * sizeof *members);
}

static void remove_failure(size_t i) {
  memmove(&failures[i], &failures[i + 1], (--failure_count - i) * sizeof *failures);
}

void end_override(enum filled what, DWORD subject, DWORD offset) {
  for (size_t i = 0; i < member_count; i++) {
    const struct member *m = &members[i];
    if (m->what == what && m->subject == subject && m->offset == offset) remove_member(i--);
  }
}

void override_member(enum filled what, DWORD subject, DWORD offset, DWORD value) {
  end_override(what, subject, offset);
  if (member_count == MOST) abort();
  members[member_count++] = (struct member){what, subject, offset, value};
}

static bool concerns(const struct member *m, enum filled what, DWORD subject) {
  return m->what == what && (m->subject == subject || m->subject == ANY_SUBJECT);
}

DWORD overridden(enum filled what, DWORD subject, size_t offset, DWORD honest) {
  for (size_t i = 0; i < member_count; i++) {
    const struct member *m = &members[i];
    if (concerns(m, what, subject) && m->offset == offset) honest = m->value;
  }
  return honest;
}

void apply_overrides(enum filled what, DWORD subject, BYTE *base, DWORD bytes) {
  for (size_t i = 0; i < member_count; i++) {
    const struct member *m = &members[i];
    if (!concerns(m, what, subject) || m->offset + sizeof m->value > bytes) continue;
    memcpy(base + m->offset, &m->value, sizeof m->value);
  }
}

void fail_for(enum function fn, bool is_call, DWORD subject, LONG error, DWORD times) {
  for (size_t i = 0; i < failure_count; i++) {
    const struct failure *f = &failures[i];
    if (f->fn == fn && f->is_call == is_call && f->subject == subject) remove_failure(i--);
  }
  if (times == 0) return;
  if (failure_count == MOST) abort();
  failures[failure_count++] = (struct failure){fn, is_call, subject, times, error};
}

LONG failure_for(bool is_call, DWORD subject) {
  for (size_t i = 0; i < failure_count; i++) {
    struct failure *f = &failures[i];
    if (f->fn != exchange.running || f->is_call != is_call || f->subject != subject) continue;
    LONG error = f->error;
    if (f->left != 0xFFFFFFFF && --f->left == 0) remove_failure(i);
    return error;
  }
  return 0;
}

void forget_call_overrides(HCALL call) {
  for (size_t i = 0; i < member_count; i++) {
    if (is_of_call(members[i].what) && members[i].subject == call) remove_member(i--);
  }
  for (size_t i = 0; i < failure_count; i++) {
    if (failures[i].is_call && failures[i].subject == call) remove_failure(i--);
  }
}

void forget_overrides(void) { member_count = failure_count = 0; }
