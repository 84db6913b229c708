// What sends events into a world, and remembers what it sent and what was acknowledged.
#ifndef TESTS_SIM_FEED_H
#define TESTS_SIM_FEED_H

#include "tests/sim/setup.h"

// One input as it was sent.
struct sent {
    uint64_t index;   // of workload_make
    uint64_t origin;  // the input whose source and id it repeats
    int64_t position; // in its source; HTTP: -1
    uint64_t content; // hash of what it consists of
    bool is_acknowledged;
};

struct feed_shard {
    struct sent *sent;
    size_t count, cap;
    uint64_t next; // index of the next input to make
    uint64_t end;  // how many there will be
};

struct feed {
    struct sim *sim;
    struct sim_setup *setup;
    struct feed_shard shards[SIM_SHARDS_MAX];
    struct workload_input *input;
    uint32_t clients_left; // clients and producers that are not done
};

void feed_create(struct sim *sim, struct sim_setup *setup, struct feed *feed);
void feed_free(struct feed *feed);
// Notes that an input was sent; borrowed until the next one.
struct sent *feed_note(
    struct feed_shard *shard, const struct workload_input *input, int64_t position);
// Between two processes: more lines for the file source.
void feed_more_lines(struct feed *feed);
// All that is to be sent was sent (and acknowledged, where that is how it goes).
bool feed_is_done(const struct feed *feed);
// The hash that struct sent has, of the bytes and packed headers that a journal has.
uint64_t feed_content(struct bytes value, struct bytes headers);

#endif
