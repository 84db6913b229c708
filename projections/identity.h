// Which contact an event belongs to. Merging comes later, behind this interface.
#ifndef PROJECTIONS_IDENTITY_H
#define PROJECTIONS_IDENTITY_H

#include <stdbool.h>
#include <stdint.h>

#include "projections/names.h"
#include "projections/state.h"

// Contacts are numbered 1, 2, 3… in order of creation.
struct contact_number {
    uint64_t value; // 0: none
};

// One identifier with its hash, computed once.
struct identity_key {
    struct name_id kind; // NAME_IDENTIFIER
    struct bytes value;
    uint64_t hash;
};
struct identity_key identity_key_of(
    const struct state *state, struct name_id kind, struct bytes value);

// Brings the table line, then (second call, after some other work) slot and record near. Gives the likely owner.
void identity_prefetch(const struct state *state, const struct identity_key *key);
struct contact_number identity_prefetch_record(
    const struct state *state, const struct identity_key *key);

// The contact that owns this identifier, or 0.
struct contact_number identity_find(struct state *state, const struct identity_key *key);
// Finds the owner of the strongest identifier (keys[0]) or creates a contact named by it. The other
// identifiers are added to it where nobody owns them yet (else counted as conflicts). Inside a frame.
struct contact_number identity_resolve(
    struct state *state,
    const struct identity_key *keys,
    uint32_t count,
    int64_t time_ms,
    bool *is_new_out);
// Adds one identifier to a contact; false when it is there already or another contact owns it.
bool identity_add(
    struct state *state, struct contact_number contact, const struct identity_key *key);

#endif
