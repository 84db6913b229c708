// An expression of a ruleset, compiled.
#ifndef RULES_EXPRESSION_H
#define RULES_EXPRESSION_H

#include "rules/cel/program.h"
#include "rules/ruleset.h"

// What an expression is for: the type that it must have.
enum expression_use {
    EXPRESSION_CONDITION, // bool
    EXPRESSION_POINTS,    // a number
    EXPRESSION_KEY,       // any value that may tell one from another
};

// When a comparison with `now` in an expression changes: the program gives a timestamp, M; from M on, or from
// one millisecond behind it on, the comparison may have another outcome than before.
struct rule_moment {
    struct cel_program *program;
};

struct rule_expression {
    struct bytes text; // as written
    struct cel_program *program;
};

#endif
