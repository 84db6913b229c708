// `engagectl contact timeline`: the events of one contact, read from the journal.
#include <inttypes.h>

#include "engine/base/text.h"
#include "engine/event/decode.h"
#include "engine/fold/contact_json.h"
#include "engine/os/os_clock.h"
#include "engine/os/os_disk.h"
#include "tools/engagectl/ask.h"
#include "tools/engagectl/commands.h"
#include "tools/engagectl/exit_of.h"
#include "tools/engagectl/progress.h"
#include "tools/engagectl/table.h"

// One walk through the journal of the shard that has the contact.
struct timeline {
    const struct catalog *catalog;
    struct decoder *decoder;
    struct contact_view contact;
    struct arena arena; // of the contact
    struct arena frame_arena;
    enum command_output output;
    struct buffer text;
    struct table table;
    uint64_t found, read;
};

// An event belongs to the contact when its strongest identifier does.
static bool is_of_contact(const struct timeline *timeline, const struct event *event)
{
    const struct identifier *first = &event->identifiers[0];
    struct bytes kind = catalog_identifier(timeline->catalog, first->kind);
    for (uint32_t i = 0; i < timeline->contact.identifier_count; i++) {
        const struct contact_identifier *own = &timeline->contact.identifiers[i];
        if (bytes_equal(own->value, first->value) && bytes_equal(own->kind, kind))
            return true;
    }
    return false;
}

static void add_row(struct timeline *timeline, const struct event *event, struct event_ref ref)
{
    struct buffer cell = {0};
    json_add_time(&cell, event->time_ms);
    table_add(&timeline->table, bytes_of(cell.data + 1, cell.len - 2));
    table_add(&timeline->table, event->type_name);
    table_add(&timeline->table, event->source);
    table_add(&timeline->table, event->id);
    buffer_clear(&cell);
    buffer_add_format(&cell, "%" PRIu64 "/%" PRIu32, event_ref_sequence(ref), event_ref_index(ref));
    table_add(&timeline->table, buffer_bytes(&cell));
    buffer_free(&cell);
}

static void add_json(struct timeline *timeline, const struct event *event, struct event_ref ref)
{
    struct buffer *to = &timeline->text;
    if (timeline->output == OUTPUT_JSON)
        buffer_add_u8(to, timeline->found == 0 ? '[' : ',');
    buffer_add_text(to, "{\"time\":");
    json_add_time(to, event->time_ms);
    buffer_add_text(to, ",\"type\":");
    text_add_json(to, event->type_name);
    buffer_add_text(to, ",\"source\":");
    text_add_json(to, event->source);
    buffer_add_text(to, ",\"id\":");
    text_add_json(to, event->id);
    buffer_add_format(
        to, ",\"sequence\":%" PRIu64 ",\"index\":%" PRIu32 ",\"data\":", event_ref_sequence(ref),
        event_ref_index(ref));
    value_add_json(to, event->data);
    buffer_add_u8(to, '}');
    if (timeline->output == OUTPUT_NDJSON)
        buffer_add_u8(to, '\n');
}

// One input of a frame. An event without a time of its own happened when it was folded.
static enum err take_input(
    struct timeline *timeline,
    const struct frame_input *input,
    struct event_ref ref,
    int64_t tick_ms)
{
    struct event event;
    struct reject reject;
    struct raw_event raw = {.value = input->value, .value_bytes = input->value.len};
    if (input->kind != FRAME_INPUT_EVENT)
        return ERR_OK;
    timeline->read++;
    arena_clear(&timeline->frame_arena);
    decoder_reset(timeline->decoder);
    if (input->headers.len > 0 &&
        !raw_event_unpack_headers(input->headers, &timeline->frame_arena, &raw))
        return ERR_CORRUPT;
    if (decoder_decode(timeline->decoder, DECODE_REPLAY, &raw, &event, &reject) != REJECT_NONE)
        return ERR_CORRUPT;
    if (!is_of_contact(timeline, &event))
        return ERR_OK;
    if (event.time_ms == EVENT_TIME_NONE)
        event.time_ms = tick_ms;
    if (timeline->output == OUTPUT_TABLE)
        add_row(timeline, &event, ref);
    else
        add_json(timeline, &event, ref);
    timeline->found++;
    return ERR_OK;
}

