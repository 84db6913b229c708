// What rules would make of runs in flight, and of what is kept of contacts.
#ifndef TOOLS_ENGAGECTL_PLAN_COMPARE_H
#define TOOLS_ENGAGECTL_PLAN_COMPARE_H

#include "engine/base/arena.h"
#include "rules/ruleset.h"
#include "tools/engagectl/json.h"

enum plan_change { PLAN_SAME, PLAN_NEW, PLAN_EDITED, PLAN_GONE };

enum plan_outcome {
    PLAN_NOTHING, // no runs are there
    PLAN_GOES_ON, // at `to`
    PLAN_MOVES,   // to `to`
    PLAN_STAYS,   // with the workflow as it was written when they began
    PLAN_ENDS,
    PLAN_STEP_GONE,
    PLAN_WORKFLOW_GONE,
};

#define PLAN_UNKNOWN INT64_C(-1)

// A workflow, or the runs that are at one of its steps.
struct plan_row {
    struct bytes workflow;
    enum plan_change change;
    bool has_existing; // it is new, and contacts that are there enter
    int64_t enter;     // runs that would begin so; PLAN_UNKNOWN
    struct bytes step; // empty: of no step, or one that the old rules do not have either
    int64_t runs;
    enum plan_outcome outcome;
    struct bytes to;
    struct bytes at;   // the hash of the step, as text
    bool is_pinned;    // to a version that was not in force any more
    uint64_t version;  // the hash of how their workflow was written when they began; 0: not known
    bool is_unchecked; // it stays if the new rules have what its version names, which is not known
    const char *unpinned; // why they cannot stay with it; NULL: they can, or are not to
};

struct plan_definition {
    const char *kind; // "score"
    struct bytes name;
    enum plan_change change;
    bool is_from_now; // it starts empty
};

// What is compared; everything borrowed. The shape is that of query_workflows.h.
struct plan_question {
    const struct json *before;        // how the old rules are written
    const struct json *const *shards; // where runs are; none: it is not known
    size_t shard_count;
    const struct ruleset *after;
};

struct plan {
    struct plan_row *rows;
    struct plan_definition *definitions; // those that change
    size_t row_count, definition_count;
    // Runs that would be without step or workflow, and that cannot keep their steps; places where runs may be, where it is
    // not known.
    int64_t lost, unpinned;
};

// The runs of a row that stays cannot: they follow. The reason is borrowed.
void plan_unpin(
    struct plan *plan, const struct ruleset *after, struct plan_row *row, const char *reason);
// Everything in the arena, or borrowed from the question.
void plan_make(const struct plan_question *question, struct arena *arena, struct plan *out);

#endif
