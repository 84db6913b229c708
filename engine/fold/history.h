// A ruleset over events that came before it: the journal is folded again beside the shard, with the new rules, and what
// they make of each contact's counters, scores and segments takes the place of what is there.
//
// Workflows do not run in it and nothing is emitted: what they did to a contact stays as it is. Events are taken as the
// journal has them; conditions see the contact as events alone made it.
#ifndef ENGINE_FOLD_HISTORY_H
#define ENGINE_FOLD_HISTORY_H

#include "engine/fold/shard.h"

struct history;

// Begins at the journal's first frame. The ruleset is borrowed until history_end, and so are the zones that the shard knows
// now, which stay in memory as long as the shard does.
// Needs the memory of a whole state.
//   ERR_MISSING the journal's first frame is not there any more
NODISCARD enum err history_begin(
    const struct shard *shard,
    const struct ruleset *ruleset,
    struct history **out,
    struct fault *fault);
// The first time, not at a replay: zones that the shard does not know are had from its system, as they are wanted.
void history_ask_system(struct history *history, const struct shard *shard);
// Folds on, up to and with frame `sequence`. Reads the journal only: any thread, beside the shard's.
//   ERR_CORRUPT, ERR_IO; ERR_STATE when the journal has no such frame yet
NODISCARD enum err history_follow(struct history *history, uint64_t sequence, struct fault *fault);
// Whether the zones that the shard knows by now are those that the history saw: the shard may have come to know one that
// was none then, or changes. If not, it has to be begun anew.
bool history_agrees(const struct history *history, const struct shard *shard);
// Inside the frame of the shard that puts it in place, first of all, and where it agrees: puts the zones that were had into
// the frame. A replay, which knows them and those before them from the beginning, sees the same.
void history_take_zones(struct history *history, struct shard *shard);
// Inside a frame of the shard, whose new ruleset is bound: puts in place what came of it. Definitions with
// `history: from_now` keep what they have where `before` (NULL: none) has the very same one, and are empty otherwise.
void history_apply(struct history *history, struct shard *shard, const struct ruleset *before);
void history_end(struct history *history); // NULL: nothing

#endif
