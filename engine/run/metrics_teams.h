// engaged_team_…: what the members of each team have and were handed, over all shards.
#ifndef ENGINE_RUN_METRICS_TEAMS_H
#define ENGINE_RUN_METRICS_TEAMS_H

#include <stddef.h>

#include "engine/base/buffer.h"

// People with series of their own; the rest is summed up in team="other".
enum { METRICS_PEOPLE_MAX = 2000 };

// packed: as team_stats_pack gave it, one a shard.
void metrics_teams_print(const struct bytes *packed, size_t count, struct buffer *to);

#endif
