// What a counter keeps of the events it counts, and what it says at a moment. The bytes are kept by
// projections/counters.h.
//
// Layout, all integers little endian. The first byte is the kind (enum counter_kind) and, with `within`, 128 more; bytes
// of another kind, left by other rules of that name, count as none.
//   for ever  COUNT: number (8) · SUM: billionths (16) · AVG: billionths (16), number (8) · MIN, MAX: double (8)
//             FIRST, LAST: time (8), packed value · DISTINCT: hashes (8 each), ascending
//   within    entries by time, equal ones in order of arrival:
//             COUNT: time (8), number (4) · SUM, AVG: time (8), double (8), number (4) · MIN, MAX: time (8), double (8)
//             DISTINCT: time (8), hash (8) · FIRST: time (8), length (4), packed value · LAST: one such
// An entry that has left the window is dropped when the next event is counted. MIN and MAX keep no entry that a later
// one outdoes. A number above 1 is several events summarised, because there were more than limits.counter_entries.
#ifndef ENGINE_FOLD_COUNTER_H
#define ENGINE_FOLD_COUNTER_H

#include "projections/counters.h"
#include "rules/cel/eval.h"
#include "rules/counter.h"

struct counter_place {
    struct state *state;
    struct contact_number contact;
    struct name_id name;
    const struct counter_def *def;
};

// What an event brings.
struct counted {
    int64_t time_ms;
    double number;          // SUM, MIN, MAX, AVG; finite
    uint64_t hash;          // DISTINCT
    struct cel_value value; // FIRST, LAST
};

struct counter_outcome {
    bool has_changed;    // what the counter says, now or later, may be another
    uint32_t from, to;   // where counter_is_by_sides: on which side it was and is
    uint32_t summarised; // events that were merged into others
    uint32_t refused;    // values that found no room
    bool is_next_known;  // next_ms is what counter_next_change says now
    int64_t next_ms;
};

// Whether all that is live and reads the counter only knows on which side of its thresholds it is.
static inline bool counter_is_by_sides(const struct counter_def *def)
{
    return counter_def_has_sides(def) && !def->has_free_readers;
}

// Counts an event, at the tick now_ms, keeping at most entries_max entries. Inside a frame.
struct counter_outcome counter_add(
    const struct counter_place *place,
    const struct counted *counted,
    int64_t now_ms,
    uint32_t entries_max);

// What the counter says at now_ms. False where it has nothing to say (no value for MIN, MAX, AVG, FIRST, LAST). A text in
// it is allocated in eval's arena.
bool counter_value(
    const struct counter_place *place,
    int64_t now_ms,
    struct cel_eval *eval,
    struct cel_value *value_out);

// On which side of its thresholds the counter is: how many of them it is not below. For those of which
// counter_def_has_sides holds.
uint32_t counter_side(const struct counter_place *place, int64_t now_ms);

// When the oldest entry within the window leaves it, or, where all that reads the counter knows only its side, the one
// that brings it to another side. INT64_MAX where that does not happen by time.
int64_t counter_next_change(const struct counter_place *place, int64_t now_ms);

// Whether FIRST and LAST can keep a value of that kind.
bool counter_can_keep(struct cel_value value);

#endif
