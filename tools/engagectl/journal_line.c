// A frame of a journal as lines of JSON, one for each command, input and outgoing thing.
#include "tools/engagectl/journal_line.h"

#include <inttypes.h>

#include "engine/base/text.h"
#include "engine/base/time.h"
#include "engine/fold/frame_timers.h"
#include "engine/fold/shard_drop.h"
#include "engine/fold/shard_zones.h"
#include "engine/port/sink.h"
#include "tools/engagectl/json.h"

// One frame on its way to lines.
struct frame_lines {
    const struct journal_lines *lines;
    struct frame_reader *frame;
    struct bytes *sources; // names, by index
    struct buffer *to;
};

static void add_base64(struct buffer *to, struct bytes bytes)
{
    static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    for (size_t i = 0; i < bytes.len; i += 3) {
        size_t left = bytes.len - i;
        uint32_t word = (uint32_t)bytes.data[i] << 16;
        word |= left > 1 ? (uint32_t)bytes.data[i + 1] << 8 : 0;
        word |= left > 2 ? bytes.data[i + 2] : 0;
        buffer_add_u8(to, (uint8_t)digits[word >> 18]);
        buffer_add_u8(to, (uint8_t)digits[word >> 12 & 63]);
        buffer_add_u8(to, (uint8_t)(left > 1 ? digits[word >> 6 & 63] : '='));
        buffer_add_u8(to, (uint8_t)(left > 2 ? digits[word & 63] : '='));
    }
}

// JSON stands as it is, on one line; other bytes as base64 under another name.
static void add_value(struct frame_lines *lines, const char *name, struct bytes value)
{
    struct json *json = NULL;
    bool is_json = text_is_utf8(value) && json_read(value, lines->lines->arena, &json) == ERR_OK;
    buffer_add_format(lines->to, is_json ? ",\"%s\":" : ",\"%s_base64\":\"", name);
    if (!is_json) {
        add_base64(lines->to, value);
        buffer_add_u8(lines->to, '"');
        return;
    }
    size_t start = lines->to->len;
    buffer_add_bytes(lines->to, value);
    for (size_t i = start; i < lines->to->len; i++)
        if (lines->to->data[i] == '\n' || lines->to->data[i] == '\r')
            lines->to->data[i] = ' '; // only ever between tokens: in strings they are escaped
}

static void add_text(struct frame_lines *lines, const char *name, struct bytes text)
{
    buffer_add_format(lines->to, ",\"%s\":", name);
    text_add_json(lines->to, text);
}

// What all lines begin with. index below 0: the line has none.
static void add_begin(struct frame_lines *lines, const char *kind, int64_t index)
{
    const struct frame_head *head = &lines->frame->head;
    buffer_add_format(
        lines->to, "{\"shard\":%" PRIu32 ",\"sequence\":%" PRIu64, lines->lines->shard,
        head->sequence);
    if (index >= 0)
        buffer_add_format(lines->to, ",\"index\":%" PRId64, index);
    if (head->tick_ms >= TIME_MS_MIN && head->tick_ms <= TIME_MS_MAX) {
        char text[TIME_TEXT_CHARS];
        time_print(head->tick_ms, text);
        add_text(lines, "tick", bytes_of(text, sizeof(text)));
    } else {
        buffer_add_format(lines->to, ",\"tick_ms\":%" PRId64, head->tick_ms);
    }
    buffer_add_format(lines->to, ",\"kind\":\"%s\"", kind);
}

static void add_end(struct frame_lines *lines)
{
    buffer_add_text(lines->to, "}\n");
}

static enum err read_sources(struct frame_lines *lines)
{
    struct frame_reader *frame = lines->frame;
    lines->sources =
        arena_alloc(lines->lines->arena, frame->source_count * sizeof(*lines->sources));
    for (uint32_t i = 0; i < frame->source_count; i++) {
        struct frame_source source;
        enum err err = frame_next_source(frame, &source);
        if (err != ERR_OK)
            return ERR_CORRUPT;
        lines->sources[i] = source.name;
    }
    return ERR_OK;
}

static enum err add_fired(struct frame_lines *lines, struct bytes payload)
{
    struct frame_timers fired;
    if (frame_timers_unpack(payload, &fired) != ERR_OK)
        return ERR_CORRUPT;
    buffer_add_format(lines->to, ",\"fired_timers\":%" PRIu64, frame_timers_sum(&fired));
    buffer_add_format(
        lines->to, ",\"before\":%" PRIu64 ",\"between\":%" PRIu64 ",\"after\":%" PRIu64,
        fired.before, fired.between, fired.after);
    return ERR_OK;
}

static enum err add_zone(struct frame_lines *lines, struct bytes payload)
{
    struct zone_command zone;
    if (zone_command_unpack(payload, &zone) != ERR_OK)
        return ERR_CORRUPT;
    add_text(lines, "zone", zone.name);
    if (zone.version.len > 0)
        add_text(lines, "version", zone.version);
    return ERR_OK;
}

static enum err add_dropped(struct frame_lines *lines, struct bytes payload)
{
    struct dropped_frames dropped;
    if (dropped_frames_unpack(payload, &dropped) != ERR_OK)
        return ERR_CORRUPT;
    buffer_add_format(
        lines->to, ",\"first\":%" PRIu64 ",\"last\":%" PRIu64, dropped.first, dropped.last);
    return ERR_OK;
}

