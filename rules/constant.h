// What a part of an expression always gives.
#ifndef RULES_CONSTANT_H
#define RULES_CONSTANT_H

#include "rules/cel/ast.h"

// The value of a part of a tree that was compiled with is_kept; false where it is not always the same, or is not known.
bool constant_value(const struct cel_node *node, struct cel_value *value_out);

#endif
