// Taking runs of workflows on: their steps, what they wait for, and what ends them. All of it about the contact in hand,
// inside a frame of the state.
#ifndef ENGINE_FOLD_RUN_FLOW_H
#define ENGINE_FOLD_RUN_FLOW_H

#include "engine/fold/run.h"
#include "engine/fold/run_step.h"

struct fold;

// What a run is started with.
struct run_start {
    const struct workflow_def *workflow;
    uint64_t key; // 0 without one
    struct bytes key_value;
    struct value data;                 // of the event that starts it
    const struct event_type_def *type; // of that event
    uint32_t depth;
    bool is_deferred; // rules come into force: the contact's timer takes it to its first step
};

// Finds the key, where the workflow has one; its event is in hand.
void run_start_key(struct fold *fold, struct run_start *start);
// Starts a run of a workflow whose conditions are true, unless `reenter` forbids it, and takes it as far as it goes now.
void run_start(struct fold *fold, const struct run_start *start);
// Puts a run that waits at another step, where it waits on as it is set. Inside a frame.
void run_put_at(struct fold *fold, struct run *run, uint32_t to);
// Ends a run that waits, or for which there was no room, while rules come into force: no event tells of it.
void run_end_untold(struct fold *fold, struct run *run, enum run_outcome outcome);
// The event in hand, which expressions are about: ends runs that it stops, and takes on those that wait for it. The
// type is one of those that are awaited.
void runs_hear(struct fold *fold, event_type type, uint32_t depth);
// Ends runs whose workflow stops them by a condition about the contact that is true now.
void runs_check(struct fold *fold, uint32_t depth);
// Workflows of which the contact in hand keeps runs that are due by then, in the fold's arena: what is done to one may
// move the bytes of all. TIMER_NONE: all of them.
const struct workflow_def **runs_kept_workflows(
    struct fold *fold, int64_t due_ms, uint32_t *count_out);
// Takes on runs that time alone takes on, as of fold->now_ms.
void runs_wake(struct fold *fold);

#endif
