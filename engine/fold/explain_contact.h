// What happened to a contact: the journal is folded again in memory, and the contact is watched.
#ifndef ENGINE_FOLD_EXPLAIN_CONTACT_H
#define ENGINE_FOLD_EXPLAIN_CONTACT_H

#include <stdatomic.h>

#include "engine/base/buffer.h"
#include "engine/fold/contact_story.h"
#include "projections/contacts.h"

// The contact as a shard knows it.
struct contact_known {
    struct contact_number number;
    const struct contact_identifier *identifiers; // borrowed
    uint32_t identifier_count;
    struct bytes json;          // as query_contact prints it, as of the tick
    uint64_t sequence;          // of the frame that it is known at
    struct shard_params params; // of the shard, to read its journal; as long as that is open
};

struct contact_asked {
    struct contact_known known;
    bool is_of_run; // this run of it alone
    struct hash128 run;
};

// Reads what a shard knows of a contact. Lists are the arena's, the text is the buffer's.
//   ERR_MISSING, ERR_CORRUPT, ERR_IO the contact cannot be read
NODISCARD enum err contact_known_read(
    struct shard *shard,
    struct contact_number number,
    struct arena *arena,
    struct buffer *json,
    struct contact_known *out);

enum contact_refold_how {
    CONTACT_ALONE, // the others' inputs are passed over; right where the contact comes out as it is known
    CONTACT_WITH_OTHERS, // where it does not, because something of it depends on others: the whole journal
};

// One way of folding a contact again.
struct contact_refold {
    const struct shard_params *params;
    struct shard_progress progress;
    const struct contact_asked *asked;
    enum contact_refold_how how;
    struct buffer *to; // gets the lines
    const atomic_bool
        *is_stopping; // ends it with ERR_STATE when it becomes true; NULL: nothing does
    bool is_right;    // set by it
};
//   as explain_contact; with CONTACT_ALONE any error may mean no more than that it is not the way
NODISCARD enum err contact_refold(struct contact_refold *refold, struct fault *fault);

// Appends a line of JSON for each thing that happened to the contact up to the frame it is known at, in order, or to one run
// of it alone: docs/explain.md has their form. The inputs of other contacts are passed over; where the contact then comes out
// other than it is known, the whole journal is folded and compared with its digests. params: read only is enough. Any thread, beside whoever writes the journal.
//   ERR_CORRUPT damage, or a fold that differs from what was recorded · ERR_FORMAT rules of then that this version does not
//   know · ERR_IO
NODISCARD enum err explain_contact(
    const struct shard_params *params,
    struct shard_progress progress,
    const struct contact_asked *asked,
    struct buffer *to,
    struct fault *fault);

#endif
