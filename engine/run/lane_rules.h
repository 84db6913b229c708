// Puts rules in force on a lane's shard: at its opening, and while it goes on.
//
// While it goes on: where new rules say otherwise what events make of a contact, a side thread folds the journal again
// under them, beside the lane. When little is left the lane takes nothing in for a moment: what is due by then fires by the
// rules of then, the rest is followed, and the frame of the new rules is made. No event waits longer than for that.
#ifndef ENGINE_RUN_LANE_RULES_H
#define ENGINE_RUN_LANE_RULES_H

#include "engine/run/lane.h"
#include "engine/run/rules.h"

// New rules on their way from the main thread to a lane and back.
struct rules_job {
    struct post post;
    struct lane *lane;
    const struct rules *rules; // borrowed until it is back
    struct side_thread *side;  // that folds the journal again
    struct postbox *reply_to;
    post_run_fn *done_run; // the rules are in force, or the lane is about to stop
};

// Main thread; the lane's worker may not run yet.
void rules_job_send(struct rules_job *job);

// At the opening, before the lane begins: fires what is due, by the rules of then, and puts the new ones in force.
// Blocks as long as all of that takes, and while the disk is full. side: to wait on. What fails ends the process.
void lane_rules_open(struct lane *lane, const struct rules *rules, struct side_thread *side);

// --- the lane's turns
// Nothing is to be taken in, and nothing fired.
bool lane_rules_hold(const struct lane *lane);
// One step while they hold. True: call again at once.
bool lane_rules_turn(struct lane *lane);
// No side thread has anything of it.
bool lane_rules_are_settled(const struct lane *lane);

#endif
