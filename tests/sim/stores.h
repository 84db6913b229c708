// What befalls the stores between two processes. They are real files, in memory.
#ifndef TESTS_SIM_STORES_H
#define TESTS_SIM_STORES_H

#include "tests/sim/setup.h"

// As an operator may: the store is folded again from the journal.
void stores_remove(struct sim *sim, uint64_t shard);
// Perhaps flips a byte of one, unless it has a flipped one already.
void stores_flip(struct sim *sim, uint32_t shards);
// A process built the store of a shard anew: I4, unless a byte of it was flipped.
void stores_were_rebuilt(struct sim *sim, uint32_t shard);
// Whether a process that ended so has met a flipped byte; the next one must do without that store.
bool stores_explain(struct sim *sim, const char *exit_text);
// When all has come out: I5, a flipped byte that nobody met is harmless, or is named. What is named is removed, as
// operators are told to. True: something was, and a process has to fold it again.
bool stores_look(struct sim *sim, const struct sim_setup *setup);

#endif
