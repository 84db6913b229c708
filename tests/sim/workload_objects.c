// Drawing objects, and what reads and hears them. Each from a stream of its own: all else is drawn as if there were none.
#include "tests/sim/workload_draw.h"

enum { OBJECTS_MAX = 2, FIELDS_MAX = 3, TRIES = 12 };

static bool is_key(enum workload_type type)
{
    return type == WORKLOAD_TYPE_STRING || type == WORKLOAD_TYPE_INT;
}

static bool is_value(enum workload_type type)
{
    return is_key(type) || type == WORKLOAD_TYPE_DOUBLE || type == WORKLOAD_TYPE_BOOL ||
           type == WORKLOAD_TYPE_TIMESTAMP || type == WORKLOAD_TYPE_DATE;
}

static struct workload_expr *make(struct draw *draw, enum workload_expr_kind kind, struct text name)
{
    struct workload_expr *expr = sim_alloc(draw->arena, sizeof(*expr));
    expr->kind = kind;
    expr->name = name;
    return expr;
}

// A member of the event's data; NULL where none that was looked at is fit.
static const struct workload_expr *draw_member(
    struct draw *draw, const struct workload_event_type *event, bool (*is_fit)(enum workload_type))
{
    for (int i = 0; i < TRIES && event->field_count > 0; i++) {
        const struct workload_data_field *field =
            &event->fields[sim_random_below(&draw->random, event->field_count)];
        if (!is_fit(field->type))
            continue;
        struct workload_expr *expr = sim_alloc(draw->arena, sizeof(*expr));
        expr->kind = EXPR_DATA;
        expr->name = field->name;
        expr->type = field->type;
        return expr;
    }
    return NULL;
}

static void draw_object_fields(
    struct draw *draw, const struct workload_event_type *event, struct workload_object *object)
{
    struct workload_object_field *fields = sim_alloc(draw->arena, FIELDS_MAX * sizeof(*fields));
    for (uint32_t i = 0; i < FIELDS_MAX; i++) {
        const struct workload_expr *value = draw_member(draw, event, is_value);
        if (value == NULL || sim_random_chance(&draw->random, 150)) {
            struct workload_expr *time = sim_alloc(draw->arena, sizeof(*time));
            time->kind = EXPR_EVENT_TIME;
            value = time;
        }
        fields[object->field_count++] =
            (struct workload_object_field){text_format(draw->arena, "f%u", i), value};
    }
    object->fields = fields;
}

// Whether the event has a member that the key reads, of its type.
static bool has_key(const struct workload_event_type *event, const struct workload_expr *key)
{
    if (key->kind == EXPR_VALUE)
        return true;
    for (uint32_t i = 0; i < event->field_count; i++) {
        if (text_equal(event->fields[i].name, key->name) && event->fields[i].type == key->type)
            return true;
    }
    return false;
}

static bool is_remover(const struct workload_object *object, struct text type)
{
    for (uint32_t i = 0; i < object->remover_count; i++) {
        if (text_equal(object->removed_by[i], type))
            return true;
    }
    return false;
}

// Types that say which object they remove, for the most part; sometimes one that cannot.
static void draw_removers(
    const struct rules_draw *from, uint32_t index, struct workload_object *object)
{
    struct draw draw = part_draw(from, "removal of an object", index);
    const struct workload_rules *rules = from->rules;
    if (!sim_random_chance(&draw.random, 600))
        return;
    if (sim_random_chance(&draw.random, 400)) { // one object, of which much is said
        struct workload_expr *only = make(&draw, EXPR_VALUE, text_of(""));
        only->value = sim_value_of_text("", text_of("it"));
        only->type = WORKLOAD_TYPE_STRING;
        object->key = only;
    }
    for (int i = 0; i < TRIES && object->remover_count < OBJECT_REMOVERS_MAX; i++) {
        const struct workload_event_type *event =
            &rules->events[sim_random_below(&draw.random, rules->event_count)];
        bool is_fit = has_key(event, object->key) || sim_random_chance(&draw.random, 30);
        if (from->may_forget && text_is(event->name, "score.changed"))
            continue;
        if (is_fit && !text_equal(event->name, object->on) && !is_remover(object, event->name))
            object->removed_by[object->remover_count++] = event->name;
    }
}

