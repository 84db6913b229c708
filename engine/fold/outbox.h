// Actions and dead letters that frames decided and no sink has confirmed yet.
#ifndef ENGINE_FOLD_OUTBOX_H
#define ENGINE_FOLD_OUTBOX_H

#include <stdint.h>

#include "engine/base/buffer.h"
#include "engine/base/hash.h"
#include "engine/port/sink.h"

// One thing and its frame's chain hash (which sink->is_published wants). Texts are in the batch.
struct outbox_item {
    struct outgoing outgoing;
    struct hash128 chain;
    bool is_replayed; // decided before this process started: ask the sink before publishing
};

// What one shard hands to the publisher: owned by whoever holds it.
struct outbox_batch {
    uint32_t shard;
    uint64_t sequence_last; // 0: empty
    struct hash128 chain_last;
    struct outbox_item *items;
    size_t item_count;
    size_t item_cap;
    struct buffer texts; // what the items' views point into once the batch was taken
    // the Kafka source's position after sequence_last, for the offset commit; name is borrowed from the shard
    const char *source_name;
    int64_t source_next;
};

void outbox_batch_clear(struct outbox_batch *batch);
void outbox_batch_free(struct outbox_batch *batch);

#endif
