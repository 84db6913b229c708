// What the two files that compile scores share.
#ifndef RULES_COMPILE_SCORE_RULES_H
#define RULES_COMPILE_SCORE_RULES_H

#include "rules/compiler.h"

#define TOTAL_MILLI_MAX  9000000000000000LL // milli_parse takes no more
#define POINTS_MILLI_MAX 1000000000LL       // a million points
#define SPAN_MS_MAX      31557600000000LL   // a thousand years

// "day", …, or a duration, into a span; what is neither is reported.
void compile_span(
    struct compiler *compiler,
    const struct yaml_node *node,
    enum limit_span *span_out,
    int64_t *span_ms_out);

// A rule of a score that is being compiled; names: those of the rules before it.
void compile_score_rule(
    struct compiler *compiler,
    const struct yaml_node *node,
    const struct score_def *score,
    struct symbols *names);

#endif
