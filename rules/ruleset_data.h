// What a ruleset is made of; for the compiler and the accessors only.
#ifndef RULES_RULESET_DATA_H
#define RULES_RULESET_DATA_H

#include <stdatomic.h>

#include "engine/base/arena.h"
#include "rules/event_set.h"
#include "rules/implied.h"
#include "rules/object.h"
#include "rules/rule_test.h"
#include "rules/ruleset.h"

// That an event of a type implies one of ruleset.implied.
struct implication_pair {
    event_type implying;
    uint32_t implied;
};

struct ruleset {
    atomic_uint further_holders; // beside the first
    struct arena arena;          // texts and everything that definitions point at
    struct catalog *catalog;
    uint64_t hash;
    uint64_t history_hash;
    // Arrays of their own, so that they may grow while compiling.
    struct score_def *scores;
    struct score_rule *rules;
    struct workflow_def *workflows; // by name once linked; those that are pinned behind them
    struct action_def *actions;
    struct channel_def *channels;
    struct field_def *fields;
    struct team_def **teams; // in the arena each
    struct bytes *lists;     // those that are declared
    struct rule_expression **expressions;
    struct rule_moment *moments; // all of them, also those that nothing looks at
    struct scopes *scopes;       // what expressions were checked with; programs borrow from it
    struct counter_def *counters;
    struct object_def *objects;
    struct segment_def *segments;
    struct rule_test *tests;
    struct live_node *live;  // in an order in which each comes behind what it reads
    uint32_t *dependents;    // positions, the lists of all dependencies one after the other
    uint32_t *dependents_at; // where each list begins; one more, for its end
    uint32_t dependency_count;
    uint32_t *live_positions; // of state rules, scores, segments, stops, by kind and index
    size_t live_count;
    bool has_timers;
    bool has_state_stops;
    const struct rule_expression **state_stops; // conditions of stops about the contact
    size_t state_stop_count, state_stop_cap;
    bool is_by_zones; // an expression without an event goes by their clocks
    bool *waited_by;  // by dependency: some wait is planned from it; NULL: none
    size_t counter_count, counter_cap;
    size_t object_count, object_cap;
    size_t segment_count, segment_cap;
    size_t test_count, test_cap;
    size_t score_count, score_cap;
    size_t rule_count, rule_cap;
    size_t workflow_count, workflow_cap;
    size_t pinned_count;       // workflows as they were written before, behind the others
    struct rule_bundle bundle; // what it was compiled from
    size_t action_count, action_cap;
    size_t channel_count, channel_cap;
    size_t field_count, field_cap;
    size_t list_count, list_cap;
    size_t team_count, team_cap;
    size_t expression_count, expression_cap;
    size_t moment_count, moment_cap;
    const uint32_t *timed; // workflows that time starts, by name
    uint32_t timed_count;
    struct implied_def *implied;
    struct implication_pair *implications;
    size_t implied_count, implied_cap;
    size_t implication_count, implication_cap;
    struct event_set *event_sets; // by their number from EVENT_SET_FIRST on
    uint32_t *event_set_slots;    // while compiling: open addressing over them, else index + 1
    size_t event_set_count, event_set_cap, event_set_slot_count;
    struct match_list *matches; // by event type
    size_t match_count;
};

// Where the position of a live node stands among those of all kinds.
size_t ruleset_live_place(const struct ruleset *ruleset, enum live_kind kind, size_t index);
// Sorts the workflows by name and makes the match lists. Once, after the last definition.
void ruleset_link(struct ruleset *ruleset);

#endif
