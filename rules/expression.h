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

struct rule_expression {
    struct bytes text; // as written
    struct cel_program *program;
};

#endif
