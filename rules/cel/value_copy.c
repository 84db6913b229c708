// Values of an evaluation into other memory.
#include "rules/cel/program_internal.h"

size_t value_size(struct cel_eval *eval, struct cel_value value, size_t max)
{
    size_t size = 1;
    if (value.kind == CEL_STRING || value.kind == CEL_BYTES)
        return size + value.as.text.len / 16;
    if (value.kind == CEL_LIST) {
        for (size_t i = 0; i < value.as.list->count && size <= max; i++)
            size +=
                value_size(eval, cel_list_at(eval, value.as.list, i), max); // CEL_NESTING_MAX deep
    } else if (value.kind == CEL_MAP) {
        struct cel_value key, member;
        for (size_t i = 0; i < cel_map_count(eval, value.as.map) && size <= max; i++) {
            cel_map_at(eval, value.as.map, i, &key, &member);
            size += value_size(eval, key, max) + value_size(eval, member, max);
        }
    }
    return size;
}

static const struct cel_type *copy_type(struct arena *arena, const struct cel_type *type)
{
    switch (type->kind) {
    case CEL_TYPE_LIST: return cel_type_list(arena, &cel_type_dyn);
    case CEL_TYPE_MAP: return cel_type_map(arena, &cel_type_dyn, &cel_type_dyn);
    case CEL_TYPE_TYPE: return &cel_type_type;
    case CEL_TYPE_DYN:
    case CEL_TYPE_NULL:
    case CEL_TYPE_BOOL:
    case CEL_TYPE_INT:
    case CEL_TYPE_UINT:
    case CEL_TYPE_DOUBLE:
    case CEL_TYPE_STRING:
    case CEL_TYPE_BYTES:
    case CEL_TYPE_TIMESTAMP:
    case CEL_TYPE_DURATION:
    case CEL_TYPE_OBJECT:
    case CEL_TYPE_VARIABLE: break;
    }
    return type; // static
}

static struct cel_value copy_map(
    struct arena *arena, struct cel_eval *eval, const struct cel_map *map)
{
    size_t count = cel_map_count(eval, map), wrong = 0;
    struct cel_pair *pairs = arena_alloc(arena, count * sizeof(*pairs) + 1);
    struct cel_value copy = cel_null();
    for (size_t i = 0; i < count; i++) {
        cel_map_at(eval, map, i, &pairs[i].key, &pairs[i].value);
        pairs[i].key = value_copy(arena, eval, pairs[i].key);
        pairs[i].value = value_copy(arena, eval, pairs[i].value);
    }
    (void)cel_map_of(arena, pairs, count, &copy, &wrong); // was a map before
    return copy;
}

struct cel_value value_copy(struct arena *arena, struct cel_eval *eval, struct cel_value value)
{
    struct cel_value *items = NULL;
    switch (value.kind) {
    case CEL_STRING:
    case CEL_BYTES: value.as.text = arena_copy(arena, value.as.text); return value;
    case CEL_TYPE: value.as.type = copy_type(arena, value.as.type); return value;
    case CEL_MAP: return copy_map(arena, eval, value.as.map);
    case CEL_LIST:
        items = arena_alloc(arena, value.as.list->count * sizeof(*items) + 1);
        for (size_t i = 0; i < value.as.list->count; i++) // no deeper than CEL_NESTING_MAX
            items[i] = value_copy(arena, eval, cel_list_at(eval, value.as.list, i));
        return cel_list_of(arena, items, value.as.list->count);
    case CEL_ERROR:
    case CEL_NULL:
    case CEL_BOOL:
    case CEL_INT:
    case CEL_UINT:
    case CEL_DOUBLE:
    case CEL_TIMESTAMP:
    case CEL_DURATION: break;
    }
    return value;
}
