// The ceiling on the actions that the lanes of a daemon publish together in a minute: what goes beyond it waits in the journal
// until somebody releases it. That a lane stands still, and what was released, is in a file of the shard, so that a restart knows.
#ifndef ENGINE_RUN_LANE_CEILING_H
#define ENGINE_RUN_LANE_CEILING_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "engine/base/err.h"

struct lane;
struct message_ticket;

enum { CEILING_PATH_BYTES = 4200 };

struct lane_ceiling {
    char path[CEILING_PATH_BYTES];
    uint64_t free_up_to; // frames up to here are published without being counted
    uint64_t passed;     // the last frame that may be published
    int64_t minute;      // of the ticks; since 1970
    uint64_t count;      // actions of the lane's own frames that passed in it
    uint64_t drop;       // the frame that drops what waits before it, until it is durable; 0: none
    struct message_ticket *drop_ticket; // settled then
    uint64_t
        may_be_out; // the last frame of an earlier process, where nobody noted what it had published
    bool is_noted;  // the file says that it is shut
    atomic_bool is_shut; // read by other threads
};

// Reads what an earlier process noted; a file that cannot be read means that it stood still. Before lane_begin.
void lane_ceiling_open(struct lane *lane, const char *directory);
// The last durable frame that may be published: frames pass in order, each as a whole, as long as the actions of its minute,
// with those of the other lanes (ceiling_gate.h), stay within lane_settings.actions_per_minute and no other lane stands still.
// Says once that it stands still. Worker thread; writes a small file then.
uint64_t lane_ceiling_pass(struct lane *lane, uint64_t durable);
// Lets out what was decided up to now, and counts anew. Nothing is done where it does not stand still. The gate is opened
// before, by who asks all lanes. Worker thread.
//   ERR_NOSPACE, ERR_IO the file cannot be written: it stands still as before
NODISCARD enum err lane_ceiling_release(struct lane *lane, struct fault *fault);

// Drops what was decided up to now and is not published, by a frame; it is let out without its actions once that is durable,
// and counted anew. What an earlier process may have published already is let out as it is. The gate is opened before, by who
// asks all lanes. The ticket is settled by one when that is in force, at once where there is nothing to do. Worker thread,
// between frames.
//   ERR_AGAIN rules are being put in force, no frame can be made right now: nothing was done, and the ticket is settled
NODISCARD enum err lane_ceiling_drop(
    struct lane *lane, struct message_ticket *ticket, uint64_t *dropped_out, struct fault *fault);

// Hands what is durable and may be published to the publisher (lane.c). Worker thread.
void lane_publish(struct lane *lane);

#endif
