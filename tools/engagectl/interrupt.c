// Signals held back by the process mask: nothing runs in a handler.
#include "tools/engagectl/interrupt.h"

#include <signal.h>
#include <stddef.h>

static const int held[] = {SIGHUP, SIGINT, SIGPIPE, SIGTERM};
enum { HELD_COUNT = sizeof(held) / sizeof(held[0]) };

// A held signal waits even where it is ignored, and would then count as having come.
static sigset_t held_set(void)
{
    sigset_t set;
    (void)sigemptyset(&set);
    for (size_t i = 0; i < HELD_COUNT; i++) {
        struct sigaction action;
        if (sigaction(held[i], NULL, &action) == 0 && action.sa_handler != SIG_IGN)
            (void)sigaddset(&set, held[i]);
    }
    return set;
}

void interrupt_hold(void)
{
    sigset_t set = held_set();
    (void)sigprocmask(SIG_BLOCK, &set, NULL);
}

bool interrupt_is_waiting(void)
{
    sigset_t waiting;
    if (sigpending(&waiting) != 0)
        return false;
    for (size_t i = 0; i < HELD_COUNT; i++) {
        if (sigismember(&waiting, held[i]) == 1)
            return true;
    }
    return false;
}

void interrupt_release(void)
{
    sigset_t set = held_set();
    (void)sigprocmask(SIG_UNBLOCK, &set, NULL);
}
