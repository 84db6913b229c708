// What tests expect of counters and objects that keep a value: its type is known only once the expression is compiled.
#ifndef RULES_COMPILE_KEPT_H
#define RULES_COMPILE_KEPT_H

#include "rules/compiler.h"

struct kept_value {
    const struct yaml_node *node;     // the constant as written
    const char *what;                 // for messages; it stays
    const struct rule_expression *of; // gives what is kept; NULL: its own expression is refused
    struct value *out;                // VALUE_NULL until compile_kept_values
};

void compile_kept_later(struct compiler *compiler, const struct kept_value *value);
// Behind compile_expressions, before its end: constants of the types of what is kept, or E0213.
void compile_kept_values(struct compiler *compiler);

#endif
