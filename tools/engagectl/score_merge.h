// What several shards say of one score, made into one answer.
#ifndef TOOLS_ENGAGECTL_SCORE_MERGE_H
#define TOOLS_ENGAGECTL_SCORE_MERGE_H

#include <stddef.h>

#include "engine/base/buffer.h"
#include "tools/engagectl/json.h"
#include "tools/engagectl/open_shard.h"

// Zero-initialised is empty.
struct score_answers {
    struct arena arena; // copies of the answers
    struct json *items[SHARDS_MAX];
    size_t count;
};

// Copies one shard's answer to query_top or query_bands.
//   ERR_INVALID it is no JSON
NODISCARD enum err score_answers_add(struct score_answers *answers, struct bytes json);
void score_answers_free(struct score_answers *answers);

// Each appends one answer of the same form; at least one was added. Of equal values those of the lower
// shard come first.
void score_add_merged_top(const struct score_answers *answers, size_t max, struct buffer *to);
// Bands are told apart by their names, in the order of the first shard that has them.
void score_add_merged_bands(const struct score_answers *answers, struct buffer *to);

#endif
