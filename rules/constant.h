// What a part of an expression always gives.
#ifndef RULES_CONSTANT_H
#define RULES_CONSTANT_H

#include "rules/cel/check.h"

// The value of a checked part that is made of nothing but constants and functions of them; false for others, and where
// it fails. Allocates in the arena.
bool constant_value(
    struct arena *arena,
    const struct cel_scope *scope,
    const struct cel_node *node,
    struct cel_value *value_out);

#endif
