// The patterns of matches() that are no constants: the last few stay compiled.
#include <stdlib.h>

#include "engine/base/memory.h"
#include "rules/cel/program_internal.h"
#include "rules/cel/regex.h"

struct cel_cached_regex {
    struct bytes pattern; // owned
    struct cel_regex *regex;
};

static void forget_regex(struct cel_cached_regex *cached)
{
    cel_regex_free(cached->regex);
    free((void *)(uintptr_t)cached->pattern.data);
    *cached = (struct cel_cached_regex){{0}, NULL};
}

void eval_free_regexes(struct cel_eval *eval)
{
    for (uint32_t i = 0; i < CEL_REGEXES_KEPT && eval->regexes != NULL; i++)
        forget_regex(&eval->regexes[i]);
    free(eval->regexes);
    eval->regexes = NULL;
}

// Also where it is compiled already: what an evaluation costs must not depend on those before it.
static const struct cel_regex *spend_compiling(
    struct cel_eval *eval, const struct cel_regex *regex, const char **why_out)
{
    if (cel_spend(eval, cel_regex_compile_cost(regex)))
        return regex;
    *why_out = "there are no steps left for it";
    return NULL;
}

const struct cel_regex *cel_eval_regex(
    struct cel_eval *eval, struct bytes pattern, const char **why_out)
{
    char why[200];
    if (eval->regexes == NULL)
        eval->regexes = mem_zero(CEL_REGEXES_KEPT, sizeof(*eval->regexes));
    for (uint32_t i = 0; i < CEL_REGEXES_KEPT; i++) {
        if (eval->regexes[i].regex != NULL && bytes_equal(eval->regexes[i].pattern, pattern))
            return spend_compiling(eval, eval->regexes[i].regex, why_out);
    }
    size_t cost; // evaluations are charged by other functions
    struct cel_regex *regex =
        cel_regex_new((const char *)pattern.data, pattern.len, why, sizeof(why), &cost);
    eval->regex_cost += cost;
    if (regex == NULL) {
        *why_out = arena_text(&eval->arena, bytes_text(why));
        (void)cel_spend(eval, CEL_REGEX_REFUSED_COST);
        return NULL;
    }
    struct cel_cached_regex *cached = &eval->regexes[eval->regex_next++ % CEL_REGEXES_KEPT];
    forget_regex(cached);
    uint8_t *copy = mem_zero(pattern.len + 1, 1);
    if (pattern.len > 0)
        memcpy(copy, pattern.data, pattern.len);
    *cached = (struct cel_cached_regex){bytes_of(copy, pattern.len), regex};
    return spend_compiling(eval, regex, why_out);
}
