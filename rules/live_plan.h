// Live nodes while they are put in order; internal to what compiles them.
#ifndef RULES_LIVE_PLAN_H
#define RULES_LIVE_PLAN_H

#include "rules/live_facts.h"

enum { LIVE_PARTS_MAX = 2 };

enum live_visit { LIVE_NOT_YET, LIVE_UNDER_WAY, LIVE_DONE };

struct planned {
    struct live_node node;
    const struct rule_expression *parts[LIVE_PARTS_MAX]; // what it evaluates; NULL: nothing
    uint32_t first_read, read_count;                     // in the plan's reads
    enum live_visit visit;
    uint32_t position;
    uint32_t
        depth; // of a score: how deep it is made of others; of others one more than what they read
    bool is_in_a_ring; // said already
};

struct planned_read {
    dependency of;      // each once in a node
    uint32_t part : 1;  // of the node
    uint32_t read : 31; // of what was found in it
};

// What the expressions of all nodes read together; of those that read all scores, each of them counts.
enum { LIVE_READS_MAX = 500000 };

struct live_plan {
    struct compiler *compiler;
    struct ruleset *ruleset;
    struct planned *nodes; // state rules, scores, segments, stops
    uint32_t count, rule_count;
    uint32_t *node_of_rule; // by the rule's index
    struct planned_read *reads;
    size_t read_count, read_cap;
    uint32_t *order; // nodes by position
    uint32_t order_count;
    dependency scores_from, segments_from, objects_from; // of the ruleset
};

static inline uint32_t live_plan_score(const struct live_plan *plan, size_t score)
{
    return plan->rule_count + (uint32_t)score;
}

static inline uint32_t live_plan_segment(const struct live_plan *plan, size_t segment)
{
    return plan->rule_count + (uint32_t)(plan->ruleset->score_count + segment);
}

// The nodes and what each reads; E0407 where that is too much. live_plan_free lets go of what is not in the compiler's scratch.
void live_plan_make(struct compiler *compiler, struct live_plan *out);
void live_plan_free(struct live_plan *plan);
// Gives each node its position, behind all that it reads. E0220 for what reads itself, E0407 for scores that are made of
// each other too deeply.
void live_plan_order(struct live_plan *plan);
// When each node is to be looked at by time, and the thresholds of scores. Once they are in order, and nothing is wrong.
void live_plan_times(struct live_plan *plan);

#endif
