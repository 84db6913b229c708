#include "engine/fold/expression_objects.h"

#include "engine/fold/expression_value.h"
#include "engine/fold/fold.h"
#include "engine/fold/objects.h"

// All objects of a kind; one of them, by where its row begins. Nothing changes while an expression is evaluated, so that it
// stays there.
struct kind_map {
    struct cel_map map;
    struct fold *fold;
    const struct object_def *object;
};
struct object_map {
    struct cel_map map;
    struct fold *fold;
    const struct object_def *object;
    size_t at;
};

enum { ROWS_A_STEP = 8 }; // that are passed over for one step of the evaluation's cost

// --- one object
static const struct object_map *object_of(const struct cel_map *map)
{
    return (const struct object_map *)(const void *)map;
}

// The name of a member by its index in the scope: declared fields, then what every object has.
static bool member_name(const struct object_def *object, uint32_t index, struct bytes *name_out)
{
    if (index < object->field_count) {
        *name_out = object->fields[index].name;
        return true;
    }
    index -= object->field_count;
    for (enum object_member member = 0; member < OBJECT_MEMBER_COUNT; member++) {
        *name_out = object_member_name(member);
        if (!object_declares(object, *name_out) && index-- == 0)
            return true;
    }
    return false;
}

static bool object_find(
    const struct cel_map *map,
    struct cel_eval *eval,
    struct bytes name,
    uint32_t field,
    struct cel_value *value_out)
{
    const struct object_map *of = object_of(map);
    const struct object_def *object = of->object;
    struct bytes member = {NULL, 0};
    struct object_row row;
    size_t at = of->at;
    for (uint32_t i = 0; field == CEL_NO_FIELD && member_name(object, i, &member); i++) {
        if (bytes_equal(member, name))
            field = i;
    }
    if (!member_name(object, field, &member) ||
        !object_next(object_rows(of->fold, object), &at, &row))
        return false;
    if (field < object->field_count)
        return object_field(&row, field, &eval->arena, value_out);
    if (bytes_equal(member, object_member_name(OBJECT_KEY)))
        *value_out = cel_string(arena_copy(&eval->arena, row.key));
    else if (bytes_equal(member, object_member_name(OBJECT_CREATED)))
        *value_out = expression_value_time(eval, row.created_ms);
    else
        *value_out = expression_value_time(eval, row.updated_ms);
    return true;
}

// All that an object may have; the fields it declares may stand for some of them.
static uint32_t member_count_max(const struct object_def *object)
{
    return object->field_count + OBJECT_MEMBER_COUNT;
}

static size_t object_count(const struct cel_map *map, struct cel_eval *eval)
{
    return host_map_count(map, eval, member_count_max(object_of(map)->object));
}

static void object_at(
    const struct cel_map *map,
    struct cel_eval *eval,
    size_t index,
    struct cel_value *key_out,
    struct cel_value *value_out)
{
    const struct object_def *object = object_of(map)->object;
    struct bytes name;
    uint32_t field = host_map_at(map, eval, member_count_max(object), index, value_out);
    (void)member_name(object, field, &name);
    *key_out = cel_string(name);
}

// --- all of a kind
static const struct kind_map *kind_of(const struct cel_map *map)
{
    return (const struct kind_map *)(const void *)map;
}

static struct cel_value object_value(
    const struct kind_map *kind, struct cel_eval *eval, const struct object_row *row)
{
    struct object_map *map = arena_alloc(&eval->arena, sizeof(*map));
    *map = (struct object_map){
        {.find = object_find, .count_of = object_count, .at = object_at},
        kind->fold,
        kind->object,
        row->at};
    return (struct cel_value){.kind = CEL_MAP, .as.map = &map->map};
}

static bool kind_find(
    const struct cel_map *map,
    struct cel_eval *eval,
    struct bytes name,
    uint32_t field,
    struct cel_value *value_out)
{
    const struct kind_map *kind = kind_of(map);
    struct bytes rows = object_rows(kind->fold, kind->object);
    struct object_row row;
    size_t passed = 0;
    (void)field;
    for (size_t at = 0; object_next(rows, &at, &row); passed++) {
        if (!bytes_equal(row.key, name))
            continue;
        (void)cel_spend(eval, passed / ROWS_A_STEP);
        *value_out = object_value(kind, eval, &row);
        return true;
    }
    (void)cel_spend(eval, passed / ROWS_A_STEP);
    return false;
}

static size_t kind_count(const struct cel_map *map, struct cel_eval *eval)
{
    const struct kind_map *kind = kind_of(map);
    struct bytes rows = object_rows(kind->fold, kind->object);
    struct object_row row;
    size_t count = 0;
    for (size_t at = 0; object_next(rows, &at, &row);)
        count++;
    (void)cel_spend(eval, count / ROWS_A_STEP);
    return count;
}

static void kind_at(
    const struct cel_map *map,
    struct cel_eval *eval,
    size_t index,
    struct cel_value *key_out,
    struct cel_value *value_out)
{
    const struct kind_map *kind = kind_of(map);
    struct bytes rows = object_rows(kind->fold, kind->object);
    struct object_row row = {.at = 0};
    size_t at = 0;
    for (size_t i = 0; i <= index && object_next(rows, &at, &row); i++)
        continue;
    (void)cel_spend(eval, index / ROWS_A_STEP);
    *key_out = cel_string(arena_copy(&eval->arena, row.key));
    *value_out = object_value(kind, eval, &row);
}

// --- all kinds
static bool objects_find(
    const struct cel_map *map,
    struct cel_eval *eval,
    struct bytes name,
    uint32_t field,
    struct cel_value *value_out)
{
    struct fold *fold = host_map_fold(map);
    size_t count = ruleset_object_count(fold->ruleset);
    for (size_t i = 0; field == CEL_NO_FIELD && i < count; i++) {
        if (bytes_equal(ruleset_object(fold->ruleset, i)->name, name))
            field = (uint32_t)i;
    }
    if (field >= count)
        return false;
    struct kind_map *kind = arena_alloc(&eval->arena, sizeof(*kind));
    *kind = (struct kind_map){
        {.find = kind_find, .count_of = kind_count, .at = kind_at},
        fold,
        ruleset_object(fold->ruleset, field)};
    *value_out = (struct cel_value){.kind = CEL_MAP, .as.map = &kind->map};
    return true;
}

static size_t objects_count(const struct cel_map *map, struct cel_eval *eval)
{
    (void)eval;
    return ruleset_object_count(host_map_fold(map)->ruleset);
}

static void objects_at(
    const struct cel_map *map,
    struct cel_eval *eval,
    size_t index,
    struct cel_value *key_out,
    struct cel_value *value_out)
{
    *key_out = cel_string(ruleset_object(host_map_fold(map)->ruleset, index)->name);
    (void)objects_find(map, eval, (struct bytes){NULL, 0}, (uint32_t)index, value_out);
}

void expression_objects_init(struct expressions *expressions, struct fold *fold)
{
    expressions->objects = (struct host_map){
        {.find = objects_find, .count_of = objects_count, .at = objects_at}, fold};
}
