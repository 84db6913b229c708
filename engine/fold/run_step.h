// Doing one step of a run.
#ifndef ENGINE_FOLD_RUN_STEP_H
#define ENGINE_FOLD_RUN_STEP_H

#include "engine/fold/run.h"

struct fold;

enum run_outcome { RUN_DONE, RUN_STOPPED, RUN_FAILED };

enum step_outcome_kind {
    STEP_GOES_ON, // at next
    STEP_WAITS,   // due_ms and waits_for_door of the run are set
    STEP_STOPS,
    STEP_FAILS,
};
struct step_outcome {
    enum step_outcome_kind kind;
    uint32_t next;   // STEP_GOES_ON; STEP_NONE: the run is done
    bool has_failed; // an expression of it did, and the run goes on all the same
};

// Does the step that the run is at.
void run_do_step(struct fold *fold, struct run *run, uint32_t depth, struct step_outcome *out);

#endif
