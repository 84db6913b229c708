// A lane: one shard with what feeds it, makes it durable, publishes and checkpoints it.
// Everything here belongs to the worker thread of the lane, but for what says otherwise.
#ifndef ENGINE_RUN_LANE_H
#define ENGINE_RUN_LANE_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "engine/fold/shard.h"
#include "engine/run/histogram.h"
#include "engine/run/inlet.h"
#include "engine/run/lane_ceiling.h"
#include "engine/run/prepare_job.h"
#include "engine/run/publisher.h"
#include "engine/run/sync_job.h"
#include "projections/state.h"

enum { LANE_INLETS_MAX = 66, LANE_MESSAGES_MAX = 4096 };

struct lane_settings {
    enum tick_mode tick_mode;
    uint32_t poll_max;           // messages of one poll, at most LANE_MESSAGES_MAX
    uint64_t waiting_bytes_max;  // appended and not durable: reading pauses above
    uint32_t actions_per_minute; // of all lanes; 0: any number (lane_ceiling.h)
    uint64_t outbox_max;         // decided and not published: reading pauses above
    uint64_t outbox_bytes_max;   // the same in bytes
    uint64_t dirty_bytes_max;    // a checkpoint is due
    uint64_t memory_bytes_max;   // reading pauses while a checkpoint is under way
    int64_t checkpoint_age_us;   // a checkpoint is due
    uint64_t checkpoint_events;  // a checkpoint is due, and where there are more contacts as many
};

// A frame, or the events of one HTTP request in it, that is not durable yet.
struct lane_waiting {
    uint64_t sequence;
    struct message_ticket *ticket; // NULL: the frame itself
    uint32_t count;                // events
    int64_t polled_us;
};

// Messages that were polled and are not all folded: timers that come before them fill frames, and what those decide
// has to be published first.
struct lane_hand {
    struct inlet *inlet; // NULL: nothing is in hand
    size_t next, count;  // among the lane's messages
    int64_t polled_us;
};

enum checkpoint_phase {
    CHECKPOINT_NONE,
    CHECKPOINT_WRITING,
    CHECKPOINT_WRITTEN, // until its frames are durable and published
    CHECKPOINT_COMMITTING,
};

// One checkpoint on its way; the post travels between the lane and the checkpoint thread.
struct lane_checkpoint {
    struct post post;
    enum checkpoint_phase phase;
    struct snapshot *snapshot;
    uint64_t sequence;
    uint64_t mark;          // the sink's, of the last publication up to sequence
    int64_t due_us;         // not before
    bool is_hastened;       // the next is due at once
    bool has_replayed;      // frames were folded again when the shard was opened
    uint64_t events_before; // read, and timers fired, when the last one began
    uint64_t sequence_in_force;
    enum err err;
    struct fault fault;
};

enum rules_phase {
    RULES_SETTLED,
    RULES_FOLLOWING, // the journal is folded again beside the lane
    RULES_HOLDING,   // the lane takes nothing in until the new ones are in force
};

// New rules on their way to being in force; the post travels between the lane and the side thread that follows.
struct lane_rules {
    struct post post;
    enum rules_phase phase;
    bool is_aside;                 // the side thread has it
    struct rules_job *job;         // engine/run/lane_rules.h
    struct activation *activation; // engine/fold/activation.h
    uint64_t follow_to;
    uint32_t rounds;
    int64_t at_ms;   // the tick of their frame
    int64_t held_us; // since then
    uint64_t zones_renewed;
    enum err err;
    struct fault fault;
};

struct lane {
    struct runtime *runtime;
    const struct lane_settings *settings;
    struct postbox *box; // of the worker
    struct side_thread *checkpoint_side;
    struct publisher *publisher;
    uint32_t number;
    struct shard *shard;
    struct inlet inlets[LANE_INLETS_MAX];
    size_t inlet_count;
    struct message *messages;
    struct input_result *results;
    struct lane_hand hand;

    struct lane_waiting *waiting; // ring
    size_t waiting_cap, waiting_first, waiting_count;
    struct sync_job sync;
    struct prepare_job prepare;
    uint64_t published; // last frame known to be
    uint64_t taken;     // last frame handed to the publisher
    uint64_t mark;
    struct publish_job *free_jobs;
    struct lane_ceiling ceiling;
    struct lane_checkpoint checkpoint;
    struct lane_rules rules;
    struct histogram latency;          // from poll to durable
    struct outbox_confirmed confirmed; // by the publisher
    uint32_t failures_told;            // expressions that the log has named
    int64_t broken_us;                 // when a balance first did not add up
    struct inflight *inflight; // what is in hand, for the next process; NULL: could not be mapped

    // read by other threads
    atomic_uint_fast64_t events_read;
    atomic_uint_fast64_t bytes_read; // of files
    atomic_bool is_reading;          // every source is started and reachable
    atomic_bool is_gone;             // a source's position is gone
    atomic_uint broken; // balances that do not add up, a bit each (engine/run/balance.h)
};

// runtime, settings, box, checkpoint_side, publisher, number, shard, sync.side, prepare.side and the inlets
// are set; the rest is zero.
void lane_begin(struct lane *lane);
// The shard was closed before. Frees what the lane owns.
void lane_end(struct lane *lane);

// One step: at most one poll of one source, and whatever else is due. True: call again at once.
bool lane_turn(struct lane *lane, int64_t now_us);
void lane_sync(struct lane *lane); // sends what was appended outside of a turn on its way
// Standard input has nothing right now: its descriptor tells when it has.
bool lane_waits_for_stdin(const struct lane *lane);
void lane_wake_stdin(struct lane *lane);
bool lane_has_ended(const struct lane *lane); // no source gives anything, no timer is due
// Everything read is durable, published and in the checkpoint. Meaningful after runtime->is_stopping.
bool lane_is_drained(const struct lane *lane);

#endif
