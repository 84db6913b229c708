// Starts the daemon in the background and says after how many milliseconds it was ready.
//   ready LOG COMMAND [ARGUMENT]...    prints: ms_to_ready pid port
// The command's standard error goes to LOG; it must listen on HTTP and log that as "port=N". It
// inherits standard input and goes on when this ends.
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "tools/bench/support/http_get.h"
#include "tools/bench/support/scrape.h"

enum { PATIENCE_MS = 300000, POLL_NS = 500000 };

static int64_t mono_us(void)
{
    struct timespec now;
    (void)clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

static pid_t start(const char *log, char **command)
{
    pid_t child = fork();
    if (child != 0)
        return child;
    int handle = open(log, O_WRONLY | O_CREAT | O_TRUNC, 0600);
    int nothing = open("/dev/null", O_WRONLY);
    if (handle < 0 || nothing < 0 || dup2(handle, STDERR_FILENO) < 0 ||
        dup2(nothing, STDOUT_FILENO) < 0)
        _exit(126);
    (void)execvp(command[0], command);
    perror(command[0]);
    _exit(127);
}

int main(int argc, char **argv)
{
    if (argc < 3) {
        (void)fputs("usage: ready LOG COMMAND [ARGUMENT]...\n", stderr);
        return 2;
    }
    (void)unlink(argv[1]);
    int64_t begin_us = mono_us();
    pid_t child = start(argv[1], argv + 2);
    if (child < 0)
        return 2;
    uint16_t port = 0;
    while (mono_us() - begin_us < (int64_t)PATIENCE_MS * 1000) {
        if (waitpid(child, NULL, WNOHANG) != 0) {
            (void)fprintf(stderr, "ready: the daemon ended, see %s\n", argv[1]);
            return 1;
        }
        if (port == 0)
            port = scrape_port(argv[1]);
        if (port != 0 && http_get(port, "/readyz", NULL, 0) == 200) {
            (void)printf(
                "%.1f %ld %u\n", (double)(mono_us() - begin_us) / 1000.0, (long)child,
                (unsigned)port);
            return 0;
        }
        const struct timespec pause = {.tv_nsec = POLL_NS};
        (void)nanosleep(&pause, NULL);
    }
    (void)fprintf(stderr, "ready: not ready after %d ms, see %s\n", PATIENCE_MS, argv[1]);
    return 1;
}
