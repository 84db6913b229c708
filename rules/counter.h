// Counters: exact numbers about the events of a type, or of several.
#ifndef RULES_COUNTER_H
#define RULES_COUNTER_H

#include "engine/event/catalog.h"
#include "rules/place.h"

struct rule_expression;

enum counter_kind {
    COUNTER_COUNT,
    COUNTER_SUM,
    COUNTER_MIN,
    COUNTER_MAX,
    COUNTER_AVG,
    COUNTER_FIRST, // the value of the event with the least time
    COUNTER_LAST,
    COUNTER_DISTINCT, // how many different values
};

struct counter_def {
    struct bytes name, label;
    uint32_t index;
    enum counter_kind kind;
    event_type on;                           // or a set of them: rules/event_set.h
    const struct rule_expression *condition; // NULL: every event of the type
    const struct rule_expression *value;     // NULL for COUNTER_COUNT
    int64_t within_ms; // 0: for ever; else an event counts while its age is below
    bool is_from_now;  // `history: from_now`: starts empty, instead of from the journal
    // Of what is live some only tells apart on which side of these the counter is: below, or from it on; ascending.
    const double *thresholds;
    uint32_t threshold_count;
    // Positions of the live nodes that tell apart a threshold: of thresholds[i] readers[reader_begins[i]] up to the next.
    const uint32_t *readers, *reader_begins;
    bool has_free_readers; // some read it otherwise
    uint64_t hash;         // of how it is written
    struct rule_place place;
};

// Whether its value is a number at all times, and goes over thresholds one by one.
static inline bool counter_def_has_sides(const struct counter_def *def)
{
    return def->kind == COUNTER_COUNT || def->kind == COUNTER_DISTINCT || def->kind == COUNTER_SUM;
}

#endif
