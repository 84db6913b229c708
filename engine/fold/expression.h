// What the expressions of rules see: the event being folded, its contact, and its scores.
#ifndef ENGINE_FOLD_EXPRESSION_H
#define ENGINE_FOLD_EXPRESSION_H

#include "engine/event/catalog.h"
#include "engine/event/value.h"
#include "rules/cel/eval.h"
#include "rules/expression.h"

struct fold;
struct run;

// A map of the host's: what it finds, it asks its fold for.
struct host_map {
    struct cel_map map;
    struct fold *fold;
};

static inline struct fold *host_map_fold(const struct cel_map *map)
{
    return ((const struct host_map *)(const void *)map)->fold;
}

// For maps whose members are found by the number of their field, below field_count, where they are there: how many there
// are, in the order of the fields. A number that has no member is found as one that is not there.
size_t host_map_count(const struct cel_map *map, struct cel_eval *eval, uint32_t field_count);
// Likewise the field of the member of that index, below the count, with its value.
uint32_t host_map_at(
    const struct cel_map *map,
    struct cel_eval *eval,
    uint32_t field_count,
    size_t index,
    struct cel_value *value_out);

// An expression may ask for a score that is itself an expression, and so on.
enum { EXPRESSION_DEPTH_MAX = SCORE_DEPTH_MAX + 1 };

// One a fold. Zero-initialised is valid until expressions_init.
struct expressions {
    struct cel_eval evals[EXPRESSION_DEPTH_MAX];
    uint32_t depth; // how many are being evaluated
    struct cel_host host;
    struct host_map contact, score, counter, segment, objects, run_map, run_data, run_steps, event,
        data;
    // of the event that is matched now, which may be a derived one
    const struct event_type_def *type;
    struct value values;
    const struct run *run; // whose steps are done, or NULL
    // What `now` is in the next expression, not in those of scores that it reads; NULL: fold->now_ms.
    const int64_t *clock_ms;
};

void expressions_init(struct expressions *expressions, struct fold *fold);
void expressions_free(struct expressions *expressions);
// The event that expressions are about from here on.
void expressions_set_event(
    struct expressions *expressions, const struct event_type_def *type, struct value data);

#endif
