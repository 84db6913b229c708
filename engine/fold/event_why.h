// Why something that names the type of an event did not match it, as JSON.
#ifndef ENGINE_FOLD_EVENT_WHY_H
#define ENGINE_FOLD_EVENT_WHY_H

#include "engine/base/buffer.h"
#include "engine/fold/seen.h"
#include "rules/score.h"

// An expression that was false, or failed, for the event and the contact in hand:
// ,"outcome":"not_true|failed","why":{"key":"if","part":…,"values":[{"of":…,"value":…|"error":…},…],"error":…}
void why_add_not_true(
    struct fold *fold, const struct rule_expression *expression, struct buffer *to);
// A condition with what it came to, for the event, the run and the contact in hand: {"if":…,"is":true|false,"values":[…]}
void why_add_condition(
    struct fold *fold, const struct rule_expression *expression, struct buffer *to);
// Why an expression failed: {"of":…,"error":…,"values":[…]}
void why_add_failure(
    struct fold *fold, const struct rule_expression *expression, struct buffer *to);
// ,"outcome":"limited","why":{"key":"limit","times":…,"points":…,"every":…,"per":…,"values":[…]}
void why_add_limited(struct fold *fold, const struct limit_def *limit, struct buffer *to);

#endif
