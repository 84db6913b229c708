// An expression of a ruleset, compiled.
#ifndef RULES_EXPRESSION_H
#define RULES_EXPRESSION_H

#include "rules/cel/program.h"
#include "rules/guard.h"
#include "rules/ruleset.h"

struct conjunct;
struct live_facts;
struct yaml_node;

// What an expression is for: the type that it must have.
enum expression_use {
    EXPRESSION_CONDITION, // bool
    EXPRESSION_POINTS,    // a number
    EXPRESSION_KEY,       // any value that may tell one from another
    // Those of counters read no scores, segments and counters.
    EXPRESSION_NUMBER,   // of a counter: a number
    EXPRESSION_VALUE,    // of a counter: a value that can be kept
    EXPRESSION_DISTINCT, // of a counter: any value that may tell one from another
    EXPRESSION_COUNTED,  // of a counter: a condition
    // Those of objects read the event only.
    EXPRESSION_OBJECT_KEY,  // a text or a whole number
    EXPRESSION_OBJECT,      // a value that can be kept
    EXPRESSION_LIVE,        // a condition about a contact, without an event
    EXPRESSION_LIVE_POINTS, // a number about a contact
    EXPRESSION_STOP,        // a condition about a contact and a run of it, asked again by time
    // Values that steps of workflows give.
    EXPRESSION_SHOWN, // within a text: anything that is no list, map or type
    EXPRESSION_WHOLE,
    EXPRESSION_REAL, // or whole
    EXPRESSION_TRUTH,
    EXPRESSION_TIME,
    EXPRESSION_SPAN, // a duration
    EXPRESSION_TEXT,
};

// When a comparison with `now` in an expression changes: the program gives a timestamp, M; from M on, or from
// one millisecond behind it on, the comparison may have another outcome than before.
struct rule_moment {
    struct cel_program *program;
};

struct rule_expression {
    // Of a condition of simple parts: these; else none.
    const struct conjunct *conjuncts;
    uint32_t conjunct_count;
    uint32_t index; // among those of the ruleset
    struct cel_program *program;
    struct bytes name; // where it is written: "scores.engagement/order if"
    struct bytes text; // as written
    event_type on;     // that it is about, or a set (rules/event_set.h); EVENT_TYPE_UNKNOWN: none
    event_type run_on; // of a step: what starts its workflow; EVENT_TYPE_UNKNOWN: it is of none
    struct rule_guard guard; // of a condition
    // Of one that gives a time: what of the contact it reads that changes by being set, and whether zones' clocks are asked.
    const dependency *members;
    uint32_t member_count;
    bool is_by_zones;
    // Of a key, or what is told apart, that is just data.NAME: its name, and its value as it came tells keys apart.
    struct bytes data_member;
    // While compiling only: where it stands; of one whose value is kept, its type; of a live one, what was found
    // in its tree.
    const struct yaml_node *node;
    const struct cel_type *kept_type;
    const struct live_facts *facts;
};

#endif
