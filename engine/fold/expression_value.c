#include "engine/fold/expression_value.h"

#include "engine/base/time.h"

// A list or a map inside an event.
struct value_list {
    struct cel_list list;
    struct value value;
};
struct value_map {
    struct cel_map map;
    struct value value;
};

struct value expression_value_at(struct value of, size_t index, struct bytes *name_out)
{
    struct value value = {.kind = VALUE_ABSENT};
    struct value_iterator iterator = value_iterate(of);
    for (size_t i = 0; i <= index && value_next(&iterator, name_out, &value); i++)
        continue;
    return value;
}

static struct cel_value list_at(const struct cel_list *list, struct cel_eval *eval, size_t index)
{
    struct bytes name;
    const struct value_list *of = (const struct value_list *)(const void *)list;
    (void)cel_spend(eval, index / 8); // walked from its beginning
    return expression_value(eval, expression_value_at(of->value, index, &name));
}

static bool map_find(
    const struct cel_map *map,
    struct cel_eval *eval,
    struct bytes name,
    uint32_t field,
    struct cel_value *value_out)
{
    const struct value_map *of = (const struct value_map *)(const void *)map;
    struct value value = value_member(of->value, name);
    (void)field;
    if (value.kind == VALUE_ABSENT)
        return false;
    *value_out = expression_value(eval, value);
    return true;
}

static void map_at(
    const struct cel_map *map,
    struct cel_eval *eval,
    size_t index,
    struct cel_value *key_out,
    struct cel_value *value_out)
{
    struct bytes name = {NULL, 0};
    const struct value_map *of = (const struct value_map *)(const void *)map;
    (void)cel_spend(eval, index / 8);
    *value_out = expression_value(eval, expression_value_at(of->value, index, &name));
    *key_out = cel_string(name);
}

static struct cel_value cel_of_container(struct cel_eval *eval, struct value value)
{
    if (value.pair_count == VALUE_AS_JSON && !value_of_json(&eval->arena, value.as.text, &value))
        return cel_fail(eval, CEL_ERROR_ARGUMENT, "a value that cannot be read");
    size_t count = value_iterate(value).count;
    if (value.kind == VALUE_LIST) {
        struct value_list *list = arena_alloc(&eval->arena, sizeof(*list));
        *list = (struct value_list){{.count = count, .at = list_at}, value};
        return (struct cel_value){.kind = CEL_LIST, .as.list = &list->list};
    }
    struct value_map *map = arena_alloc(&eval->arena, sizeof(*map));
    *map = (struct value_map){{.count = count, .find = map_find, .at = map_at}, value};
    return (struct cel_value){.kind = CEL_MAP, .as.map = &map->map};
}

struct cel_value expression_value(struct cel_eval *eval, struct value value)
{
    switch (value.kind) {
    case VALUE_ABSENT:
    case VALUE_NULL: return cel_null();
    case VALUE_BOOL: return cel_bool(value.as.boolean);
    case VALUE_INT: return cel_int(value.as.integer);
    case VALUE_UINT: return cel_uint(value.as.unsigned_integer);
    case VALUE_DOUBLE: return cel_double(value.as.real);
    case VALUE_TEXT: return cel_string(value.as.text);
    case VALUE_LIST:
    case VALUE_MAP: return cel_of_container(eval, value);
    }
    return cel_null();
}

struct cel_value expression_value_time(struct cel_eval *eval, int64_t time_ms)
{
    struct cel_value time;
    int64_t seconds = time_ms / 1000 - (time_ms % 1000 < 0);
    if (!cel_timestamp_of(seconds, (time_ms - seconds * 1000) * 1000000, &time))
        return cel_fail(eval, CEL_ERROR_OVERFLOW, "a time outside the years 1 to 9999");
    return time;
}

static struct cel_value duration_of_ms(struct cel_eval *eval, int64_t duration_ms)
{
    struct cel_value duration;
    if (!cel_duration_of(duration_ms / 1000, duration_ms % 1000 * 1000000, &duration))
        return cel_fail(eval, CEL_ERROR_OVERFLOW, "a duration beyond 292 years");
    return duration;
}

// A value of a declared type as the checker knows it (scope_type_of). What is not of the type stays as it is:
// then what is done with it fails.
struct cel_value expression_value_declared(
    struct cel_eval *eval, struct value value, enum data_type type)
{
    int64_t ms;
    bool is_text = value.kind == VALUE_TEXT;
    if (type == DATA_DOUBLE && value.kind == VALUE_INT)
        return cel_double((double)value.as.integer);
    if (type == DATA_DOUBLE && value.kind == VALUE_UINT)
        return cel_double((double)value.as.unsigned_integer);
    if (type == DATA_TIMESTAMP && value.kind == VALUE_INT)
        return expression_value_time(eval, value.as.integer);
    if (type == DATA_TIMESTAMP && is_text && time_parse(value.as.text, &ms))
        return expression_value_time(eval, ms);
    if (type == DATA_DATE && is_text && time_parse_date(value.as.text, &ms))
        return expression_value_time(eval, ms);
    if (type == DATA_DURATION && is_text && duration_parse(value.as.text, &ms))
        return duration_of_ms(eval, ms);
    return expression_value(eval, value);
}
