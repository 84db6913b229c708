// The profile section of a record: fields, tags, lists, stage, owner, zone, consents.
#ifndef PROJECTIONS_PROFILE_H
#define PROJECTIONS_PROFILE_H

#include "projections/state_internal.h"

// Numbers in the store: never renumber.
enum profile_kind {
    PROFILE_FIELD = 1,   // name, packed value
    PROFILE_TAG = 2,     // name
    PROFILE_LIST = 3,    // name
    PROFILE_STAGE = 4,   // stage (4)
    PROFILE_OWNER = 5,   // team (4), person (4)
    PROFILE_ZONE = 6,    // text
    PROFILE_CONSENT = 7, // name of the channel; consent (1), dnd (1)
};

enum { PROFILE_BYTES_MAX = 4 << 20, PROFILE_CONSENT_BYTES = 2 };

struct profile_key {
    enum profile_kind kind;
    struct name_id name; // 0 where the kind has none
};

// One entry; at and len are of the whole entry, in the record.
struct profile_entry {
    struct profile_key key;
    struct bytes payload; // borrowed from the record
    size_t at;
    size_t len;
};

// Walks the entries: *at is 0 to start; false at the end.
bool profile_next(const uint8_t *record, size_t *at, struct profile_entry *out);
bool profile_find(const uint8_t *record, struct profile_key key, struct profile_entry *out);
// Adds or replaces an entry. False when nothing changed: it is there already, or refused and counted.
bool profile_put(
    struct state *state, uint64_t contact, struct profile_key key, struct bytes payload);
bool profile_remove(struct state *state, uint64_t contact, struct profile_key key);

#endif
