// Comparisons of a score or a counter with a constant, as written in a checked expression.
#ifndef RULES_COMPARISON_H
#define RULES_COMPARISON_H

#include "rules/cel/check.h"

enum comparison_operator { IS_FROM, IS_ABOVE, IS_UP_TO, IS_BELOW, IS_EQUAL, IS_OTHER };

struct comparison {
    uint32_t member;                   // of the variable
    enum comparison_operator operator; // the member stands on its left, or it is turned round
    double number;
};

// False where the node, of a tree whose constants are known (constant_value), is no comparison of a member of the variable
// (SCOPE_SCORE, SCOPE_COUNTER) with a number.
bool comparison_of(const struct cel_node *node, uint32_t variable, struct comparison *out);

// The same of any node that stands at that place, 0 or 1, of a call with two; it is not looked at, and member is 0.
bool comparison_with(const struct cel_node *node, uint32_t member_at, struct comparison *out);

// What a condition, or a part of it, is known to be.
enum told { UNTOLD, TOLD_FALSE, TOLD_TRUE };

bool comparison_holds(const struct comparison *comparison, double member);

// Whether a condition is false of a contact of whom nothing is known yet: its scores and counters are 0, it is in no
// segment. False where other things may decide.
bool condition_is_false_of_new(const struct cel_node *root);

#endif
