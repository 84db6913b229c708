// What the topic of events loses before it is read, and what a daemon may make of it.
#ifndef TESTS_SIM_TOPICS_H
#define TESTS_SIM_TOPICS_H

#include "tests/sim/operator.h"

// Begins to delete records while processes live, as a task of the world; draws what they do at a gap. setup is
// borrowed until the end.
void topics_start(struct sim *sim, struct sim_setup *setup);
// Between two processes: perhaps deletes records; an operator may decide what is done at a gap.
void topics_between(
    struct sim *sim, struct sim_setup *setup, const struct known_journal known[SIM_SHARDS_MAX]);
// Between two processes, perhaps: the topic loses its end, or is made anew. A process must name it and read that shard
// no more; then the records are put back as they were, and the next one goes on.
void topics_cut(struct operator* operator, struct feed * feed);
// From now on a process goes on behind gaps.
void topics_settle(struct sim_setup *setup);
// The data directory is an older one now: it misses what was deleted since.
void topics_went_back(
    struct sim *sim,
    const struct sim_setup *setup,
    const struct known_journal known[SIM_SHARDS_MAX]);
// A line of the log of a process: I1, a gap is named where there is one, with both positions; I12, it goes on behind
// it only where it was told to.
void topics_take_line(struct sim *sim, const struct sim_setup *setup, const char *line);
// Whether an input that is in no journal was deleted before it was read, and that was said.
bool topics_excuse(const struct sim *sim, uint32_t shard, int64_t position);
// The last input of a shard that can still be read; -1: none.
int64_t topics_last(const struct sim *sim, const struct feed *feed, uint32_t shard);

#endif
