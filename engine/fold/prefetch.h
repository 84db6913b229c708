// Brings near what is about to be touched, so that memory answers while something else is done. Nothing depends on it.
#ifndef ENGINE_FOLD_PREFETCH_H
#define ENGINE_FOLD_PREFETCH_H

#include "engine/fold/matching.h"
#include "projections/contacts.h"
#include "rules/ruleset.h"

struct fold;

// What is kept of a contact beside the state, some time before it is in hand. Nobody: nothing.
void fold_prefetch(const struct fold *fold, struct contact_number contact);

// Rules that may match, and, some work later, the next step on the way to what their conditions ask: a step reads what
// the one before it has brought.
void rules_prefetch(const struct candidates *candidates, const struct match_list *match);
void rules_prefetch_conditions(const struct candidates *candidates, const struct match_list *match);
void rules_prefetch_conjuncts(const struct candidates *candidates, const struct match_list *match);

#endif
