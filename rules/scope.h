// What the expressions of a ruleset may name, and of which types it is.
//
//   event    id, type, source, time
//   data     of the event: what its type declares, and whatever else it carries
//   contact  id, identifiers, tags, lists, created, updated, zone, consent, owner, stage, then the first
//            of each kind of identifier, then the declared fields
//   score    each score, as it is shown (between min and max)
//   counter  each counter; those that may have no value are absent then
//   segment  each segment: whether the contact is a member
//   objects  each declared kind: a map of keys to what is kept under them
//   run      in steps of workflows: id, workflow, key, started, data of the event that started it, step
//   now      the tick
#ifndef RULES_SCOPE_H
#define RULES_SCOPE_H

#include "rules/cel/check.h"
#include "rules/ruleset.h"

// Indexes of the scope's variables, as cel_host.variable is asked for them.
enum scope_variable {
    SCOPE_NOW,
    SCOPE_CONTACT,
    SCOPE_SCORE,
    SCOPE_COUNTER,
    SCOPE_SEGMENT,
    SCOPE_OBJECTS,
    SCOPE_RUN,   // only where there is one
    SCOPE_EVENT, // from here on: only where there is an event
    SCOPE_DATA,
    SCOPE_VARIABLE_COUNT,
};

// Indexes of their fields, as cel_map.find is given them.
enum scope_event_field {
    SCOPE_EVENT_ID,
    SCOPE_EVENT_TYPE,
    SCOPE_EVENT_SOURCE,
    SCOPE_EVENT_TIME,
    SCOPE_EVENT_FIELD_COUNT,
};
enum scope_run_field {
    SCOPE_RUN_ID,
    SCOPE_RUN_WORKFLOW,
    SCOPE_RUN_KEY,
    SCOPE_RUN_STARTED,
    SCOPE_RUN_DATA,
    SCOPE_RUN_STEP, // map of the ids of steps that emitted an action to {id: of the action}
    SCOPE_RUN_FIELD_COUNT,
};
enum scope_contact_field {
    SCOPE_CONTACT_ID,
    SCOPE_CONTACT_IDENTIFIERS, // map of the kind to a list of values
    SCOPE_CONTACT_TAGS,
    SCOPE_CONTACT_LISTS,
    SCOPE_CONTACT_CREATED,
    SCOPE_CONTACT_UPDATED,
    SCOPE_CONTACT_ZONE,
    SCOPE_CONTACT_CONSENT, // map of the channel to "granted", "denied", "revoked"
    SCOPE_CONTACT_OWNER,   // "team/person", either may be empty
    SCOPE_CONTACT_STAGE,
    SCOPE_CONTACT_FIELD_COUNT, // the kinds of identifier, then the declared fields
};

struct scopes;

// Once events, contact, objects, scores, counters and segments of a ruleset are known; it is borrowed and must not
// change any more.
struct scopes *scopes_new(const struct ruleset *ruleset);
void scopes_free(struct scopes *scopes);

// Which type a counter turned out to be of; until then it is dyn.
void scopes_set_counter(struct scopes *scopes, size_t counter, const struct cel_type *type);
// Which type a field of an object turned out to be of; until then it is dyn.
void scopes_set_object_field(
    struct scopes *scopes, size_t object, uint32_t field, const struct cel_type *type);
// How many members the contact has, and what each is called; index: enum scope_contact_field and behind it.
uint32_t scope_contact_count(const struct ruleset *ruleset);
struct bytes scope_contact_name(const struct ruleset *ruleset, uint32_t index);
// Whether every contact has something of that name, so that no declared field may.
bool scope_contact_has(struct bytes name);

// The scope of an expression about events of the type, or of a set of types (rules/event_set.h); EVENT_TYPE_UNKNOWN: where
// there is no event. Valid until the next call for another one.
const struct cel_scope *scopes_of(struct scopes *scopes, event_type on);

// The same for steps of a workflow that these events start.
const struct cel_scope *scopes_of_run(struct scopes *scopes, event_type on, event_type run_on);

// The scope that an expression of a ruleset was checked with; it lives in the arena. Any thread.
struct rule_expression;
const struct cel_scope *scope_again(
    const struct ruleset *ruleset, const struct rule_expression *of, struct arena *arena);

// For cel_compile of parts of a ruleset's expressions, which have been checked. Any thread.
const struct cel_scope *scope_of_parts(const struct ruleset *ruleset);

// The type by which an expression knows a declared one.
const struct cel_type *scope_type_of(struct arena *arena, enum data_type type);

#endif
