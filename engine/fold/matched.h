// What of the rules has matched, told as it does to whoever counts it: tests of rules.
#ifndef ENGINE_FOLD_MATCHED_H
#define ENGINE_FOLD_MATCHED_H

#include <stdint.h>

#include "projections/identity.h"

enum matched_kind {
    MATCHED_RULE,     // gave points, or, with `while`, became true; index: into the ruleset's rules
    MATCHED_SEGMENT,  // was entered
    MATCHED_WORKFLOW, // a run of it started
};
typedef void matched_fn(
    void *context, enum matched_kind kind, uint32_t index, struct contact_number contact);

// A run of a workflow comes from one step to another: by their indexes, STEP_NONE before the first and behind the last.
typedef void went_fn(void *context, uint32_t workflow, uint32_t from, uint32_t to);

struct matched {
    matched_fn *tell; // NULL: nobody counts
    went_fn *went;    // NULL likewise
    void *context;
};

// For the files of the fold: of the contact in hand.
struct fold;
void fold_tell_matched(const struct fold *fold, enum matched_kind kind, uint32_t index);
void fold_tell_went(const struct fold *fold, uint32_t workflow, uint32_t from, uint32_t to);

#endif
