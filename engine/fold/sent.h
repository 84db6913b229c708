// What limits of actions remember of a contact: when something under them was emitted. Each limit keeps its own, as bytes
// under the name of the action or the channel (projections/counters.h).
#ifndef ENGINE_FOLD_SENT_H
#define ENGINE_FOLD_SENT_H

#include <stdint.h>

#include "projections/names.h"
#include "rules/channel.h"

struct fold;
struct unsent_entry;

// One limit of the contact in hand.
struct sent_limit {
    struct name_id name; // of the action, or the channel
    const struct action_limit *limit;
    uint64_t key; // of the value of `per`; 0 without one
    enum name_kind kind;
};

// From when on one more may be emitted: fold->now_ms where that is now; later at the very millisecond at which there is
// room again; TIMER_NONE: never.
int64_t sent_room_ms(struct fold *fold, const struct sent_limit *of);
// One was emitted at fold->now_ms. What cannot matter any more is forgotten; of a limit with `per`, at more than
// ACTION_LIMIT_TIMES_MAX, the oldest. Inside a frame of the state. It is
// noted in fold->unsent, where that is there.
void sent_note(struct fold *fold, const struct sent_limit *of);
// One that was emitted is forgotten, the newest that has this key and time; nothing where none has. Inside a frame.
void sent_forget(struct fold *fold, const struct unsent_entry *entry);

#endif
