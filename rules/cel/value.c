#include <math.h>

#include "engine/base/hash.h"
#include "rules/cel/eval.h"
#include "rules/cel/type.h"
#include "rules/cel/value_ops.h"

enum { MAP_INDEX_MIN = 8, EQUAL_DEPTH_MAX = 2 * CEL_NESTING_MAX };

#define TWO_TO_63 9223372036854775808.0
#define TWO_TO_64 18446744073709551616.0

// --- lists
uint32_t cel_nesting(struct cel_value value)
{
    return value.kind == CEL_LIST  ? value.as.list->nesting
           : value.kind == CEL_MAP ? value.as.map->nesting
                                   : 0;
}

static uint32_t deeper(uint32_t nesting, struct cel_value value)
{
    uint32_t inner = cel_nesting(value);
    return inner > nesting ? inner : nesting;
}

struct cel_value cel_list_of(struct arena *arena, const struct cel_value *items, size_t count)
{
    struct cel_list *list = arena_alloc(arena, sizeof(*list));
    *list = (struct cel_list){.count = count, .items = items};
    for (size_t i = 0; i < count; i++)
        list->nesting = deeper(list->nesting, items[i]);
    list->nesting++;
    return (struct cel_value){.kind = CEL_LIST, .as.list = list};
}

struct cel_value cel_list_at(struct cel_eval *eval, const struct cel_list *list, size_t index)
{
    return list->items != NULL ? list->items[index] : list->at(list, eval, index);
}

// --- maps
// The same for keys that are equal: 1 and 1u.
static uint32_t hash_key(struct cel_value key)
{
    if (key.kind == CEL_STRING)
        return (uint32_t)hash_u64(key.as.text, 0);
    if (key.kind == CEL_BOOL)
        return key.as.boolean;
    return (uint32_t)hash_mix(key.as.unsigned_integer); // or the int, of which it has the bits
}

static bool is_key_kind(enum cel_kind kind)
{
    return kind == CEL_BOOL || kind == CEL_INT || kind == CEL_UINT || kind == CEL_STRING;
}

// Both of a kind that can be a key.
static bool keys_equal(struct cel_value a, struct cel_value b)
{
    if (a.kind == CEL_STRING && b.kind == CEL_STRING)
        return bytes_equal(a.as.text, b.as.text);
    if (a.kind == b.kind)
        return a.kind == CEL_BOOL ? a.as.boolean == b.as.boolean
                                  : a.as.unsigned_integer == b.as.unsigned_integer;
    int order;
    return cel_is_number(a) && cel_is_number(b) && cel_compare_numbers(a, b, &order) && order == 0;
}

// Index of the key among the pairs, count when it is not there.
static size_t find_pair(const struct cel_map *map, struct cel_value key, size_t count)
{
    if (map->slots == NULL) {
        size_t i = 0;
        while (i < count && !keys_equal(map->pairs[i].key, key))
            i++;
        return i;
    }
    uint32_t at = hash_key(key) & map->slot_mask;
    for (; map->slots[at] != 0; at = (at + 1) & map->slot_mask) {
        if (keys_equal(map->pairs[map->slots[at] - 1].key, key))
            return map->slots[at] - 1;
    }
    return count;
}

bool cel_map_of(
    struct arena *arena,
    const struct cel_pair *pairs,
    size_t count,
    struct cel_value *map_out,
    size_t *wrong_out)
{
    struct cel_map *map = arena_alloc(arena, sizeof(*map));
    *map = (struct cel_map){.count = count, .pairs = pairs};
    uint32_t *slots = NULL;
    if (count > MAP_INDEX_MIN) {
        uint32_t slot_count = 32;
        while (slot_count < count * 2)
            slot_count *= 2;
        slots = arena_alloc(arena, slot_count * sizeof(*slots));
        memset(slots, 0, slot_count * sizeof(*slots));
        map->slots = slots;
        map->slot_mask = slot_count - 1;
    }
    for (size_t i = 0; i < count; i++) {
        if (!is_key_kind(pairs[i].key.kind) || find_pair(map, pairs[i].key, i) < i) {
            *wrong_out = i;
            return false;
        }
        map->nesting = deeper(map->nesting, pairs[i].value);
        if (slots == NULL)
            continue;
        uint32_t at = hash_key(pairs[i].key) & map->slot_mask;
        while (slots[at] != 0)
            at = (at + 1) & map->slot_mask;
        slots[at] = (uint32_t)i + 1;
    }
    map->nesting++;
    *map_out = (struct cel_value){.kind = CEL_MAP, .as.map = map};
    return true;
}

