// Values of expressions as explanations show them: JSON of a bounded length.
#ifndef ENGINE_FOLD_SEEN_H
#define ENGINE_FOLD_SEEN_H

#include "rules/cel/why.h"

struct fold;
struct rule_expression;

enum { SEEN_VALUE_BYTES_MAX = 256 };

// What an expression of the rules in force is inspected with, for the event and the contact in hand. eval is
// zero-initialised, and the caller frees it; the fold stays where it is until then.
struct cel_inspection seen_inspect(
    struct fold *fold, const struct rule_expression *expression, struct cel_eval *eval);

// The value as JSON; a longer one as a text that is cut off; null for an error.
void seen_add(struct buffer *to, struct cel_eval *eval, struct cel_value value);
// Why a value is an error, as CEL says it; empty when it is none. Borrowed from it.
struct bytes seen_error(struct cel_value value);

#endif
