// What rules would do to a shard, tried on one that was opened read only.
#ifndef ENGINE_FOLD_TRY_RULES_H
#define ENGINE_FOLD_TRY_RULES_H

#include "engine/fold/shard.h"

// Puts a ruleset in force in the shard's memory, as the frame behind its last one would do it, events before under the new
// rules included; nothing is journalled or stored, and the shard is good for questions only afterwards. Timers that are due
// by then are not fired before. No version is pinned: what contacts that are there would enter is right, what becomes of runs
// in flight is not asked of it. Takes the ruleset over. Needs the memory of a whole state where events are folded again.
//   ERR_CORRUPT, ERR_IO the journal cannot be read · ERR_MISSING its first frame is needed, and not there any more
NODISCARD enum err shard_try_ruleset(
    struct shard *shard, struct ruleset *ruleset, int64_t wall_ms, struct fault *fault);

#endif
