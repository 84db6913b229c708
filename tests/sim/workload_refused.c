// Inputs that are refused for their form: one for each row of the table in docs/events.md, several ways.
#include <string.h>

#include "tests/sim/workload_internal.h"

enum { EXTRA_ROOM = 4 };

static struct workload_value *items_of(struct workload_value *map)
{
    return (struct workload_value *)(uintptr_t)map->items; // made here, not const
}

static struct text letters(struct input_draw *draw, size_t len)
{
    char *bytes = sim_alloc(draw->draw.arena, len + 1);
    memset(bytes, 'l', len);
    return (struct text){bytes, len};
}

// Replaces the member of that name, or adds it.
static void put(struct workload_value *object, const char *name, struct workload_value value)
{
    struct workload_value *items = items_of(object);
    uint32_t i = 0;
    while (i < object->count && !text_is(items[i].name, name))
        i++;
    object->count += i == object->count;
    items[i] = value;
    items[i].name = text_of(name);
}

static void drop(struct workload_value *object, const char *name)
{
    struct workload_value *items = items_of(object);
    uint32_t kept = 0;
    for (uint32_t i = 0; i < object->count; i++) {
        if (!text_is(items[i].name, name))
            items[kept++] = items[i];
    }
    object->count = kept;
}

static struct workload_value boolean(void)
{
    return (struct workload_value){.kind = WORKLOAD_BOOL, .boolean = true};
}

static struct workload_value map_of(
    struct input_draw *draw, const char *name, struct workload_value value)
{
    struct workload_value *items = sim_alloc(draw->draw.arena, sizeof(*items));
    items[0] = value;
    items[0].name = text_of(name);
    return (struct workload_value){.kind = WORKLOAD_MAP, .items = items, .count = 1};
}

static void bad_contact(struct input_draw *draw, struct workload_value *object)
{
    size_t long_len = draw->workload->shape.identifier_bytes_max + 1;
    drop(object, "subject");
    switch (sim_random_below(&draw->draw.random, 7)) {
    case 0: put(object, "subject", sim_value_of_text("", text_of(""))); break;
    case 1: put(object, "subject", sim_value_of_text("", letters(draw, long_len))); break;
    case 2:
        put(object, "contact", map_of(draw, "email", sim_value_of_text("", text_of("a\nb"))));
        break;
    case 3:
        put(object, "contact", map_of(draw, "email", sim_value_of_text("", text_of("a\xc2\x85"))));
        break;
    case 4: put(object, "contact", boolean()); break;
    case 5:
        put(object, "contact", map_of(draw, "no_such_kind", sim_value_of_text("", text_of("1"))));
        break;
    default: put(object, "contact", map_of(draw, "email", boolean())); break;
    }
}

static void bad_time(struct input_draw *draw, struct workload_value *object)
{
    static const char *const times[] = {
        "yesterday",
        "2026-13-01T00:00:00Z",
        "2026-02-29T00:00:00Z",
        "2026-01-01T24:00:00Z",
        "2026-01-01",
        "2026-01-01T00:00:00",
        "2026-01-01T00:00:00.Z",
        "9999-12-31T23:59:59-01:00",
        ""};
    if (sim_random_chance(&draw->draw.random, 300)) {
        put(object, "time",
            sim_random_chance(&draw->draw.random, 500) ? boolean()
                                                       : sim_value_of_int("", 253402300800000));
        return;
    }
    put(object, "time",
        sim_value_of_text("", text_of(times[sim_random_below(&draw->draw.random, 9)])));
}

static void bad_attribute(struct input_draw *draw, struct workload_value *object)
{
    switch (sim_random_below(&draw->draw.random, 6)) {
    case 0: put(object, "id", boolean()); break;
    case 1: put(object, "id", sim_value_of_text("", letters(draw, 1025))); break;
    case 2: put(object, "source", sim_value_of_int("", 7)); break;
    case 3: put(object, "source", sim_value_of_text("", letters(draw, 1025))); break;
    case 4: put(object, "specversion", sim_value_of_text("", text_of("0.3"))); break;
    default: put(object, "type", sim_value_of_int("", 7)); break;
    }
}

static void no_type(struct input_draw *draw, struct workload_value *object)
{
    if (sim_random_chance(&draw->draw.random, 500))
        drop(object, "type");
    else
        put(object, "type", sim_value_of_text("", text_of("")));
}

static void no_contact(struct input_draw *draw, struct workload_value *object)
{
    struct workload_value nothing = {.kind = WORKLOAD_NULL};
    drop(object, "subject");
    drop(object, "contact");
    switch (sim_random_below(&draw->draw.random, 3)) {
    case 0: put(object, "contact", map_of(draw, "email", nothing)); break;
    case 1: put(object, "subject", nothing); break;
    default: break;
    }
}

static void twice(struct input_draw *draw, struct workload_value *object)
{
    static const char *const names[] = {"id", "type", "data", "time", "traceparent", "subject"};
    const char *name = names[sim_random_below(&draw->draw.random, 6)];
    put(object, name, (struct workload_value){.kind = WORKLOAD_NULL});
    items_of(object)[object->count] = sim_value_of_text(name, text_of("again"));
    object->count++;
}

static struct workload_value *nested(struct input_draw *draw, uint32_t levels)
{
    struct workload_value *value = sim_alloc(draw->draw.arena, sizeof(*value));
    *value = (struct workload_value){.kind = WORKLOAD_LIST};
    for (uint32_t i = 1; i < levels; i++) {
        struct workload_value *outer = sim_alloc(draw->draw.arena, sizeof(*outer));
        *outer = (struct workload_value){.kind = WORKLOAD_LIST, .items = value, .count = 1};
        value = outer;
    }
    return value;
}

