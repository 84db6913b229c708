// How many contacts each person of each team owns, and whose turn it is: what the shard knows of them all.
//
// Counts follow every change of an owner (contact_set_owner); turns are changed by who gives them.
#ifndef PROJECTIONS_OWNERS_H
#define PROJECTIONS_OWNERS_H

#include "engine/base/buffer.h"
#include "projections/contacts.h"

// A team and a person of it, either of them 0 where a contact's owner has none.
struct owner_id {
    struct name_id team, person;
};

// Beyond so many owners, the contacts of further ones are not counted (changes_refused of state_counts).
enum { OWNERS_MAX = 1 << 16 };

uint64_t owners_owned(const struct state *state, struct owner_id owner); // contacts, now
// What a person is ahead (above 0) or behind in the turns; 0 for one that never had any.
int64_t owners_turn(const struct state *state, struct owner_id owner);
// How often a contact was handed to a person: no part of the digest, as counts of runs are none.
uint64_t owners_handed(const struct state *state, struct owner_id owner);
typedef void owners_each_fn(void *context, struct owner_id owner);
void owners_each(const struct state *state, owners_each_fn *each, void *context); // all known
// Inside a frame.
void owners_note_handed(struct state *state, struct owner_id owner);
void owners_set_turn(struct state *state, struct owner_id owner, int64_t turn);

// For checkpoints, with what else the fold counted. Nothing is packed where there are no owners.
void owners_handed_pack(const struct state *state, struct buffer *to);
// Into a state that has its owners again.
//   ERR_CORRUPT malformed · ERR_FORMAT there are owners and nothing was packed: it was made before this was counted
NODISCARD enum err owners_handed_unpack(struct state *state, struct cursor *from);

#endif
