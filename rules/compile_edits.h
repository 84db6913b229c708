// What a workflow says about contacts that are there already, about its runs in flight when it is written differently, and
// about runs that are woken late.
#ifndef RULES_COMPILE_EDITS_H
#define RULES_COMPILE_EDITS_H

#include "rules/compile_expression.h"
#include "rules/compiler.h"

// `existing` of the workflow's mapping, once `on` is known.
void compile_existing(
    struct compiler *compiler, const struct yaml_node *node, struct workflow_def *workflow);
// `if` or `key`: about the event that starts it; about the contact alone where those that are there enter and the event is
// not known. NULL after a diagnostic.
const struct rule_expression *compile_entry(
    struct compiler *compiler,
    const struct yaml_node *node,
    const char *what,
    const struct workflow_def *workflow,
    enum expression_use use);
// `overdue`; node NULL: the default.
void compile_overdue(
    struct compiler *compiler, const struct yaml_node *node, struct workflow_def *workflow);
// `edit`, once the steps are known; node NULL: the default.
void compile_edit(
    struct compiler *compiler, const struct yaml_node *node, struct workflow_def *workflow);

#endif
