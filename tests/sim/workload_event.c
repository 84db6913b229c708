// Drawing an event: whose it is, when, what it says.
#include <string.h>

#include "tests/sim/workload_internal.h"

#define DAY_MS INT64_C(86400000)

enum { BEGINNING = 16, IDENTIFIERS_MAX = 6 };

// --- who
static struct text identifier_value(struct input_draw *draw, struct text kind, uint64_t contact)
{
    struct sim_arena *arena = draw->draw.arena;
    unsigned shard = draw->shard;
    unsigned long long number = contact + shard * 1000000ULL; // a contact belongs to one shard
    if (text_is(kind, "contact_id")) {
        if (contact % 5 == 3)
            return text_format(arena, "%llu", number + 1000);
        if (contact % 7 == 5)
            return text_format(arena, "email:ann%llu@example.com", number);
        if (contact % 11 == 6)
            return text_format(arena, "Anh \xc4\x90\xc3\xa0o \"%llu\"", number);
        return text_format(arena, "c-%u-%llu", shard, number);
    }
    if (!text_is(kind, "email"))
        return text_format(arena, "%c-%u-%llu", kind.at[0], shard, number);
    struct text mail = text_format(arena, "ann%llu.\xc3\x89@example.com", number);
    char *letters = sim_alloc(arena, mail.len + 1);
    for (size_t i = 0; i < mail.len; i++) {
        bool is_raised =
            mail.at[i] >= 'a' && mail.at[i] <= 'z' && sim_random_chance(&draw->draw.random, 100);
        letters[i] = (char)(is_raised ? mail.at[i] - 'a' + 'A' : mail.at[i]);
    }
    return (struct text){letters, mail.len};
}

static uint64_t draw_contact(struct input_draw *draw)
{
    const struct workload_shape *shape = &draw->workload->shape;
    struct sim_random *random = &draw->draw.random;
    uint32_t hot = shape->hot_contacts < shape->contacts ? shape->hot_contacts : shape->contacts;
    if (hot > 0 && sim_random_chance(random, shape->hot_permille))
        return sim_random_below(random, hot);
    return sim_random_below(random, shape->contacts);
}

// The kinds that an event may name: those of some variant of the rules.
static const struct workload_rules *some_rules(struct input_draw *draw)
{
    const struct workload *workload = draw->workload;
    return &workload->variants[sim_random_below(&draw->draw.random, workload->shape.variants)];
}

static void draw_identifiers(struct input_draw *draw)
{
    const struct workload_shape *shape = &draw->workload->shape;
    struct sim_random *random = &draw->draw.random;
    const struct workload_rules *rules = some_rules(draw);
    struct workload_identifier *out = sim_alloc(draw->draw.arena, IDENTIFIERS_MAX * sizeof(*out));
    uint64_t contact = draw_contact(draw);
    uint32_t count = 0;
    uint32_t start = (uint32_t)sim_random_below(random, rules->kind_count);
    bool is_anonymous = sim_random_chance(random, shape->anonymous_permille);
    bool is_simple = sim_random_chance(random, 500);
    for (uint32_t i = 0; i < rules->kind_count && count < IDENTIFIERS_MAX; i++) {
        struct text kind = rules->kinds[(start + i) % rules->kind_count];
        bool is_taken = is_anonymous ? text_equal(kind, rules->kinds[rules->kind_count - 1])
                        : is_simple  ? text_equal(kind, rules->kinds[0])
                                     : sim_random_chance(random, 400);
        if (!is_taken)
            continue;
        uint64_t whose = sim_random_chance(random, 30) ? draw_contact(draw) : contact;
        out[count++] = (struct workload_identifier){kind, identifier_value(draw, kind, whose)};
    }
    if (count == 0)
        out[count++] = (struct workload_identifier){
            rules->kinds[start], identifier_value(draw, rules->kinds[start], contact)};
    draw->input->event.identifiers = out;
    draw->input->event.identifier_count = count;
}

