// Events that others imply, of the contact in hand: which have come, and which are only known of by another one.
//
// What a contact remembers of an implied type stands among its counters, under the implied_def's name: a hash of the members
// that make an event the same, 8 bytes each, in order of arrival. Its lowest bit says that the event was only implied so far.
// Of more than limits.counter_entries the oldest is forgotten.
#ifndef ENGINE_FOLD_IMPLIED_H
#define ENGINE_FOLD_IMPLIED_H

#include "engine/event/value.h"
#include "rules/ruleset.h"

struct fold;

// Whether an event has been counted already, when another one implied it; remembers that it has come. Inside a frame.
bool implied_has_counted(struct fold *fold, const struct match_list *match, struct value data);

// Derives, at that depth, what an event implies and what has not come yet. Inside a frame.
void implied_derive(
    struct fold *fold, const struct match_list *match, struct value data, uint32_t depth);

#endif
