// What came out of a world: actions and dead letters, each once and in order.
#ifndef TESTS_SIM_OUTPUTS_H
#define TESTS_SIM_OUTPUTS_H

#include "tests/sim/history.h"
#include "tests/sim/setup.h"

// I6, I7: compares what the sinks have with what the journals of all shards decided.
void check_outputs(
    struct sim *sim, const struct sim_setup *setup, const struct history histories[SIM_SHARDS_MAX]);

enum outputs_kind { OUTPUTS_ACTIONS, OUTPUTS_LETTERS };
// As an operator does by hand: produces to its topic what a file has and no topic has, by id.
void outputs_complete(
    struct sim *sim, const struct sim_setup *setup, const char *path, enum outputs_kind kind);

#endif
