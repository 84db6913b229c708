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
// After all files: checks and compiles what was taken.
void compile_expressions(struct compiler *compiler);
// Once nobody looks at the files any more.
void compile_expressions_end(struct compiler *compiler);

#endif
