// Several event types under `on`, as they are written: a list, a family, or a list with families in it.
#include <string.h>

#include "tests/sim/workload_flow.h"

enum { TYPES_MAX = 3, FIELDS_MAX = 64 };

// One item of a list, or all that is written.
static bool item_is(struct text item, struct text type)
{
    bool is_family = item.len > 2 && item.at[item.len - 1] == '*';
    struct text prefix = {item.at, item.len - 1}; // with its dot
    if (!is_family)
        return text_equal(item, type);
    return type.len > prefix.len && text_equal((struct text){type.at, prefix.len}, prefix);
}

static struct text next_item(struct text *list)
{
    const char *comma = memchr(list->at, ',', list->len);
    struct text item = {list->at, comma == NULL ? list->len : (size_t)(comma - list->at)};
    size_t len = comma == NULL ? list->len : item.len + 2; // behind it is a blank
    *list = (struct text){list->at + len, list->len - len};
    return item;
}

bool on_is_several(struct text on)
{
    return on.len > 0 && (on.at[0] == '[' || on.at[on.len - 1] == '*');
}

bool on_is(struct text on, struct text type)
{
    if (on.len == 0 || on.at[0] != '[')
        return item_is(on, type);
    struct text list = {on.at + 1, on.len - 2};
    bool is_it = false;
    while (list.len > 0 && !is_it)
        is_it = item_is(next_item(&list), type);
    return is_it;
}

struct text on_first(struct text on)
{
    struct text list = {on.at + 1, on.len - 2};
    return on.len > 0 && on.at[0] == '[' ? next_item(&list) : on;
}

// --- what they declare
static const struct workload_data_field *field_named(
    const struct workload_event_type *type, struct text name)
{
    for (uint32_t i = 0; i < type->field_count; i++) {
        if (text_equal(type->fields[i].name, name))
            return &type->fields[i];
    }
    return NULL;
}

static bool is_alike(
    const struct workload_rules *rules, struct text on, const struct workload_data_field *field)
{
    for (uint32_t i = 0; i < rules->event_count; i++) {
        const struct workload_data_field *other = field_named(&rules->events[i], field->name);
        if (on_is(on, rules->events[i].name) && (other == NULL || other->type != field->type))
            return false;
    }
    return true;
}

const struct workload_event_type *on_event(const struct rules_draw *from, struct text on)
{
    const struct workload_rules *rules = from->rules;
    if (!on_is_several(on))
        return rules_event(rules, on);
    struct workload_event_type *all = sim_alloc(from->arena, sizeof(*all));
    struct workload_data_field *fields = sim_alloc(from->arena, FIELDS_MAX * sizeof(*fields));
    *all = (struct workload_event_type){.name = on, .fields = fields};
    for (uint32_t i = 0; i < rules->event_count; i++) {
        const struct workload_event_type *type = &rules->events[i];
        for (uint32_t f = 0; on_is(on, type->name) && f < type->field_count; f++) {
            if (all->field_count == FIELDS_MAX || field_named(all, type->fields[f].name) != NULL)
                continue;
            fields[all->field_count] = type->fields[f];
            fields[all->field_count++].is_loose = !is_alike(rules, on, &type->fields[f]);
        }
    }
    return all;
}

// --- drawing
static struct text family_of(struct draw *draw, struct text type)
{
    for (size_t i = type.len; i > 1; i--) {
        if (type.at[i - 1] == '.')
            return text_format(draw->arena, "%.*s.*", (int)(i - 1), type.at);
    }
    return type; // it has no dot
}

static struct text draw_several(
    struct draw *draw, const struct rules_draw *from, struct text first, bool may_follow)
{
    struct sim_text list = {NULL, 0, 0};
    struct text items[TYPES_MAX] = {first};
    uint32_t count = 1;
    if (sim_random_chance(&draw->random, 300))
        return family_of(draw, first);
    while (count < TYPES_MAX && (count < 2 || sim_random_chance(&draw->random, 400))) {
        struct text more = draw_trigger(draw, from, may_follow);
        if (sim_random_chance(&draw->random, 250))
            more = family_of(draw, more);
        bool is_there = false;
        for (uint32_t i = 0; i < count; i++)
            is_there = is_there || text_equal(items[i], more);
        if (is_there) // none is given twice
            break;
        items[count++] = more;
    }
    for (uint32_t i = 0; i < count; i++) {
        sim_add_chars(&list, i == 0 ? "[" : ", ");
        sim_add(&list, items[i]);
    }
    sim_add_byte(&list, ']');
    struct text text = text_copy(draw->arena, sim_text_view(&list));
    sim_text_free(&list);
    return text;
}

struct text draw_triggers(struct draw *draw, const struct rules_draw *from, bool may_follow)
{
    struct text first = draw_trigger(draw, from, may_follow);
    struct draw own = {draw->arena, sim_random_fork(&draw->random, "several")};
    if (from->is_plain || !sim_random_chance(&own.random, 180))
        return first;
    struct text several = draw_several(&own, from, first, may_follow);
    bool is_untold = from->may_forget && on_is(several, text_of("score.changed"));
    return is_untold || (!may_follow && is_derived_type(several)) ? first : several;
}
