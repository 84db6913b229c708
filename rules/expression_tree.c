#include "rules/expression_tree.h"

#include "engine/base/invariant.h"
#include "rules/cel/parser.h"
#include "rules/scope.h"

const struct cel_node *expression_tree(
    const struct ruleset *ruleset, const struct rule_expression *expression, struct arena *arena)
{
    struct cel_problems problems = {0};
    struct cel_node *root = cel_parse(arena, expression->text, &problems);
    INVARIANT(root != NULL); // it was one before
    bool is_good = cel_check(arena, scope_again(ruleset, expression, arena), root, &problems);
    INVARIANT(is_good);
    return root;
}
