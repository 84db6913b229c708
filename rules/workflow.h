// Workflows, their steps, and the actions that these emit.
#ifndef RULES_WORKFLOW_H
#define RULES_WORKFLOW_H

#include <stdbool.h>

#include "engine/event/catalog.h"
#include "engine/event/value.h"
#include "rules/place.h"

struct rule_expression;

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

#endif
