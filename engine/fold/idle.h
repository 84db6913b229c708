// Since when a contact has been idle, for workflows that start when none of their events has come for so long.
//
// The contact keeps, among its counters, under "idle" and the workflow's name, a row for each value of `per`: its length
// (varint), and within it the time of the last event (ms since TIME_MS_MIN, varint), the key (8), then the key's value, the
// name of the event's type and its data, each behind its length (varint). A row goes when its workflow has started.
#ifndef ENGINE_FOLD_IDLE_H
#define ENGINE_FOLD_IDLE_H

#include "engine/base/buffer.h"
#include "engine/event/value.h"
#include "rules/ruleset.h"

struct fold;

enum {
    IDLE_ROWS_MAX =
        1000, // of a workflow and contact; then the one that has been idle the longest is forgotten, and counted
};

struct idle_row {
    int64_t last_ms;
    uint64_t key;
    struct bytes key_value, type_name, data; // as those of runs
};

// The event in hand, which expressions are about: one of the workflow's has come. Inside a frame.
void idle_note(struct fold *fold, const struct workflow_def *workflow, struct value data);
// When the contact in hand will have been idle for so long; TIMER_NONE when it is not waited for.
int64_t idle_due_ms(struct fold *fold, const struct workflow_def *workflow);
// Takes a row that is due at fold->now_ms away; false when there is none. It lives in the fold's arena. Inside a frame.
bool idle_take(struct fold *fold, const struct workflow_def *workflow, struct idle_row *out);

// Takes rows as another fold has them, of its history, in the place of the workflow's own: those of silences that still
// run at fold->tick_ms. Inside a frame.
void idle_take_over(struct fold *fold, const struct workflow_def *workflow, struct bytes rows);
// The name that rows are kept under.
void idle_add_name(struct buffer *to, struct bytes workflow);

#endif
