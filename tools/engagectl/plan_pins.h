// Versions of workflows that runs in flight are to go on with, and that the new rules cannot keep.
#ifndef TOOLS_ENGAGECTL_PLAN_PINS_H
#define TOOLS_ENGAGECTL_PLAN_PINS_H

#include "tools/engagectl/plan_compare.h"
#include "tools/engagectl/plan_data.h"

// Marks the rows of runs that would be kept at their version, and are not: with the reason, and with what becomes of them
// instead. `before`, the rules that are compared with, tells of its own versions; NULL: there are none. For others the shards
// of the data directory are opened, read only, to see which rules and versions are in force there; where that cannot be done
// their rows are marked as unchecked, and the reason is in `data`. Does nothing where no row is of a version that is kept.
void plan_check_pins(
    struct plan_data *data,
    const struct ruleset *before,
    const struct ruleset *after,
    struct arena *arena,
    struct plan *plan);

#endif
