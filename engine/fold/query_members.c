// Who belongs to a segment.
#include <inttypes.h>

#include "engine/base/text.h"
#include "engine/fold/contact_json.h"
#include "engine/fold/query.h"
#include "engine/fold/shard_internal.h"
#include "projections/segments.h"

struct members {
    struct shard *shard;
    struct buffer list;
    size_t max;
    uint64_t count;
    enum err err;
};

static void add_member(void *context, struct contact_number contact, int64_t since_ms)
{
    struct members *members = context;
    struct arena arena = {0};
    struct contact_view view;
    if (members->count++ >= members->max || members->err != ERR_OK)
        return;
    members->err = contact_read(members->shard->state, contact, &arena, &view);
    if (members->err == ERR_OK) {
        struct buffer id = {0};
        contact_add_id(&id, &view);
        buffer_add_text(&members->list, members->list.len == 0 ? "{\"id\":" : ",{\"id\":");
        text_add_json(&members->list, buffer_bytes(&id));
        buffer_add_text(&members->list, ",\"since\":");
        json_add_time(&members->list, since_ms);
        buffer_add_u8(&members->list, '}');
        buffer_free(&id);
    }
    arena_free(&arena);
}

enum err query_members(struct shard *shard, struct bytes segment, size_t max, struct buffer *to)
{
    if (shard->ruleset == NULL || ruleset_segment_find(shard->ruleset, segment) == NULL)
        return ERR_MISSING;
    struct members members = {.shard = shard, .max = max};
    segment_members(
        shard->state, names_find(shard->state, NAME_SEGMENT, segment), add_member, &members);
    buffer_add_text(to, "{\"segment\":");
    text_add_json(to, segment);
    buffer_add_format(to, ",\"count\":%" PRIu64 ",\"members\":[", members.count);
    buffer_add_bytes(to, buffer_bytes(&members.list));
    buffer_add_text(to, "]}");
    buffer_free(&members.list);
    return members.err;
}
