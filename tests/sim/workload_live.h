// Counters, scores and segments of drawn rules, as plain data.
#ifndef TESTS_SIM_WORKLOAD_LIVE_H
#define TESTS_SIM_WORKLOAD_LIVE_H

#include "tests/sim/workload_expr.h"

struct workload_band {
    struct text name;
    int64_t from_milli;
};

enum workload_counter_kind {
    WORKLOAD_COUNT,
    WORKLOAD_SUM,
    WORKLOAD_MIN,
    WORKLOAD_MAX,
    WORKLOAD_AVG,
    WORKLOAD_FIRST,
    WORKLOAD_LAST,
    WORKLOAD_DISTINCT,
};

struct workload_counter {
    struct text name, on;
    enum workload_counter_kind kind;
    enum workload_type type; // of what it says; WORKLOAD_TYPE_TIMESTAMP where it is event.time
    const struct workload_expr *value;     // NULL for WORKLOAD_COUNT
    const struct workload_expr *condition; // NULL: every event
    int64_t within_ms;                     // 0: for ever
};

enum workload_span {
    WORKLOAD_EVER,
    WORKLOAD_ROLLING,
    WORKLOAD_DAY,
    WORKLOAD_WEEK,
    WORKLOAD_MONTH,
    WORKLOAD_YEAR
};

struct workload_limit {
    uint32_t times;       // 0: any number
    int64_t points_milli; // 0: any sum
    enum workload_span span;
    int64_t span_ms; // WORKLOAD_ROLLING
    struct text per; // path inside data; empty: none
};

struct workload_score_rule {
    struct text name;
    struct text on;                        // empty: a state rule
    const struct workload_expr *state;     // of a state rule
    const struct workload_expr *condition; // NULL: always
    const struct workload_expr *points;    // NULL: points_milli
    int64_t points_milli;
    uint32_t group; // index; group_count of the score: none
    struct workload_limit limit;
};

enum workload_forget {
    WORKLOAD_KEEP,
    WORKLOAD_HALF_LIFE,
    WORKLOAD_LINEAR,
    WORKLOAD_EXPIRE,
    WORKLOAD_IDLE,
};

struct workload_group {
    struct text name;
    bool has_min, has_max;
    int64_t min_milli, max_milli;
};

struct workload_score {
    struct text name;
    bool has_min, has_max;
    int64_t min_milli, max_milli;
    enum workload_forget forget;
    int64_t span_ms, after_ms, idle_milli; // half life, every or age; those of WORKLOAD_IDLE
    int32_t percent_milli;                 // WORKLOAD_LINEAR
    const struct workload_expr *combine;   // NULL: of its rules
    const struct workload_band *bands;     // ascending
    const struct workload_group *groups;
    const struct workload_score_rule *rules;
    uint32_t band_count, group_count, rule_count;
};

struct workload_segment {
    struct text name;
    const struct workload_expr *condition;
    int64_t known_for_ms, for_ms; // 0: none
};

#endif
