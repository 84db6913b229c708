// What becomes of runs, as members of a JSON object, for those who are told of it (trace.h).
#ifndef ENGINE_FOLD_RUN_STORY_H
#define ENGINE_FOLD_RUN_STORY_H

#include "engine/base/buffer.h"
#include "engine/fold/trace.h"

struct fold;

// "workflow":…,"run":… (its id): where a line about a run begins; of a pinned version with what follows.
void run_story_add_run(
    struct fold *fold, const struct workflow_def *workflow, uint32_t number, struct buffer *to);
// ,"version":…,"file":…,"line":…: how the workflow was written once.
void run_story_add_version(const struct workflow_def *pinned, struct buffer *to);
// ,"state":"waiting|goes_on|stays|done|stopped|failed","step":…, and what decided:
// waiting: "does", "until", "for":"window" · goes_on: "by":"time|event", "why" · stays: "of":"wait|stop", "why" ·
// an end: "stop":{"on":…}|{"if":true}|{"step":…,"why":…}, "why". A why is {"if":…,"is":…,"values":[…]}.
void run_story_add_state(struct fold *fold, const struct trace_run *of, struct buffer *to);
// ,"step":…,"does":…,"outcome":"done|failed" and "next" (null: the end), "branch" of a split, "why" of an if, "error" of
// what failed.
void run_story_add_step(
    struct fold *fold, const struct run *run, const struct step_outcome *done, struct buffer *to);
// ,"step":…,"action":…,"id":…|"held":…
void run_story_add_action(struct fold *fold, const struct trace_point *point, struct buffer *to);
// ,"held":…: of an action that was emitted, and thrown away by an operator before it left.
void run_story_add_dropped(struct buffer *to);
// ,"outcome":"limited","why":{"key":"reenter","part":"never|after_end|36h","state":"waiting|ended","since":…}
void run_story_add_limited(
    struct fold *fold,
    const struct workflow_def *workflow,
    const struct run *before,
    struct buffer *to);

#endif
