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

// What may be spent on a kind of work, on all together.
struct cel_budget {
    uint64_t used, max;
    const struct cel_node *over; // the part at which it was used up, after which no more is done
};
static inline bool cel_budget_is_over(const struct cel_budget *budget)
{
    return budget->used > budget->max;
}

// What compilations have in common, one after the other. Zero-initialised but for scratch and the budgets' max is valid.
struct cel_compiler {
    struct arena *
        scratch; // memory to work in; the caller's to clear, when nothing is asked of the trees any more
    struct cel_eval eval; // of constants; freed by the caller (cel_eval_free)
    bool is_kept;         // nodes keep their constant values (is_folded), which live in scratch
    struct cel_budget constants; // steps of evaluations
    struct cel_budget patterns;  // of matches(): instructions made, as cel_regex_new counts them
    // Called for each part of constants that can only fail, and each pattern that is none; NULL: nobody is told. why is
    // valid in the call.
    void (*report)(void *self, const struct cel_node *at, struct bytes why);
    void *self;
};

// cel_compile in memory that is there already, within budgets. Where one is used up, the program is no longer what it
// should be, and is to be freed.
struct cel_program *cel_compile_with(
    struct cel_compiler *compiler,
    struct arena *arena,
    const struct cel_scope *scope,
    struct cel_node *root);
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
