// Evaluates the expressions of rules against the event being folded, its contact, and its scores.
#ifndef ENGINE_FOLD_EXPRESSION_H
#define ENGINE_FOLD_EXPRESSION_H

#include "engine/event/catalog.h"
#include "engine/event/value.h"
#include "rules/cel/eval.h"
#include "rules/expression.h"

struct fold;

// A map of the host's: what it finds, it asks its fold for.
struct host_map {
    struct cel_map map;
    struct fold *fold;
};

// One a fold. Zero-initialised is valid until expressions_init.
struct expressions {
    struct cel_eval eval;
    struct cel_host host;
    struct host_map contact, score, event, data;
    // of the event that is matched now, which may be a derived one
    const struct event_type_def *type;
    struct value values;
};

void expressions_init(struct expressions *expressions, struct fold *fold);
void expressions_free(struct expressions *expressions);
// The event that expressions are about from here on.
void expressions_set_event(
    struct expressions *expressions, const struct event_type_def *type, struct value data);

// Whether the condition is true. What fails is not true, and counted.
bool fold_condition(struct fold *fold, const struct rule_expression *condition);
// Points in thousandths, rounded half away from zero. False, and counted, when they are no number or beyond
// a million.
bool fold_points(struct fold *fold, const struct rule_expression *points, int64_t *milli_out);

#endif
