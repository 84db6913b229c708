// The rules that a workload draws, as plain data: what the YAML says, for those who do not read YAML.
#ifndef TESTS_SIM_WORKLOAD_RULES_H
#define TESTS_SIM_WORKLOAD_RULES_H

#include "tests/sim/workload_live.h"
#include "tests/sim/workload_objects.h"
#include "tests/sim/workload_steps.h"

struct workload_data_field {
    struct text name;
    enum workload_type type;
    bool is_optional;
    bool is_loose; // of several types: not all of them declare it, or not alike
};

// That an event says that one of another type has come.
struct workload_implied {
    struct text type;
    const struct text *members; // under `same`
    uint32_t member_count;
};

struct workload_event_type {
    struct text name;
    const struct workload_implied *implies;
    uint32_t implies_count;
    const struct workload_data_field *fields;
    uint32_t field_count;
    bool is_declared; // in the YAML; else built in
};

struct workload_contact_field {
    struct text name;
    enum workload_type type;
    const struct text *one_of;
    uint32_t one_of_count; // 0: any
};

struct workload_param {
    struct text name;
    enum workload_type type;
    bool is_optional;
    struct text default_path;            // "email", "id", a field; empty: none
    struct workload_value default_value; // WORKLOAD_ABSENT: none
    const struct workload_given
        *found; // an expression, or a text with one, in place of both; NULL: none
};

// How often a contact gets what an action or a channel sends.
struct workload_sent_limit {
    uint32_t times; // 0: there is none
    enum workload_span span;
    int64_t span_ms; // WORKLOAD_ROLLING
    struct text per; // a parameter of the action; empty: none
    bool is_delayed; // over: delay
};

struct workload_channel {
    struct text name;
    bool has_quiet, skips_quiet;
    struct workload_window quiet;
    struct workload_sent_limit limit;
};

struct workload_member {
    struct text name;
    const struct workload_expr *condition; // NULL: any contact
    uint32_t weight, capacity;             // 0: not written
};

struct workload_team {
    struct text name;
    const struct workload_member *members;
    uint32_t member_count;
};

struct workload_action {
    struct text name, topic;
    struct text channel; // empty: none
    struct workload_sent_limit limit;
    const struct workload_param *params;
    uint32_t param_count;
};

struct workload_file {
    const char *path;
    struct text text;
};

// `on` as it is written: an event type, a family "email.*", or a list of both in brackets.
bool on_is_several(struct text on);
bool on_is(struct text on, struct text type); // whether it means the type
struct text on_first(struct text on);         // of a list the first item

// One variant of a ruleset. Objects, counters, scores with their rules, and segments are in the order written, all else in any.
struct workload_rules {
    const struct workload_file *files; // sorted by path
    const struct text *kinds;          // of identifiers, strongest first
    bool has_lists;                    // they are declared
    const struct workload_event_type *events;
    const struct workload_contact_field *fields;
    const struct workload_counter *counters;
    const struct workload_object *objects;
    const struct workload_score *scores;
    const struct workload_segment *segments;
    const struct workload_action *actions;
    const struct workload_channel *channels; // of which more is said than their name
    const struct workload_team *teams;
    const struct workload_workflow *workflows;
    uint32_t file_count, kind_count, event_count, field_count, counter_count, object_count,
        score_count, segment_count, action_count, channel_count, team_count, workflow_count;
    struct text
        history; // what events make of contacts follows from this text: the same, whatever else differs
};

#endif
