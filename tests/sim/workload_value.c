// Drawing values of each type.
#include "tests/sim/workload_internal.h"

enum { NESTED_MAX = 2, ITEMS_MAX = 4 };

static struct workload_value draw_nested(
    struct draw *draw, enum workload_type type, int purpose, uint32_t depth);

static struct text draw_text(struct draw *draw, int purpose)
{
    if (purpose == VALUE_FOR_WIRE && sim_random_chance(&draw->random, 20)) // a NUL inside
        return text_copy(draw->arena, (struct text){"nul\0in", 6});
    return words_pick(&draw->random, purpose == VALUE_FOR_RULES ? words_texts : words_wire_texts);
}

static int64_t draw_int(struct sim_random *random)
{
    static const uint32_t weights[] = {60, 20, 10, 5, 5};
    switch (sim_random_pick(random, weights, 5)) {
    case 0: return sim_random_between(random, 0, 5);
    case 1: return sim_random_between(random, -1000, 1000);
    case 2: return sim_random_between(random, -1000000000000, 1000000000000);
    case 3: return INT64_MAX - sim_random_between(random, 0, 1);
    default: return INT64_MIN + sim_random_between(random, 0, 1);
    }
}

static double draw_double(struct sim_random *random)
{
    static const double odd[] = {0.1,     1e17,          1e-7, -2.5e-300,
                                 1.5e300, 123456789.125, 1e15, 9007199254740993.0};
    switch (sim_random_below(random, 4)) {
    case 0: return (double)sim_random_between(random, -4, 8);
    case 1: return (double)sim_random_between(random, -80, 80) / 8;
    case 2: return (double)sim_random_between(random, -100000, 100000) / 100;
    default: return odd[sim_random_below(random, sizeof(odd) / sizeof(odd[0]))];
    }
}

static struct text draw_time_text(struct draw *draw)
{
    struct sim_text text = {NULL, 0, 0};
    sim_add_time(&text, sim_random_between(&draw->random, 0, 4102444800000));
    struct text copy = text_copy(draw->arena, sim_text_view(&text));
    sim_text_free(&text);
    return copy;
}

static struct workload_value draw_items(struct draw *draw, bool is_map, int purpose, uint32_t depth)
{
    static const char *const names[] = {"a", "b", "the key", "\"q\""};
    uint32_t count = (uint32_t)sim_random_below(&draw->random, ITEMS_MAX + 1);
    struct workload_value *items = sim_alloc(draw->arena, count * sizeof(*items));
    for (uint32_t i = 0; i < count; i++) {
        items[i] = draw_nested(draw, WORKLOAD_TYPE_ANY, purpose, depth + 1);
        items[i].name = is_map ? text_of(names[i]) : text_of("");
    }
    return (struct workload_value){
        .kind = is_map ? WORKLOAD_MAP : WORKLOAD_LIST, .items = items, .count = count};
}

static enum workload_type draw_any(struct draw *draw, uint32_t depth)
{
    static const uint32_t weights[WORKLOAD_TYPE_COUNT] = {0, 30, 25, 15, 10, 2, 1, 1, 8, 8};
    return (enum workload_type)sim_random_pick(
        &draw->random, weights, depth >= NESTED_MAX ? WORKLOAD_TYPE_LIST : WORKLOAD_TYPE_COUNT);
}

// At most NESTED_MAX deep.
static struct workload_value draw_nested(
    struct draw *draw, enum workload_type type, int purpose, uint32_t depth)
{
    struct sim_random *random = &draw->random;
    struct workload_value value = {.kind = WORKLOAD_TEXT};
    switch (type) {
    case WORKLOAD_TYPE_COUNT:
    case WORKLOAD_TYPE_ANY: return draw_nested(draw, draw_any(draw, depth), purpose, depth);
    case WORKLOAD_TYPE_STRING: value.text = draw_text(draw, purpose); return value;
    case WORKLOAD_TYPE_INT:
        return (struct workload_value){.kind = WORKLOAD_INT, .integer = draw_int(random)};
    case WORKLOAD_TYPE_DOUBLE:
        if (sim_random_chance(random, 400))
            return (struct workload_value){.kind = WORKLOAD_INT, .integer = draw_int(random)};
        return (struct workload_value){.kind = WORKLOAD_DOUBLE, .real = draw_double(random)};
    case WORKLOAD_TYPE_BOOL:
        return (struct workload_value){
            .kind = WORKLOAD_BOOL, .boolean = sim_random_chance(random, 500)};
    case WORKLOAD_TYPE_TIMESTAMP:
        if (sim_random_chance(random, 300))
            return (struct workload_value){
                .kind = WORKLOAD_INT, .integer = sim_random_between(random, 0, 4102444800000)};
        value.text = draw_time_text(draw);
        return value;
    case WORKLOAD_TYPE_DATE:
        value.text = text_of(sim_random_chance(random, 500) ? "2026-01-31" : "2024-02-29");
        return value;
    case WORKLOAD_TYPE_DURATION:
        value.text = text_of(sim_random_chance(random, 500) ? "36h" : "250ms");
        return value;
    case WORKLOAD_TYPE_LIST: return draw_items(draw, false, purpose, depth);
    case WORKLOAD_TYPE_MAP: return draw_items(draw, true, purpose, depth);
    }
    return value;
}

struct workload_value draw_value(struct draw *draw, enum workload_type type, int purpose)
{
    return draw_nested(draw, type, purpose, 0);
}
