// Commands that print what all shards counted of something that the rules name: the live daemon's, or the data directory's.
#ifndef TOOLS_ENGAGECTL_STAT_H
#define TOOLS_ENGAGECTL_STAT_H

#include "engine/base/arena.h"
#include "engine/base/buffer.h"
#include "tools/engagectl/ask.h"
#include "tools/engagectl/json.h"

struct stat_kind {
    const char *target; // of the daemon, without a name: "/v1/workflows"
    const char *list;   // member of the answer
    const char *what;   // "workflow"
    // Of one shard; ERR_MISSING it has no such one. name empty: of all.
    enum err (*pack)(const struct shard *shard, struct bytes name, struct buffer *to);
    // The answer as JSON, of what was packed.
    enum err (*sum)(
        const struct bytes *packed, size_t count, struct arena *arena, struct buffer *to);
    // One of the list as a table; root: the whole answer.
    void (*add_table)(struct buffer *to, const struct json *root, const struct json *item);
};

// The whole command; its argument, where there is one, is the name.
int stat_command(const struct command_call *call, const struct stat_kind *kind);

#endif
