// How often which action was held back, and why. By name, so that what was counted outlives a change of the rules.
#ifndef ENGINE_FOLD_HELD_H
#define ENGINE_FOLD_HELD_H

#include "engine/fold/hold.h"
#include "projections/identity.h"
#include "rules/ruleset.h"

enum { HELD_ACTIONS_MAX = 1000 }; // that are counted each by itself

struct held_action {
    char *name;
    uint64_t skipped[HOLD_REASON_COUNT];
    uint64_t delayed[HOLD_REASON_COUNT]; // a run waits before it; each time anew
};

// Told of each as it is held back.
struct held_told {
    uint32_t action; // index into the ruleset's
    struct hold hold;
    struct contact_number contact;
};
typedef void held_fn(void *context, const struct held_told *told);

// Zero-initialised is empty.
struct held {
    struct held_action *items; // in the order in which they were held back first; owned
    uint32_t count, cap;
    struct held_action others; // beyond HELD_ACTIONS_MAX; without a name
    size_t action_count;       // of the rules that are bound
    uint16_t *item_of;         // by index of the action: its item and 1; 0: not looked for yet
    held_fn *tell;             // NULL: nobody listens
    void *context;
};

// The rules whose actions are counted from here on.
void held_bind(struct held *held, const struct ruleset *ruleset);
void held_count(struct held *held, const struct action_def *action, const struct held_told *told);
// As if nothing had been held back yet; the same rules are bound.
void held_forget(struct held *held);
void held_free(struct held *held);

// From now on the shard tells of each.
struct shard;
void shard_tell_held(struct shard *shard, held_fn *tell, void *context);

#endif
