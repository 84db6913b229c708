// What is wrong with an expression, as diagnostics.
#ifndef RULES_EXPRESSION_PROBLEM_H
#define RULES_EXPRESSION_PROBLEM_H

#include "config/diagnostic.h"
#include "config/yaml_tree.h"
#include "rules/cel/check.h"
#include "rules/cel/value.h"

// Where an expression stands: the scalar of a rule file, or a text of its own.
struct expression_source {
    const struct yaml_node *node; // NULL: a text
    const struct source_text *text;
    size_t begin;          // of the expression in the scalar
    bool is_of_run;        // of a step, which has `run`
    bool is_without_event; // of rules, where `event` and `data` mean nothing
};

// The place of bytes begin to end of the expression.
struct place expression_place(const struct expression_source *source, uint32_t begin, uint32_t end);

// Adds a diagnostic for each problem, with "did you mean" where a name is near.
void expression_report(
    struct diagnostics *list,
    const struct expression_source *source,
    const struct cel_scope *scope,
    const struct cel_problems *problems);

// E0606: what an evaluation failed with.
void expression_report_error(
    struct diagnostics *list,
    const struct expression_source *source,
    const struct cel_error *error);

#endif
