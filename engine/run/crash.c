// The end of a process that broke. Everything in the handler is async-signal-safe.
#include "engine/run/crash.h"

#include <signal.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "engine/base/exit_code.h"
#include "engine/base/invariant.h"
#include "engine/base/memory.h"

enum { STACK_BYTES = 64 * 1024 };

static const int signals[] = {SIGSEGV, SIGBUS, SIGILL, SIGFPE, SIGABRT};
enum { SIGNAL_COUNT = sizeof(signals) / sizeof(signals[0]) };

static struct sigaction before[SIGNAL_COUNT];
static _Thread_local struct inflight *watched;

static const char *line_of(int number, bool has_input)
{
    switch (number) {
    case SIGBUS:
        return "engaged: SIGBUS: a file that is in use became shorter, or its disk cannot be read; "
               "the process ends, the next start recovers\n";
    case SIGABRT:
        return has_input ? "engaged: SIGABRT while an event was read; the process ends, the next "
                           "start tries it again, three times at most\n"
                         : "engaged: SIGABRT; the process ends, the next start recovers\n";
    default:
        return has_input ? "engaged: memory fault while an event was read; the process ends, the "
                           "next start tries it again, three times at most\n"
                         : "engaged: memory fault; the process ends, the next start recovers\n";
    }
}

static size_t index_of(int number)
{
    size_t i = 0;
    while (i + 1 < SIGNAL_COUNT && signals[i] != number)
        i++;
    return i;
}

static void on_crash(int number, siginfo_t *info, void *context)
{
    (void)context;
    // Sent by another process it is a kill. What is read lies in memory, never in a mapped file, so that
    // SIGBUS is no event's doing.
    bool is_own = info->si_code > 0 || info->si_pid == getpid();
    bool has_input = watched != NULL && watched->is_set != 0 && is_own && number != SIGBUS;
    if (has_input)
        inflight_died(watched, number);
    const char *line = line_of(number, has_input);
    ssize_t written = write(STDERR_FILENO, line, strlen(line));
    (void)written; // nobody else to tell
    const struct sigaction *old = &before[index_of(number)];
    bool has_other = (old->sa_flags & SA_SIGINFO) != 0 || old->sa_handler != SIG_DFL;
    if (!has_other)
        _exit(EXIT_CODE_INTERNAL);
    (void)sigaction(number, old, NULL); // it comes again at once
}

void crash_handle(void)
{
    struct sigaction action = {.sa_flags = SA_SIGINFO | SA_ONSTACK};
    action.sa_sigaction = on_crash;
    (void)sigfillset(&action.sa_mask);
    for (size_t i = 0; i < SIGNAL_COUNT; i++)
        INVARIANT(sigaction(signals[i], &action, &before[i]) == 0);
}

void *crash_stack_open(void)
{
    stack_t stack = {.ss_size = STACK_BYTES, .ss_sp = mem_alloc(STACK_BYTES)};
    INVARIANT(sigaltstack(&stack, NULL) == 0);
    return stack.ss_sp;
}

void crash_stack_close(void *stack)
{
    stack_t none = {.ss_flags = SS_DISABLE};
    (void)sigaltstack(&none, NULL);
    free(stack);
}

void crash_watch(struct inflight *page)
{
    watched = page;
}
