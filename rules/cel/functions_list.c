// The lists extension.
#include <math.h>

#include "rules/cel/functions_internal.h"

static struct cel_value slice(struct cel_eval *eval, const struct cel_value *args, uint32_t count)
{
    if (args[0].kind != CEL_LIST || args[1].kind != CEL_INT || args[2].kind != CEL_INT)
        return cel_fail_overload(eval, "slice", args, count);
    const struct cel_list *list = args[0].as.list;
    int64_t begin = args[1].as.integer, end = args[2].as.integer;
    if (begin < 0 || end < begin || (uint64_t)end > list->count)
        return cel_fail(
            eval, CEL_ERROR_ARGUMENT, "slice(%lld, %lld) of a list of %zu", (long long)begin,
            (long long)end, list->count);
    size_t len = (size_t)(end - begin);
    if (!cel_spend(eval, len))
        return cel_fail_cost(eval);
    struct cel_value *items = arena_alloc(&eval->arena, len * sizeof(*items) + 1);
    for (size_t i = 0; i < len; i++)
        items[i] = cel_list_at(eval, list, (size_t)begin + i);
    return cel_list_of(&eval->arena, items, len);
}

// --- flatten
struct flattened {
    struct cel_value *items;
    size_t count, cap;
};

// depth is at most CEL_NESTING_MAX. False when the cost is spent.
static bool flatten_into(
    struct cel_eval *eval, const struct cel_list *list, int64_t depth, struct flattened *to)
{
    for (size_t i = 0; i < list->count; i++) {
        struct cel_value item = cel_list_at(eval, list, i);
        if (!cel_spend(eval, 1))
            return false;
        if (item.kind == CEL_LIST && depth > 0) {
            if (!flatten_into(eval, item.as.list, depth - 1, to))
                return false;
            continue;
        }
        if (to->count == to->cap) {
            size_t cap = to->cap * 2 + 16;
            struct cel_value *items = arena_alloc(&eval->arena, cap * sizeof(*items));
            if (to->count > 0)
                memcpy(items, to->items, to->count * sizeof(*items));
            to->items = items;
            to->cap = cap;
        }
        to->items[to->count++] = item;
    }
    return true;
}

static struct cel_value flatten(struct cel_eval *eval, const struct cel_value *args, uint32_t count)
{
    if (args[0].kind != CEL_LIST || (count == 2 && args[1].kind != CEL_INT))
        return cel_fail_overload(eval, "flatten", args, count);
    int64_t depth = count == 2 ? args[1].as.integer : 1;
    if (depth < 0)
        return cel_fail(eval, CEL_ERROR_ARGUMENT, "flatten() to a depth below 0");
    if (depth > CEL_NESTING_MAX) // lists nest no deeper
        depth = CEL_NESTING_MAX;
    struct flattened to = {0};
    if (!flatten_into(eval, args[0].as.list, depth, &to))
        return cel_fail_cost(eval);
    return cel_list_of(&eval->arena, to.count == 0 ? args : to.items, to.count);
}

static struct cel_value range(struct cel_eval *eval, const struct cel_value *args, uint32_t count)
{
    if (args[0].kind != CEL_INT)
        return cel_fail_overload(eval, "lists.range", args, count);
    size_t len = args[0].as.integer < 0 ? 0 : (size_t)args[0].as.integer;
    if (!cel_spend(eval, len))
        return cel_fail_cost(eval);
    struct cel_value *items = arena_alloc(&eval->arena, len * sizeof(*items) + 1);
    for (size_t i = 0; i < len; i++)
        items[i] = cel_int((int64_t)i);
    return cel_list_of(&eval->arena, items, len);
}

// --- sorting
struct sorting {
    struct cel_eval *eval;
    const struct cel_value *keys;
    struct cel_value failed;
};

static bool is_nan(struct cel_value value)
{
    return value.kind == CEL_DOUBLE && isnan(value.as.real);
}

