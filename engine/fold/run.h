// Runs of workflows that go on after the event that started them. Each contact keeps its own, as bytes under the
// workflow's name (projections/counters.h).
#ifndef ENGINE_FOLD_RUN_H
#define ENGINE_FOLD_RUN_H

#include <stdbool.h>
#include <stdint.h>

#include "engine/base/hash.h"
#include "projections/names.h"
#include "projections/timers.h"
#include "rules/cel/value.h"
#include "rules/workflow.h"

struct fold;

// How often a run came to a step that emits an action.
struct run_step {
    uint32_t step;  // step_hash of its id
    uint32_t times; // from 1
};

enum {
    RUNS_MAX = 1000,      // of a workflow and contact that are kept, ended ones among them
    RUN_STEPS_MAX = 1000, // that are counted
    RUN_DATA_BYTES_MAX = 64 * 1024,
};

// What rules that came into force have said of a run; the contact's timer does it.
enum run_mark {
    RUN_UNMARKED,
    RUN_BEGINS,    // it has not come to its first step yet
    RUN_CANCELLED, // it ends as stopped
    RUN_ASKS,      // what its wait was planned from has changed: it comes to its step anew
};

struct run {
    const struct workflow_def *workflow; // as it is written now, or a pinned version of it
    uint64_t version; // hash of the version that it goes on with; 0: whatever is written now
    uint32_t number;  // the contact's how-many-eth run of this workflow, from 1
    bool has_ended;   // it is kept so that it is known when it may be entered again
    bool is_kept;     // there is a row of it
    bool
        waits_for_door; // before the step that it is at: for the workflow's window, or to be moved on
    bool is_planned;    // its wait is planned again when that changes which it was planned from
    enum run_mark mark;
    uint64_t key; // 0 without one
    int64_t started_ms;
    int64_t due_ms;     // when time alone takes it on; TIMER_NONE: never
    int64_t entered_ms; // where is_planned: when it came to that wait
    uint32_t at;        // the step it waits at; STEP_NONE: the rules have no such step any more
    uint32_t at_hash;   // of that step's id
    uint32_t step_count;
    struct run_step *steps;
    struct bytes key_value; // packed (packed_value.h); empty without one
    struct bytes data;      // of the event that started it, packed (value.h)
    struct bytes type_name; // of that event, where the workflow is about several types; else empty
};

// Tells a workflow's steps apart by their ids; kept in stores, so it never changes.
uint32_t run_step_hash(struct bytes id);
// How often the run came to a step; times is never 0 once it was counted.
uint32_t run_step_times(const struct run *run, uint32_t step_hash);
void run_count_step(struct fold *fold, struct run *run, uint32_t step_hash);
// Takes back what was counted last.
void run_uncount_step(struct run *run, uint32_t step_hash);

// What an expression gives for the event in hand: its hash, and its value packed, in the fold's arena.
void run_key_of(
    struct fold *fold,
    const struct rule_expression *expression,
    uint64_t *hash_out,
    struct bytes *value_out);
// Data of an event packed, in the fold's arena, to be kept; empty, and counted, beyond RUN_DATA_BYTES_MAX.
struct bytes run_pack_data(struct fold *fold, struct value data);
// The same to be walked; VALUE_ABSENT where there is none.
struct value run_unpack_data(struct bytes packed, struct arena *arena);

// The runs of a workflow that the contact in hand keeps, in the order they started; they live in the fold's arena until
// the input is done.
struct run *runs_read(struct fold *fold, const struct workflow_def *workflow, uint32_t *count_out);
// Has the run's workflow and step be those of its version, where the workflow has it; else those that are written now.
void run_bind(struct run *run, const struct workflow_def *workflow);
// Keeps a run as it is now, in place of what was kept of it. False, and counted as a refused change, where there is no
// room.
bool run_write(struct fold *fold, const struct run *run);
// How many runs of a workflow of that name the contact in hand keeps that have not ended, whatever the rules in force.
uint32_t runs_waiting(struct fold *fold, struct name_id workflow);
// Calls each with every run that the contact in hand keeps and that has not ended, whatever the rules in force: its
// workflow's name, run_step_hash of the step that it is at, and the version that it is pinned to (0: none).
typedef void run_place_fn(
    void *context, struct name_id workflow, uint32_t at_hash, uint64_t version);
void runs_each_place(struct fold *fold, run_place_fn *each, void *context);
// Keeps nothing of it.
void run_remove(struct fold *fold, const struct run *run);

// The next workflow of which the contact in hand keeps runs, in the order of arrival; NULL at the end. *at is 0 to start.
const struct workflow_def *runs_next_workflow(struct fold *fold, size_t *at, int64_t *due_ms_out);
// When time alone takes on the next run of the contact; TIMER_NONE: never.
int64_t runs_due_ms(struct fold *fold);

#endif
