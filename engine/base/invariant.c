// The end of a process that broke a promise.
#include "engine/base/invariant.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

enum { EXIT_INTERNAL = 70 };

void invariant_failed(const char *condition, const char *file, int line)
{
    char text[512];
    int len = snprintf(text, sizeof(text), "%s:%d: invariant broken: %s\n", file, line, condition);
    if (len > 0) {
        size_t size = (size_t)len < sizeof(text) ? (size_t)len : sizeof(text) - 1;
        ssize_t written = write(STDERR_FILENO, text, size);
        (void)written; // nothing is left to be done about it
    }
#ifdef INVARIANT_ABORTS
    abort();
#else
    // A program that handles SIGABRT notes what it has in hand. No other handlers run: they would run over
    // a state that cannot be trusted.
    struct sigaction action;
    if (sigaction(SIGABRT, NULL, &action) == 0 && action.sa_handler != SIG_DFL)
        (void)raise(SIGABRT);
    _exit(EXIT_INTERNAL);
#endif
}
