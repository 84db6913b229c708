// Workflows, taken from where they are written.
#ifndef RULES_COMPILE_WORKFLOWS_H
#define RULES_COMPILE_WORKFLOWS_H

#include "rules/compiler.h"

// One workflow as it is written; is_pinned: as it was written once, and runs go on with. False after a diagnostic.
bool compile_workflow(
    struct compiler *compiler,
    const struct yaml_entry *entry,
    bool is_pinned,
    struct workflow_def *out);
// By which its steps are known while it is compiled: how many there are before it, pinned ones among them.
size_t compile_workflow_number(const struct ruleset *ruleset);
void compile_workflow_add(struct ruleset *ruleset, const struct workflow_def *workflow);
// The steps of one workflow, into *workflow.
void compile_steps(
    struct compiler *compiler, const struct yaml_node *node, struct workflow_def *workflow);
// A step starts the workflow of that name; whether there is one is looked at once all are compiled.
void compile_started(struct compiler *compiler, const struct yaml_node *name);
void compile_workflows_finish(struct compiler *compiler);

#endif
