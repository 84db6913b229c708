// `on: {date: …}`, `{schedule: …}` and `{idle: …}` of workflows; internal to the compiler.
#ifndef RULES_COMPILE_TIME_TRIGGER_H
#define RULES_COMPILE_TIME_TRIGGER_H

#include "rules/compiler.h"
#include "rules/ruleset_data.h"

// Sets what starts the workflow, and `on`: the events whose data its runs have. `on` stays EVENT_TYPE_UNKNOWN after a
// diagnostic.
void compile_time_trigger(
    struct compiler *compiler, const struct yaml_node *node, struct workflow_def *workflow);

#endif
