// How many runs each workflow and each of its steps has had, and what became of them.
//
// Of a step and of a workflow alike: entered = waiting + done + stopped + failed. They are a function of the journal, as
// the state is: checkpoints keep them, and folding again gives the same.
#ifndef ENGINE_FOLD_RUN_COUNTS_H
#define ENGINE_FOLD_RUN_COUNTS_H

#include <stddef.h>
#include <stdint.h>

#include "engine/base/buffer.h"
#include "engine/base/err.h"
#include "engine/fold/run_step.h"
#include "projections/names.h"
#include "rules/ruleset.h"

struct run_count {
    uint64_t entered;
    uint64_t waiting; // at it now
    uint64_t done;    // behind it; of a workflow: at its end
    uint64_t stopped; // at it
    uint64_t
        failed; // an expression of it did, whatever the run did then; of a workflow: they ended so
};

// Known by its id, so that it is the same step wherever the rules have it.
struct step_count {
    char *id; // owned
    uint32_t hash;
    struct run_count count;
};

struct workflow_count {
    struct name_id name;
    struct run_count runs;
    struct step_count *steps; // owned; in the order in which they were first seen
    uint32_t step_count, step_cap;
};

// Zero-initialised is empty. What the rules have no more is kept.
struct run_counts {
    struct workflow_count *items; // owned
    uint32_t count, cap;
    // of the rules that are bound
    uint32_t *item_of;   // by workflow
    uint32_t *step_base; // by workflow: where its steps begin in step_of
    uint32_t *step_of;   // the place among the workflow's steps
};

// The rules whose runs are counted from here on; names: of the workflows, by index.
void run_counts_bind(
    struct run_counts *counts, const struct ruleset *ruleset, const struct name_id *names);
void run_counts_free(struct run_counts *counts);

// What happens to a run, each told once. The step is the one that the run is at.
void run_counts_start(struct run_counts *counts, const struct run *run);
void run_counts_enter(struct run_counts *counts, const struct run *run);
void run_counts_wait(struct run_counts *counts, const struct run *run);
void run_counts_wake(struct run_counts *counts, const struct run *run);
void run_counts_leave(struct run_counts *counts, const struct run *run, enum run_outcome outcome);
void run_counts_end(struct run_counts *counts, const struct run *run, enum run_outcome outcome);

// By index of the workflow in the bound rules, and of the step in it. Valid until the next bind.
const struct run_count *run_counts_workflow(const struct run_counts *counts, uint32_t workflow);
const struct run_count *run_counts_step(
    const struct run_counts *counts, uint32_t workflow, uint32_t step);

// The same counts give the same bytes, however they came about.
void run_counts_pack(const struct run_counts *counts, struct buffer *to);
// Into empty ones.
//   ERR_CORRUPT malformed
NODISCARD enum err run_counts_unpack(struct cursor *from, struct run_counts *into);

#endif
