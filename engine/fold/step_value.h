// The values that steps of workflows give: constants, what expressions say, texts put together.
#ifndef ENGINE_FOLD_STEP_VALUE_H
#define ENGINE_FOLD_STEP_VALUE_H

#include "engine/event/value.h"
#include "rules/cel/value.h"
#include "rules/workflow.h"

struct fold;

// The value, in the fold's arena until the input is done; VALUE_ABSENT for null. False when an expression failed, which is
// counted, or gave what no event can carry (a list, a map, bytes).
bool step_value_find(struct fold *fold, const struct step_value *of, struct value *out);

// What an expression gave, likewise. False for what no event can carry.
bool step_value_of(struct fold *fold, struct cel_value from, struct value *out);

#endif