// --- which
static void draw_id(struct input_draw *draw)
{
    struct sim_random random = sim_random_fork_number(&draw->workload->inputs, draw->index);
    random = sim_random_fork_number(&random, draw->shard);
    struct workload_event *event = &draw->input->event;
    struct sim_arena *arena = draw->draw.arena;
    unsigned long long index = draw->index;
    event->source = words_pick(&random, words_sources);
    event->id = text_format(arena, "e-%u-%llu", draw->shard, index);
    if (sim_random_chance(&random, draw->workload->shape.no_id_permille)) {
        event->id = text_of("");
    } else if (sim_random_chance(&random, 100)) { // neighbours: one id, three sources
        event->source = text_format(arena, "s%llu", index % 3);
        event->id = text_format(arena, "n-%llu", index / 3);
    } else if (sim_random_chance(&random, 50)) { // "x1" and "23", "x" and "123"
        event->source = text_of(index % 2 == 0 ? "x" : "x1");
        event->id = text_format(arena, index % 2 == 0 ? "1z%llu" : "z%llu", index / 2);
    } else if (sim_random_chance(&random, 50)) {
        event->id = text_format(arena, "%llu", index);
    }
}

// --- when
static void draw_time(struct input_draw *draw)
{
    const struct workload_shape *shape = &draw->workload->shape;
    struct sim_random *random = &draw->draw.random;
    struct workload_event *event = &draw->input->event;
    // A clock of events that begins long ago lets what goes on each day go on for all the years since.
    bool may_begin = shape->clock == WORKLOAD_CLOCK_EVENT && draw->index < BEGINNING;
    event->has_time = !sim_random_chance(random, shape->no_time_permille) || may_begin;
    event->time_ms = shape->base_ms + (int64_t)draw->index * shape->step_ms +
                     sim_random_between(random, -2 * shape->step_ms, shape->step_ms);
    if (sim_random_chance(random, shape->late_permille))
        event->time_ms -= sim_random_between(random, 0, 400 * DAY_MS);
    if (sim_random_chance(random, shape->future_permille))
        event->time_ms += sim_random_between(random, 0, 2 * shape->dedup_window_ms);
    if (sim_random_chance(random, 2) && !may_begin)
        event->time_ms = sim_random_chance(random, 500) && shape->clock == WORKLOAD_CLOCK_WALL
                             ? 253402300799999  // the last of the year 9999
                             : -62167219200000; // the first of the year 0000
}

// --- what
// Just as deep as the limit admits: lists in data, which is on the second level of the message.
static struct workload_value draw_deepest(struct input_draw *draw)
{
    struct workload_value value = {.kind = WORKLOAD_LIST};
    for (uint32_t level = 3; level < draw->workload->shape.depth_max; level++) {
        struct workload_value *inner = sim_alloc(draw->draw.arena, sizeof(*inner));
        *inner = value;
        inner->name = text_of("");
        value = (struct workload_value){.kind = WORKLOAD_LIST, .items = inner, .count = 1};
    }
    return value;
}

static struct workload_value draw_fields(struct input_draw *draw)
{
    struct sim_random *random = &draw->draw.random;
    const struct workload_rules *rules = some_rules(draw);
    uint32_t count = (uint32_t)sim_random_below(random, 4);
    struct workload_value *items = sim_alloc(draw->draw.arena, count * sizeof(*items));
    for (uint32_t i = 0; i < count; i++) {
        enum workload_type type = WORKLOAD_TYPE_ANY;
        struct text name = words_pick(random, words_fields);
        for (uint32_t j = 0; j < rules->field_count; j++) {
            if (text_equal(rules->fields[j].name, name) && sim_random_chance(random, 800))
                type = rules->fields[j].type;
        }
        items[i] = draw_value(&draw->draw, type, VALUE_FOR_WIRE);
        if (sim_random_chance(random, 150))
            items[i] = (struct workload_value){.kind = WORKLOAD_NULL};
        items[i].name = sim_random_chance(random, 950) ? name : text_of("x\"1");
    }
    return (struct workload_value){.kind = WORKLOAD_MAP, .items = items, .count = count};
}

static struct workload_value draw_more_identifiers(struct input_draw *draw)
{
    struct sim_random *random = &draw->draw.random;
    const struct workload_rules *rules = some_rules(draw);
    uint32_t count = (uint32_t)sim_random_between(random, 1, 2);
    struct workload_value *items = sim_alloc(draw->draw.arena, count * sizeof(*items));
    uint64_t contact = draw_contact(draw);
    for (uint32_t i = 0; i < count; i++) {
        struct text kind = sim_random_chance(random, 900)
                               ? rules->kinds[sim_random_below(random, rules->kind_count)]
                               : text_of("fax");
        struct workload_value *pair = sim_alloc(draw->draw.arena, 2 * sizeof(*pair));
        pair[0] = sim_value_of_text("", identifier_value(draw, kind, contact));
        pair[1] = sim_value_of_text("", identifier_value(draw, kind, contact + 100000));
        if (sim_random_chance(random, 100))
            pair[1] = draw_value(&draw->draw, WORKLOAD_TYPE_ANY, VALUE_FOR_WIRE);
        items[i] = sim_random_chance(random, 500)
                       ? pair[sim_random_below(random, 2)]
                       : (struct workload_value){.kind = WORKLOAD_LIST, .items = pair, .count = 2};
        items[i].name = kind;
    }
    return (struct workload_value){.kind = WORKLOAD_MAP, .items = items, .count = count};
}

