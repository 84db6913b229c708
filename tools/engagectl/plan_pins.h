// Versions of workflows that runs in flight are to go on with, and that the new rules cannot keep.
#ifndef TOOLS_ENGAGECTL_PLAN_PINS_H
#define TOOLS_ENGAGECTL_PLAN_PINS_H

#include "tools/engagectl/ask.h"
#include "tools/engagectl/plan_compare.h"

// Marks the rows of runs that would be kept at their version, and are not: with the reason, and with what becomes of them
// instead. Where the question knows runs, the shards of the data directory are opened, read only, to see which rules and
// versions are in force there; else `before` is asked, the old rules. Does nothing where no row is of a version that is kept.
void plan_check_pins(
    struct asking *asking,
    const struct plan_question *question,
    const struct ruleset *before,
    struct arena *arena,
    struct plan *plan);

#endif
