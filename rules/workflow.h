// Workflows, their steps, and the actions that these emit.
#ifndef RULES_WORKFLOW_H
#define RULES_WORKFLOW_H

#include "engine/event/catalog.h"
#include "engine/event/value.h"
#include "rules/channel.h"
#include "rules/time_trigger.h"
#include "rules/workflow_step.h"

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
    uint32_t channel_at;  // index into the channels; ACTION_NO_CHANNEL where none is declared
    struct action_limit limit;
    const struct action_param *params;
    uint32_t param_count;
    struct rule_place place;
};

enum workflow_reenter {
    WORKFLOW_REENTER_NEVER,
    WORKFLOW_REENTER_ALWAYS,    // beside one that has not ended
    WORKFLOW_REENTER_AFTER_END, // once the last one has ended
    WORKFLOW_REENTER_AFTER,     // so long after the last one began, once it has ended
};

enum workflow_on_error { ON_ERROR_STOP, ON_ERROR_CONTINUE, ON_ERROR_GOTO };

// What ends a run before its last step.
struct workflow_stop {
    event_type on; // EVENT_TYPE_UNKNOWN: none, a condition about the contact
    const struct rule_expression *condition; // NULL: always
};

struct workflow_def {
    struct bytes name, label;
    uint32_t index;
    enum workflow_trigger trigger;
    struct time_trigger time; // where it is none of events
    event_type
        on; // whose data its runs have: what starts it, or that has been idle; else timer.due
    const struct rule_expression *condition; // NULL: always
    const struct rule_expression *key;       // one run a contact and value of it; NULL: a contact
    enum workflow_reenter reenter;
    int64_t reenter_ms; // WORKFLOW_REENTER_AFTER
    enum workflow_on_error on_error;
    uint32_t on_error_at; // ON_ERROR_GOTO
    bool has_window;
    struct workflow_window window; // actions wait until it is open
    const struct workflow_stop *stops;
    uint32_t stop_count;
    bool has_state_stop; // one of them is about the contact
    bool has_waits;      // a run of it may last longer than an event
    const struct workflow_step *steps;
    uint32_t step_count; // those of nested lists among them
    struct rule_place place;
};

#endif