// What two texts cost that are compared; other keys are counted by cel_sort.
static uint64_t compare_cost(struct cel_value a, struct cel_value b)
{
    if (a.kind != b.kind || (a.kind != CEL_STRING && a.kind != CEL_BYTES))
        return 0;
    return (a.as.text.len < b.as.text.len ? a.as.text.len : b.as.text.len) / 16;
}

// Whether b must stand before a.
static bool is_after(struct sorting *sorting, uint32_t a, uint32_t b)
{
    struct cel_value first = sorting->keys[a], second = sorting->keys[b];
    int order = 0;
    if (cel_is_number(first) && cel_is_number(second) && (is_nan(first) || is_nan(second)))
        return !is_nan(first);
    if (!cel_spend(sorting->eval, compare_cost(first, second)))
        sorting->failed = cel_fail_cost(sorting->eval);
    else if (!cel_compare(first, second, &order))
        sorting->failed = cel_fail(
            sorting->eval, CEL_ERROR_ARGUMENT, "%s and %s have no order", cel_kind_name(first.kind),
            cel_kind_name(second.kind));
    return order > 0;
}

// One pass of a merge sort from the bottom up: runs of width become runs of twice that.
static void merge_pass(
    struct sorting *sorting, const uint32_t *from, uint32_t *to, size_t count, size_t width)
{
    for (size_t begin = 0; begin < count; begin += width * 2) {
        size_t middle = begin + width < count ? begin + width : count;
        size_t end = begin + width * 2 < count ? begin + width * 2 : count;
        size_t left = begin, right = middle;
        for (size_t i = begin; i < end && sorting->failed.kind != CEL_ERROR; i++) {
            bool takes_right =
                left == middle || (right < end && is_after(sorting, from[left], from[right]));
            to[i] = takes_right ? from[right++] : from[left++];
        }
    }
}

struct cel_value cel_sort(
    struct cel_eval *eval,
    const struct cel_value *items,
    const struct cel_value *keys,
    size_t count)
{
    struct sorting sorting = {.eval = eval, .keys = keys};
    sorting.failed = cel_null();
    uint64_t passes = 1;
    for (size_t width = 1; width < count; width *= 2)
        passes++;
    if (!cel_spend(eval, count * passes))
        return cel_fail_cost(eval);
    uint32_t *from = arena_alloc(&eval->arena, count * sizeof(*from) + 1);
    uint32_t *to = arena_alloc(&eval->arena, count * sizeof(*to) + 1);
    for (size_t i = 0; i < count; i++)
        from[i] = (uint32_t)i;
    for (size_t width = 1; width < count && sorting.failed.kind != CEL_ERROR; width *= 2) {
        merge_pass(&sorting, from, to, count, width);
        uint32_t *swapped = from;
        from = to;
        to = swapped;
    }
    if (sorting.failed.kind == CEL_ERROR)
        return sorting.failed;
    struct cel_value *sorted = arena_alloc(&eval->arena, count * sizeof(*sorted) + 1);
    for (size_t i = 0; i < count; i++)
        sorted[i] = items[from[i]];
    return cel_list_of(&eval->arena, sorted, count);
}

static struct cel_value sort(struct cel_eval *eval, const struct cel_value *args, uint32_t count)
{
    if (args[0].kind != CEL_LIST)
        return cel_fail_overload(eval, "sort", args, count);
    const struct cel_list *list = args[0].as.list;
    if (!cel_spend(eval, list->count))
        return cel_fail_cost(eval);
    struct cel_value *items = arena_alloc(&eval->arena, list->count * sizeof(*items) + 1);
    for (size_t i = 0; i < list->count; i++)
        items[i] = cel_list_at(eval, list, i);
    return cel_sort(eval, items, items, list->count);
}