// A double that is a whole number as the int or uint that it equals; else as it is.
static struct cel_value whole_key(struct cel_value key)
{
    if (key.kind != CEL_DOUBLE || key.as.real != floor(key.as.real))
        return key;
    if (key.as.real >= -TWO_TO_63 && key.as.real < TWO_TO_63)
        return cel_int((int64_t)key.as.real);
    return key.as.real >= 0 && key.as.real < TWO_TO_64 ? cel_uint((uint64_t)key.as.real) : key;
}

bool cel_map_find(
    struct cel_eval *eval,
    const struct cel_map *map,
    struct cel_value key,
    struct cel_value *value_out)
{
    key = whole_key(key);
    if (map->pairs == NULL)
        return key.kind == CEL_STRING && map->find != NULL &&
               map->find(map, eval, key.as.text, CEL_NO_FIELD, value_out);
    if (!is_key_kind(key.kind) ||
        (key.kind == CEL_STRING && !cel_spend(eval, key.as.text.len / 16)))
        return false;
    size_t at = find_pair(map, key, map->count);
    if (at == map->count)
        return false;
    *value_out = map->pairs[at].value;
    return true;
}

size_t cel_map_count(struct cel_eval *eval, const struct cel_map *map)
{
    return map->count_of != NULL ? map->count_of(map, eval) : map->count;
}

void cel_map_at(
    struct cel_eval *eval,
    const struct cel_map *map,
    size_t index,
    struct cel_value *key_out,
    struct cel_value *value_out)
{
    if (map->pairs == NULL) {
        map->at(map, eval, index, key_out, value_out);
        return;
    }
    *key_out = map->pairs[index].key;
    *value_out = map->pairs[index].value;
}

// --- times
bool cel_timestamp_of(int64_t seconds, int64_t nanos, struct cel_value *out)
{
    seconds += nanos / CEL_NANOS_PER_S;
    nanos %= CEL_NANOS_PER_S;
    if (nanos < 0) {
        nanos += CEL_NANOS_PER_S;
        seconds--;
    }
    if (seconds < CEL_TIME_MIN_S || seconds > CEL_TIME_MAX_S)
        return false;
    *out =
        (struct cel_value){.kind = CEL_TIMESTAMP, .nanos = (int32_t)nanos, .as.seconds = seconds};
    return true;
}

bool cel_duration_of(int64_t seconds, int64_t nanos, struct cel_value *out)
{
    int64_t all;
    if (seconds < 0 && nanos > 0) { // so that the product is never beyond the sum
        seconds++;
        nanos -= CEL_NANOS_PER_S;
    }
    if (__builtin_mul_overflow(seconds, CEL_NANOS_PER_S, &all) ||
        __builtin_add_overflow(all, nanos, &all))
        return false;
    *out = (struct cel_value){
        .kind = CEL_DURATION,
        .nanos = (int32_t)(all % CEL_NANOS_PER_S),
        .as.seconds = all / CEL_NANOS_PER_S};
    return true;
}

// --- order
static int order_of(int64_t a, int64_t b)
{
    return (a > b) - (a < b);
}

static int order_of_unsigned(uint64_t a, uint64_t b)
{
    return (a > b) - (a < b);
}

// Beside the whole number that the double b is when cut; whole is that of the double's whole part.
static int order_of_rest(int order_of_whole, double b, double whole)
{
    return order_of_whole != 0 ? order_of_whole : (whole > b) - (whole < b);
}

static int order_int_double(int64_t a, double b)
{
    if (b >= TWO_TO_63)
        return b == TWO_TO_63 && a == INT64_MAX ? 0 : -1;
    if (b < -TWO_TO_63)
        return 1;
    return order_of_rest(order_of(a, (int64_t)b), b, trunc(b));
}

static int order_uint_double(uint64_t a, double b)
{
    if (b >= TWO_TO_64)
        return b == TWO_TO_64 && a == UINT64_MAX ? 0 : -1;
    if (b < 0)
        return 1;
    return order_of_rest(order_of_unsigned(a, (uint64_t)b), b, trunc(b));
}

static int order_int_uint(int64_t a, uint64_t b)
{
    return a < 0 ? -1 : order_of_unsigned((uint64_t)a, b);
}

bool cel_compare_numbers(struct cel_value a, struct cel_value b, int *order_out)
{
    if ((a.kind == CEL_DOUBLE && isnan(a.as.real)) || (b.kind == CEL_DOUBLE && isnan(b.as.real)))
        return false;
    if (a.kind == CEL_DOUBLE && b.kind == CEL_DOUBLE)
        *order_out = (a.as.real > b.as.real) - (a.as.real < b.as.real);
    else if (a.kind == CEL_DOUBLE)
        *order_out = b.kind == CEL_INT ? -order_int_double(b.as.integer, a.as.real)
                                       : -order_uint_double(b.as.unsigned_integer, a.as.real);
    else if (b.kind == CEL_DOUBLE)
        *order_out = a.kind == CEL_INT ? order_int_double(a.as.integer, b.as.real)
                                       : order_uint_double(a.as.unsigned_integer, b.as.real);
    else if (a.kind == CEL_INT && b.kind == CEL_INT)
        *order_out = order_of(a.as.integer, b.as.integer);
    else if (a.kind == CEL_UINT && b.kind == CEL_UINT)
        *order_out = order_of_unsigned(a.as.unsigned_integer, b.as.unsigned_integer);
    else if (a.kind == CEL_INT)
        *order_out = order_int_uint(a.as.integer, b.as.unsigned_integer);
    else
        *order_out = -order_int_uint(b.as.integer, a.as.unsigned_integer);
    return true;
}

