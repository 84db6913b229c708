// A compiled expression: a flat list of instructions for the evaluator's stack.
#ifndef RULES_CEL_PROGRAM_H
#define RULES_CEL_PROGRAM_H

#include "rules/cel/check.h"

struct cel_program;

// The tree must have gone through cel_check or cel_resolve with this scope. The program lives in the
// arena and borrows from the scope, not from the tree; regular expressions that
// are constant are compiled here and belong to it (cel_program_free). A program is never changed: any
// number of threads may run it.
struct cel_program *cel_compile(
    struct arena *arena, const struct cel_scope *scope, const struct cel_node *root);
void cel_program_free(struct cel_program *program); // before its arena
// What may be spent on evaluating a constant part while rules are compiled: in proportion to its text, so that no text
// costs more than its length.
static inline uint64_t cel_constant_cost(const struct cel_node *node)
{
    enum { SPARE = 256, PER_BYTE = 16 };
    return SPARE + PER_BYTE * (uint64_t)(node->end - node->begin);
}
// The value of a program that gives the same whatever surrounds it, and was found to when it was compiled; else NULL.
const struct cel_value *cel_program_constant(const struct cel_program *program);

#endif
