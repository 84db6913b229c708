#include "engine/fold/shard_drop.h"

#include "engine/base/invariant.h"
#include "engine/fold/shard_internal.h"

void dropped_frames_pack(const struct dropped_frames *dropped, struct buffer *to)
{
    buffer_add_varint(to, dropped->first);
    buffer_add_varint(to, dropped->last);
}

enum err dropped_frames_unpack(struct bytes payload, struct dropped_frames *out)
{
    struct cursor from = cursor_of(payload);
    struct dropped_frames dropped = {cursor_varint(&from), cursor_varint(&from)};
    if (from.has_failed || cursor_left(&from) > 0 || dropped.first == 0 ||
        dropped.first > dropped.last)
        return ERR_CORRUPT;
    *out = dropped;
    return ERR_OK;
}

static uint64_t drop(struct shard *shard, const struct dropped_frames *dropped)
{
    uint64_t count = outbox_drop(&shard->outbox, dropped->first, dropped->last);
    shard->counts.actions_dropped += count;
    return count;
}

enum err shard_drop_again(struct shard *shard, struct bytes payload)
{
    struct dropped_frames dropped;
    enum err err = dropped_frames_unpack(payload, &dropped);
    if (err != ERR_OK || dropped.last >= shard->frame_sequence)
        return ERR_CORRUPT;
    (void)drop(shard, &dropped);
    trace_dropped(&shard->fold, dropped.first, dropped.last);
    return ERR_OK;
}

enum err shard_drop_actions(
    struct shard *shard,
    uint64_t first,
    int64_t wall_ms,
    uint64_t *dropped_out,
    struct fault *fault)
{
    struct dropped_frames dropped = {.first = first, .last = shard->sequence};
    struct buffer payload = {0};
    uint64_t sequence = 0;
    INVARIANT(first > 0 && first <= shard->sequence);
    dropped_frames_pack(&dropped, &payload);
    shard_frame_open(shard, wall_ms); // fires nothing
    shard_add_command(shard, FRAME_COMMAND_DROP, buffer_bytes(&payload));
    enum err err = shard_frame_end(shard, &sequence, fault);
    buffer_free(&payload);
    if (err == ERR_OK)
        *dropped_out = drop(shard, &dropped);
    return err;
}