static void too_many_keys(struct input_draw *draw, struct workload_value *object)
{
    uint32_t count = draw->workload->shape.keys_max;
    struct workload_value *items = sim_alloc(draw->draw.arena, count * sizeof(*items));
    for (uint32_t i = 0; i < count; i++)
        items[i] = sim_value_of_int(text_format(draw->draw.arena, "k%u", i).at, 1);
    put(object, "data",
        (struct workload_value){.kind = WORKLOAD_MAP, .items = items, .count = count});
}

// What is wrong with the object; false when what is wrong is its bytes.
static bool spoil_object(struct input_draw *draw, struct workload_value *object, uint32_t code)
{
    const struct workload_shape *shape = &draw->workload->shape;
    switch (code) {
    case 6: // in data, which is the second level
        put(object, "data", map_of(draw, "deep", *nested(draw, shape->depth_max - 1)));
        return true;
    case 7: too_many_keys(draw, object); return true;
    case 8:
        put(object, "data",
            map_of(
                draw, "long", sim_value_of_text("", letters(draw, shape->string_bytes_max + 1))));
        return true;
    case 10: no_type(draw, object); return true;
    case 11: no_contact(draw, object); return true;
    case 12: bad_contact(draw, object); return true;
    case 13: bad_time(draw, object); return true;
    case 14: bad_attribute(draw, object); return true;
    case 15: twice(draw, object); return true;
    case 18: put(object, "data_base64", sim_value_of_text("", text_of("e30="))); return true;
    default: return false;
    }
}

static void spoil_json(struct input_draw *draw, struct sim_text *to)
{
    static const char *const whole[] = {
        "",           "{'type':1}", "{\"a\":1,}",       "{\"a\":01}",          "{\"a\":NaN}",
        "{\"a\":+1}", "// no\n{}",  "{\"a\":\"\x01\"}", "{\"a\":\"\\ud800\"}", "nul"};
    while (to->at[to->len - 1] != '}')
        to->len--; // white space behind it is no loss
    switch (sim_random_below(&draw->draw.random, 3)) {
    case 0: to->len -= 1 + sim_random_below(&draw->draw.random, to->len); break; // cut off
    case 1: sim_add_chars(to, " {}"); break;
    default: sim_text_clear(to); sim_add_chars(to, whole[sim_random_below(&draw->draw.random, 10)]);
    }
}

static void spoil_msgpack(
    struct input_draw *draw, struct sim_text *to, const struct workload_value *object)
{
    sim_text_clear(to);
    write_msgpack(to, object);
    if (sim_random_chance(&draw->draw.random, 500))
        sim_add_byte(to, 1);
    else
        to->len -= 1 + sim_random_below(&draw->draw.random, to->len - 1);
}

static void spoil_bytes(
    struct input_draw *draw,
    struct sim_text *to,
    const struct workload_value *object,
    uint32_t code)
{
    static const char *const no_objects[] = {"[]", "[{}]", "1", "\"x\"", "null", " true "};
    static const char *const numbers[] = {"{\"a\":1e999}", "{\"a\":[-1e309]}"};
    static const char *const invalid[] = {
        "{\"a\":\"\xff\"}", "{\"\xc0\x80\":1}", "{\"a\":\"\xed\xa0\x80\"}",
        "{\"a\":\"\xf4\x90\x80\x80\"}"};
    struct sim_random *random = &draw->draw.random;
    if (code == 2) {
        spoil_json(draw, to);
        return;
    }
    if (code == 3) {
        spoil_msgpack(draw, to, object);
        return;
    }
    sim_text_clear(to);
    if (code == 4)
        sim_add_chars(to, no_objects[sim_random_below(random, 6)]);
    else if (code == 5)
        sim_add_chars(to, invalid[sim_random_below(random, 4)]);
    else
        sim_add_chars(to, numbers[sim_random_below(random, 2)]);
}

// An event with nothing wrong about it but what comes next: a known type, a contact that all rules know.
static void make_sound(struct input_draw *draw)
{
    struct workload_event *event = &draw->input->event;
    struct workload_identifier *one = sim_alloc(draw->draw.arena, sizeof(*one));
    *one = (struct workload_identifier){text_of("email"), text_of("ann@example.com")};
    event->identifiers = one;
    event->identifier_count = 1;
    event->type = text_of("contact.unassigned");
    event->data = (struct workload_value){.kind = WORKLOAD_ABSENT};
}

void write_refused(struct input_draw *draw)
{
    static const uint32_t codes[] = {2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 18};
    static const char *const names[] = {
        "not_json",    "not_msgpack", "not_object",    "invalid_utf8", "too_deep",
        "many keys",   "long string", "big number",    "no_type",      "no_contact",
        "bad_contact", "bad_time",    "bad_attribute", "twice",        "data_base64"};
    size_t which = sim_random_below(&draw->draw.random, sizeof(codes) / sizeof(codes[0]));
    struct workload_input *input = draw->input;
    struct sim_text *to = &input->memory->value;
    make_sound(draw);
    struct workload_value *object = event_object(draw, EXTRA_ROOM);
    bool is_object = spoil_object(draw, object, codes[which]);
    write_json(to, &draw->draw.random, object);
    if (!is_object)
        spoil_bytes(draw, to, object, codes[which]);
    use_value(draw, names[which]);
    input->refused = codes[which];
    input->event = (struct workload_event){.source = {NULL, 0}};
}
