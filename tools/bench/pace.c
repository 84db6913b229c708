// Copies lines from standard input to standard output at a rate.
//   pace LINES_PER_SECOND
// A little of them each millisecond; never more than a second's to catch up.
#include <inttypes.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

enum { LINE_BYTES = 65536, TICK_NS = 1000000 };

static double mono_s(void)
{
    struct timespec now;
    (void)clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

int main(int argc, char **argv)
{
    double rate = argc == 2 ? strtod(argv[1], NULL) : 0;
    if (rate <= 0) {
        (void)fputs("usage: pace LINES_PER_SECOND\n", stderr);
        return 2;
    }
    static char line[LINE_BYTES];
    double begin_s = mono_s();
    double due = 0;
    double done = 0;
    for (;;) {
        due = (mono_s() - begin_s) * rate;
        if (due - done > rate)
            done = due - rate;
        for (; done < due; done += 1) {
            if (fgets(line, sizeof(line), stdin) == NULL)
                return fflush(stdout) == 0 ? 0 : 1;
            (void)fputs(line, stdout);
        }
        if (fflush(stdout) != 0)
            return 1;
        const struct timespec pause = {.tv_nsec = TICK_NS};
        (void)nanosleep(&pause, NULL);
    }
}
