// A workload: what it is made of, and making its inputs.
#include "tests/sim/workload.h"

#include <assert.h>
#include <stdlib.h>

#include "tests/sim/workload_internal.h"

#define DAY_MS INT64_C(86400000)

static uint32_t draw_one_of(struct sim_random *random, const uint32_t *from, size_t count)
{
    return from[sim_random_below(random, count)];
}
#define ONE_OF(random, ...)                      \
    draw_one_of(                                 \
        random, (const uint32_t[]){__VA_ARGS__}, \
        sizeof((const uint32_t[]){__VA_ARGS__}) / sizeof(uint32_t))

static void draw_limits(struct sim_random *random, struct workload_shape *out)
{
    static const int64_t windows_ms[] = {0,       1,          128,        1000,        60000,
                                         3600000, 7 * DAY_MS, 7 * DAY_MS, 400 * DAY_MS};
    out->dedup_window_ms = windows_ms[sim_random_below(random, 9)];
    out->message_bytes_max = ONE_OF(random, 8192, 16384, 65536, 1048576);
    out->depth_max = ONE_OF(random, 8, 10, 32);
    out->keys_max = ONE_OF(random, 64, 100, 1000);
    out->string_bytes_max = ONE_OF(random, 2048, 4096, 65536);
    out->identifier_bytes_max = ONE_OF(random, 48, 256, 256);
    out->limit_keys_max = ONE_OF(random, 10, 12, 1000, 1000);
    out->ledger_entries_max =
        ONE_OF(random, 10, 11, WORKLOAD_LEDGER_ENTRIES_AMPLE, WORKLOAD_LEDGER_ENTRIES_AMPLE);
    out->actions_per_event_max = ONE_OF(random, 1, 3, 100, 100);
    out->derived_depth_max = ONE_OF(random, 1, 2, 3, 5, 16);
}

void workload_shape_draw(struct sim_random *random, struct workload_shape *out)
{
    *out = (struct workload_shape){
        .shards = ONE_OF(random, 1, 1, 2, 3, 4),
        .inputs = (uint32_t)sim_random_between(random, 20, 400),
        .contacts = ONE_OF(random, 1, 3, 10, 50, 200),
        .variants = ONE_OF(random, 1, 2, 3, 4),
        .hot_contacts = ONE_OF(random, 1, 1, 2, 5),
        .hot_permille = ONE_OF(random, 0, 100, 500, 900),
        .duplicate_permille = ONE_OF(random, 0, 20, 100, 400),
        .refused_permille = ONE_OF(random, 0, 20, 100, 300),
        .big_permille = ONE_OF(random, 0, 0, 10, 50),
        .anonymous_permille = ONE_OF(random, 0, 100, 500),
        .no_id_permille = ONE_OF(random, 0, 50, 300),
        .no_time_permille = ONE_OF(random, 0, 100, 500),
        .late_permille = ONE_OF(random, 0, 50, 300),
        .future_permille = ONE_OF(random, 0, 0, 20, 100),
        .headers_permille = ONE_OF(random, 0, 100, 300),
        .structured_permille = ONE_OF(random, 0, 100, 300),
        .msgpack_permille = ONE_OF(random, 0, 100, 300),
        .base_ms = 1767225600000 + sim_random_between(random, 0, 400) * DAY_MS, // 2026 on
        .step_ms = ONE_OF(random, 1, 50, 1000, 60000, 3600000, 86400000),
        .clock = sim_random_chance(random, 300) ? WORKLOAD_CLOCK_EVENT : WORKLOAD_CLOCK_WALL,
        .refuses_unknown = sim_random_chance(random, 400),
    };
    draw_limits(random, out);
}

// Types that inputs are drawn from: those of the first rules, others that variants know, and none.
static void draw_types(struct workload *workload, struct sim_random *random)
{
    size_t cap = words_unknown_types.count;
    for (uint32_t i = 0; i < workload->shape.variants; i++)
        cap += workload->variants[i].event_count;
    workload->types = sim_alloc(&workload->arena, cap * sizeof(*workload->types));
    workload->type_weights = sim_alloc(&workload->arena, cap * sizeof(*workload->type_weights));
    for (uint32_t v = 0; v < workload->shape.variants; v++) {
        const struct workload_rules *rules = &workload->variants[v];
        for (uint32_t i = 0; i < rules->event_count; i++) {
            if (v > 0 && rules_event(&workload->variants[0], rules->events[i].name) != NULL)
                continue;
            static const uint32_t shares[] = {0, 1, 1, 3, 10};
            workload->types[workload->type_count] = rules->events[i].name;
            workload->type_weights[workload->type_count++] = shares[sim_random_below(random, 5)];
        }
    }
    for (size_t i = 0; i < words_unknown_types.count; i++) {
        workload->types[workload->type_count] = text_of(words_unknown_types.at[i]);
        workload->type_weights[workload->type_count++] = 1;
    }
    workload->type_weights[0] += 1; // the sum is never 0
}

