// Asks lanes something on their workers' threads and brings the answers back to the main thread.
#ifndef ENGINE_RUN_ASK_H
#define ENGINE_RUN_ASK_H

#include "engine/run/fleet.h"

struct ask;

// One lane's part: what the worker fills in.
struct ask_part {
    struct post post;
    struct ask *ask;
    struct lane *lane;
    enum err err;
    struct fault fault;
    struct buffer text;
    void *facts; // freed with the ask
};

// Runs on the lane's worker, between frames; ask is only read there.
typedef void ask_part_fn(const struct ask *ask, struct ask_part *part);
// Runs on the main thread when all parts are there.
typedef void ask_done_fn(struct ask *ask);

struct ask {
    ask_part_fn *part_run;
    ask_done_fn *done_run;
    struct postbox *reply_to;
    struct ask_part *parts; // by shard
    uint32_t part_count;
    uint32_t left;
    void *owner;
};

// Asks every lane. The fleet must be open. Main thread; owned by done_run, which frees it.
struct ask *ask_all(
    struct fleet *fleet,
    struct postbox *reply_to,
    ask_part_fn *part_run,
    ask_done_fn *done_run,
    void *owner);
void ask_destroy(struct ask *ask);

#endif
