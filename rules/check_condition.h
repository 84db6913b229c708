// Conditions that say less than they seem to: always or never true. Nothing that may be meant is warned of.
#ifndef RULES_CHECK_CONDITION_H
#define RULES_CHECK_CONDITION_H

#include "rules/cel/check.h"
#include "rules/compiler.h"

// An expression whose constants are known (constant_value), and where it stands.
struct checked_expression {
    const struct yaml_node *node;
    size_t begin; // of the node's text
    struct bytes text;
    const struct cel_node *root;
    event_type on; // what it is about, or a set (rules/event_set.h); EVENT_TYPE_UNKNOWN: no event
};

// Where a part of it stands.
static inline struct place checked_place(
    const struct compiler *compiler,
    const struct checked_expression *expression,
    const struct cel_node *part)
{
    return yaml_place_shown(
        compiler->list, expression->node, expression->begin + part->begin,
        expression->begin + part->end);
}

// W0508 where a condition is never true, whatever comes, as two of its parts exclude each other, or always: of a condition
// that may be left out only.
enum condition_kind { CONDITION_MAY_BE_LEFT_OUT, CONDITION_IS_NEEDED };
void check_condition(
    struct compiler *compiler,
    const struct checked_expression *expression,
    enum condition_kind kind);

#endif