static enum err add_commands(struct frame_lines *lines)
{
    struct frame_command command;
    enum err err;
    while ((err = frame_next_command(lines->frame, &command)) == ERR_OK) {
        if (lines->lines->contact.len > 0)
            continue;
        const char *name = NULL;
        add_begin(lines, "command", -1);
        switch (command.kind) { // another number is from a newer version
        case FRAME_COMMAND_RULESET: name = "ruleset"; break;
        case FRAME_COMMAND_SETTINGS: name = "settings"; break;
        case FRAME_COMMAND_TIMERS: name = "timers"; break;
        case FRAME_COMMAND_HISTORY: name = "history"; break;
        case FRAME_COMMAND_ZONE: name = "zone"; break;
        case FRAME_COMMAND_DROP: name = "drop"; break;
        case FRAME_COMMAND_UNSENT: name = "unsent"; break;
        }
        if (name != NULL)
            add_text(lines, "command", bytes_text(name));
        else
            buffer_add_format(lines->to, ",\"command\":%d", (int)command.kind);
        if (command.kind == FRAME_COMMAND_TIMERS && add_fired(lines, command.payload) != ERR_OK)
            return ERR_CORRUPT;
        if (command.kind == FRAME_COMMAND_ZONE && add_zone(lines, command.payload) != ERR_OK)
            return ERR_CORRUPT;
        if (command.kind == FRAME_COMMAND_DROP && add_dropped(lines, command.payload) != ERR_OK)
            return ERR_CORRUPT;
        buffer_add_format(lines->to, ",\"payload_bytes\":%zu", command.payload.len);
        add_end(lines);
    }
    return err == ERR_END ? ERR_OK : err;
}

// Whether an event names the contact by any identifier.
static bool is_of_contact(struct frame_lines *lines, const struct frame_input *input)
{
    const struct journal_lines *wanted = lines->lines;
    if (wanted->contact.len == 0)
        return true;
    if (input->kind != FRAME_INPUT_EVENT)
        return false;
    struct raw_event raw = {.value = input->value, .value_bytes = input->value.len};
    if (input->headers.len > 0 && !raw_event_unpack_headers(input->headers, wanted->arena, &raw))
        return false;
    struct event event;
    struct reject reject;
    bool is_named = false;
    if (decoder_decode(wanted->decoder, DECODE_REPLAY, &raw, &event, &reject) == REJECT_NONE)
        for (uint32_t i = 0; i < event.identifier_count; i++)
            is_named = is_named || bytes_equal(event.identifiers[i].value, wanted->contact);
    decoder_reset(wanted->decoder);
    return is_named;
}

static void add_headers(struct frame_lines *lines, struct bytes packed)
{
    struct raw_event raw = {0};
    if (packed.len == 0 || !raw_event_unpack_headers(packed, lines->lines->arena, &raw))
        return;
    buffer_add_text(lines->to, ",\"headers\":{");
    for (size_t i = 0; i < raw.header_count; i++) {
        if (i > 0)
            buffer_add_u8(lines->to, ',');
        text_add_json(lines->to, raw.headers[i].name);
        buffer_add_u8(lines->to, ':');
        text_add_json(lines->to, raw.headers[i].value);
    }
    buffer_add_u8(lines->to, '}');
}

static void add_reject(struct frame_lines *lines, const struct frame_input *input)
{
    add_text(lines, "code", bytes_text(reject_name((enum reject_code)input->reject_code)));
    add_text(lines, "reason", input->reason);
    buffer_add_format(lines->to, ",\"bytes\":%" PRIu64, input->value_bytes);
    if (input->key.len > 0)
        add_text(lines, "key", input->key);
    add_headers(lines, input->headers);
    add_value(lines, "payload", input->value);
}

static enum err add_inputs(struct frame_lines *lines)
{
    static const char *const kinds[] = {
        [FRAME_INPUT_EVENT] = "event",
        [FRAME_INPUT_DUPLICATE] = "duplicate",
        [FRAME_INPUT_REJECTED] = "rejected",
    };
    struct frame_input input;
    enum err err;
    for (int64_t i = 0; (err = frame_next_input(lines->frame, &input)) == ERR_OK; i++) {
        if (!is_of_contact(lines, &input))
            continue;
        add_begin(lines, kinds[input.kind], i);
        add_text(lines, "source", lines->sources[input.source]);
        buffer_add_format(lines->to, ",\"position\":%" PRId64, input.position);
        switch (input.kind) {
        case FRAME_INPUT_EVENT:
            add_headers(lines, input.headers);
            add_value(lines, "event", input.value);
            break;
        case FRAME_INPUT_DUPLICATE: break;
        case FRAME_INPUT_REJECTED: add_reject(lines, &input); break;
        }
        add_end(lines);
    }
    return err == ERR_END ? ERR_OK : err;
}

static enum err add_outgoing(struct frame_lines *lines)
{
    struct frame_outgoing outgoing;
    struct bytes contact = lines->lines->contact;
    enum err err;
    for (int64_t i = 0; (err = frame_next_outgoing(lines->frame, &outgoing)) == ERR_OK; i++) {
        if (contact.len > 0 && !bytes_equal(outgoing.key, contact))
            continue;
        char id[HASH128_HEX_CHARS];
        hash128_hex(outgoing.id, id);
        add_begin(lines, outgoing.kind == OUTGOING_ACTION ? "action" : "dead_letter", i);
        add_text(lines, "id", bytes_of(id, sizeof(id)));
        add_text(lines, "topic", outgoing.topic);
        add_text(lines, "key", outgoing.key);
        add_value(lines, "value", outgoing.value);
        add_end(lines);
    }
    return err == ERR_END ? ERR_OK : err;
}

enum err journal_lines_add(
    const struct journal_lines *lines, struct frame_reader *frame, struct buffer *to)
{
    struct frame_lines all = {.lines = lines, .frame = frame, .to = to};
    arena_clear(lines->arena);
    enum err err = read_sources(&all);
    if (err == ERR_OK)
        err = add_commands(&all);
    if (err == ERR_OK)
        err = add_inputs(&all);
    return err == ERR_OK ? add_outgoing(&all) : err;
}
