// Offsets that the group of a world committed, and that are gone: expired, or deleted.
#ifndef TESTS_SIM_OFFSETS_H
#define TESTS_SIM_OFFSETS_H

#include "tests/sim/operator.h"

// The frame up to which Kafka has confirmed a shard, from the metadata of its committed offset; 0: none.
uint64_t offsets_confirmed(const struct sim *sim, const struct sim_setup *setup, uint32_t shard);
// Between two processes, perhaps: the offsets go. The next process goes on by itself, or ends with 74 where it cannot
// know what is out; then what is in doubt goes to a file, and what no topic has is produced by hand, as operations.md
// says.
void offsets_expire(struct operator* operator);

// Whether a process ended with this text because they are gone: what is in doubt has to be put right.
bool offsets_explain(struct sim *sim, const char *exit_text);
// Does so, where a process ended for that.
void offsets_put_right(struct operator* operator);

#endif
