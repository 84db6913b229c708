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
    // An expression about the contact, or a text with such; neither: none.
    struct step_value default_found;
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

#define OVERDUE_LEAST_MS INT64_C(60000) // what is late by no more is not overdue

enum workflow_on_error { ON_ERROR_STOP, ON_ERROR_CONTINUE, ON_ERROR_GOTO };

// What ends a run before its last step.
struct workflow_stop {
    event_type on; // EVENT_TYPE_UNKNOWN: none, a condition about the contact
    const struct rule_expression *condition; // NULL: always
    uint32_t state; // of one about the contact: among those of all workflows
};

// What becomes of runs in flight when the workflow comes into force in another form than it had.
enum workflow_edit {
    EDIT_FOLLOW, // they go on from the step of the same id
    EDIT_MOVE,   // the same, but those at some steps go on at others
    EDIT_CANCEL, // they end as stopped
    EDIT_PIN,    // they go on with the steps that they began with
};

struct workflow_move {
    struct bytes from; // the id of a step, which the workflow need not have any more
    uint32_t to;
};

// What becomes of a run that is woken long after it was due.
enum workflow_overdue {
    OVERDUE_RUN,    // it goes on
    OVERDUE_SKIP,   // it ends as stopped, where it is late by more than overdue_ms
    OVERDUE_SPREAD, // it goes on at some moment within the next overdue_ms
};

struct workflow_def {
    struct bytes name, label;
    uint64_t hash; // of how it is written
    uint32_t index;
    bool is_pinned; // it is how one of that name was written once: runs go on with it, none starts
    const struct workflow_def *pinned; // the next version of the same name; NULL: no more
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
    bool has_existing;   // contacts that are there enter when it is new
    enum workflow_edit edit;
    const struct workflow_move *moves; // EDIT_MOVE
    uint32_t move_count;
    enum workflow_overdue overdue;
    int64_t overdue_ms; // OVERDUE_SKIP: at least OVERDUE_LEAST_MS
    const struct workflow_step *steps;
    uint32_t step_count; // those of nested lists among them
    struct rule_place place;
};

#endif
