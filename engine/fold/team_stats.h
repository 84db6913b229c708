// What each member of a team has, was handed, and whose turn it is, over all shards.
#ifndef ENGINE_FOLD_TEAM_STATS_H
#define ENGINE_FOLD_TEAM_STATS_H

#include "engine/base/arena.h"
#include "engine/base/buffer.h"
#include "engine/base/err.h"

struct shard;

struct member_stat {
    struct bytes person;
    bool is_gone;              // no member any more, and owns contacts of the team
    uint64_t weight, capacity; // capacity: of each shard; 0: any number
    uint64_t owned;            // contacts, now
    uint64_t handed;           // so often, by the step `assign`; what it kept is not counted
    uint64_t next_in;          // shards in which its turn is the next
};

struct team_stat {
    struct bytes name;
    struct member_stat *members; // as written, those who are gone behind them
    size_t member_count, member_cap;
};

struct team_stats {
    struct team_stat *items; // as written
    size_t count, cap;
    size_t shard_count;
};

// Appends what one shard knows of the teams of the rules in force; name: of this one alone, empty: of all. Whose turn is the
// next is said among those with room, whatever their conditions say of a contact. Worker thread of the shard.
//   ERR_MISSING the rules have no such team
NODISCARD enum err team_stats_pack(const struct shard *shard, struct bytes name, struct buffer *to);
// The sums over what was packed, one a shard. Texts are views of it, lists are the arena's.
//   ERR_CORRUPT malformed
NODISCARD enum err team_stats_sum(
    const struct bytes *packed, size_t count, struct arena *arena, struct team_stats *out);
// {"shards":n,"teams":[{"team":…,"contacts":…,"handed_over":…,"members":[{"person":…,"weight":…,"capacity":…,"contacts":…,
// "handed_over":…,"next_in":…},…]},…]}; "gone":true in place of weight and capacity; no capacity where it is any number.
void team_stats_add_json(struct buffer *to, const struct team_stats *stats);

#endif
