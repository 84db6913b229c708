// What limits of actions have counted in frames that no sink has confirmed yet, so that they can forget what is dropped.
//
// The frames that drop say it entry by entry (FRAME_COMMAND_UNSENT), so whoever folds them again, the whole journal or one
// contact, needs nothing else. The payload, up to its end: sized kind and value of the contact's first identifier, varint kind
// and sized text of the name (names.h), varint key, varint time, as the limit keeps them (engine/fold/sent.c).
#ifndef ENGINE_FOLD_UNSENT_H
#define ENGINE_FOLD_UNSENT_H

#include "engine/base/buffer.h"
#include "projections/identity.h"

struct fold;

// One entry of a limit.
struct unsent_entry {
    uint64_t sequence; // of the frame that counted it
    struct contact_number contact;
    struct name_id name; // of the action or the channel
    enum name_kind kind;
    uint64_t key, time; // as the limit keeps them
};

// In the order of their frames. Zero-initialised is empty; owned by the shard, on its worker.
struct unsent {
    struct unsent_entry *items;
    size_t first, count, cap; // first: those before are confirmed
};

void unsent_free(struct unsent *unsent);
void unsent_add(struct unsent *unsent, const struct unsent_entry *entry);
// Frames up to sequence are confirmed.
void unsent_confirm(struct unsent *unsent, uint64_t sequence);
// Frames from `sequence` on are dropped: their entries are no matter any more.
void unsent_drop(struct unsent *unsent, uint64_t sequence);
// What was packed last. Zero-initialised to begin; payload owned by the caller.
struct unsent_part {
    size_t next;
    struct buffer payload;
};
// Packs the next entries of frames from `sequence` on, until the payload has bytes_max or more; empty where there are none.
// True where more are left.
bool unsent_pack(
    const struct unsent *unsent,
    struct fold *fold,
    uint64_t sequence,
    size_t bytes_max,
    struct unsent_part *part);
// The limits forget what a payload says, of the contacts that are there. Inside a frame of the state.
//   ERR_CORRUPT malformed
NODISCARD enum err unsent_apply(struct fold *fold, struct bytes payload);

#endif
