// Which expressions of the rules failed, and how often. By name, so that what was counted outlives a change of the rules.
//
// No value of an event or a contact is kept: the messages of CEL may hold some.
#ifndef ENGINE_FOLD_FAILURES_H
#define ENGINE_FOLD_FAILURES_H

#include <stdint.h>

#include "engine/event/event.h"
#include "rules/expression.h"

enum { FAILURES_MAX = 1000 }; // expressions that are counted each by itself

struct failure {
    char *rule;           // name of the expression: "scores.engagement/order if"
    uint64_t count;       // at least 1
    const char *why;      // of the last time: "no such key"
    struct event_ref ref; // the event of the last time
};

// Zero-initialised is empty.
struct failures {
    struct failure *items; // in the order in which they failed first; owned, as their rules
    uint32_t count, cap;
    uint64_t others;         // failures of expressions beyond FAILURES_MAX
    size_t expression_count; // of the rules that are bound
    uint16_t *item_of;       // by index of the expression: its item and 1; 0: not looked for yet
};

// The rules whose expressions are counted from here on.
void failures_bind(struct failures *failures, const struct ruleset *ruleset);
void failures_count(
    struct failures *failures,
    const struct rule_expression *expression,
    const char *why,
    struct event_ref ref);
// As if nothing had failed yet; the same rules are bound.
void failures_forget(struct failures *failures);
void failures_free(struct failures *failures);
uint64_t failures_total(const struct failures *failures);

// Why an expression failed that gave this value, in words without values; `otherwise` for a value that is no error.
const char *failure_why(struct cel_value value, const char *otherwise);

#endif
