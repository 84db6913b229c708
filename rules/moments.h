// When comparisons in an expression change by time alone: with `now` at moments that can be told, with a score where
// it crosses what it is compared with.
#ifndef RULES_MOMENTS_H
#define RULES_MOMENTS_H

#include "rules/cel/check.h"
#include "rules/expression.h"
#include "rules/ruleset_data.h"

struct threshold {
    uint32_t score;
    int64_t milli; // a value is on one side below it, on the other from it on
};

// What was found in the trees of one live node.
struct moments {
    struct rule_moment *items;
    size_t count, cap;
    const struct cel_node
        *hourly;       // the first use of `now` for which no moment can be told; NULL: none
    bool *read_freely; // by score: read otherwise than in a comparison with a number
    struct threshold *thresholds; // of all nodes
    size_t threshold_count, threshold_cap;
};

// Adds what a checked tree holds; NULL adds nothing. scope: the one it was checked with.
void moments_add(
    struct moments *moments,
    struct ruleset *ruleset,
    const struct cel_scope *scope,
    const struct cel_node *root);

#endif
