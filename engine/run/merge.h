// Joins what several shards answered to one question about scores or segments.
#ifndef ENGINE_RUN_MERGE_H
#define ENGINE_RUN_MERGE_H

#include "engine/base/buffer.h"

// texts: what query_top printed, one a shard. The max highest of all.
void merge_top(const struct bytes *texts, size_t count, size_t max, struct buffer *to);
// texts: what query_bands printed, one a shard, with the same bands. Their sums.
void merge_bands(const struct bytes *texts, size_t count, struct buffer *to);

// texts: what query_members printed, one a shard. The first max of all, by shard, and how many there are.
void merge_members(const struct bytes *texts, size_t count, size_t max, struct buffer *to);

#endif
