// The forms in which an event travels: plain, structured and binary; JSON and msgpack.
#include <stdio.h>
#include <string.h>

#include "tests/sim/workload_internal.h"

enum { ATTRIBUTES_MAX = 12, HEADERS_MAX = 12 };

// A text that is a whole number may be sent as one.
static struct workload_value text_or_number(
    struct sim_random *random, const char *name, struct text text)
{
    int64_t number = 0;
    bool is_number = text.len > 0 && text.len < 18 && (text.at[0] != '0' || text.len == 1);
    for (size_t i = 0; i < text.len && is_number; i++) {
        is_number = text.at[i] >= '0' && text.at[i] <= '9';
        number = number * 10 + (text.at[i] - '0');
    }
    if (is_number && sim_random_chance(random, 500))
        return sim_value_of_int(name, number);
    return sim_value_of_text(name, text);
}

// The same instant, said in one of several ways.
static struct text time_text(struct draw *draw, int64_t time_ms)
{
    struct sim_text text = {NULL, 0, 0};
    size_t form = sim_random_below(&draw->random, 8);
    bool is_inside = time_ms > 0 && time_ms < 253402300000000; // an offset stays within the years
    int64_t offset_ms = form == 1 && is_inside   ? 7 * 3600000
                        : form == 2 && is_inside ? -5400000
                                                 : 0;
    sim_add_time(&text, time_ms + offset_ms);
    if (offset_ms != 0) {
        text.len--;
        sim_add_chars(&text, offset_ms > 0 ? "+07:00" : "-01:30");
    } else if (form == 3) { // finer than milliseconds
        text.len--;
        sim_add_chars(&text, "999z");
    } else if (form == 4) {
        text.at[10] = ' ';
    } else if (form == 5 && time_ms % 1000 == 0) {
        text.len -= 5;
        sim_add_chars(&text, "Z");
    }
    struct text copy = text_copy(draw->arena, sim_text_view(&text));
    sim_text_free(&text);
    return copy;
}

static struct workload_value time_value(struct draw *draw, int64_t time_ms)
{
    if (sim_random_chance(&draw->random, 300))
        return sim_value_of_int("time", time_ms);
    return sim_value_of_text("time", time_text(draw, time_ms));
}

// Puts subject, contact or both.
static uint32_t add_contact(struct input_draw *draw, struct workload_value *to)
{
    struct sim_random *random = &draw->draw.random;
    const struct workload_event *event = &draw->input->event;
    uint32_t count = 0;
    bool is_split = sim_random_chance(random, 500);
    struct workload_value *items =
        sim_alloc(draw->draw.arena, event->identifier_count * sizeof(*items));
    struct workload_value contact = {
        .kind = WORKLOAD_MAP, .name = text_of("contact"), .items = items};
    for (uint32_t i = 0; i < event->identifier_count; i++) {
        const struct workload_identifier *identifier = &event->identifiers[i];
        bool is_id = text_is(identifier->kind, "contact_id");
        if (is_id && is_split) {
            bool is_alone = event->identifier_count == 1 && sim_random_chance(random, 500);
            to[count++] =
                text_or_number(random, is_alone ? "contact" : "subject", identifier->value);
            continue;
        }
        items[contact.count] = text_or_number(random, "", identifier->value);
        items[contact.count++].name = identifier->kind;
    }
    if (contact.count > 0)
        to[count++] = contact;
    return count;
}

struct workload_value *event_object(struct input_draw *draw, uint32_t extra_room)
{
    struct sim_random *random = &draw->draw.random;
    struct sim_arena *arena = draw->draw.arena;
    const struct workload_event *event = &draw->input->event;
    struct workload_value *items = sim_alloc(arena, (ATTRIBUTES_MAX + extra_room) * sizeof(*items));
    struct workload_value *object = sim_alloc(arena, sizeof(*object));
    uint32_t count = 0;
    items[count++] = sim_value_of_text("type", event->type);
    if (event->id.len > 0)
        items[count++] = text_or_number(random, "id", event->id);
    else if (sim_random_chance(random, 300))
        items[count++] = (struct workload_value){.kind = WORKLOAD_NULL, .name = text_of("id")};
    if (event->source.len > 0 || sim_random_chance(random, 300))
        items[count++] = sim_value_of_text("source", event->source);
    if (event->has_time)
        items[count++] = time_value(&draw->draw, event->time_ms);
    count += add_contact(draw, &items[count]);
    if (event->data.kind != WORKLOAD_ABSENT) {
        items[count] = event->data;
        items[count++].name = text_of("data");
    }
    if (event->traceparent.len > 0)
        items[count++] = sim_value_of_text("traceparent", event->traceparent);
    if (sim_random_chance(random, 50))
        items[count++] = sim_value_of_text("datacontenttype", text_of("text/plain"));
    for (uint32_t i = count; i > 1; i--) { // in any order
        uint64_t other = sim_random_below(random, i);
        struct workload_value kept = items[i - 1];
        items[i - 1] = items[other];
        items[other] = kept;
    }
    *object = (struct workload_value){.kind = WORKLOAD_MAP, .items = items, .count = count};
    return object;
}

static uint32_t keys_of(const struct workload_value *value)
{
    uint32_t keys = value->kind == WORKLOAD_MAP ? value->count : 0;
    for (uint32_t i = 0; i < value->count; i++)
        keys += keys_of(&value->items[i]);
    return keys;
}

