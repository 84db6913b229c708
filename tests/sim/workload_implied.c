// Drawing which events imply others, and printing it.
#include "tests/sim/workload_internal.h"

static const struct pair {
    const char *implying, *implied;
    uint32_t permille;
} pairs[] = {
    {"email.clicked", "email.opened", 400}, {"link.clicked", "email.clicked", 300},
    {"link.clicked", "page.viewed", 300},   {"email.bounced", "email.opened", 150},
    {"email.opened", "email.clicked", 60}, // and back again
};

enum { PAIRS = sizeof(pairs) / sizeof(pairs[0]), MEMBERS_MAX = 2 };

// What both declare alike, the first of them mostly.
static struct workload_implied draw_implied(
    struct draw *draw, const struct workload_event_type *of, const struct workload_event_type *by)
{
    struct text *members = sim_alloc(draw->arena, MEMBERS_MAX * sizeof(*members));
    struct workload_implied implied = {.type = of->name, .members = members};
    for (uint32_t i = 0; i < of->field_count; i++) {
        for (uint32_t j = 0; j < by->field_count; j++) {
            bool is_alike = text_equal(of->fields[i].name, by->fields[j].name) &&
                            of->fields[i].type == by->fields[j].type;
            uint32_t permille = implied.member_count == 0 ? 900 : 200;
            if (is_alike && implied.member_count < MEMBERS_MAX &&
                sim_random_chance(&draw->random, permille))
                members[implied.member_count++] = of->fields[i].name;
        }
    }
    return implied;
}

void draw_implies(const struct rules_draw *from)
{
    const struct workload_rules *rules = from->rules;
    for (uint32_t i = 0; i < rules->event_count && !from->is_plain; i++) {
        struct workload_event_type *type =
            (struct workload_event_type *)(uintptr_t)&rules->events[i];
        struct workload_implied *implies = sim_alloc(from->arena, PAIRS * sizeof(*implies));
        type->implies = implies;
        for (uint32_t j = 0; j < PAIRS; j++) {
            struct draw draw = part_draw(from, "implied", j);
            if (!text_is(type->name, pairs[j].implying) ||
                !sim_random_chance(&draw.random, pairs[j].permille))
                continue;
            struct workload_implied implied =
                draw_implied(&draw, rules_event(rules, text_of(pairs[j].implied)), type);
            if (implied.member_count > 0)
                implies[type->implies_count++] = implied;
        }
    }
}

void implies_print(const struct workload_event_type *type, struct sim_text *to)
{
    for (uint32_t i = 0; i < type->implies_count; i++) {
        const struct workload_implied *implied = &type->implies[i];
        sim_add_chars(to, i == 0 ? "    implies:\n      " : "      ");
        sim_add(to, implied->type);
        sim_add_chars(to, ": {same: [");
        for (uint32_t j = 0; j < implied->member_count; j++) {
            sim_add_chars(to, j == 0 ? "data." : ", data.");
            sim_add(to, implied->members[j]);
        }
        sim_add_chars(to, "]}\n");
    }
}