bool cel_compare(struct cel_value a, struct cel_value b, int *order_out)
{
    if (cel_is_number(a) && cel_is_number(b))
        return cel_compare_numbers(a, b, order_out);
    if (a.kind != b.kind)
        return false;
    switch (a.kind) {
    case CEL_BOOL: *order_out = a.as.boolean - b.as.boolean; return true;
    case CEL_STRING:
    case CEL_BYTES: *order_out = bytes_compare(a.as.text, b.as.text); return true;
    case CEL_TIMESTAMP:
    case CEL_DURATION:
        *order_out = a.as.seconds != b.as.seconds ? order_of(a.as.seconds, b.as.seconds)
                                                  : order_of(a.nanos, b.nanos);
        return true;
    case CEL_ERROR:
    case CEL_NULL:
    case CEL_INT:
    case CEL_UINT:
    case CEL_DOUBLE:
    case CEL_LIST:
    case CEL_MAP:
    case CEL_TYPE: return false;
    }
    return false;
}

// --- equality
static bool equal(struct cel_eval *eval, struct cel_value a, struct cel_value b, uint32_t depth);

static bool lists_equal(
    struct cel_eval *eval, const struct cel_list *a, const struct cel_list *b, uint32_t depth)
{
    if (a->count != b->count)
        return false;
    for (size_t i = 0; i < a->count; i++) {
        if (!equal(eval, cel_list_at(eval, a, i), cel_list_at(eval, b, i), depth + 1))
            return false;
    }
    return true;
}

static bool maps_equal(
    struct cel_eval *eval, const struct cel_map *a, const struct cel_map *b, uint32_t depth)
{
    size_t count = cel_map_count(eval, a);
    if (count != cel_map_count(eval, b))
        return false;
    for (size_t i = 0; i < count; i++) {
        struct cel_value key, value, other;
        cel_map_at(eval, a, i, &key, &value);
        if (!cel_map_find(eval, b, key, &other) || !equal(eval, value, other, depth + 1))
            return false;
    }
    return true;
}

static bool equal(struct cel_eval *eval, struct cel_value a, struct cel_value b, uint32_t depth)
{
    if (depth > EQUAL_DEPTH_MAX)
        eval->cost_left = 0;
    if (!cel_spend(eval, 1))
        return false;
    if (cel_is_number(a) && cel_is_number(b)) {
        int order;
        return cel_compare_numbers(a, b, &order) && order == 0;
    }
    if (a.kind != b.kind)
        return false;
    switch (a.kind) {
    case CEL_NULL: return true;
    case CEL_BOOL: return a.as.boolean == b.as.boolean;
    case CEL_STRING:
    case CEL_BYTES:
        return a.as.text.len == b.as.text.len && cel_spend(eval, a.as.text.len / 16) &&
               bytes_equal(a.as.text, b.as.text);
    case CEL_LIST: return lists_equal(eval, a.as.list, b.as.list, depth);
    case CEL_MAP: return maps_equal(eval, a.as.map, b.as.map, depth);
    case CEL_TIMESTAMP:
    case CEL_DURATION: return a.as.seconds == b.as.seconds && a.nanos == b.nanos;
    case CEL_TYPE: return cel_type_same_name(a.as.type, b.as.type);
    case CEL_ERROR:
    case CEL_INT:
    case CEL_UINT:
    case CEL_DOUBLE: return false;
    }
    return false;
}

bool cel_equal(struct cel_eval *eval, struct cel_value a, struct cel_value b)
{
    return equal(eval, a, b, 0);
}

const char *cel_kind_name(enum cel_kind kind)
{
    static const char *const names[] = {
        [CEL_ERROR] = "error",
        [CEL_NULL] = "null_type",
        [CEL_BOOL] = "bool",
        [CEL_INT] = "int",
        [CEL_UINT] = "uint",
        [CEL_DOUBLE] = "double",
        [CEL_STRING] = "string",
        [CEL_BYTES] = "bytes",
        [CEL_LIST] = "list",
        [CEL_MAP] = "map",
        [CEL_TIMESTAMP] = "google.protobuf.Timestamp",
        [CEL_DURATION] = "google.protobuf.Duration",
        [CEL_TYPE] = "type",
    };
    return names[kind];
}