// A number that msgpack says as a float and JSON as a whole one would be read as the latter.
static bool has_whole_double(const struct workload_value *value)
{
    if (value->kind == WORKLOAD_DOUBLE)
        return value->real >= 1e15 || value->real <= -1e15 ||
               (double)(int64_t)value->real == value->real;
    for (uint32_t i = 0; i < value->count; i++) {
        if (has_whole_double(&value->items[i]))
            return true;
    }
    return false;
}

void use_value(struct input_draw *draw, const char *what)
{
    draw->input->value = sim_text_view(&draw->input->memory->value);
    draw->input->what = what;
}

static void check_keys(struct input_draw *draw, const struct workload_value *value)
{
    if (keys_of(value) <= draw->workload->shape.keys_max)
        return;
    draw->input->refused = 7;
    draw->input->what = "too_many_keys";
}

// Msgpack may be no longer as JSON than a message may be.
static void check_json_size(struct input_draw *draw, const struct workload_value *object)
{
    struct sim_text json = {NULL, 0, 0};
    sim_add_json_value(&json, object);
    if (json.len > draw->workload->shape.message_bytes_max)
        draw->input->refused = 1;
    sim_text_free(&json);
}

static void write_object(
    struct input_draw *draw, const struct workload_value *object, bool is_packed)
{
    struct sim_text *to = &draw->input->memory->value;
    if (is_packed) {
        write_msgpack(to, object);
        check_json_size(draw, object);
    } else {
        write_json(to, &draw->draw.random, object);
    }
}

static void add_header(struct input_draw *draw, const char *name, struct text value)
{
    struct workload_input *input = draw->input;
    struct workload_header *headers = (struct workload_header *)(uintptr_t)input->headers;
    headers[input->header_count++] = (struct workload_header){name, value};
}

static void write_contact_header(struct input_draw *draw)
{
    struct sim_text text = {NULL, 0, 0};
    struct workload_value parts[2];
    uint32_t count = add_contact(draw, parts);
    for (uint32_t i = 0; i < count; i++) {
        sim_text_clear(&text);
        const char *name = text_is(parts[i].name, "subject") ? "ce_subject" : "CE_Contact";
        if (parts[i].kind == WORKLOAD_MAP)
            sim_add_json_value(&text, &parts[i]);
        else if (parts[i].kind == WORKLOAD_INT)
            sim_add_format(&text, "%lld", (long long)parts[i].integer);
        else
            sim_add(&text, parts[i].text);
        add_header(draw, name, text_copy(draw->draw.arena, sim_text_view(&text)));
    }
    sim_text_free(&text);
}

static void write_binary(struct input_draw *draw, bool is_packed)
{
    struct sim_random *random = &draw->draw.random;
    const struct workload_event *event = &draw->input->event;
    add_header(draw, "ce_type", event->type);
    if (sim_random_chance(random, 800))
        add_header(draw, "ce_specversion", text_of("1.0"));
    if (event->id.len > 0)
        add_header(draw, "ce_id", event->id);
    add_header(draw, "Ce_Source", event->source);
    if (event->has_time && sim_random_chance(random, 300))
        add_header(
            draw, "ce_time", text_format(draw->draw.arena, "%lld", (long long)event->time_ms));
    else if (event->has_time)
        add_header(draw, "ce_time", time_text(&draw->draw, event->time_ms));
    write_contact_header(draw);
    if (event->traceparent.len > 0)
        add_header(draw, "traceparent", event->traceparent);
    if (is_packed || sim_random_chance(random, 500))
        add_header(
            draw, "content-type", text_of(is_packed ? "application/msgpack" : "application/json"));
    if (event->data.kind != WORKLOAD_ABSENT)
        write_object(draw, &event->data, is_packed);
    use_value(draw, is_packed ? "binary msgpack" : "binary json");
    check_keys(draw, &event->data);
}

void write_event(struct input_draw *draw)
{
    const struct workload_shape *shape = &draw->workload->shape;
    struct sim_random *random = &draw->draw.random;
    struct workload_input *input = draw->input;
    input->headers = sim_alloc(draw->draw.arena, HEADERS_MAX * sizeof(*input->headers));
    if (input->event.identifier_count > 0 && sim_random_chance(random, 800))
        input->key = input->event.identifiers[0].value;
    if (sim_random_chance(random, 30))
        add_header(draw, "x-other", text_of("not read"));
    bool is_packed =
        sim_random_chance(random, shape->msgpack_permille) && !has_whole_double(&input->event.data);
    if (sim_random_chance(random, shape->headers_permille)) {
        write_binary(draw, is_packed);
        return;
    }
    struct workload_value *object = event_object(draw, 1);
    if (sim_random_chance(random, shape->structured_permille)) {
        struct workload_value *items = (struct workload_value *)(uintptr_t)object->items;
        items[object->count++] = sim_value_of_text("specversion", text_of("1.0"));
        if (is_packed || sim_random_chance(random, 700))
            add_header(
                draw, "Content-Type",
                text_of(
                    is_packed ? "application/cloudevents+msgpack"
                              : "application/cloudevents+json"));
        write_object(draw, object, is_packed);
        use_value(draw, is_packed ? "structured msgpack" : "structured json");
    } else {
        write_object(draw, object, is_packed);
        use_value(draw, is_packed ? "plain msgpack" : "plain json");
    }
    check_keys(draw, object);
}
