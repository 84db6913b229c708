// Inputs that are refused for what only msgpack or headers can say.
#include <string.h>

#include "tests/sim/workload_internal.h"

enum { LONG_ATTRIBUTE_BYTES = 1025, HEADERS_MAX = 8 };

// --- msgpack
#define RAW(bytes)               \
    {                            \
        bytes, sizeof(bytes) - 1 \
    }
static const struct raw {
    struct text value; // of a member of data
    uint32_t code;
} raws[] = {
    {RAW("\xc4\x01z"), 18},                           // binary data
    {RAW("\xc7\x01\x05z"), 18},                       // an extension that is no timestamp
    {RAW("\x81\x01\x02"), 18},                        // a key that is no text
    {RAW("\xcb\x7f\xf8\x00\x00\x00\x00\x00\x00"), 9}, // not a number
    {RAW("\xcb\xff\xf0\x00\x00\x00\x00\x00\x00"), 9}, // minus infinity
    {RAW("\xa2z\xff"), 5},                            // no UTF-8
    {RAW("\xa3\xed\xa0\x80"), 5},                     // half of a surrogate pair
    {RAW("\xd9\x05z"), 3},                            // cut off
    {RAW("\xdd\xff\xff\xff\xff"), 3},                 // announces more than is there
    {RAW("\xdf\x7f\xff\xff\xff"), 3},
};

static void refuse_packed(struct input_draw *draw)
{
    struct sim_random *random = &draw->draw.random;
    struct workload_input *input = draw->input;
    struct sim_text *to = &input->memory->value;
    const struct raw *raw = &raws[sim_random_below(random, sizeof(raws) / sizeof(raws[0]))];
    struct workload_value type = sim_value_of_text("", text_of("contact.unassigned"));
    struct workload_value subject = sim_value_of_text("", text_of("c-1"));
    struct workload_value names[] = {
        sim_value_of_text("", text_of("type")), sim_value_of_text("", text_of("subject")),
        sim_value_of_text("", text_of("data")), sim_value_of_text("", text_of("x"))};
    sim_add_byte(to, (char)0x83);
    write_msgpack(to, &names[0]);
    write_msgpack(to, &type);
    write_msgpack(to, &names[1]);
    write_msgpack(to, &subject);
    write_msgpack(to, &names[2]);
    sim_add_byte(to, (char)0x81);
    write_msgpack(to, &names[3]);
    sim_add(to, raw->value);
    use_value(draw, "msgpack refused");
    input->refused = raw->code;
}

// --- headers
static void add(struct input_draw *draw, const char *name, struct text value)
{
    struct workload_header *headers =
        (struct workload_header *)(uintptr_t)draw->input->headers; // made here, not const
    headers[draw->input->header_count++] = (struct workload_header){name, value};
}

static struct text long_text(struct input_draw *draw)
{
    char *bytes = sim_alloc(draw->draw.arena, LONG_ATTRIBUTE_BYTES + 1);
    memset(bytes, 'h', LONG_ATTRIBUTE_BYTES);
    return (struct text){bytes, LONG_ATTRIBUTE_BYTES};
}

// Attributes of a sound event but for what is to be wrong.
static void add_sound(struct input_draw *draw, uint32_t code)
{
    if (code != 10)
        add(draw, "ce_type", text_of("contact.unassigned"));
    if (code != 11 && code != 12)
        add(draw, "ce_contact", text_of("{\"email\":\"ann@example.com\"}"));
}

static void refuse_binary(struct input_draw *draw)
{
    static const uint32_t codes[] = {2, 4, 5, 10, 11, 12, 13, 14, 15};
    struct sim_random *random = &draw->draw.random;
    struct workload_input *input = draw->input;
    struct sim_text *to = &input->memory->value;
    bool is_odd = sim_random_chance(random, 500);
    input->refused = codes[sim_random_below(random, sizeof(codes) / sizeof(codes[0]))];
    input->headers = sim_alloc(draw->draw.arena, HEADERS_MAX * sizeof(*input->headers));
    if (input->refused == 4) { // structured, as its content type says, but no object
        add(draw, "content-type",
            text_of(is_odd ? "application/cloudevents+json" : "application/cloudevents+msgpack"));
        sim_add_chars(to, is_odd ? "[]" : "\x91\x01");
        use_value(draw, "structured refused");
        return;
    }
    add_sound(draw, input->refused);
    switch (input->refused) {
    case 2: sim_add_chars(to, is_odd ? "{" : "not json"); break;
    case 5: add(draw, "CE_source", text_of("a\xff")); break;
    case 10:
        add(draw, "ce_specversion", text_of("1.0"));
        if (is_odd)
            add(draw, "ce_type", text_of(""));
        break;
    case 11: break;
    case 12:
        if (is_odd)
            add(draw, "ce_subject", text_of(""));
        else
            add(draw, "ce_contact", text_of("{\"no_such_kind\":\"1\"}"));
        break;
    case 13: add(draw, "ce_time", text_of(is_odd ? "yesterday" : "999999999999999999")); break;
    case 14:
        if (is_odd)
            add(draw, "ce_id", long_text(draw));
        else
            add(draw, "ce_specversion", text_of("0.3"));
        break;
    default:
        add(draw, "ce_id", text_of("1"));
        add(draw, is_odd ? "CE_ID" : "ce-id", text_of("2"));
        break;
    }
    use_value(draw, "binary refused");
}

void write_refused_form(struct input_draw *draw)
{
    draw->input->event = (struct workload_event){.source = {NULL, 0}};
    if (sim_random_chance(&draw->draw.random, 500))
        refuse_packed(draw);
    else
        refuse_binary(draw);
}
