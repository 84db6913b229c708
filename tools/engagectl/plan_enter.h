// How many contacts that are there enter new workflows.
#ifndef TOOLS_ENGAGECTL_PLAN_ENTER_H
#define TOOLS_ENGAGECTL_PLAN_ENTER_H

#include "tools/engagectl/ask.h"
#include "tools/engagectl/plan_compare.h"

// Sets `enter` of the rows that take contacts in, by trying the rules on the data directory, opened read only: the shards are
// good for nothing else afterwards. Says on standard error where that cannot be done, and leaves PLAN_UNKNOWN.
void plan_count_enter(struct asking *asking, const struct rule_bundle *bundle, struct plan *plan);

#endif
