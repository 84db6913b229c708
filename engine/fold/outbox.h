// Actions and dead letters that frames decided and no sink has confirmed yet.
#ifndef ENGINE_FOLD_OUTBOX_H
#define ENGINE_FOLD_OUTBOX_H

#include <stdbool.h>
#include <stdint.h>

#include "engine/base/buffer.h"
#include "engine/base/hash.h"
#include "engine/port/sink.h"

// One thing and its frame's chain hash (which sink->is_published wants). Texts are in the batch.
struct outbox_item {
    struct outgoing outgoing;
    struct hash128 chain;
    bool is_replayed; // may be out already: ask the sink before publishing
};

struct outbox_frame_id {
    uint64_t sequence;
    struct hash128 chain;
};

// Things that are confirmed for certain, and how many of each.
struct outbox_confirmed {
    uint64_t actions, dead_letters;
};

// What one shard hands to the publisher: owned by whoever holds it. Zero-initialised is empty.
struct outbox_batch {
    uint32_t shard;
    uint64_t sequence_last; // 0: empty
    struct hash128 chain_last;
    struct outbox_frame_id before;  // the frame before the first
    struct outbox_frame_id *frames; // all of it, also those without items
    size_t frame_count;
    size_t frame_cap;
    struct outbox_item *items;
    size_t item_count;
    size_t item_cap;
    struct buffer texts; // what the items' views point into
    // the Kafka source's position after sequence_last, for the offset commit; the name is borrowed
    // from the shard and may be NULL
    const char *source_name;
    int64_t source_next;
};

void outbox_batch_clear(struct outbox_batch *batch);
void outbox_batch_free(struct outbox_batch *batch);

// Waiting frames of one shard, in order. Worker thread.
struct outbox_frame;
struct outbox {
    struct outbox_frame *first, *last;
    struct outbox_frame *open;  // being filled
    struct outbox_frame *spare; // for reuse
    uint64_t waiting_actions;   // not confirmed: waiting here, taken, or in the open frame
    uint64_t waiting_dead_letters;
    uint64_t waiting_bytes; // texts of both
};

void outbox_free(struct outbox *outbox);
// Puts one thing into the open frame; everything is copied; shard, sequence and index are filled in later.
void outbox_add(struct outbox *outbox, const struct outgoing *outgoing);
// What is known of a frame once it has been appended.
struct outbox_close {
    uint32_t shard;
    uint64_t sequence;
    int64_t tick_ms;
    struct hash128 chain;
    struct hash128 chain_before; // of the frame before it
    const char *source_name;
    int64_t source_next;
    bool is_replayed;
};
void outbox_close_frame(struct outbox *outbox, const struct outbox_close *close);
// Actions of frames from first to last that were not taken are never given; dead letters are. How many.
uint64_t outbox_drop(struct outbox *outbox, uint64_t first, uint64_t last);
// Moves the frames up to `durable` into the batch; false when there were none.
bool outbox_take(struct outbox *outbox, uint64_t durable, struct outbox_batch *batch);
// Frames up to sequence are confirmed: takes what they held off the waiting counts.
void outbox_confirm(struct outbox *outbox, uint64_t sequence);

#endif