// The first of each that are equal.
static struct cel_value distinct(
    struct cel_eval *eval, const struct cel_value *args, uint32_t count)
{
    if (args[0].kind != CEL_LIST)
        return cel_fail_overload(eval, "distinct", args, count);
    const struct cel_list *list = args[0].as.list;
    if (!cel_spend(eval, list->count))
        return cel_fail_cost(eval);
    struct cel_value *items = arena_alloc(&eval->arena, list->count * sizeof(*items) + 1);
    size_t kept = 0;
    for (size_t i = 0; i < list->count; i++) {
        struct cel_value item = cel_list_at(eval, list, i);
        size_t at = 0;
        while (at < kept && !cel_equal(eval, items[at], item)) // each costs
            at++;
        if (eval->cost_left == 0)
            return cel_fail_cost(eval);
        if (at == kept)
            items[kept++] = item;
    }
    return cel_list_of(&eval->arena, items, kept);
}

// --- lists as sets
static bool holds(struct cel_eval *eval, const struct cel_list *list, struct cel_value item)
{
    for (size_t i = 0; i < list->count; i++) {
        if (cel_equal(eval, cel_list_at(eval, list, i), item)) // each costs
            return true;
    }
    return false;
}

// Whether list holds all the items; or, where one is enough, one of them.
static bool holds_items(
    struct cel_eval *eval, const struct cel_list *list, const struct cel_list *items, bool is_any)
{
    for (size_t i = 0; i < items->count && eval->cost_left > 0; i++) {
        if (holds(eval, list, cel_list_at(eval, items, i)) == is_any)
            return is_any;
    }
    return !is_any;
}

#define SET_TEST(name, text, test)                                               \
    static struct cel_value name(                                                \
        struct cel_eval *eval, const struct cel_value *args, uint32_t count)     \
    {                                                                            \
        if (args[0].kind != CEL_LIST || args[1].kind != CEL_LIST)                \
            return cel_fail_overload(eval, text, args, count);                   \
        const struct cel_list *list = args[0].as.list, *items = args[1].as.list; \
        return cel_bool(test);                                                   \
    }
SET_TEST(has_any, "hasAny", holds_items(eval, list, items, true))
SET_TEST(has_all, "hasAll", holds_items(eval, list, items, false))
SET_TEST(has_only, "hasOnly", holds_items(eval, items, list, false))
SET_TEST(
    has_exactly,
    "hasExactly",
    holds_items(eval, list, items, false) && holds_items(eval, items, list, false))

static struct cel_value end_of(
    struct cel_eval *eval, const struct cel_value *args, const char *name, bool is_last)
{
    if (args[0].kind != CEL_LIST)
        return cel_fail_overload(eval, name, args, 1);
    const struct cel_list *list = args[0].as.list;
    if (list->count == 0)
        return cel_fail(eval, CEL_ERROR_NO_KEY, "%s() of an empty list", name);
    return cel_list_at(eval, list, is_last ? list->count - 1 : 0);
}

static struct cel_value first(struct cel_eval *eval, const struct cel_value *args, uint32_t count)
{
    (void)count;
    return end_of(eval, args, "first", false);
}

static struct cel_value last(struct cel_eval *eval, const struct cel_value *args, uint32_t count)
{
    (void)count;
    return end_of(eval, args, "last", true);
}

const struct cel_function_row cel_functions_list[] = {
    {"list(A).slice(int, int): list(A)", slice},
    {"list(list(A)).flatten(): list(A)", flatten},
    {"list(dyn).flatten(): list(dyn)", flatten},
    {"list(dyn).flatten(int): list(dyn)", flatten},
    {"lists.range(int): list(int)", range},
    {"list(A).sort(): list(A)", sort},
    {"list(A).distinct(): list(A)", distinct},
    {"list(A).hasAny(list(A)): bool", has_any},
    {"list(A).hasAll(list(A)): bool", has_all},
    {"list(A).hasOnly(list(A)): bool", has_only},
    {"list(A).hasExactly(list(A)): bool", has_exactly},
    {"list(A).first(): A", first},
    {"list(A).last(): A", last},
    {NULL, NULL},
};
