// Changes of the contact in hand, with what is derived from them. Inside a frame of the state.
#ifndef ENGINE_FOLD_CONTACT_CHANGE_H
#define ENGINE_FOLD_CONTACT_CHANGE_H

#include "engine/event/value.h"

struct fold;

// A field; null removes it. Of the wrong type, or with an unfit name, it is left out and counted.
void fold_set_field(struct fold *fold, struct bytes name, struct value value, uint32_t depth);
// Both empty: none.
void fold_set_owner(struct fold *fold, struct bytes team, struct bytes person);
void fold_set_stage(struct fold *fold, struct bytes stage); // empty: none

#endif
