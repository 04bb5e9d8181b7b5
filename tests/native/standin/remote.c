/*
 * Lets tests in another process reach the stand-in, as they must where the program runs on Windows:
 * it connects to the TCP port that the variable TAPI_STANDIN_CONTROL names, on this machine, and
 * calls those of its exports that it is asked to. tests/windows/remote.ts is the other end.
 */
#ifdef _WIN32

#include <winsock2.h>
#include "exchange.h"

#include <stdlib.h>

enum { MOST_ARGUMENTS = 5, IS_NUMBER = 0xFFFFFFFE, IS_NULL = 0xFFFFFFFF };

/*
 * What is asked: the contents of the buffers follow, one after another. The answer is the result, 4
 * bytes, and the same buffers as the function left them.
 */
struct order {
  char function[32];
  struct {
    DWORD number, buffer_bytes;
  } arguments[MOST_ARGUMENTS];
};

/* Every export takes numbers of 32 bits and pointers, which all go in a place of 8 bytes each. */
typedef DWORD (*Function)(UINT_PTR, UINT_PTR, UINT_PTR, UINT_PTR, UINT_PTR);

static struct {
  bool tried, connected;
  SOCKET socket;
  Thread thread;
  DWORD goes; /* how often the test said to go on, and nothing has yet */
  bool goes_next; /* it has just said so, and waits for the answer to that */
  Condition gone;
} remote = {.gone = CONDITION_INITIALIZER};

static bool receive_all(void *into, DWORD bytes) {
  int taken;
  for (char *at = into; bytes > 0; at += taken, bytes -= (DWORD)taken) {
    taken = recv(remote.socket, at, (int)bytes, 0);
    if (taken <= 0) return false;
  }
  return true;
}

static bool send_all(const void *from, DWORD bytes) {
  int sent;
  for (const char *at = from; bytes > 0; at += sent, bytes -= (DWORD)sent) {
    sent = send(remote.socket, at, (int)bytes, 0);
    if (sent <= 0) return false;
  }
  return true;
}

static Function function_named(const char *name) {
  HMODULE library;
  const DWORD by_address =
      GET_MODULE_HANDLE_EX_FLAG_FROM_ADDRESS | GET_MODULE_HANDLE_EX_FLAG_UNCHANGED_REFCOUNT;
  if (!GetModuleHandleExA(by_address, (LPCSTR)&remote, &library)) abort();
  FARPROC function = GetProcAddress(library, name);
  if (function == NULL) abort();
  return (Function)(void (*)(void))function;
}

/* Answers whether there was one, and it was answered. */
static bool follow_order(void) {
  struct order order;
  if (!receive_all(&order, sizeof order)) return false;
  UINT_PTR arguments[MOST_ARGUMENTS];
  void *buffers[MOST_ARGUMENTS] = {0};
  bool well = true;
  for (int i = 0; i < MOST_ARGUMENTS; i++) {
    DWORD bytes = order.arguments[i].buffer_bytes;
    if (bytes < IS_NUMBER) {
      buffers[i] = malloc(bytes);
      if (buffers[i] == NULL) abort();
      well = well && receive_all(buffers[i], bytes);
    }
    arguments[i] = bytes == IS_NUMBER ? order.arguments[i].number : (UINT_PTR)buffers[i];
  }
  if (well) {
    order.function[sizeof order.function - 1] = 0;
    DWORD result = function_named(order.function)(arguments[0], arguments[1], arguments[2],
                                                  arguments[3], arguments[4]);
    well = send_all(&result, sizeof result);
  }
  for (int i = 0; i < MOST_ARGUMENTS; i++) {
    if (buffers[i] == NULL) continue;
    well = well && send_all(buffers[i], order.arguments[i].buffer_bytes);
    free(buffers[i]);
  }
  return well;
}

THREAD_FUNCTION(follow_orders) {
  (void)unused;
  while (follow_order()) {
    if (!remote.goes_next) continue;
    /* Only now: an application that goes on can end the process before an answer is sent. */
    remote.goes_next = false;
    mutex_lock(&exchange.mutex);
    remote.goes++;
    condition_wake_all(&remote.gone);
    mutex_unlock(&exchange.mutex);
  }
  mutex_lock(&exchange.mutex);
  remote.connected = false;
  condition_wake_all(&remote.gone);
  mutex_unlock(&exchange.mutex);
  return 0;
}

static bool connect_to(const char *port) {
  WSADATA unused;
  if (WSAStartup(MAKEWORD(2, 2), &unused) != 0) return false;
  struct sockaddr_in test = {
      .sin_family = AF_INET,
      .sin_port = htons((u_short)atoi(port)),
      .sin_addr.s_addr = htonl(INADDR_LOOPBACK),
  };
  remote.socket = socket(AF_INET, SOCK_STREAM, 0);
  return connect(remote.socket, (struct sockaddr *)&test, sizeof test) == 0 &&
         thread_start(&remote.thread, follow_orders);
}

void await_test(void) {
  mutex_lock(&exchange.mutex);
  const char *port = getenv("TAPI_STANDIN_CONTROL");
  if (!remote.tried && port != NULL) {
    remote.tried = true;
    remote.connected = connect_to(port);
  }
  while (remote.connected && remote.goes == 0) {
    condition_wait_until(&remote.gone, &exchange.mutex, now_ms() + 1000);
  }
  if (remote.connected) remote.goes--;
  mutex_unlock(&exchange.mutex);
}

/* Lets the application go on that waits in await_test(), or the next that comes to it. */
EXPORT void standin_go(void) {
  remote.goes_next = true;
}

#else

#include "exchange.h"

void await_test(void) {}

#endif