void draw_objects(const struct rules_draw *from)
{
    static const char *const names[OBJECTS_MAX] = {"deal", "a-seat.2"};
    struct workload_object *objects = sim_alloc(from->arena, OBJECTS_MAX * sizeof(*objects));
    struct workload_rules *rules = from->rules;
    rules->objects = objects;
    for (uint32_t i = 0; i < OBJECTS_MAX; i++) {
        struct draw draw = part_draw(from, "object", i);
        if (from->is_plain || sim_random_chance(&draw.random, 400))
            continue;
        struct workload_object object = {
            .name = text_of(names[i]), .on = draw_trigger(&draw, from, false)};
        const struct workload_event_type *event = rules_event(rules, object.on);
        object.key = event == NULL ? NULL : draw_member(&draw, event, is_key);
        if (object.key == NULL)
            continue;
        draw_object_fields(&draw, event, &object);
        draw_removers(from, i, &object);
        objects[rules->object_count++] = object;
    }
}

// How many there are, or whether one has a field.
static const struct workload_expr *draw_object_test(
    struct draw *draw, const struct workload_rules *rules)
{
    const struct workload_object *object =
        &rules->objects[sim_random_below(&draw->random, rules->object_count)];
    if (sim_random_chance(&draw->random, 500)) {
        const struct workload_object_field *field =
            &object->fields[sim_random_below(&draw->random, object->field_count)];
        struct workload_expr *has = make(draw, EXPR_OBJECT_HAS, object->name);
        has->value = sim_value_of_text("", field->name);
        return has;
    }
    struct workload_expr *compared = make(draw, EXPR_MORE, (struct text){"", 0});
    struct workload_expr *number = make(draw, EXPR_VALUE, (struct text){"", 0});
    number->value = sim_value_of_int("", sim_random_between(&draw->random, 0, 4));
    compared->left = make(draw, EXPR_OBJECT_COUNT, object->name);
    compared->right = number;
    return compared;
}

const struct workload_expr *draw_with_objects(
    const struct rules_draw *from, uint32_t place, const struct workload_expr *condition)
{
    struct draw draw = part_draw(from, "object of a condition", place);
    if (from->rules->object_count == 0 || !sim_random_chance(&draw.random, 400))
        return condition;
    struct workload_expr *both = make(
        &draw, sim_random_chance(&draw.random, 500) ? EXPR_AND : EXPR_OR, (struct text){"", 0});
    both->left = condition;
    both->right = draw_object_test(&draw, from->rules);
    return both;
}

void draw_objects_heard(const struct rules_draw *from)
{
    struct workload_rules *rules = from->rules;
    struct draw draw = part_draw(from, "object heard", 0);
    if (rules->object_count == 0 || !sim_random_chance(&draw.random, 600))
        return;
    struct workload_counter *counters =
        sim_alloc(from->arena, (rules->counter_count + 1) * sizeof(*counters));
    for (uint32_t i = 0; i < rules->counter_count; i++)
        counters[i] = rules->counters[i];
    counters[rules->counter_count++] = (struct workload_counter){
        .name = text_of("objects_told"),
        .on = text_of("object.changed"),
        .kind = WORKLOAD_COUNT,
        .type = WORKLOAD_TYPE_INT};
    rules->counters = counters;
}

void objects_print(const struct workload_rules *rules, uint32_t file, struct sim_text *to)
{
    for (uint32_t i = 0; i < rules->object_count; i++) {
        const struct workload_object *object = &rules->objects[i];
        if (print_begins(i, rules->object_count, rules, file))
            sim_add_chars(to, "objects:\n");
        if (!print_is_here(i, rules->object_count, rules, file))
            continue;
        sim_add_chars(to, "  ");
        sim_add(to, object->name);
        sim_add_chars(to, ": {key: ");
        expression_print(object->key, to);
        sim_add_chars(to, ", on: ");
        sim_add(to, object->on);
        for (uint32_t r = 0; r < object->remover_count; r++) {
            sim_add_chars(to, r == 0 ? ", removed_by: [" : ", ");
            sim_add(to, object->removed_by[r]);
        }
        sim_add_chars(to, object->remover_count == 0 ? "" : "]");
        for (uint32_t f = 0; f < object->field_count; f++) {
            sim_add_chars(to, f == 0 ? ", fields: {" : ", ");
            sim_add(to, object->fields[f].name);
            sim_add_chars(to, ": ");
            expression_print(object->fields[f].value, to);
        }
        sim_add_chars(to, "}}\n");
    }
}
