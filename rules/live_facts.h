// What a live expression says of what it reads and of time, found in its tree, which is not kept.
#ifndef RULES_LIVE_FACTS_H
#define RULES_LIVE_FACTS_H

#include "rules/compiler.h"
#include "rules/expression.h"
#include "rules/moments.h"
#include "rules/reads.h"
#include "rules/thresholds.h"

// All of it lives in the compiler's scratch, the programs of moments in the ruleset.
struct live_facts {
    const struct read *reads;
    const struct threshold *thresholds;    // what it compares scores with
    const struct member_span *free_scores; // those that it reads otherwise
    const struct counter_threshold *counter_thresholds;
    const struct member_span *free_counters;
    const struct rule_moment *moments;
    const struct tree_span *hourly; // uses of the clock for which no moment can be told
    uint32_t read_count, threshold_count, free_score_count, counter_threshold_count,
        free_counter_count;
    uint32_t moment_count, hourly_count;
    bool is_false_of_new; // as a condition: condition_is_false_of_new
};

// Where what is found is gathered; NULL is none.
void live_room_free(struct live_room *room);

// Of an expression that was surveyed (compiler->survey) and checked with the scope.
const struct live_facts *live_facts_of(
    struct compiler *compiler, const struct cel_scope *scope, const struct cel_node *root);

#endif
