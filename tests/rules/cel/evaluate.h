// An expression from text to value, for tests.
#ifndef TESTS_RULES_CEL_EVALUATE_H
#define TESTS_RULES_CEL_EVALUATE_H

#include "rules/cel/eval.h"
#include "rules/cel/function.h"
#include "rules/cel/parser.h"
#include "rules/cel/program.h"

#include "tests/support/suite.h"

// Variables with their values; one of kind CEL_ERROR is unbound.
struct evaluate {
    struct arena arena;
    struct cel_library *library;
    const struct cel_variable *variables;
    const struct cel_value *values;
    uint32_t variable_count;
    uint64_t cost_max; // 0: the usual one
    struct cel_host host;
    struct cel_eval eval;
};

static inline bool evaluate_variable(
    void *self, struct cel_eval *eval, uint32_t index, struct cel_value *value_out)
{
    const struct evaluate *evaluate = self;
    (void)eval;
    *value_out = evaluate->values[index];
    return value_out->kind != CEL_ERROR;
}

static inline void evaluate_begin(struct evaluate *evaluate)
{
    *evaluate = (struct evaluate){.library = cel_library_new()};
    evaluate->host = (struct cel_host){.variable = evaluate_variable, .self = evaluate};
    evaluate->eval.host = &evaluate->host;
}

static inline void evaluate_end(struct evaluate *evaluate)
{
    cel_eval_free(&evaluate->eval);
    cel_library_free(evaluate->library);
    arena_free(&evaluate->arena);
}

static inline struct cel_scope evaluate_scope(const struct evaluate *evaluate)
{
    return (struct cel_scope){
        .library = evaluate->library,
        .variables = evaluate->variables,
        .variable_count = evaluate->variable_count};
}

// The value is valid until the next one.
static inline struct cel_value evaluate_tree(struct evaluate *evaluate, const struct cel_node *root)
{
    const struct cel_scope scope = evaluate_scope(evaluate);
    struct cel_program *program = cel_compile(&evaluate->arena, &scope, root);
    struct cel_value value = cel_run(&evaluate->eval, program, evaluate->cost_max);
    cel_program_free(program);
    return value;
}

enum evaluate_check { EVALUATE_CHECKED, EVALUATE_UNCHECKED };

static inline struct cel_value evaluate_text(
    struct evaluate *evaluate, const char *text, enum evaluate_check check)
{
    const struct cel_scope scope = evaluate_scope(evaluate);
    struct cel_problems problems = {0};
    struct cel_node *root = cel_parse(&evaluate->arena, bytes_text(text), &problems);
    ck_assert_msg(
        root != NULL, "%s: %s", text, problems.count > 0 ? problems.items[0].message : "");
    if (check == EVALUATE_UNCHECKED)
        cel_resolve(&evaluate->arena, &scope, root);
    else
        ck_assert_msg(
            cel_check(&evaluate->arena, &scope, root, &problems), "%s: %s", text,
            problems.count > 0 ? problems.items[0].message : "");
    return evaluate_tree(evaluate, root);
}

#endif
