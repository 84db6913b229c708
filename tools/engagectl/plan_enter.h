// How many contacts that are there enter new workflows.
#ifndef TOOLS_ENGAGECTL_PLAN_ENTER_H
#define TOOLS_ENGAGECTL_PLAN_ENTER_H

#include "tools/engagectl/plan_compare.h"
#include "tools/engagectl/plan_data.h"

// Sets `enter` of the rows that take contacts in, by trying the rules on the data directory, opened read only: the shards are
// good for nothing else afterwards. Where that cannot be done the reason is in `data`, and PLAN_UNKNOWN is left.
void plan_count_enter(struct plan_data *data, const struct rule_bundle *bundle, struct plan *plan);

#endif
