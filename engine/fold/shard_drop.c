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
    unsent_drop(&shard->unsent, dropped.first); // what limits forget of them is said behind it
    trace_dropped(&shard->fold, dropped.first, dropped.last);
    return ERR_OK;
}

// As much as a frame holds of what limits have counted in the dropped frames. True where more is left.
static bool forget_some(struct shard *shard, uint64_t first, struct unsent_part *part)
{
    struct fold *fold = &shard->fold;
    size_t bytes_max = shard->params.frame_bytes_max / FRAME_FILL_PARTS;
    bool has_more = unsent_pack(&shard->unsent, fold, first, bytes_max, part);
    struct bytes payload = buffer_bytes(&part->payload);
    if (payload.len == 0)
        return has_more;
    shard_add_command(shard, FRAME_COMMAND_UNSENT, payload);
    enum err err = unsent_apply(fold, payload);
    INVARIANT(err == ERR_OK); // it was packed right here
    return has_more;
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
    struct unsent_part part = {.next = 0};
    INVARIANT(first > 0 && first <= shard->sequence);
    dropped_frames_pack(&dropped, &payload);
    shard_frame_open(shard, wall_ms); // fires nothing
    shard_add_command(shard, FRAME_COMMAND_DROP, buffer_bytes(&payload));
    bool has_more = forget_some(shard, first, &part);
    enum err err = shard_frame_end(shard, &sequence, fault);
    while (err == ERR_OK &&
           has_more) { // a death between them leaves something counted, and nothing dropped twice
        shard_frame_open(shard, wall_ms);
        has_more = forget_some(shard, first, &part);
        err = shard_frame_end(shard, &sequence, fault);
    }
    buffer_free(&payload);
    buffer_free(&part.payload);
    unsent_drop(&shard->unsent, first);
    if (err == ERR_OK)
        *dropped_out = drop(shard, &dropped);
    return err;
}
