// Objects: things that a contact has, each known by its key and kept with the latest values of its fields.
#ifndef RULES_OBJECT_H
#define RULES_OBJECT_H

#include "engine/event/catalog.h"
#include "rules/place.h"

struct rule_expression;

enum {
    OBJECT_FIELDS_MAX = 64, // declared ones
    OBJECT_NAME_BYTES_MAX = 100,
};

struct object_field {
    struct bytes name;
    const struct rule_expression *value; // of an event of the object's types
};

// What every object has beside the declared fields, unless one of these is called so.
enum object_member { OBJECT_KEY, OBJECT_CREATED, OBJECT_UPDATED, OBJECT_MEMBER_COUNT };

struct object_def {
    struct bytes name, label;
    struct bytes kept_as; // its name among what a contact counts: "object opportunity"
    uint32_t index;
    event_type on;         // or a set of them: rules/event_set.h
    event_type removed_by; // likewise; EVENT_TYPE_UNKNOWN: nothing removes one
    event_type about;      // all of both
    const struct rule_expression *key;
    const struct object_field *fields; // as written
    uint32_t field_count;
    uint32_t
        layout; // a hash of the fields' names, in order: values of others are not taken for theirs
    bool is_from_now; // `history: from_now`: starts empty, instead of from the journal
    uint64_t hash;    // of how it is written
    struct rule_place place;
};

struct object_list {
    const struct object_def *const *items; // in the order written
    uint32_t count;
};

// The name of what every object has: "key", "created", "updated".
struct bytes object_member_name(enum object_member member);
// Whether a declared field has the name, and so stands for it.
bool object_declares(const struct object_def *object, struct bytes name);

#endif
