#include "rules/constant.h"

bool constant_value(const struct cel_node *node, struct cel_value *value_out)
{
    if (node->kind != CEL_NODE_LITERAL && !node->is_folded)
        return false;
    *value_out = node->literal;
    return true;
}
