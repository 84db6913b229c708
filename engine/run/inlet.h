// One source of a lane: where it stands, and when to ask it again.
#ifndef ENGINE_RUN_INLET_H
#define ENGINE_RUN_INLET_H

#include <stdatomic.h>

#include "consumers/kafka/kafka_source.h"
#include "engine/port/source.h"
#include "engine/run/post.h"
#include "engine/run/runtime.h"

enum inlet_kind { INLET_FILE, INLET_KAFKA, INLET_HTTP };

enum inlet_state {
    INLET_STARTING, // not started, or unreachable on the way: started at retry_at_us
    INLET_READING,  // may have something
    INLET_IDLE,     // has nothing until it wakes us
    INLET_ENDED,    // never anything again
    INLET_STOPPED,  // its position is gone; an operator has to decide
};

// Does not move while its source lives: the source wakes it.
struct inlet {
    struct source source; // owned
    enum inlet_kind kind;
    bool is_stdin;      // nobody wakes us but its descriptor
    uint64_t name_hash; // of the source's name
    enum inlet_state state;
    struct postbox *box;             // of the worker, to wake it
    struct kafka_consumer *consumer; // INLET_KAFKA: asked before a start, which would block
    atomic_bool is_woken;
    int64_t retry_at_us;
    uint32_t retry_ms;
    bool is_remembered; // the source was told what it gave last
    bool is_said;       // that it is unreachable
    bool may_skip_gap;
    uint64_t gaps;
    uint64_t polled; // messages that the source ever lent
};

// For source_wake; context is the inlet.
void inlet_wake(void *context);

// Starts the source, or counts the time until it may be tried again. position: of the shard.
void inlet_start(struct inlet *inlet, struct runtime *runtime, int64_t position);
// Polls it. True: messages are borrowed until source.ops->release, also when *count_out is 0.
bool inlet_poll(
    struct inlet *inlet,
    struct runtime *runtime,
    struct message *messages,
    size_t max,
    size_t *count_out);
// Moves on from IDLE and WAITING when it is time. True: worth polling or starting now.
bool inlet_is_due(struct inlet *inlet, int64_t now_us);

#endif
