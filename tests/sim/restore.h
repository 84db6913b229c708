// Operators who put an older copy of the data directory in the place of the newer one.
#ifndef TESTS_SIM_RESTORE_H
#define TESTS_SIM_RESTORE_H

#include "tests/sim/operator.h"

// Perhaps takes a copy, or starts a process on the one that was taken before; drawn from sim->mishaps.
//
// Published to Kafka: it must send nothing and end with 74 as soon as there is something to send; then the newer one
// is put back. With files of output, which are restored with it, it goes on, and known is what it was then.
void restore_between(struct operator* operator, struct known_journal known[SIM_SHARDS_MAX]);

#endif
