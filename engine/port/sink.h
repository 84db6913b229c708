// The port that actions and dead letters leave by, each exactly once.
//
// A sink serves all shards of one worker and is driven by that worker's publisher thread alone.
// It is handed whole frames that are durable, in order per shard. Its own durable tail says what
// was published: the ids at the end of a file, the metadata of an offset committed to Kafka.
#ifndef ENGINE_PORT_SINK_H
#define ENGINE_PORT_SINK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "engine/base/bytes.h"
#include "engine/base/err.h"
#include "engine/base/hash.h"

enum outgoing_kind { OUTGOING_ACTION, OUTGOING_DEAD_LETTER };

// Which kinds of things a sink takes; others are left out and count as published.
enum outgoing_kinds {
    OUTGOING_KINDS_ACTIONS = 1 << OUTGOING_ACTION,
    OUTGOING_KINDS_DEAD_LETTERS = 1 << OUTGOING_DEAD_LETTER,
    OUTGOING_KINDS_ALL = OUTGOING_KINDS_ACTIONS | OUTGOING_KINDS_DEAD_LETTERS,
};

// One thing to publish. Borrowed during the call.
struct outgoing {
    enum outgoing_kind kind;
    uint32_t shard;
    uint64_t sequence;  // of the frame that decided it
    uint32_t index;     // among the outgoing things of that frame, from 0
    struct hash128 id;  // derived, the same for ever; 32 hex digits in the value
    struct bytes topic; // "actions.email"; for dead letters the configured topic or empty
    struct bytes key;   // contact id; may be empty for dead letters
    struct bytes value; // the whole JSON object, one line without a newline
};

// The frames of one shard in one publication. Frames without outgoing things count too: they move
// the position on.
struct publish_shard {
    uint32_t shard;
    uint64_t sequence_last;    // last frame of this publication
    struct hash128 chain_last; // its chain hash
    const char *source_name;   // Kafka source whose offset is committed with it, or NULL
    int64_t source_next;       // the offset to commit
};

struct publication {
    const struct publish_shard *shards;
    size_t shard_count;
    const struct outgoing *items; // per shard in journal order
    size_t item_count;
};

enum sink_frame_standing {
    SINK_FRAME_PUBLISHED, // by what the journal's checkpoint says
    SINK_FRAME_TO_COME,   // in the publication that follows
};

// A frame by what tells it from one of the same number in another journal.
struct sink_frame {
    uint32_t shard;
    uint64_t sequence;
    struct hash128 chain;
    enum sink_frame_standing standing;
};

struct sink_ops {
    // Ends what a dead instance left open (fencing it) and learns what was published of this shard.
    // mark is what publish gave for the frame that the checkpoint stands at (0: from the beginning).
    // Called once per shard before the first publish, again after ERR_STATE.
    //   ERR_UNREACHABLE try again later · ERR_CORRUPT the tail is not what this engine wrote
    enum err (*recover)(void *self, uint32_t shard, uint64_t mark, struct fault *fault);
    // Optional. Called after recover for the frame before the next publication, then for each frame of
    // it, in order, before is_published: so that the sink sees whether this is the journal it was fed from.
    //   ERR_CORRUPT the sink has confirmed a frame of this sequence with another chain hash
    enum err (*check_frame)(void *self, const struct sink_frame *frame, struct fault *fault);
    // Whether a thing of a durable frame was published before; asked in journal order after recover.
    // chain is the chain hash of the thing's frame.
    //   ERR_CORRUPT as above; or the sink has confirmed less than the journal knows to be published, so that
    //               it cannot tell
    enum err (*is_published)(
        void *self,
        const struct outgoing *item,
        struct hash128 chain,
        bool *out,
        struct fault *fault);
    // Publishes all of it as one unit and returns when that is confirmed; mark_out goes into the
    // next checkpoint.
    //   ERR_UNREACHABLE nothing or all may be out: recover, ask, try again
    //   ERR_STATE       as above, at once · ERR_FENCED another instance has taken over: stop
    //   ERR_NOSPACE, ERR_MISSING (a topic), ERR_LIMIT (a thing is larger than the broker takes)
    //                   nothing is out; try again later
    //   ERR_SYNC        not known to be durable: stop · ERR_IO, ERR_CORRUPT named
    // What was published is left out when it comes again: a publication may be repeated.
    enum err (*publish)(
        void *self, const struct publication *publication, uint64_t *mark_out, struct fault *fault);
    void (*destroy)(void *self);
};

struct sink {
    const struct sink_ops *ops;
    void *self;
};

#endif
