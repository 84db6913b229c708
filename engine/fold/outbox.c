// The outbox: frames of waiting things in one list, taken ones kept as counts until confirmed.
#include "engine/fold/outbox.h"

#include <stdlib.h>

#include "engine/base/invariant.h"
#include "engine/base/memory.h"
#include "engine/fold/publish_ahead.h"

struct outbox_thing {
    enum outgoing_kind kind;
    bool is_dropped; // it keeps its place among those of its frame
    struct hash128 id;
    size_t topic_at, topic_len, key_at, key_len, value_at, value_len; // in texts
};

struct outbox_frame {
    struct outbox_frame *next;
    struct outbox_close close;
    struct outbox_thing *things;
    uint32_t count, cap;
    uint32_t actions, dead_letters;
    uint64_t bytes; // of its texts, also when they were handed over
    bool is_taken;
    struct buffer texts;
};

static void frame_free(struct outbox_frame *frame)
{
    if (frame == NULL)
        return;
    buffer_free(&frame->texts);
    free(frame->things);
    free(frame);
}

void outbox_free(struct outbox *outbox)
{
    while (outbox->first != NULL) {
        struct outbox_frame *frame = outbox->first;
        outbox->first = frame->next;
        frame_free(frame);
    }
    frame_free(outbox->open);
    frame_free(outbox->spare);
    *outbox = (struct outbox){0};
}

static struct outbox_frame *open_frame(struct outbox *outbox)
{
    if (outbox->open == NULL && outbox->spare != NULL) {
        outbox->open = outbox->spare;
        outbox->spare = NULL;
    }
    if (outbox->open == NULL)
        outbox->open = mem_zero(1, sizeof(*outbox->open));
    return outbox->open;
}

static void frame_reset(struct outbox_frame *frame)
{
    buffer_clear(&frame->texts);
    frame->count = 0;
    frame->actions = 0;
    frame->dead_letters = 0;
    frame->bytes = 0;
    frame->is_taken = false;
    frame->next = NULL;
}

static size_t keep_text(struct outbox_frame *frame, struct bytes text)
{
    size_t at = frame->texts.len;
    buffer_add_bytes(&frame->texts, text);
    return at;
}

void outbox_add(struct outbox *outbox, const struct outgoing *outgoing)
{
    struct outbox_frame *frame = open_frame(outbox);
    if (frame->count == frame->cap) {
        frame->cap = frame->cap == 0 ? 16 : frame->cap * 2;
        frame->things = mem_resize(frame->things, frame->cap * sizeof(*frame->things));
    }
    struct outbox_thing *thing = &frame->things[frame->count++];
    thing->kind = outgoing->kind;
    thing->is_dropped = false;
    thing->id = outgoing->id;
    thing->topic_at = keep_text(frame, outgoing->topic);
    thing->topic_len = outgoing->topic.len;
    thing->key_at = keep_text(frame, outgoing->key);
    thing->key_len = outgoing->key.len;
    thing->value_at = keep_text(frame, outgoing->value);
    thing->value_len = outgoing->value.len;
    uint64_t bytes = outgoing->topic.len + outgoing->key.len + outgoing->value.len;
    frame->bytes += bytes;
    outbox->waiting_bytes += bytes;
    if (outgoing->kind == OUTGOING_ACTION) {
        frame->actions++;
        outbox->waiting_actions++;
    } else {
        frame->dead_letters++;
        outbox->waiting_dead_letters++;
    }
}

void outbox_close_frame(struct outbox *outbox, const struct outbox_close *close)
{
    struct outbox_frame *frame = open_frame(outbox);
    INVARIANT(outbox->last == NULL || outbox->last->close.sequence < close->sequence);
    outbox->open = NULL;
    frame->close = *close;
    if (outbox->last == NULL)
        outbox->first = frame;
    else
        outbox->last->next = frame;
    outbox->last = frame;
}

static void batch_add_frame_id(struct outbox_batch *batch, const struct outbox_close *close)
{
    if (batch->frame_count == 0)
        batch->before =
            (struct outbox_frame_id){.sequence = close->sequence - 1, .chain = close->chain_before};
    if (batch->frame_count == batch->frame_cap) {
        batch->frame_cap = batch->frame_cap == 0 ? 16 : batch->frame_cap * 2;
        batch->frames = mem_resize(batch->frames, batch->frame_cap * sizeof(*batch->frames));
    }
    batch->frames[batch->frame_count++] =
        (struct outbox_frame_id){.sequence = close->sequence, .chain = close->chain};
}

