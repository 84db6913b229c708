// The table of owners, for the files of projections only.
#ifndef PROJECTIONS_OWNERS_INTERNAL_H
#define PROJECTIONS_OWNERS_INTERNAL_H

#include "engine/base/buffer.h"
#include "projections/owners.h"

struct owner {
    uint64_t key;   // team << 32 | person
    uint64_t owned; // contacts
    int64_t turn;
    uint64_t handed; // so often; kept apart from the rest
};
// All zeroes: there is none.
struct owners {
    struct owner *items; // in the order they came up
    uint32_t *places;    // open addressing: index + 1, 0: free
    uint32_t count, place_count;
    uint64_t sum; // of the turns: the counts say nothing that the records do not
};
void owners_moved(struct state *state, struct owner_id from, struct owner_id to);
void owners_recount(struct state *state); // from all records, into an empty one
void owners_pack(const struct owners *owners, struct buffer *to);
//   ERR_CORRUPT malformed
NODISCARD enum err owners_load(struct state *state, struct bytes packed);
// What the turns add to the digest, less the counts; each record adds its part of them.
uint64_t owners_recomputed(const struct state *state);
uint64_t owners_recomputed_add(const struct state *state, const uint8_t *record);
void owners_free(struct owners *owners);

#endif
