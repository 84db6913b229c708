// Writes how many events a daemon has folded to a file, as 20 digits, every 30 ms until it is gone.
//   progress LOG FILE      LOG: the daemon's log, which names its HTTP port
#include <inttypes.h>
#include <stdint.h>
#include <stdio.h>
#include <time.h>

#include "tools/bench/support/http_get.h"
#include "tools/bench/support/scrape.h"

enum { BODY_BYTES = 1 << 20, PAUSE_NS = 30000000, TRIES_MAX = 1000 };

static void pause_a_little(void)
{
    const struct timespec pause = {.tv_nsec = PAUSE_NS};
    (void)nanosleep(&pause, NULL);
}

// The same length each time, written at once, so that a reader never sees a part of it.
static int show(const char *path, double events)
{
    FILE *file = fopen(path, "r+");
    if (file == NULL)
        file = fopen(path, "w");
    if (file == NULL) {
        perror(path);
        return 1;
    }
    (void)fprintf(file, "%020" PRIu64 "\n", (uint64_t)events);
    return fclose(file) == 0 ? 0 : 1;
}

int main(int argc, char **argv)
{
    if (argc != 3) {
        (void)fputs("usage: progress LOG FILE\n", stderr);
        return 2;
    }
    static char body[BODY_BYTES];
    uint16_t port = 0;
    for (int tries = 0; port == 0 && tries < TRIES_MAX; tries++) {
        port = scrape_port(argv[1]);
        pause_a_little();
    }
    while (port != 0 && http_get(port, "/metrics", body, sizeof(body)) == 200) {
        double events = scrape_sum(body, "engaged_events_read_total");
        if (events >= 0 && show(argv[2], events) != 0)
            return 1;
        pause_a_little();
    }
    return 0;
}
