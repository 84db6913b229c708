// `teams`, and the step that assigns to them.
#ifndef RULES_COMPILE_TEAMS_H
#define RULES_COMPILE_TEAMS_H

#include "rules/compile_flow.h"

compile_function compile_teams;
// A step's `assign`, into the step at `at`.
void compile_assign(struct flow *flow, const struct yaml_entry *entry, uint32_t at);

#endif
