// Evaluates the expressions of rules for the event and the contact in hand. What fails is no match, and counted.
#ifndef ENGINE_FOLD_EVALUATE_H
#define ENGINE_FOLD_EVALUATE_H

#include "rules/cel/value.h"
#include "rules/counter.h"
#include "rules/expression.h"

struct fold;
struct counted;
struct counter_place;

// What is said of what is none of what it must be.
#define NO_TRUTH        "neither true nor false"
#define NO_POINTS       "no number of at most a million"
#define NO_VALUE        "nested too deep"
#define NO_COUNT        "no value that the counter keeps"
#define NO_OBJECT_KEY   "no key: a text of at most 256 bytes, or a whole number"
#define NO_OBJECT_VALUE "no value that an object keeps, or a text of more than 1024 bytes"

// What `now` is.
int64_t fold_clock_ms(const struct fold *fold);
// What surrounds evaluations at fold->now_ms, of the event and the contact in hand.
const struct cel_host *fold_expression_host(struct fold *fold);

// What an expression gives; a failure is counted. Valid until the next evaluation.
struct cel_value fold_value(struct fold *fold, const struct rule_expression *expression);
// The same of what an event may lack: null where a member is not there, which is not counted, and where it fails.
struct cel_value fold_value_if_any(struct fold *fold, const struct rule_expression *expression);
// Counts that what an expression gave is none of what it must be.
void fold_failed(
    struct fold *fold,
    const struct rule_expression *expression,
    struct cel_value value,
    const char *why);
// Where the contact in hand has a counter of the rules.
struct counter_place fold_counter_place(const struct fold *fold, uint32_t counter);
// Whether the condition is true.
bool fold_condition(struct fold *fold, const struct rule_expression *condition);
// Points in thousandths, rounded half away from zero. False, and counted, when they are no number or beyond
// a million.
bool fold_points(struct fold *fold, const struct rule_expression *points, int64_t *milli_out);
// The hash of a value that tells one key from another: 1 and 1.0 are one key. What is null or fails is one key, too.
uint64_t fold_key(struct fold *fold, const struct rule_expression *key);
// The value that a counter takes of the event. False, and counted, when it is none of its kind. A text in it is valid until
// the next evaluation.
bool fold_counted(
    struct fold *fold, const struct counter_def *counter, struct counted *counted_out);
// When a comparison with `now` changes, cut to milliseconds. False when what it compares with is not there, or beyond the
// calendar; that is no failure.
bool fold_moment(struct fold *fold, const struct rule_moment *moment, int64_t *at_ms_out);

#endif