struct workload *workload_create(uint64_t seed, const struct workload_shape *shape)
{
    assert(shape->shards > 0 && shape->contacts > 0 && shape->variants > 0);
    struct workload *workload = calloc(1, sizeof(*workload));
    assert(workload != NULL);
    struct sim_random root = sim_random_of(seed);
    struct sim_random rules = sim_random_fork(&root, "rules");
    struct sim_random types = sim_random_fork(&root, "types");
    workload->shape = *shape;
    workload->inputs = sim_random_fork(&root, "inputs");
    draw_rules(workload, &rules);
    draw_types(workload, &types);
    return workload;
}

void workload_destroy(struct workload *workload)
{
    if (workload == NULL)
        return;
    sim_arena_free(&workload->arena);
    free(workload);
}

const struct workload_shape *workload_shape_of(const struct workload *workload)
{
    return &workload->shape;
}

const struct workload_rules *workload_rules_of(const struct workload *workload, uint32_t variant)
{
    assert(variant < workload->shape.variants);
    return &workload->variants[variant];
}

struct workload_input *workload_input_create(void)
{
    struct workload_input *input = calloc(1, sizeof(*input));
    assert(input != NULL);
    input->memory = calloc(1, sizeof(*input->memory));
    assert(input->memory != NULL);
    return input;
}

void workload_input_destroy(struct workload_input *input)
{
    if (input == NULL)
        return;
    sim_arena_free(&input->memory->arena);
    sim_text_free(&input->memory->value);
    free(input->memory);
    free(input);
}

// Which earlier input this one repeats; itself for an original.
static uint64_t draw_origin(
    struct sim_random *random, const struct workload_shape *shape, uint64_t index)
{
    static const uint64_t near[] = {2, 8, 64, UINT64_MAX};
    if (index == 0 || !sim_random_chance(random, shape->duplicate_permille))
        return index;
    uint64_t most = near[sim_random_below(random, 4)];
    return index - 1 - sim_random_below(random, most < index ? most : index);
}

struct sim_random workload_stream(const struct workload *workload, uint32_t shard, uint64_t index)
{
    struct sim_random of_shard = sim_random_fork_number(&workload->inputs, shard);
    return sim_random_fork_number(&of_shard, index);
}

// More than message_bytes altogether, whatever else may be wrong with it, is too large.
static void check_size(struct input_draw *draw)
{
    struct workload_input *input = draw->input;
    uint64_t bytes = input->value.len;
    for (uint32_t i = 0; i < input->header_count; i++) {
        if (!text_is(text_of(input->headers[i].name), "x-other"))
            bytes += text_of(input->headers[i].name).len + input->headers[i].value.len;
    }
    if (bytes > draw->workload->shape.message_bytes_max) {
        input->refused = 1;
        input->what = "too_large";
    }
}

void workload_make(
    const struct workload *workload, uint32_t shard, uint64_t index, struct workload_input *input)
{
    struct workload_memory *memory = input->memory;
    sim_arena_reset(&memory->arena);
    sim_text_clear(&memory->value);
    *input = (struct workload_input){.memory = memory};
    struct sim_random repeat = workload_stream(workload, shard, index);
    repeat = sim_random_fork(&repeat, "repeat");
    uint64_t origin = draw_origin(&repeat, &workload->shape, index);
    // A repetition has the source and id of its origin, and mostly all the rest as well.
    bool is_same = sim_random_chance(&repeat, 700);
    struct input_draw draw = {
        .draw = {&memory->arena, workload_stream(workload, shard, is_same ? origin : index)},
        .workload = workload,
        .shard = shard,
        .index = origin,
        .input = input,
    };
    input->origin = origin;
    draw_event(&draw);
    if (!sim_random_chance(&draw.draw.random, workload->shape.refused_permille))
        write_event(&draw);
    else if (sim_random_chance(&draw.draw.random, 700))
        write_refused(&draw);
    else
        write_refused_form(&draw);
    check_size(&draw);
}
