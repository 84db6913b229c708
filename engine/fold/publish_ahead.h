// A look at the frames that a shard will hand to its publisher.
#ifndef ENGINE_FOLD_PUBLISH_AHEAD_H
#define ENGINE_FOLD_PUBLISH_AHEAD_H

#include <stdbool.h>
#include <stdint.h>

struct outbox;
struct shard;

struct outbox_ahead {
    uint64_t sequence;
    int64_t tick_ms;
    uint32_t actions;
};
// False: no further ones.
typedef bool outbox_ahead_fn(void *context, const struct outbox_ahead *frame);

// Shows the frames up to `durable` that were not taken yet, in order. Worker thread.
void outbox_walk_ahead(
    const struct outbox *outbox, uint64_t durable, outbox_ahead_fn *each, void *context);
void shard_walk_ahead(
    const struct shard *shard, uint64_t durable, outbox_ahead_fn *each, void *context);

#endif
