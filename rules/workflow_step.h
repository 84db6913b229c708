// The steps of workflows, and the values that they give.
#ifndef RULES_WORKFLOW_STEP_H
#define RULES_WORKFLOW_STEP_H

#include <stdbool.h>

#include "engine/event/catalog.h"
#include "engine/event/value.h"
#include "rules/place.h"
#include "rules/team.h"
#include "rules/zone_choice.h"

struct rule_expression;

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
    enum data_type type; // what it has to be of
};

enum step_kind {
    STEP_DO,
    STEP_TAG,
    STEP_LIST,
    STEP_WAIT,
    STEP_IF,
    STEP_CHOOSE, // while compiling only: it is a chain of STEP_IF
    STEP_SPLIT,
    STEP_SET,
    STEP_POINTS,
    STEP_EMIT,
    STEP_START,
    STEP_GOTO,
    STEP_STOP,
    STEP_END,
    STEP_ASSIGN,
};

#define STEP_NONE UINT32_MAX // behind the last step

// Whom an action reaches. Consent, limits and quiet hours are about the contact alone.
enum step_recipient { RECIPIENT_CONTACT, RECIPIENT_STAFF, RECIPIENT_ADDRESS };

struct step_param {
    uint32_t param; // index into the action's params
    struct step_value value;
};

// Days and hours at which something may be done.
struct workflow_window {
    uint32_t days;         // bits: 1 is Monday, 64 is Sunday; at least one
    uint32_t start_minute; // 0 to 1,439
    uint32_t stop_minute;  // 0 to 1,440; not after the start: of the next day
    struct zone_choice zone;
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
    const struct rule_expression
        *already; // WAIT_EVENT: as if it came, where it is true; NULL: none
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
    struct bytes id;               // given, or its number: "3", "3.then.1", "4.a.2"
    uint32_t next;                 // the step behind it; STEP_NONE: the run is done
    uint32_t action;               // STEP_DO: index into actions
    enum step_recipient recipient; // STEP_DO; of others the value is among `with`
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
    uint32_t score;            // STEP_POINTS: index into scores
    struct step_value points;  // STEP_POINTS
    struct step_assign assign; // STEP_ASSIGN
    event_type emits;          // STEP_EMIT
    struct bytes workflow;     // STEP_START: its name
    uint32_t goto_at;          // STEP_GOTO
    struct bytes why;          // STEP_STOP
    struct rule_place place;
};

#endif
