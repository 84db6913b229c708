// The faded sums of contacts with long ledgers (score_fade.h), by contact and score: in memory only, so many as there is
// room for. One that is not here is made anew from the ledger.
#ifndef ENGINE_FOLD_FADES_H
#define ENGINE_FOLD_FADES_H

#include "engine/fold/score_fade.h"
#include "projections/contacts.h"

struct ruleset;

// Of whom, and of which part of which ledger.
struct fade_key {
    struct contact_number contact; // 0: nobody
    uint32_t score;
};
struct kept_fade {
    struct fade_key key;
    uint32_t ledger_bytes; // taken in, of all scores
    uint64_t ledger_edits; // what it was then
    struct score_fade fade;
};

// Zero-initialised is empty, and valid.
struct fades {
    uint8_t *lines; // kept_fade, each with its sums behind it
    size_t line_bytes;
    uint32_t line_count; // a power of two
    uint32_t used;
    uint32_t refused; // for want of room
};

// Empties it for the scores of other rules.
void fades_bind(struct fades *fades, const struct ruleset *ruleset);
void fades_free(struct fades *fades);
// Brings the line near where the key is, if it is anywhere.
void fades_prefetch(const struct fades *fades, struct fade_key key);
// NULL where there is none. Valid until the next fades_place.
struct kept_fade *fades_find(const struct fades *fades, struct fade_key key);
// A line for one that is not there; nothing but its key and the room for its sums (fade.sums) is set. Where there is no
// room now and then one takes the place of another; else NULL.
struct kept_fade *fades_place(struct fades *fades, struct fade_key key);
// It is there no more.
void fades_drop(struct fades *fades, struct kept_fade *kept);

#endif
