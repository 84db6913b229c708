// The event types that a rule, a counter or a workflow is about: one, or several.
//
// `on` is an event type of the catalogue, or the number of a set of several, from EVENT_SET_FIRST on. So one type costs
// nothing, and whatever is about events passes a single number on.
#ifndef RULES_EVENT_SET_H
#define RULES_EVENT_SET_H

#include "rules/ruleset.h"

enum { EVENT_SET_FIRST = CATALOG_TYPES_MAX + 1 };

// Two types at least, none twice, as written.
struct event_set {
    const event_type *types;
    uint32_t count;
    uint64_t hash; // of the types
};

// The types that `on` stands for; none for EVENT_TYPE_UNKNOWN. Valid as long as ruleset and *on are.
struct event_types {
    const event_type *items;
    uint32_t count;
};
struct event_types ruleset_types_on(const struct ruleset *ruleset, const event_type *on);
bool ruleset_is_on(const struct ruleset *ruleset, event_type on, event_type type);

// The number of the set of these types, made when there is none. They are copied.
event_type event_set_of(struct ruleset *ruleset, const event_type *types, uint32_t count);

#endif
