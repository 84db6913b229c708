// Steps of drawn workflows, as plain data.
#ifndef TESTS_SIM_WORKLOAD_STEPS_H
#define TESTS_SIM_WORKLOAD_STEPS_H

#include "tests/sim/workload_timer.h"

enum workload_step_kind {
    WORKLOAD_STEP_DO,
    WORKLOAD_STEP_TAG,
    WORKLOAD_STEP_LIST,
    WORKLOAD_STEP_SET,
    WORKLOAD_STEP_POINTS,
    WORKLOAD_STEP_EMIT,
    WORKLOAD_STEP_START,
    WORKLOAD_STEP_IF,
    WORKLOAD_STEP_CHOOSE,
    WORKLOAD_STEP_SPLIT,
    WORKLOAD_STEP_WAIT,
    WORKLOAD_STEP_GOTO,
    WORKLOAD_STEP_STOP,
    WORKLOAD_STEP_END,
    WORKLOAD_STEP_ASSIGN,
};

enum workload_wait_kind {
    WORKLOAD_WAIT_SPAN,
    WORKLOAD_WAIT_AT,
    WORKLOAD_WAIT_UNTIL,
    WORKLOAD_WAIT_WINDOW,
    WORKLOAD_WAIT_EVENT,
};

struct workload_wait {
    enum workload_wait_kind kind;
    int64_t
        span_ms; // WORKLOAD_WAIT_EVENT: at most so long, 0: for ever; WORKLOAD_WAIT_UNTIL: so long behind the time
    uint32_t minute;                   // WORKLOAD_WAIT_AT
    const struct workload_expr *until; // a time
    struct workload_window window;
    struct text on;                        // WORKLOAD_WAIT_EVENT
    const struct workload_expr *condition; // of it; NULL: any
    const struct workload_expr *already;   // NULL: not asked
};

// A value that a step gives.
struct workload_given {
    struct text name;
    enum workload_type type;
    struct workload_value constant;   // where there is no expression
    const struct workload_expr *expr; // NULL: the constant
    bool is_template;                 // the expression stands in braces, behind a text
    struct text before;
};

struct workload_step;

struct workload_way {
    struct text name;                      // of a way of a split
    uint32_t share;                        // of it
    const struct workload_expr *condition; // of a choice; NULL: otherwise
    const struct workload_step *steps;
    uint32_t step_count;
};

struct workload_assign {
    struct text person; // empty: in turn, or by load
    bool is_by_load;
    bool is_loose; // sticky: false
};

enum workload_recipient { WORKLOAD_TO_CONTACT, WORKLOAD_TO_STAFF, WORKLOAD_TO_ADDRESS };

struct workload_step {
    enum workload_step_kind kind;
    enum workload_recipient
        recipient;     // WORKLOAD_STEP_DO: else than the contact what is given for "to"
    bool says_contact; // it is written
    struct text id;    // written, or the step's number
    bool has_id;       // it is written
    struct text of;    // an action, a score, a type of event, a workflow, a step, a team, or why
    const struct workload_given *given;
    const struct text *add, *remove; // tags, lists
    struct workload_wait wait;
    struct workload_assign assign;
    const struct workload_expr *condition; // WORKLOAD_STEP_IF
    // WORKLOAD_STEP_IF, WORKLOAD_STEP_WAIT for an event: two, then and else; else the choices, or the ways of a split
    const struct workload_way *ways;
    uint32_t given_count, add_count, remove_count, way_count;
};

enum workload_reenter {
    WORKLOAD_REENTER_NEVER,
    WORKLOAD_REENTER_ALWAYS,
    WORKLOAD_REENTER_AFTER_END,
    WORKLOAD_REENTER_AFTER,
};

enum workload_on_error { WORKLOAD_ERROR_STOPS, WORKLOAD_ERROR_CONTINUES, WORKLOAD_ERROR_GOES_TO };

enum workload_overdue {
    WORKLOAD_OVERDUE_RUN,
    WORKLOAD_OVERDUE_SKIP,
    WORKLOAD_OVERDUE_SKIP_AFTER,
    WORKLOAD_OVERDUE_SPREAD,
};

struct workload_stop {
    struct text on;                        // empty: it is about the contact
    const struct workload_expr *condition; // NULL: always
};

enum workload_edit {
    WORKLOAD_EDIT_FOLLOW,
    WORKLOAD_EDIT_MOVE,
    WORKLOAD_EDIT_CANCEL,
    WORKLOAD_EDIT_PIN,
};

struct workload_move {
    struct text from, to; // ids of steps
};

struct workload_workflow {
    struct text name, on; // of WORKLOAD_ON_IDLE what does not come; else by time "timer.due"
    enum workload_starter starter;
    struct workload_time time;
    const struct workload_expr *condition; // NULL: always
    const struct workload_expr *key;       // NULL: none
    enum workload_reenter reenter;
    int64_t reenter_ms; // WORKLOAD_REENTER_AFTER
    enum workload_on_error on_error;
    struct text rescue; // WORKLOAD_ERROR_GOES_TO: a step
    enum workload_overdue overdue;
    int64_t overdue_ms; // WORKLOAD_OVERDUE_SKIP_AFTER, WORKLOAD_OVERDUE_SPREAD
    enum workload_edit edit;
    const struct workload_move *moves;
    uint32_t move_count;
    bool includes; // existing: include
    bool has_window;
    struct workload_window window;
    const struct workload_stop *stops;
    const struct workload_step *steps;
    uint32_t stop_count, step_count;
    bool
        has_waits; // a window, or a wait or an action that may be delayed anywhere in it, or one of the two above
};

#endif
