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

// A part of a text with {{ }}: an expression's value as text, or a text as it is.
struct text_piece {
    struct bytes text;
    const struct rule_expression *expression; // NULL: the text
};

// A value that a step gives: a constant, or found out when the step is done.
struct step_value {
    struct value constant;                    // VALUE_ABSENT where it is one of the others
    const struct rule_expression *expression; // its value
    const struct text_piece *pieces;          // a text put together
    uint32_t piece_count;
};

enum step_kind {
    STEP_DO,
    STEP_TAG,
    STEP_LIST,
    STEP_WAIT,
    STEP_IF, // `choose` is a chain of them
    STEP_SPLIT,
    STEP_SET,
    STEP_POINTS,
    STEP_EMIT,
    STEP_START,
    STEP_GOTO,
    STEP_STOP,
    STEP_END,
};

#define STEP_NONE UINT32_MAX // behind the last step

struct step_param {
    uint32_t param; // index into the action's params
    struct step_value value;
};

// Days and hours at which something may be done.
struct workflow_window {
    uint32_t days;         // bits: 1 is Monday, 64 is Sunday; at least one
    uint32_t start_minute; // 0 to 1,439
    uint32_t stop_minute;  // 0 to 1,440; not after the start: of the next day
    struct bytes zone;     // a zone's name; empty: the contact's
};

enum wait_kind {
    WAIT_TIME,   // so long, and then until a time of day where one is given
    WAIT_UNTIL,  // until what the expression gives
    WAIT_WINDOW, // until it is open
    WAIT_EVENT,  // for an event
};

struct step_wait {
    enum wait_kind kind;
    int64_t ms; // WAIT_TIME; WAIT_EVENT: at most so long, 0: for ever
    bool has_at;
    uint32_t at_minute;                      // 0 to 1,439, in the contact's zone
    const struct rule_expression *until;     // WAIT_UNTIL
    struct workflow_window window;           // WAIT_WINDOW
    event_type on;                           // WAIT_EVENT
    const struct rule_expression *condition; // WAIT_EVENT: about that event; NULL: any
};

struct step_branch {
    struct bytes name;
    uint32_t share; // of the sum of all
    uint32_t at;    // its first step; STEP_NONE: it goes on at once behind the workflow's last step
};

// A member that an event carries, a field of the contact.
struct step_assignment {
    struct bytes name; // of `set`: a declared field, or "stage"
    struct step_value value;
};

// Steps of nested lists stand in the same array as the others: where a run goes on is said by indexes into it.
struct workflow_step {
    enum step_kind kind;
    struct bytes id; // given, or its number: "3", "3.then.1", "4.a.2"
    uint32_t next;   // the step behind it; STEP_NONE: the run is done
    uint32_t action; // STEP_DO: index into actions
    const struct step_param *with;
    uint32_t with_count;
    const struct bytes *add, *remove; // STEP_TAG, STEP_LIST: names
    uint32_t add_count, remove_count;
    struct step_wait wait;                   // STEP_WAIT
    const struct rule_expression *condition; // STEP_IF
    // STEP_IF: where it is true, where not; STEP_WAIT for an event: where it came, where it did not in time
    uint32_t then_at, else_at;
    const struct step_branch *branches; // STEP_SPLIT
    uint32_t branch_count;
    const struct step_assignment *assignments; // STEP_SET; STEP_EMIT: the event's data
    uint32_t assignment_count;
    uint32_t score;           // STEP_POINTS: index into scores
    struct step_value points; // STEP_POINTS
    event_type emits;         // STEP_EMIT
    struct bytes workflow;    // STEP_START: name of another one
    uint32_t workflow_index;  // of it, by name order
    uint32_t goto_at;         // STEP_GOTO
    struct bytes why;         // STEP_STOP
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
    event_type on;
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
