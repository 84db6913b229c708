// The port that events come in by.
//
// One source feeds one shard and is driven by that shard's worker thread alone. Its position is a
// number that only grows: a Kafka offset, a byte offset in a file, a count of HTTP requests.
#ifndef ENGINE_PORT_SOURCE_H
#define ENGINE_PORT_SOURCE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "engine/base/bytes.h"
#include "engine/base/err.h"
#include "engine/base/hash.h"
#include "engine/base/header.h"

// Where the outcome of an HTTP event goes; opaque to all but engine/run.
struct message_ticket;

// One thing received. Everything in it is borrowed until release().
struct message {
    struct bytes value;
    struct bytes key; // empty when there is none
    const struct header *headers;
    size_t header_count;
    int64_t position;      // where this message stands
    int64_t position_next; // where reading goes on after it
    uint64_t
        value_bytes; // true length; greater than value.len when value was cut at the source's limit
    struct message_ticket *ticket;
    uint32_t ticket_index;
};

// One thing that was read before, to tell a source made anew from the old one.
struct source_memory {
    int64_t position;     // where it stood; SOURCE_POSITION_START: nothing is known
    struct hash128 value; // source_value_hash of it
};

static inline struct hash128 source_value_hash(struct bytes value)
{
    return hash_u128(value, 0);
}

#define SOURCE_POSITION_START (-1)

struct source_ops {
    // Optional. Before the first start: what the journal holds of this source. When another thing is found
    // there, start or poll answer ERR_GAP. Where nothing is found any more, nothing is known.
    void (*remember)(void *self, const struct source_memory *memory);
    // Goes to a position before the first poll: SOURCE_POSITION_START for a shard that never read
    // this source (the oldest there is), else what a frame recorded. May be called again after ERR_UNREACHABLE.
    //   ERR_GAP          the position is gone (retention, truncated, recreated, replaced file); the
    //                    fault names the position asked for and what there is
    //   ERR_UNREACHABLE  try again later · ERR_MISSING no such file or topic · ERR_IO
    enum err (*start)(void *self, int64_t position, struct fault *fault);
    // Gives up to max messages that are there now, without waiting.
    //   ERR_AGAIN nothing right now (wake is called when there is) · ERR_END never anything again
    //   ERR_GAP, ERR_UNREACHABLE, ERR_IO as above
    enum err (*poll)(
        void *self, struct message *messages, size_t max, size_t *count_out, struct fault *fault);
    // Ends the loan of everything that the last poll gave. Required between two polls.
    void (*release)(void *self);
    void (*destroy)(void *self);
};

struct source {
    const struct source_ops *ops;
    void *self;
    const char
        *name; // stable over restarts: "kafka:contact.events/3", "file:/abs/events.ndjson", "http"
};

// Called from any thread when a source that said ERR_AGAIN has something.
struct source_wake {
    void (*wake)(void *context);
    void *context;
};

#endif
