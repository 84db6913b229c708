// What `with` of steps and of tests share: an action's parameters by name.
#ifndef RULES_COMPILE_WITH_H
#define RULES_COMPILE_WITH_H

#include "rules/compiler.h"

// Index into the action's params; their number where it has none of that name.
uint32_t action_param_find(const struct action_def *action, struct bytes name);
// E0217, with a did-you-mean.
void compile_unknown_param(
    struct compiler *compiler, const struct yaml_node *key, const struct action_def *action);

#endif
