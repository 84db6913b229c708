// New rules over a shard that goes on: made ready beside it, then put in force between two of its frames.
//
// Where the new rules say otherwise what events make of a contact, the journal is folded again under them first
// (engine/fold/history.h), by any thread, while the shard makes further frames. The last few are followed while it
// makes none.
#ifndef ENGINE_FOLD_ACTIVATION_H
#define ENGINE_FOLD_ACTIVATION_H

#include "engine/fold/shard.h"
#include "rules/pins.h"

struct activation;

// Whether events that came before would have made other numbers of the contacts under the new rules.
bool activation_needs_history(const struct shard *shard, const struct ruleset *ruleset);

// Takes the ruleset over. Nothing of the shard changes. *out is NULL when rules
// and settings are in force already. Where the rules say `edit: pin`, they are compiled again with the versions that runs
// go on with. Worker thread.
//   ERR_MISSING the journal's first frame is not there any more · ERR_CORRUPT, ERR_IO
NODISCARD enum err activation_begin(
    struct shard *shard, struct ruleset *ruleset, struct activation **out, struct fault *fault);

// Whether the journal is folded again for it.
bool activation_has_history(const struct activation *activation);
// Versions that runs in flight were to go on with, and cannot: those runs follow the new rules. Until the activation's end.
const struct pin_refusal *activation_refusals(
    const struct activation *activation, size_t *count_out);
// The last frame that was followed.
uint64_t activation_sequence(const struct activation *activation);
// Follows on, up to and with frame `sequence`, which is durable. One thread at a time.
//   ERR_CORRUPT, ERR_IO; ERR_STATE when the journal has no such frame yet
NODISCARD enum err activation_follow(
    struct activation *activation, uint64_t sequence, struct fault *fault);

// Puts the rules in force by a frame of their own, and frees the activation. What has a history was followed up to and with
// the shard's last frame. Worker thread, between frames. Errors are those of shard_frame_end, and
//   ERR_AGAIN the shard has come to know time zones that the history saw otherwise: nothing was done but that the
//             history begins anew, and is to be followed again
NODISCARD enum err activation_end(
    struct activation *activation, struct shard *shard, int64_t wall_ms, struct fault *fault);
// Journals again what time zones of the system have changed, where no rules are put in force; activation_end does the same.
NODISCARD enum err activation_renew_zones(
    struct shard *shard, int64_t wall_ms, struct fault *fault);
// Gives it up, at any time before its end. NULL is fine.
void activation_abandon(struct activation *activation);

#endif