static void batch_add_frame(struct outbox_batch *batch, const struct outbox_frame *frame)
{
    batch_add_frame_id(batch, &frame->close);
    size_t base = batch->texts.len;
    buffer_add_bytes(&batch->texts, buffer_bytes(&frame->texts));
    for (uint32_t i = 0; i < frame->count; i++) {
        const struct outbox_thing *thing = &frame->things[i];
        if (thing->is_dropped)
            continue;
        if (batch->item_count == batch->item_cap) {
            batch->item_cap = batch->item_cap == 0 ? 64 : batch->item_cap * 2;
            batch->items = mem_resize(batch->items, batch->item_cap * sizeof(*batch->items));
        }
        const uint8_t *texts = batch->texts.data + base;
        batch->items[batch->item_count++] = (struct outbox_item){
            .outgoing =
                {.kind = thing->kind,
                 .shard = frame->close.shard,
                 .sequence = frame->close.sequence,
                 .index = i,
                 .id = thing->id,
                 .topic = bytes_of(texts + thing->topic_at, thing->topic_len),
                 .key = bytes_of(texts + thing->key_at, thing->key_len),
                 .value = bytes_of(texts + thing->value_at, thing->value_len)},
            .chain = frame->close.chain,
            .is_replayed = frame->close.is_replayed,
        };
    }
    batch->shard = frame->close.shard;
    batch->sequence_last = frame->close.sequence;
    batch->chain_last = frame->close.chain;
    if (frame->close.source_name != NULL) {
        batch->source_name = frame->close.source_name;
        batch->source_next = frame->close.source_next;
    }
}

// Views must not move while frames are added: room for all of them is made first.
static void batch_make_room(struct outbox_batch *batch, size_t more_bytes)
{
    uintptr_t before = (uintptr_t)batch->texts.data;
    (void)buffer_reserve(&batch->texts, more_bytes);
    uintptr_t moved = (uintptr_t)batch->texts.data - before;
    if (moved == 0)
        return;
    for (size_t i = 0; i < batch->item_count; i++) {
        struct outgoing *outgoing = &batch->items[i].outgoing;
        outgoing->topic.data = (const uint8_t *)((uintptr_t)outgoing->topic.data + moved);
        outgoing->key.data = (const uint8_t *)((uintptr_t)outgoing->key.data + moved);
        outgoing->value.data = (const uint8_t *)((uintptr_t)outgoing->value.data + moved);
    }
}

void outbox_walk_ahead(
    const struct outbox *outbox, uint64_t durable, outbox_ahead_fn *each, void *context)
{
    for (const struct outbox_frame *at = outbox->first; at != NULL && at->close.sequence <= durable;
         at = at->next) {
        const struct outbox_ahead frame = {at->close.sequence, at->close.tick_ms, at->actions};
        if (!at->is_taken && !each(context, &frame))
            return;
    }
}

static void drop_thing(
    struct outbox *outbox, struct outbox_frame *frame, struct outbox_thing *thing)
{
    uint64_t bytes = thing->topic_len + thing->key_len + thing->value_len;
    thing->is_dropped = true;
    frame->actions--;
    frame->bytes -= bytes;
    outbox->waiting_actions--;
    outbox->waiting_bytes -= bytes;
}

uint64_t outbox_drop(struct outbox *outbox, uint64_t first, uint64_t last)
{
    uint64_t before = outbox->waiting_actions;
    for (struct outbox_frame *at = outbox->first; at != NULL && at->close.sequence <= last;
         at = at->next) {
        if (at->close.sequence < first || at->is_taken)
            continue;
        for (uint32_t i = 0; i < at->count; i++) {
            if (at->things[i].kind == OUTGOING_ACTION && !at->things[i].is_dropped)
                drop_thing(outbox, at, &at->things[i]);
        }
    }
    return before - outbox->waiting_actions;
}

bool outbox_take(struct outbox *outbox, uint64_t durable, struct outbox_batch *batch)
{
    size_t bytes = 0;
    struct outbox_frame *start = NULL;
    for (struct outbox_frame *at = outbox->first; at != NULL; at = at->next) {
        if (at->close.sequence > durable)
            break;
        if (at->is_taken)
            continue;
        start = start == NULL ? at : start;
        bytes += at->texts.len;
    }
    if (start == NULL)
        return false;
    batch_make_room(batch, bytes);
    for (struct outbox_frame *at = start; at != NULL && at->close.sequence <= durable;
         at = at->next) {
        batch_add_frame(batch, at);
        at->is_taken = true;
        buffer_free(&at->texts);
        free(at->things);
        at->things = NULL;
        at->count = 0;
        at->cap = 0;
    }
    return true;
}

void outbox_confirm(struct outbox *outbox, uint64_t sequence)
{
    while (outbox->first != NULL && outbox->first->close.sequence <= sequence) {
        struct outbox_frame *frame = outbox->first;
        INVARIANT(frame->is_taken);
        outbox->first = frame->next;
        if (outbox->first == NULL)
            outbox->last = NULL;
        outbox->waiting_actions -= frame->actions;
        outbox->waiting_dead_letters -= frame->dead_letters;
        outbox->waiting_bytes -= frame->bytes;
        frame_reset(frame);
        if (outbox->spare == NULL)
            outbox->spare = frame;
        else
            frame_free(frame);
    }
}

void outbox_batch_clear(struct outbox_batch *batch)
{
    buffer_clear(&batch->texts);
    batch->item_count = 0;
    batch->frame_count = 0;
    batch->sequence_last = 0;
    batch->source_name = NULL;
}

void outbox_batch_free(struct outbox_batch *batch)
{
    buffer_free(&batch->texts);
    free(batch->items);
    free(batch->frames);
    *batch = (struct outbox_batch){0};
}
