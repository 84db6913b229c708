// A compiled ruleset: what the fold asks on the hot path, and what queries print.
//
// Immutable once compiled; shared by threads. Everything returned is owned by it.
#ifndef RULES_RULESET_H
#define RULES_RULESET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "config/diagnostic.h"
#include "engine/base/bytes.h"
#include "engine/base/err.h"
#include "engine/event/catalog.h"
#include "engine/event/value.h"
#include "rules/bundle.h"
#include "rules/counter.h"
#include "rules/implied.h"
#include "rules/live.h"
#include "rules/match.h"
#include "rules/object.h"
#include "rules/score.h"
#include "rules/workflow.h"

struct ruleset;

struct field_def {
    struct bytes name, label;
    enum data_type type;
    const struct bytes *one_of;
    uint32_t one_of_count;
};

// Compiles the files (the built-in catalogue under them). All errors go into diagnostics, sorted.
//   ERR_INVALID at least one error; *out is untouched. Warnings alone compile.
NODISCARD enum err ruleset_compile(
    const struct rule_bundle *bundle, struct diagnostics *diagnostics, struct ruleset **out);
// One more holder: the ruleset is freed when each of them has destroyed it. Any thread.
struct ruleset *ruleset_hold(struct ruleset *ruleset);
void ruleset_destroy(struct ruleset *ruleset); // NULL is fine. Any thread

uint64_t ruleset_hash(const struct ruleset *ruleset); // of the bundle; printed as 16 hex digits
// Of how everything is written that says what events make of counters, scores and segments: where two rulesets have
// the same, one may take the place of the other without folding the journal again.
uint64_t ruleset_history_hash(const struct ruleset *ruleset);
const struct rule_bundle *ruleset_bundle(
    const struct ruleset *ruleset); // what it was compiled from
const struct catalog *ruleset_catalog(const struct ruleset *ruleset);

// What an event of this type may match, in order: rules as written, workflows by name.
struct match_list {
    const struct score_rule *const *rules;
    const struct workflow_def *const *workflows;
    uint32_t rule_count, workflow_count;
    const struct counter_def *const *counters; // in the order written
    uint32_t counter_count;
    struct object_list objects;              // that it makes, changes or removes
    bool is_awaited;                         // some run may wait for it, or be stopped by it
    bool has_idle;                           // some workflow starts when none has come for a while
    struct implied_list implies, implied_as; // what it implies, and what else implies it
    struct match_set rule_set, workflow_set, counter_set; // which of them, by what the event says
};
const struct match_list *ruleset_match(
    const struct ruleset *ruleset, event_type type); // never NULL

size_t ruleset_implied_count(const struct ruleset *ruleset);
const struct implied_def *ruleset_implied(const struct ruleset *ruleset, size_t index);

size_t ruleset_score_count(const struct ruleset *ruleset);
const struct score_def *ruleset_score(const struct ruleset *ruleset, size_t index);
const struct score_def *ruleset_score_find(
    const struct ruleset *ruleset, struct bytes name); // or NULL
size_t ruleset_rule_count(const struct ruleset *ruleset);
const struct score_rule *ruleset_rule(const struct ruleset *ruleset, size_t index);
const struct score_rule *ruleset_rule_find(
    const struct ruleset *ruleset, struct bytes state_name); // or NULL
size_t ruleset_team_count(const struct ruleset *ruleset);
const struct team_def *ruleset_team(const struct ruleset *ruleset, size_t index); // as written
size_t ruleset_workflow_count(const struct ruleset *ruleset);
const struct workflow_def *ruleset_workflow(const struct ruleset *ruleset, size_t index);
const struct workflow_def *ruleset_workflow_find(
    const struct ruleset *ruleset, struct bytes name); // or NULL
// Workflows as they were written once, which runs go on with: ruleset_workflow has them behind those that are written now,
// and each of those begins a list of its own (`pinned`).
size_t ruleset_pinned_count(const struct ruleset *ruleset);
size_t ruleset_version_count(const struct ruleset *ruleset); // of workflows, those among them
// The pinned one of that hash; NULL: there is none.
const struct workflow_def *workflow_version(const struct workflow_def *workflow, uint64_t version);
// Indexes of those that time starts, ascending.
struct timed_workflows {
    const uint32_t *items;
    uint32_t count;
};
struct timed_workflows ruleset_timed(const struct ruleset *ruleset);
// Whether the event that starts it says that the contact has come to belong to something: a segment, a tag, a list.
bool workflow_asks_membership(const struct ruleset *ruleset, const struct workflow_def *workflow);
bool ruleset_has_state_stops(const struct ruleset *ruleset); // of workflows
const struct rule_expression *ruleset_state_stop(const struct ruleset *ruleset, size_t index);
size_t ruleset_action_count(const struct ruleset *ruleset);
const struct action_def *ruleset_action(const struct ruleset *ruleset, size_t index);
size_t ruleset_channel_count(const struct ruleset *ruleset); // those that are declared
const struct channel_def *ruleset_channel(const struct ruleset *ruleset, size_t index);
const struct field_def *ruleset_field_find(
    const struct ruleset *ruleset, struct bytes name); // or NULL
size_t ruleset_field_count(const struct ruleset *ruleset);
const struct field_def *ruleset_field(const struct ruleset *ruleset, size_t index);

size_t ruleset_counter_count(const struct ruleset *ruleset);
const struct counter_def *ruleset_counter(const struct ruleset *ruleset, size_t index);
size_t ruleset_object_count(const struct ruleset *ruleset);
const struct object_def *ruleset_object(const struct ruleset *ruleset, size_t index);
size_t ruleset_segment_count(const struct ruleset *ruleset);
const struct segment_def *ruleset_segment(const struct ruleset *ruleset, size_t index);
const struct segment_def *ruleset_segment_find(
    const struct ruleset *ruleset, struct bytes name); // or NULL

size_t ruleset_expression_count(const struct ruleset *ruleset);

#endif
