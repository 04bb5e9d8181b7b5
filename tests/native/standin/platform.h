/*
 * What differs between Windows and the rest: headers, exports, threads, clock. The locks need no
 * initialisation, so that the library needs no entry point.
 */
#ifndef PLATFORM_H
#define PLATFORM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef _WIN32

#include <windows.h>
#include <tapi.h>

#define EXPORT __declspec(dllexport)

typedef SRWLOCK Mutex;
typedef CONDITION_VARIABLE Condition;
typedef HANDLE Thread;
#define MUTEX_INITIALIZER SRWLOCK_INIT
#define CONDITION_INITIALIZER CONDITION_VARIABLE_INIT

static inline void mutex_lock(Mutex *mutex) { AcquireSRWLockExclusive(mutex); }
static inline void mutex_unlock(Mutex *mutex) { ReleaseSRWLockExclusive(mutex); }
static inline void condition_wake_all(Condition *condition) {
  WakeAllConditionVariable(condition);
}

static inline uint64_t now_ms(void) { return GetTickCount64(); }

/* Waits until woken, or until the time `until_ms` of now_ms(); may wake for no reason. */
static inline void condition_wait_until(Condition *condition, Mutex *mutex, uint64_t until_ms) {
  uint64_t now = now_ms();
  uint64_t left = until_ms > now ? until_ms - now : 0;
  SleepConditionVariableSRW(condition, mutex, left >= INFINITE ? INFINITE : (DWORD)left, 0);
}

#define THREAD_FUNCTION(name) static DWORD WINAPI name(LPVOID unused)
static inline bool thread_start(Thread *thread, LPTHREAD_START_ROUTINE run) {
  *thread = CreateThread(NULL, 0, run, NULL, 0, NULL);
  return *thread != NULL;
}
static inline void thread_join(Thread thread) {
  WaitForSingleObject(thread, INFINITE);
  CloseHandle(thread);
}

#else

#include <pthread.h>
#include <time.h>
#include "tapi_types.h"

#define EXPORT __attribute__((visibility("default")))

typedef pthread_mutex_t Mutex;
typedef pthread_cond_t Condition;
typedef pthread_t Thread;
#define MUTEX_INITIALIZER PTHREAD_MUTEX_INITIALIZER
#define CONDITION_INITIALIZER PTHREAD_COND_INITIALIZER

static inline void mutex_lock(Mutex *mutex) { pthread_mutex_lock(mutex); }
static inline void mutex_unlock(Mutex *mutex) { pthread_mutex_unlock(mutex); }
static inline void condition_wake_all(Condition *condition) { pthread_cond_broadcast(condition); }

/* By the clock that pthread_cond_timedwait goes by everywhere. */
static inline uint64_t now_ms(void) {
  struct timespec now;
  clock_gettime(CLOCK_REALTIME, &now);
  return (uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / 1000000;
}

/* Waits until woken, or until the time `until_ms` of now_ms(); may wake for no reason. */
static inline void condition_wait_until(Condition *condition, Mutex *mutex, uint64_t until_ms) {
  struct timespec until = {
      .tv_sec = (time_t)(until_ms / 1000),
      .tv_nsec = (long)(until_ms % 1000) * 1000000,
  };
  pthread_cond_timedwait(condition, mutex, &until);
}

#define THREAD_FUNCTION(name) static void *name(void *unused)
static inline bool thread_start(Thread *thread, void *(*run)(void *)) {
  return pthread_create(thread, NULL, run, NULL) == 0;
}
static inline void thread_join(Thread thread) { pthread_join(thread, NULL); }

#endif

#endif
