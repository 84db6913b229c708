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

struct ruleset;

// Where something was written, for explain and diagnostics.
struct rule_place {
    const char *file;
    uint32_t line;
};

struct score_band {
    struct bytes name;
    int64_t from_milli;
};

struct score_def {
    struct bytes name, label;
    bool has_min, has_max;
    int64_t min_milli, max_milli;
    const struct score_band *bands; // ascending by from_milli
    uint32_t band_count;
    struct rule_place place;
};

struct rule_expression;

struct score_rule {
    struct bytes name;
    struct bytes state_name; // "score/rule": its name in the state
    uint32_t score;          // index into scores
    uint32_t index;          // index into rules: order written
    event_type on;
    const struct rule_expression *condition; // NULL: always
    const struct rule_expression *points;    // NULL: points_milli
    int64_t points_milli;
    uint32_t limit_times;   // 0: no limit
    struct bytes limit_per; // path inside data ("message"); empty: per contact
    struct rule_place place;
};

struct action_param {
    struct bytes name;
    enum data_type type;
    bool is_optional;
    struct bytes default_path;  // "email", "first_name", "id": read from the contact; empty: none
    struct value default_value; // VALUE_ABSENT: none
};

struct action_def {
    struct bytes name, label, topic; // topic defaults to "actions." and the name
    struct bytes channel; // empty: none; denied or revoked consent, or dnd, holds the action back
    const struct action_param *params;
    uint32_t param_count;
    struct rule_place place;
};

enum step_kind { STEP_DO, STEP_TAG, STEP_LIST };

struct step_param {
    uint32_t param; // index into the action's params
    struct value value;
};

struct workflow_step {
    enum step_kind kind;
    struct bytes id; // given, or the step's number from 1
    uint32_t action; // STEP_DO: index into actions
    const struct step_param *with;
    uint32_t with_count;
    const struct bytes *add, *remove; // STEP_TAG, STEP_LIST: names
    uint32_t add_count, remove_count;
    struct rule_place place;
};

enum workflow_reenter { WORKFLOW_REENTER_NEVER, WORKFLOW_REENTER_ALWAYS };

struct workflow_def {
    struct bytes name, label;
    uint32_t index;
    event_type on;
    const struct rule_expression *condition; // NULL: always
    enum workflow_reenter reenter;
    const struct workflow_step *steps;
    uint32_t step_count;
    struct rule_place place;
};

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
void ruleset_destroy(struct ruleset *ruleset);

uint64_t ruleset_hash(const struct ruleset *ruleset); // of the bundle; printed as 16 hex digits
const struct catalog *ruleset_catalog(const struct ruleset *ruleset);

// What an event of this type may match, in order: rules as written, workflows by name.
struct match_list {
    const struct score_rule *const *rules;
    const struct workflow_def *const *workflows;
    uint32_t rule_count, workflow_count;
};
const struct match_list *ruleset_match(
    const struct ruleset *ruleset, event_type type); // never NULL

size_t ruleset_score_count(const struct ruleset *ruleset);
const struct score_def *ruleset_score(const struct ruleset *ruleset, size_t index);
const struct score_def *ruleset_score_find(
    const struct ruleset *ruleset, struct bytes name); // or NULL
size_t ruleset_rule_count(const struct ruleset *ruleset);
const struct score_rule *ruleset_rule(const struct ruleset *ruleset, size_t index);
const struct score_rule *ruleset_rule_find(
    const struct ruleset *ruleset, struct bytes state_name); // or NULL
size_t ruleset_workflow_count(const struct ruleset *ruleset);
const struct workflow_def *ruleset_workflow(const struct ruleset *ruleset, size_t index);
size_t ruleset_action_count(const struct ruleset *ruleset);
const struct action_def *ruleset_action(const struct ruleset *ruleset, size_t index);
const struct field_def *ruleset_field_find(
    const struct ruleset *ruleset, struct bytes name); // or NULL
size_t ruleset_field_count(const struct ruleset *ruleset);
const struct field_def *ruleset_field(const struct ruleset *ruleset, size_t index);

int64_t score_def_clamp(const struct score_def *score, int64_t sum_milli);
struct bytes score_def_band(
    const struct score_def *score, int64_t value_milli); // empty below the lowest

#endif
