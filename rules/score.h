// Scores: their limits, bands, forgetting and rules.
#ifndef RULES_SCORE_H
#define RULES_SCORE_H

#include <stdbool.h>

#include "engine/event/catalog.h"
#include "rules/place.h"

struct rule_expression;

struct score_band {
    struct bytes name;
    int64_t from_milli;
};

// How entries of a score lose their points as time goes by (language, section 3).
enum forget_kind { FORGET_NONE, FORGET_HALF_LIFE, FORGET_LINEAR, FORGET_EXPIRE, FORGET_IDLE };
struct forget_def {
    enum forget_kind kind;
    int64_t span_ms;       // HALF_LIFE: the half life; LINEAR, IDLE: `every`; EXPIRE: the age
    int64_t after_ms;      // IDLE: `after`
    int64_t points_milli;  // IDLE: added at `after`, and at each `every` behind it; mostly negative
    int32_t percent_milli; // LINEAR: thousandths of a percent, 1..100000
};

enum { SCORE_GROUPS_MAX = 64 };

// A cap over several rules of a score.
struct score_group {
    struct bytes name;
    bool has_min, has_max;
    int64_t min_milli, max_milli;
};

struct score_def {
    struct bytes name, label;
    bool has_min, has_max;
    int64_t min_milli, max_milli;
    const struct score_band *bands; // ascending by from_milli
    uint32_t band_count;
    struct forget_def forget;
    const struct score_group *groups;
    uint32_t group_count;
    const struct rule_expression *combine; // NULL: the sum of its rules; else it has none
    const uint32_t *state_rules; // indexes of its rules that have a `while`, in the order written
    uint32_t state_rule_count;
    bool has_state_expressions; // points of one are an expression
    // Where crossing by time alone is seen by something that is live: its bands where anything listens to
    // them, and what expressions compare it with. Ascending, without repetitions: a value is on the one
    // side below a threshold, on the other from it on.
    const int64_t *thresholds_milli;
    uint32_t threshold_count;
    // Positions of the live nodes that compare it with a threshold: of thresholds_milli[i] readers[reader_begins[i]] up
    // to the next.
    const uint32_t *readers, *reader_begins;
    bool changes_by_time; // alone: it forgets, or is combined from one that does
    bool is_from_now;     // `history: from_now`: starts empty, instead of from the journal
    uint64_t hash;        // of how it is written
    struct rule_place place;
};

enum limit_span {
    LIMIT_EVER,
    LIMIT_ROLLING, // the span_ms up to and with the event's time
    LIMIT_DAY,     // the calendar's, in the contact's zone
    LIMIT_WEEK,    // from Monday
    LIMIT_MONTH,
    LIMIT_YEAR,
};

struct limit_def {
    uint32_t times; // 0: any number
    int64_t
        points_milli; // 0: any sum; else the most that is given in the span; an entry is cut to fit
    enum limit_span span;
    int64_t span_ms;                   // LIMIT_ROLLING
    const struct rule_expression *per; // NULL: one for the contact; else for each value of it
};

#define SCORE_NO_GROUP UINT32_MAX

enum score_rule_kind {
    SCORE_RULE_EVENT, // `on`
    SCORE_RULE_STATE, // `while`
};

struct score_rule {
    enum score_rule_kind kind;
    struct bytes name;
    struct bytes state_name; // "score/rule": its name in the state
    uint32_t score;          // index into scores
    uint32_t index;          // index into rules: order written
    event_type on;           // or a set: rules/event_set.h; EVENT_TYPE_UNKNOWN for a state rule
    const struct rule_expression *state;     // NULL for an event rule
    const struct rule_expression *condition; // NULL: always
    const struct rule_expression *points;    // NULL: points_milli
    int64_t points_milli;
    uint32_t group; // index into the score's groups, or SCORE_NO_GROUP
    struct limit_def limit;
    struct rule_place place;
};

int64_t score_group_capped(const struct score_group *group, int64_t sum_milli);
int64_t score_def_clamp(const struct score_def *score, int64_t sum_milli);
struct bytes score_def_band(
    const struct score_def *score, int64_t value_milli); // empty below the lowest

#endif
