// The tree of an expression, made again: rulesets do not keep them, they are much larger than what is compiled from them.
#ifndef RULES_EXPRESSION_TREE_H
#define RULES_EXPRESSION_TREE_H

#include "rules/expression.h"

// The tree, checked as it was when the ruleset was compiled. It lives in the arena, and may be compiled in parts with
// scope_of_parts. Any thread.
const struct cel_node *expression_tree(
    const struct ruleset *ruleset, const struct rule_expression *expression, struct arena *arena);

#endif