// Members that mean something take words that come again; message, form and so on from a few each.
struct text draw_likely_text(struct draw *draw, struct text member)
{
    static const char *const states[] = {"granted", "denied", "revoked", "maybe"};
    static const struct {
        const char *name;
        const struct words *words;
    } known[] = {{"tag", &words_tags},     {"list", &words_lists},  {"channel", &words_channels},
                 {"stage", &words_stages}, {"team", &words_people}, {"person", &words_people},
                 {"zone", &words_zones}};
    for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++) {
        if (text_is(member, known[i].name))
            return words_pick(&draw->random, *known[i].words);
    }
    if (text_is(member, "state"))
        return text_of(states[sim_random_below(&draw->random, 4)]);
    return text_format(
        draw->arena, "%c-%u", member.at[0], (unsigned)sim_random_below(&draw->random, 4));
}

static bool is_word(struct text member)
{
    static const char *const names[] = {"tag",  "list",   "channel", "stage",
                                        "team", "person", "zone",    "state"};
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        if (text_is(member, names[i]))
            return true;
    }
    return false;
}

static struct workload_value draw_known(
    struct input_draw *draw, const struct workload_data_field *field)
{
    if (is_word(field->name) || sim_random_chance(&draw->draw.random, 700))
        return sim_value_of_text("", draw_likely_text(&draw->draw, field->name));
    return draw_value(&draw->draw, WORKLOAD_TYPE_STRING, VALUE_FOR_WIRE);
}

// --- what the engine takes of scores
static bool is_fading(const struct workload *workload, struct text score)
{
    for (uint32_t v = 0; v < workload->shape.variants; v++) {
        const struct workload_rules *rules = &workload->variants[v];
        for (uint32_t i = 0; i < rules->score_count; i++) {
            if (text_equal(rules->scores[i].name, score) &&
                rules->scores[i].forget == WORKLOAD_HALF_LIFE)
                return true;
        }
    }
    return false;
}

// Mostly of a score that is there; what a fading one gets is not below 0, so that it only ever falls.
static bool draw_adjustment(struct input_draw *draw)
{
    struct sim_random *random = &draw->draw.random;
    const struct workload_rules *rules = some_rules(draw);
    struct workload_value *data = &draw->input->event.data;
    struct workload_value *items = sim_alloc(draw->draw.arena, 3 * sizeof(*items));
    if (rules->score_count == 0 || sim_random_chance(random, 100))
        return false;
    struct text score = rules->scores[sim_random_below(random, rules->score_count)].name;
    bool is_set = sim_random_chance(random, 300);
    int64_t low_milli = is_fading(draw->workload, score) ? 0 : -30000;
    int64_t milli = sim_random_between(random, low_milli, 40000);
    items[0] = sim_value_of_text("score", score);
    items[1] = (struct workload_value){.kind = WORKLOAD_DOUBLE, .real = (double)milli / 1000.0};
    if (sim_random_chance(random, 500))
        items[1] = sim_value_of_int("", milli / 1000);
    items[1].name = text_of(is_set ? "set" : "add");
    items[2] = sim_value_of_text("by", text_of("ann"));
    *data = (struct workload_value){.kind = WORKLOAD_MAP, .items = items, .count = 3};
    return true;
}

static void draw_head(struct input_draw *draw);

// An event that came a while ago, by the contact that it was about.
static bool draw_retraction(struct input_draw *draw)
{
    struct sim_random *random = &draw->draw.random;
    if (draw->index == 0 || sim_random_chance(random, 100))
        return false;
    uint64_t most = draw->index < 30 ? draw->index : 30;
    uint64_t of = draw->index - 1 - sim_random_below(random, most);
    struct workload_input *input = sim_alloc(draw->draw.arena, sizeof(*input));
    struct input_draw other = *draw;
    other.draw.random = workload_stream(draw->workload, draw->shard, of);
    other.index = of;
    other.input = input;
    draw_head(&other);
    struct workload_event *event = &draw->input->event;
    struct workload_value *items = sim_alloc(draw->draw.arena, 2 * sizeof(*items));
    uint32_t count = 0;
    if (!text_equal(input->event.source, event->source) || sim_random_chance(random, 500))
        items[count++] = sim_value_of_text("source", input->event.source);
    items[count++] = sim_value_of_text("event", input->event.id);
    event->identifiers = input->event.identifiers;
    event->identifier_count = input->event.identifier_count;
    event->data = (struct workload_value){.kind = WORKLOAD_MAP, .items = items, .count = count};
    return true;
}

