// Conditions that say less than they seem to: always or never true, or a comparison with a value that a field never
// has. Nothing that may be meant is warned of.
#ifndef RULES_CHECK_CONDITION_H
#define RULES_CHECK_CONDITION_H

#include "rules/cel/check.h"
#include "rules/compiler.h"

// An expression whose constants are known (constant_value), and where it stands.
struct checked_expression {
    const struct yaml_node *node;
    const struct cel_node *root;
};

// W0508 where a condition is never true, whatever comes, or always: of a condition that may be left out only.
enum condition_kind { CONDITION_MAY_BE_LEFT_OUT, CONDITION_IS_NEEDED };
void check_condition(
    struct compiler *compiler,
    const struct checked_expression *expression,
    enum condition_kind kind);
// W0509 at each text that is compared with a field of the contact and is none of its `one_of`.
void check_one_of(struct compiler *compiler, const struct checked_expression *expression);

#endif
