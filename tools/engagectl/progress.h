// One line on a terminal that says how far a command is: rate, part done, time left.
#ifndef TOOLS_ENGAGECTL_PROGRESS_H
#define TOOLS_ENGAGECTL_PROGRESS_H

#include <stdbool.h>
#include <stdint.h>

#include "engine/base/buffer.h"
#include "engine/port/clock.h"

struct progress {
    struct clock clock;
    int64_t begin_us;
    int64_t next_us;    // when the line is due again
    uint64_t total;     // of the work; 0: nobody knows
    const char *unit;   // what is counted, "events"
    bool is_shown;      // standard error is a terminal
    bool is_line_there; // to be wiped
};

struct progress progress_begin(struct clock clock, uint64_t total, const char *unit);
// done of the total, and how many units that was. Cheap; shows ten times a second at most.
void progress_update(struct progress *progress, uint64_t done, uint64_t units);
// Wipes the line. Microseconds since the beginning, at least 1.
int64_t progress_end(struct progress *progress);

struct progress_state {
    uint64_t done, total; // total 0: nobody knows
    uint64_t units;
    int64_t elapsed_us;
    const char *unit;
};
// "  1,234,567 events  536,768/s  42%  3 s left"
void progress_add_line(struct buffer *to, const struct progress_state *state);
// 1234567 as "1,234,567".
void progress_add_number(struct buffer *to, uint64_t number);
// Per second; elapsed_us above 0.
uint64_t progress_rate(uint64_t units, int64_t elapsed_us);

#endif
