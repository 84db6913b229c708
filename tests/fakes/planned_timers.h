// Timers that events of a test ask for, in place of those that rules would plan: for what drives timers and does
// not care why they are there. A test that uses it has a line `// wraps: fold_event fold_timer`.
#ifndef TESTS_FAKES_PLANNED_TIMERS_H
#define TESTS_FAKES_PLANNED_TIMERS_H

#include "engine/fold/fold.h"
#include "engine/fold/inflight.h"

// An event whose data has "due" (ms) sets its contact's timer to it, -1 takes it off. A timer whose due ends with the
// digit D is planned again D times, PLANNED_STEP_MS apart. Each firing adds a note to its contact, and, where
// decisions are made, one action.
enum { PLANNED_STEP_MS = 999, PLANNED_FIRED_MAX = 1 << 16 };

struct planned_firing {
    int64_t due_ms;
    uint64_t contact;
    int64_t tick_ms;        // of the fold while it fired
    uint64_t events_before; // folded until then
};

struct planned {
    struct planned_firing fired[PLANNED_FIRED_MAX]; // also those that were fired again in a replay
    size_t count;
    uint64_t ruleset;            // in force while the last one fired
    size_t action_bytes;         // of each action; 0: none is decided
    const struct inflight *page; // what must blame no input while a timer fires; NULL: none
};
extern struct planned planned;

#endif