static enum err take_frame(struct timeline *timeline, struct frame_reader *frame)
{
    struct frame_input input;
    enum err err = ERR_OK;
    for (uint32_t index = 0; (err = frame_next_input(frame, &input)) == ERR_OK; index++) {
        err = take_input(
            timeline, &input, event_ref_of(frame->head.sequence, index), frame->head.tick_ms);
        if (err != ERR_OK)
            return err;
    }
    return err == ERR_END ? ERR_OK : err;
}

static enum err walk_journal(struct timeline *timeline, const char *directory, struct fault *fault)
{
    struct journal_reader *reader = NULL;
    struct progress progress = progress_begin(os_clock(), 0, "events");
    struct frame_reader frame;
    struct buffer path = {0};
    struct bytes bytes;
    buffer_add_format(&path, "%s/journal", directory);
    buffer_add_u8(&path, 0);
    enum err err = journal_reader_open(os_disk(), (const char *)path.data, 0, &reader, fault);
    buffer_free(&path);
    if (err != ERR_OK)
        return err;
    while ((err = journal_reader_next(reader, &bytes, &frame, fault)) == ERR_OK) {
        uint64_t sequence = frame.head.sequence;
        err = take_frame(timeline, &frame);
        if (err != ERR_OK) {
            err = fault_set(fault, err, "sequence %" PRIu64 ": malformed", sequence);
            break;
        }
        progress_update(&progress, 0, timeline->read);
    }
    (void)progress_end(&progress);
    journal_reader_close(reader);
    return err == ERR_END ? ERR_OK : err;
}

static enum err read_timeline(
    struct timeline *timeline,
    struct shard *shard,
    struct contact_number number,
    const char *directory,
    struct fault *fault)
{
    static const struct table_column columns[] = {
        {"TIME", TABLE_LEFT},
        {"TYPE", TABLE_LEFT},
        {"SOURCE", TABLE_LEFT},
        {"ID", TABLE_LEFT},
        {"POSITION", TABLE_LEFT}};
    // Everything in the journal passed the limits of its day.
    const struct decode_limits limits = {
        .message_bytes_max = UINT32_MAX,
        .depth_max = VALUE_DEPTH_MAX,
        .keys_max = UINT32_MAX,
        .values_max = UINT32_MAX,
        .string_bytes_max = UINT32_MAX,
        .identifier_bytes_max = UINT32_MAX,
    };
    enum err err = contact_read(shard_state(shard), number, &timeline->arena, &timeline->contact);
    if (err != ERR_OK)
        return fault_set(fault, err, "the contact cannot be read: %s", err_text(err));
    timeline->catalog = ruleset_catalog(shard_ruleset(shard));
    timeline->decoder = decoder_create(&limits, timeline->catalog);
    table_init(&timeline->table, columns, sizeof(columns) / sizeof(columns[0]));
    err = walk_journal(timeline, directory, fault);
    if (err == ERR_OK && timeline->output == OUTPUT_TABLE)
        table_print(&timeline->table, &timeline->text);
    else if (err == ERR_OK && timeline->output == OUTPUT_JSON)
        buffer_add_text(&timeline->text, timeline->found == 0 ? "[]\n" : "]\n");
    table_free(&timeline->table);
    decoder_destroy(timeline->decoder);
    return err;
}

static int print_timeline(
    const struct command_call *call, const struct shard_set *set, const char *id)
{
    struct contact_number number;
    struct timeline timeline = {.output = ask_output(call, OUTPUT_NDJSON)};
    struct fault fault = {.err = ERR_OK};
    struct shard *shard = shard_set_find(set, id, &number);
    if (shard == NULL) {
        command_talk(call->command, "there is no contact '%s'", id);
        return EXIT_CODE_FAILED;
    }
    const char *directory = set->directories[0];
    for (size_t i = 0; i < set->count; i++) {
        if (set->shards[i] == shard)
            directory = set->directories[i];
    }
    enum err err = read_timeline(&timeline, shard, number, directory, &fault);
    int code = err == ERR_OK ? command_print(buffer_bytes(&timeline.text))
                             : exit_with_fault(call->command, &fault);
    buffer_free(&timeline.text);
    arena_free(&timeline.arena);
    arena_free(&timeline.frame_arena);
    return code;
}

int contact_timeline_command(const struct command_call *call)
{
    struct asking asking;
    int code = ask_begin(call, &asking);
    if (code == EXIT_CODE_DONE)
        code = ask_shards(&asking);
    if (code == EXIT_CODE_DONE)
        code = print_timeline(call, &asking.set, call->args[0]);
    ask_end(&asking);
    return code;
}
