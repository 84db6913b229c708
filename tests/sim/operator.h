// The people and machines around a daemon: they stop it, kill it, edit its rules, fill its disk, set its clock.
#ifndef TESTS_SIM_OPERATOR_H
#define TESTS_SIM_OPERATOR_H

#include "tests/sim/backup.h"
#include "tests/sim/check.h"

struct operator
{
    struct sim *sim;
    struct sim_setup *setup;
    bool is_resting;
    struct backup backup;                 // older
    char refusal[FAULT_TEXT_BYTES + 128]; // why the last trial ended
};

// Begins to act while processes live, as a task of the world. operator is borrowed until the end.
void operator_start(struct operator* operator);
void operator_rest(struct operator* operator);
// Ends the running process: by SIGTERM, by SIGKILL, by the power.
void operator_end(struct sim *sim, int64_t slice_us);
// What is done to its files while none runs.
void operator_between(struct operator* operator, struct known_journal known[SIM_SHARDS_MAX]);
// Starts a process without trouble that may refuse, and gives what it ends with; SIM_EXIT_NONE: it lived for so long,
// and was killed. What clients were told by one that is thrown away does not count.
enum operator_trial { OPERATOR_KEEPS, OPERATOR_THROWS_AWAY };
int operator_try_to_start(
    struct operator* operator, enum operator_trial trial, int64_t patience_us);

#endif
