// The life of one simulated world, from its seed to the checks at its end.
#ifndef TESTS_SIM_WORLD_H
#define TESTS_SIM_WORLD_H

#include <stdbool.h>
#include <sys/types.h>

#include "tests/sim/sim.h"

// Runs the world of sim->seed; sim->failure says what did not hold.
void world_run(struct sim *sim);
// The directory in memory that the process had for its stores.
void world_remove_directory(pid_t process);

#endif
