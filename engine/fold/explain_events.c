#include "engine/fold/explain_events.h"

#include <inttypes.h>
#include <stdlib.h>

#include "engine/base/invariant.h"
#include "engine/base/memory.h"
#include "engine/base/text.h"
#include "engine/fold/contact_json.h"
#include "engine/fold/scoring.h"
#include "engine/fold/shard_internal.h"

void explain_events_ask(struct explain_events *events, struct event_ref ref)
{
    if (events->count == events->cap) {
        events->cap = events->cap == 0 ? 64 : events->cap * 2;
        events->items = mem_resize(events->items, events->cap * sizeof(*events->items));
    }
    events->items[events->count++] = (struct explained_event){.ref = ref};
}

static int compare_events(const void *a, const void *b)
{
    const struct explained_event *left = a;
    const struct explained_event *right = b;
    return (left->ref.packed > right->ref.packed) - (left->ref.packed < right->ref.packed);
}

static void sort_once_each(struct explain_events *events)
{
    size_t kept = 0;
    if (events->count > 1)
        qsort(events->items, events->count, sizeof(*events->items), compare_events);
    for (size_t i = 0; i < events->count; i++) {
        if (kept == 0 || events->items[kept - 1].ref.packed != events->items[i].ref.packed)
            events->items[kept++] = events->items[i];
    }
    events->count = kept;
}

// --- reading: the frame read last is kept, with the place among its inputs
struct reading {
    const struct shard *shard;
    struct buffer *to;
    struct decoder *decoder;
    struct arena arena;
    struct journal_reader *reader;
    struct frame_reader frame;
    uint64_t sequence; // of the frame; 0: none
    uint32_t index;    // of its next input
    struct fault *fault;
};

static enum err read_frame(struct reading *reading, uint64_t sequence)
{
    const struct shard *shard = reading->shard;
    struct bytes bytes;
    if (reading->sequence == sequence)
        return ERR_OK;
    enum err err = reading->reader == NULL
                       ? journal_reader_open(
                             shard->params.disk, shard->journal_directory, sequence,
                             &reading->reader, reading->fault)
                       : journal_reader_seek(reading->reader, sequence, reading->fault);
    if (err == ERR_OK)
        err = journal_reader_next(reading->reader, &bytes, &reading->frame, reading->fault);
    reading->sequence = sequence;
    reading->index = 0;
    return err;
}

// Inputs are asked for in their order.
static enum err find_input(struct reading *reading, struct event_ref ref, struct frame_input *out)
{
    enum err err = read_frame(reading, event_ref_sequence(ref));
    INVARIANT(err != ERR_OK || reading->index <= event_ref_index(ref));
    for (; err == ERR_OK && reading->index <= event_ref_index(ref); reading->index++)
        err = frame_next_input(&reading->frame, out);
    return err == ERR_END ? ERR_CORRUPT : err;
}

// What a person said who gave or took points.
static void add_adjustment(struct buffer *to, const struct event *event)
{
    static const char *const names[] = {"set", "reason", "by"};
    if (!bytes_equal_text(event->type_name, ADJUSTMENT_RULE))
        return;
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        struct value value = value_member(event->data, bytes_text(names[i]));
        if (value.kind == VALUE_ABSENT || value.kind == VALUE_NULL)
            continue;
        buffer_add_format(to, ",\"%s\":", names[i]);
        value_add_json(to, value);
    }
}

static enum err add_event(struct reading *reading, struct event_ref ref)
{
    struct frame_input input;
    struct event event;
    struct reject reject;
    struct buffer *to = reading->to;
    enum err err = find_input(reading, ref, &input);
    if (err != ERR_OK)
        return err;
    struct raw_event raw = {.value = input.value, .value_bytes = input.value.len};
    arena_clear(&reading->arena);
    if (input.headers.len > 0 && !raw_event_unpack_headers(input.headers, &reading->arena, &raw))
        return ERR_CORRUPT;
    decoder_reset(reading->decoder);
    if (decoder_decode(reading->decoder, DECODE_REPLAY, &raw, &event, &reject) != REJECT_NONE)
        return ERR_CORRUPT;
    buffer_add_text(to, "\"event\":{\"source\":");
    text_add_json(to, event.source);
    buffer_add_text(to, ",\"id\":");
    text_add_json(to, event.id);
    buffer_add_text(to, ",\"type\":");
    text_add_json(to, event.type_name);
    buffer_add_format(
        to,
        ",\"sequence\":%" PRIu64 ",\"index\":%" PRIu32 "},\"ruleset\":", event_ref_sequence(ref),
        event_ref_index(ref));
    json_add_hex64(to, reading->frame.head.ruleset);
    add_adjustment(to, &event);
    return ERR_OK;
}

enum err explain_events_read(
    struct explain_events *events, const struct shard *shard, struct fault *fault)
{
    struct reading reading = {
        .shard = shard,
        .to = &events->texts,
        .decoder = decoder_create(&shard->params.decode, ruleset_catalog(shard->ruleset)),
        .fault = fault,
    };
    enum err err = ERR_OK;
    sort_once_each(events);
    for (size_t i = 0; i < events->count && err == ERR_OK; i++) {
        struct explained_event *event = &events->items[i];
        event->begin = events->texts.len;
        err = add_event(&reading, event->ref);
        event->len = events->texts.len - event->begin;
    }
    journal_reader_close(reading.reader);
    decoder_destroy(reading.decoder);
    arena_free(&reading.arena);
    return err;
}

struct bytes explain_events_text(const struct explain_events *events, struct event_ref ref)
{
    const struct explained_event wanted = {.ref = ref};
    const struct explained_event *found =
        bsearch(&wanted, events->items, events->count, sizeof(wanted), compare_events);
    INVARIANT(found != NULL);
    return bytes_of(events->texts.data + found->begin, found->len);
}

void explain_events_free(struct explain_events *events)
{
    free(events->items);
    buffer_free(&events->texts);
    *events = (struct explain_events){.count = 0};
}