static struct workload_value draw_member(
    struct input_draw *draw, struct text type, const struct workload_data_field *field)
{
    struct sim_random *random = &draw->draw.random;
    bool is_contact = type.len > 8 && memcmp(type.at, "contact.", 8) == 0;
    if (sim_random_chance(random, 8)) // of any type: mostly refused
        return draw_value(&draw->draw, WORKLOAD_TYPE_ANY, VALUE_FOR_WIRE);
    if (field->is_optional && sim_random_chance(random, 60))
        return (struct workload_value){.kind = WORKLOAD_NULL};
    if (is_contact && text_is(field->name, "fields"))
        return draw_fields(draw);
    if (is_contact && text_is(field->name, "identifiers"))
        return draw_more_identifiers(draw);
    if (field->type == WORKLOAD_TYPE_STRING)
        return draw_known(draw, field);
    return draw_value(&draw->draw, field->type, VALUE_FOR_WIRE);
}

void draw_data(struct input_draw *draw, struct text type)
{
    struct sim_random *random = &draw->draw.random;
    const struct workload_event_type *known = rules_event(some_rules(draw), type);
    struct workload_value *data = &draw->input->event.data;
    if (sim_random_chance(random, 6)) { // no object: fine where the type is unknown
        *data = draw_value(&draw->draw, WORKLOAD_TYPE_ANY, VALUE_FOR_WIRE);
        return;
    }
    uint32_t count = known == NULL ? 0 : known->field_count;
    struct workload_value *items = sim_alloc(draw->draw.arena, (count + 3) * sizeof(*items));
    *data = (struct workload_value){.kind = WORKLOAD_MAP, .items = items};
    for (uint32_t i = 0; i < count; i++) {
        if (sim_random_chance(random, known->fields[i].is_optional ? 400 : 5))
            continue;
        items[data->count] = draw_member(draw, type, &known->fields[i]);
        items[data->count++].name = known->fields[i].name;
    }
    if (count > 0 && data->count > 0 && sim_random_chance(random, 10)) { // twice: the first counts
        struct workload_value again = draw_member(draw, type, &known->fields[count - 1]);
        again.name = known->fields[count - 1].name;
        if (text_equal(items[data->count - 1].name, again.name) &&
            items[data->count - 1].kind == again.kind)
            items[data->count++] = again;
    }
    if (sim_random_chance(random, 150)) {
        items[data->count] = sim_random_chance(random, 50)
                                 ? draw_deepest(draw)
                                 : draw_value(&draw->draw, WORKLOAD_TYPE_ANY, VALUE_FOR_WIRE);
        items[data->count++].name = text_of("more of it");
    }
    if (sim_random_chance(random, draw->workload->shape.big_permille)) {
        uint32_t most = draw->workload->shape.string_bytes_max;
        struct text big = {NULL, sim_random_below(random, most + 1)};
        char *bytes = sim_alloc(draw->draw.arena, big.len + 1);
        memset(bytes, 'b', big.len);
        big.at = bytes;
        items[data->count++] = sim_value_of_text("big", big);
    }
    if (data->count == 0 && sim_random_chance(random, 500))
        data->kind = WORKLOAD_ABSENT;
}

static void draw_head(struct input_draw *draw)
{
    const struct workload *workload = draw->workload;
    draw_id(draw);
    draw->input->event.type = workload->types[sim_random_pick(
        &draw->draw.random, workload->type_weights, workload->type_count)];
    draw_time(draw);
    draw_identifiers(draw);
}

void draw_event(struct input_draw *draw)
{
    struct workload_event *event = &draw->input->event;
    draw_head(draw);
    if (sim_random_chance(&draw->draw.random, 20))
        event->traceparent = text_of("00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01");
    bool is_drawn = (text_is(event->type, "contact.points_adjusted") && draw_adjustment(draw)) ||
                    (text_is(event->type, "event.retracted") && draw_retraction(draw));
    if (!is_drawn)
        draw_data(draw, event->type);
}
