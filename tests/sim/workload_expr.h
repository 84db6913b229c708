// The expressions that drawn rules hold, as trees: what their text says, for those who do not read CEL.
#ifndef TESTS_SIM_WORKLOAD_EXPR_H
#define TESTS_SIM_WORKLOAD_EXPR_H

#include "tests/sim/workload_value.h"

enum workload_expr_kind {
    EXPR_VALUE,    // a constant
    EXPR_DATA,     // data.NAME, of the type that the event's type declares
    EXPR_HAS_DATA, // has(data.NAME)
    EXPR_RUN_DATA, // run.data.NAME, of the type that the workflow's event declares
    EXPR_HAS_RUN_DATA,
    EXPR_EVENT_TYPE,   // event.type
    EXPR_EVENT_TIME,   // event.time
    EXPR_FIELD,        // contact.NAME: a declared field
    EXPR_HAS_FIELD,    // has(contact.NAME)
    EXPR_STAGE,        // contact.stage, absent while there is none
    EXPR_CREATED,      // contact.created
    EXPR_UPDATED,      // contact.updated
    EXPR_TAGGED,       // "NAME" in contact.tags
    EXPR_LISTED,       // "NAME" in contact.lists
    EXPR_TAG_COUNT,    // contact.tags.size()
    EXPR_COUNTER,      // counter.NAME
    EXPR_HAS_COUNTER,  // has(counter.NAME)
    EXPR_SCORE,        // score.NAME
    EXPR_SEGMENT,      // segment.NAME
    EXPR_NOW,          // now
    EXPR_RUN_STARTED,  // run.started
    EXPR_OBJECT_COUNT, // size(objects.NAME)
    EXPR_OBJECT_HAS,   // objects.NAME.exists(key, o, has(o.FIELD)), the field being the value
    EXPR_CLOCK, // a comparison of what lies between `now` and the time on the left with span_ms
    // of one or two parts
    EXPR_NOT,
    EXPR_AND,
    EXPR_OR,
    EXPR_LESS,
    EXPR_LESS_EQUAL,
    EXPR_MORE,
    EXPR_MORE_EQUAL,
    EXPR_EQUAL,
    EXPR_UNEQUAL,
    EXPR_ADD,
    EXPR_SUBTRACT,
    EXPR_MULTIPLY,
    EXPR_DIVIDE,
    EXPR_LEAST,    // min(A, B)
    EXPR_GREATEST, // max(A, B)
};

// How EXPR_CLOCK is written: `now - T < D`, `now < T + D`, `now - D < T`, each either side first. They differ in
// what fails where times are far apart.
enum workload_clock_form { CLOCK_NOW_MINUS_TIME, CLOCK_TIME_PLUS_SPAN, CLOCK_NOW_MINUS_SPAN };

struct workload_expr {
    enum workload_expr_kind kind;
    struct text name;        // of what is read
    enum workload_type type; // EXPR_DATA, EXPR_RUN_DATA, EXPR_FIELD: as declared
    bool is_loose; // EXPR_DATA, EXPR_RUN_DATA: as the type of the event at hand declares it
    struct workload_value value;     // EXPR_VALUE
    int64_t span_ms;                 // EXPR_CLOCK
    enum workload_expr_kind compare; // EXPR_CLOCK: EXPR_LESS … EXPR_UNEQUAL, now on the left
    enum workload_clock_form form;   // EXPR_CLOCK
    bool is_turned;                  // EXPR_CLOCK: now stands on the right
    const struct workload_expr *left, *right;
};

#endif
