// The end of a process that broke: one clear line, exit code 70, and a note of the input in hand.
#ifndef ENGINE_RUN_CRASH_H
#define ENGINE_RUN_CRASH_H

#include "engine/fold/inflight.h"

// From here on SIGSEGV, SIGBUS, SIGILL, SIGFPE and SIGABRT end the process with one line on standard
// error and exit code 70; where a sanitizer has its own handlers they run afterwards. A broken invariant
// raises SIGABRT too. Before the first thread starts.
void crash_handle(void);

// A stack of its own for the handler, so that a stack that overflowed can be reported; of the calling
// thread. The owner frees it when the thread has nothing more to do.
void *crash_stack_open(void);
void crash_stack_close(void *stack);

// What the calling thread has in hand is noted in this page when it breaks; NULL: nothing of it can be
// the reason.
void crash_watch(struct inflight *page);

#endif
