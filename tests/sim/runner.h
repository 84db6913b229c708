// Runs seeds, each in a child of its own, and makes failing ones smaller.
#ifndef TESTS_SIM_RUNNER_H
#define TESTS_SIM_RUNNER_H

#include <stdbool.h>

#include "tests/sim/report.h"
#include "tests/sim/sim.h"

struct runner_options {
    uint64_t first, count; // seeds
    unsigned jobs;
    struct sim_limits limits;
    unsigned seconds_max; // of one seed
    bool is_verbose;
    bool may_shrink;
    bool shows_progress;
};

// Runs them all and adds up what they went through. Gives how many failed; each is told on standard output.
uint64_t runner_run(const struct runner_options *options, struct sim_report *report);

#endif
