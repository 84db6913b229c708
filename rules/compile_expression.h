// Expressions of rules, taken where they are written, and compiled once every name they may use is known.
#ifndef RULES_COMPILE_EXPRESSION_H
#define RULES_COMPILE_EXPRESSION_H

#include "rules/compiler.h"
#include "rules/expression.h"

// To whom the expressions belong that are taken from here on: "scores", "engagement/order".
void compile_owner(struct compiler *compiler, const char *section, struct bytes name);
// Takes an expression; it is checked by compile_expressions, once what it may name is known. NULL after a
// diagnostic, or when on is EVENT_TYPE_UNKNOWN because of one.
const struct rule_expression *compile_expression(
    struct compiler *compiler,
    const struct yaml_node *node,
    const char *what,
    event_type on,
    enum expression_use use);
// The same for one that is about a contact, without an event.
const struct rule_expression *compile_contact_expression(
    struct compiler *compiler,
    const struct yaml_node *node,
    const char *what,
    enum expression_use use);
// The same for a step of a workflow that events of the type `run_on` start. `on`: the event that it is about, or
// EVENT_TYPE_UNKNOWN for none; begin and end: which bytes of the node's text. is_of_contact: it is of no step, and about the
// contact alone.
struct step_expression {
    event_type on, run_on;
    enum expression_use use;
    size_t begin, end;
    bool is_of_contact;
};
const struct rule_expression *compile_step_expression(
    struct compiler *compiler,
    const struct yaml_node *node,
    const char *what,
    const struct step_expression *step);
// After all files: checks and compiles what was taken.
void compile_expressions(struct compiler *compiler);
// Once nobody looks at the files any more.
void compile_expressions_end(struct compiler *compiler);

#endif
