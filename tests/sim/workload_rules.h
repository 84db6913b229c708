// The rules that a workload draws, as plain data: what the YAML says, for those who do not read YAML.
#ifndef TESTS_SIM_WORKLOAD_RULES_H
#define TESTS_SIM_WORKLOAD_RULES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// May hold any byte; not terminated.
struct text {
    const char *at;
    size_t len;
};

// A value of JSON.
enum workload_value_kind {
    WORKLOAD_ABSENT, // no such thing
    WORKLOAD_NULL,
    WORKLOAD_BOOL,
    WORKLOAD_INT,
    WORKLOAD_DOUBLE,
    WORKLOAD_TEXT,
    WORKLOAD_LIST,
    WORKLOAD_MAP,
};

struct workload_value {
    enum workload_value_kind kind;
    uint32_t count;   // of items
    struct text name; // where it is a member of a map
    bool boolean;
    int64_t integer;
    double real;
    struct text text;
    const struct workload_value *items; // of a list or map, in the order written
};

// Types of declared values, as docs/language.md names them.
enum workload_type {
    WORKLOAD_TYPE_ANY,
    WORKLOAD_TYPE_STRING,
    WORKLOAD_TYPE_INT,
    WORKLOAD_TYPE_DOUBLE,
    WORKLOAD_TYPE_BOOL,
    WORKLOAD_TYPE_TIMESTAMP,
    WORKLOAD_TYPE_DATE,
    WORKLOAD_TYPE_DURATION,
    WORKLOAD_TYPE_LIST,
    WORKLOAD_TYPE_MAP,
    WORKLOAD_TYPE_COUNT,
};

struct workload_data_field {
    struct text name;
    enum workload_type type;
    bool is_optional;
};

struct workload_event_type {
    struct text name;
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

struct workload_band {
    struct text name;
    int64_t from_milli;
};

struct workload_score_rule {
    struct text name, on;
    int64_t points_milli;
    uint32_t limit_times; // 0: no limit
    struct text per;      // path inside data; empty: none
};

struct workload_score {
    struct text name;
    bool has_min, has_max;
    int64_t min_milli, max_milli;
    const struct workload_band *bands; // ascending
    const struct workload_score_rule *rules;
    uint32_t band_count, rule_count;
};

struct workload_param {
    struct text name;
    enum workload_type type;
    bool is_optional;
    struct text default_path;            // "email", "id", a field; empty: none
    struct workload_value default_value; // WORKLOAD_ABSENT: none
};

struct workload_action {
    struct text name, topic;
    struct text channel; // empty: none
    const struct workload_param *params;
    uint32_t param_count;
};

enum workload_step_kind { WORKLOAD_STEP_DO, WORKLOAD_STEP_TAG, WORKLOAD_STEP_LIST };

struct workload_step {
    enum workload_step_kind kind;
    struct text id;                    // given, or the step's number from 1
    struct text action;                // WORKLOAD_STEP_DO
    const struct workload_value *with; // by name
    const struct text *add, *remove;   // the other two
    uint32_t with_count, add_count, remove_count;
};

struct workload_workflow {
    struct text name, on;
    bool may_reenter; // always; else never
    const struct workload_step *steps;
    uint32_t step_count;
};

struct workload_file {
    const char *path;
    struct text text;
};

// One variant of a ruleset. Scores and their rules are in the order written, all else in any.
struct workload_rules {
    const struct workload_file *files; // sorted by path
    const struct text *kinds;          // of identifiers, strongest first
    bool has_lists;                    // they are declared
    const struct workload_event_type *events;
    const struct workload_contact_field *fields;
    const struct workload_score *scores;
    const struct workload_action *actions;
    const struct workload_workflow *workflows;
    uint32_t file_count, kind_count, event_count, field_count, score_count, action_count,
        workflow_count;
};

#endif
