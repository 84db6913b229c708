// What happened to a contact: the journal is folded again in memory, and the contact is watched.
#ifndef ENGINE_FOLD_EXPLAIN_CONTACT_H
#define ENGINE_FOLD_EXPLAIN_CONTACT_H

#include "engine/base/buffer.h"
#include "engine/fold/contact_story.h"

// Appends a line of JSON for each thing that happened to the contact, in order, or to one run of it alone: docs/explain.md
// has their form. The number is the one that the contact has in the shard, whose journal gives each the same again.
//   ERR_CORRUPT damage, or a fold that differs from what was recorded · ERR_FORMAT rules of then that this version does not
//   know · ERR_IO
struct contact_asked {
    struct contact_number contact;
    bool is_of_run;
    struct hash128 run;
};
NODISCARD enum err explain_contact(
    const struct shard_params *params,
    struct shard_progress progress,
    const struct contact_asked *asked,
    struct buffer *to,
    struct fault *fault);

#endif
