// Publishes what shards decided, in groups as large as what is waiting, on its own thread.
#ifndef ENGINE_RUN_PUBLISHER_H
#define ENGINE_RUN_PUBLISHER_H

#include "engine/fold/outbox.h"
#include "engine/port/sink.h"
#include "engine/run/runtime.h"
#include "engine/run/side_thread.h"

// A batch of one shard on its way. Owned by the publisher from send until done_run.
struct publish_job {
    struct post post; // given back by it
    struct publish_job *next;
    struct postbox *reply_to;
    post_run_fn *done_run;
    void *owner; // the sender's
    struct outbox_batch batch;
    struct outbox_confirmed confirmed; // result: its things that the sink has, counted one by one
    uint64_t mark;          // result: the sink's mark after the publication it was part of
    uint64_t mark_sequence; // result: the last frame of its shard in that publication
};

struct publisher;

// Takes the sink over; it is driven by this thread alone. shard_count: of the whole daemon.
struct publisher *publisher_start(struct runtime *runtime, struct sink sink, uint32_t shard_count);
// Before the first job of a shard: where its checkpoint stands in the sink.
void publisher_set_mark(struct publisher *publisher, uint32_t shard, uint64_t mark);
// Any thread; jobs of one shard in order. What cannot be published now is tried for ever; a fenced sink
// ends the process with 73, a tail that is not ours with 74, another failure with 70.
void publisher_send(struct publisher *publisher, struct publish_job *job);
// Ends the waits; what was not published stays in the journal. Jobs are not given back then.
void publisher_stop(struct publisher *publisher);
void publisher_join(struct publisher *publisher); // NULL is fine

#endif
