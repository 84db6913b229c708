// Operators. With the standard ones, an int or uint and a double go together in + - * / and comparisons.
#include "rules/cel/function.h"

static struct cel_value overflow(struct cel_eval *eval, const char *what)
{
    return cel_fail(eval, CEL_ERROR_OVERFLOW, "%s overflow", what);
}

static double real_of(struct cel_value number)
{
    if (number.kind == CEL_DOUBLE)
        return number.as.real;
    return number.kind == CEL_INT ? (double)number.as.integer : (double)number.as.unsigned_integer;
}

// Two numbers of which one is a double at least.
static bool are_doubles(struct cel_value a, struct cel_value b)
{
    return cel_is_number(a) && cel_is_number(b) && (a.kind == CEL_DOUBLE || b.kind == CEL_DOUBLE);
}

static bool are(enum cel_kind kind, struct cel_value a, struct cel_value b)
{
    return a.kind == kind && b.kind == kind;
}

// --- +
static struct cel_value join_text(struct cel_eval *eval, struct cel_value a, struct cel_value b)
{
    size_t len = a.as.text.len + b.as.text.len;
    if (!cel_spend(eval, len / 16 + 1))
        return cel_fail_cost(eval);
    uint8_t *text = arena_alloc(&eval->arena, len + 1);
    if (a.as.text.len > 0)
        memcpy(text, a.as.text.data, a.as.text.len);
    if (b.as.text.len > 0)
        memcpy(text + a.as.text.len, b.as.text.data, b.as.text.len);
    a.as.text = bytes_of(text, len);
    return a;
}

static struct cel_value join_lists(
    struct cel_eval *eval, const struct cel_list *a, const struct cel_list *b)
{
    size_t count = a->count + b->count;
    if (!cel_spend(eval, count))
        return cel_fail_cost(eval);
    struct cel_value *items = arena_alloc(&eval->arena, count * sizeof(*items) + 1);
    for (size_t i = 0; i < a->count; i++)
        items[i] = cel_list_at(eval, a, i);
    for (size_t i = 0; i < b->count; i++)
        items[a->count + i] = cel_list_at(eval, b, i);
    return cel_list_of(&eval->arena, items, count);
}

static struct cel_value add_times(struct cel_eval *eval, struct cel_value a, struct cel_value b)
{
    struct cel_value sum;
    int64_t nanos = (int64_t)a.nanos + b.nanos;
    bool is_duration = are(CEL_DURATION, a, b);
    bool is_good = is_duration ? cel_duration_of(a.as.seconds + b.as.seconds, nanos, &sum)
                               : cel_timestamp_of(a.as.seconds + b.as.seconds, nanos, &sum);
    return is_good ? sum : overflow(eval, is_duration ? "duration" : "timestamp");
}

static struct cel_value add(struct cel_eval *eval, const struct cel_value *args, uint32_t count)
{
    struct cel_value a = args[0], b = args[1];
    if (are(CEL_INT, a, b)) {
        int64_t sum;
        return __builtin_add_overflow(a.as.integer, b.as.integer, &sum) ? overflow(eval, "int")
                                                                        : cel_int(sum);
    }
    if (are_doubles(a, b))
        return cel_double(real_of(a) + real_of(b));
    if (are(CEL_STRING, a, b) || are(CEL_BYTES, a, b))
        return join_text(eval, a, b);
    if (are(CEL_LIST, a, b))
        return join_lists(eval, a.as.list, b.as.list);
    if (are(CEL_UINT, a, b)) {
        uint64_t sum;
        return __builtin_add_overflow(a.as.unsigned_integer, b.as.unsigned_integer, &sum)
                   ? overflow(eval, "uint")
                   : cel_uint(sum);
    }
    bool has_duration = a.kind == CEL_DURATION || b.kind == CEL_DURATION;
    bool has_time = a.kind == CEL_TIMESTAMP || b.kind == CEL_TIMESTAMP;
    if (are(CEL_DURATION, a, b) || (has_duration && has_time))
        return add_times(eval, a, b);
    return cel_fail_overload(eval, "_+_", args, count);
}

// --- - * / %
static struct cel_value subtract_times(
    struct cel_eval *eval, struct cel_value a, struct cel_value b)
{
    struct cel_value rest;
    int64_t nanos = (int64_t)a.nanos - b.nanos;
    bool is_time = a.kind == CEL_TIMESTAMP && b.kind == CEL_DURATION;
    bool is_good = is_time ? cel_timestamp_of(a.as.seconds - b.as.seconds, nanos, &rest)
                           : cel_duration_of(a.as.seconds - b.as.seconds, nanos, &rest);
    return is_good ? rest : overflow(eval, is_time ? "timestamp" : "duration");
}

static struct cel_value subtract(
    struct cel_eval *eval, const struct cel_value *args, uint32_t count)
{
    struct cel_value a = args[0], b = args[1];
    if (are(CEL_INT, a, b)) {
        int64_t rest;
        return __builtin_sub_overflow(a.as.integer, b.as.integer, &rest) ? overflow(eval, "int")
                                                                         : cel_int(rest);
    }
    if (are_doubles(a, b))
        return cel_double(real_of(a) - real_of(b));
    if (are(CEL_UINT, a, b)) {
        uint64_t rest;
        return __builtin_sub_overflow(a.as.unsigned_integer, b.as.unsigned_integer, &rest)
                   ? overflow(eval, "uint")
                   : cel_uint(rest);
    }
    if (are(CEL_TIMESTAMP, a, b) || are(CEL_DURATION, a, b) ||
        (a.kind == CEL_TIMESTAMP && b.kind == CEL_DURATION))
        return subtract_times(eval, a, b);
    return cel_fail_overload(eval, "_-_", args, count);
}

static struct cel_value multiply(
    struct cel_eval *eval, const struct cel_value *args, uint32_t count)
{
    struct cel_value a = args[0], b = args[1];
    if (are(CEL_INT, a, b)) {
        int64_t product;
        return __builtin_mul_overflow(a.as.integer, b.as.integer, &product) ? overflow(eval, "int")
                                                                            : cel_int(product);
    }
    if (are_doubles(a, b))
        return cel_double(real_of(a) * real_of(b));
    if (are(CEL_UINT, a, b)) {
        uint64_t product;
        return __builtin_mul_overflow(a.as.unsigned_integer, b.as.unsigned_integer, &product)
                   ? overflow(eval, "uint")
                   : cel_uint(product);
    }
    return cel_fail_overload(eval, "_*_", args, count);
}

static struct cel_value divide(struct cel_eval *eval, const struct cel_value *args, uint32_t count)
{
    struct cel_value a = args[0], b = args[1];
    if (are_doubles(a, b))
        return cel_double(real_of(a) / real_of(b));
    if (!are(CEL_INT, a, b) && !are(CEL_UINT, a, b))
        return cel_fail_overload(eval, "_/_", args, count);
    if (b.as.unsigned_integer == 0)
        return cel_fail(eval, CEL_ERROR_DIVISION, "division by zero");
    if (a.kind == CEL_UINT)
        return cel_uint(a.as.unsigned_integer / b.as.unsigned_integer);
    if (a.as.integer == INT64_MIN && b.as.integer == -1)
        return overflow(eval, "int");
    return cel_int(a.as.integer / b.as.integer);
}

static struct cel_value modulo(struct cel_eval *eval, const struct cel_value *args, uint32_t count)
{
    struct cel_value a = args[0], b = args[1];
    if (!are(CEL_INT, a, b) && !are(CEL_UINT, a, b))
        return cel_fail_overload(eval, "_%_", args, count);
    if (b.as.unsigned_integer == 0)
        return cel_fail(eval, CEL_ERROR_DIVISION, "modulus by zero");
    if (a.kind == CEL_UINT)
        return cel_uint(a.as.unsigned_integer % b.as.unsigned_integer);
    if (a.as.integer == INT64_MIN && b.as.integer == -1)
        return overflow(eval, "int");
    return cel_int(a.as.integer % b.as.integer);
}

static struct cel_value negate(struct cel_eval *eval, const struct cel_value *args, uint32_t count)
{
    if (args[0].kind == CEL_DOUBLE)
        return cel_double(-args[0].as.real);
    if (args[0].kind != CEL_INT)
        return cel_fail_overload(eval, "-_", args, count);
    return args[0].as.integer == INT64_MIN ? overflow(eval, "int") : cel_int(-args[0].as.integer);
}

static struct cel_value not(struct cel_eval * eval, const struct cel_value *args, uint32_t count)
{
    return args[0].kind == CEL_BOOL ? cel_bool(!args[0].as.boolean)
                                    : cel_fail_overload(eval, "!_", args, count);
}

// --- comparisons
static struct cel_value equals(struct cel_eval *eval, const struct cel_value *args, uint32_t count)
{
    (void)count;
    return cel_bool(cel_equal(eval, args[0], args[1]));
}

static struct cel_value differs(struct cel_eval *eval, const struct cel_value *args, uint32_t count)
{
    (void)count;
    return cel_bool(!cel_equal(eval, args[0], args[1]));
}

// False where the two have no order: kinds that differ fail, a NaN is neither less nor more.
static bool order(
    struct cel_eval *eval,
    const char *name,
    const struct cel_value *args,
    int *order_out,
    struct cel_value *failed_out)
{
    struct cel_value a = args[0], b = args[1];
    *failed_out = cel_bool(false);
    bool is_text = are(CEL_STRING, a, b) || are(CEL_BYTES, a, b);
    if (is_text &&
        !cel_spend(eval, (a.as.text.len < b.as.text.len ? a.as.text.len : b.as.text.len) / 16))
        *failed_out = cel_fail_cost(eval);
    else if (cel_compare(a, b, order_out))
        return true;
    else if (!cel_is_number(a) || !cel_is_number(b))
        *failed_out = cel_fail_overload(eval, name, args, 2);
    return false;
}

#define ORDER(function, name, test)                                                    \
    static struct cel_value function(                                                  \
        struct cel_eval *eval, const struct cel_value *args, uint32_t count)           \
    {                                                                                  \
        int sign = 0;                                                                  \
        struct cel_value failed;                                                       \
        (void)count;                                                                   \
        return order(eval, name, args, &sign, &failed) ? cel_bool(sign test) : failed; \
    }
ORDER(is_less, "_<_", < 0)
ORDER(is_less_or_equal, "_<=_", <= 0)
ORDER(is_greater, "_>_", > 0)
ORDER(is_greater_or_equal, "_>=_", >= 0)

// --- in, []
static struct cel_value in(struct cel_eval *eval, const struct cel_value *args, uint32_t count)
{
    struct cel_value found;
    if (args[1].kind == CEL_MAP)
        return cel_bool(cel_map_find(eval, args[1].as.map, args[0], &found));
    if (args[1].kind != CEL_LIST)
        return cel_fail_overload(eval, "@in", args, count);
    const struct cel_list *list = args[1].as.list;
    for (size_t i = 0; i < list->count; i++) {
        if (cel_equal(eval, args[0], cel_list_at(eval, list, i)))
            return cel_bool(true);
    }
    return cel_bool(false);
}

// The index as a whole number; false when it is none.
static bool whole_index(struct cel_value index, int64_t *out)
{
    int order;
    if (index.kind == CEL_INT)
        *out = index.as.integer;
    else if (index.kind == CEL_UINT)
        *out =
            index.as.unsigned_integer > INT64_MAX ? INT64_MAX : (int64_t)index.as.unsigned_integer;
    else if (index.kind == CEL_DOUBLE && index.as.real > -9e15 && index.as.real < 9e15)
        *out = (int64_t)index.as.real;
    else
        return false;
    return index.kind != CEL_DOUBLE ||
           (cel_compare_numbers(index, cel_int(*out), &order) && order == 0);
}

static struct cel_value element(struct cel_eval *eval, const struct cel_value *args)
{
    const struct cel_list *list = args[0].as.list;
    int64_t index;
    if (!whole_index(args[1], &index))
        return cel_fail(
            eval, CEL_ERROR_ARGUMENT, "the index of a list is a whole number, not %s",
            cel_kind_name(args[1].kind));
    if (index < 0 || (uint64_t)index >= list->count)
        return cel_fail(
            eval, CEL_ERROR_NO_KEY, "index %lld out of range, the list has %zu", (long long)index,
            list->count);
    return cel_list_at(eval, list, (size_t)index);
}

static struct cel_value at_index(
    struct cel_eval *eval, const struct cel_value *args, uint32_t count)
{
    struct cel_value value;
    if (args[0].kind == CEL_LIST)
        return element(eval, args);
    if (args[0].kind != CEL_MAP)
        return cel_fail_overload(eval, "_[_]", args, count);
    return cel_map_find(eval, args[0].as.map, args[1], &value) ? value
                                                               : cel_fail_key(eval, args[1]);
}

#define ORDERED(sign, function)                                                                    \
    {"_" sign "_(bool, bool): bool", function}, {"_" sign "_(int, int): bool", function},          \
        {"_" sign "_(int, uint): bool", function}, {"_" sign "_(int, double): bool", function},    \
        {"_" sign "_(uint, uint): bool", function}, {"_" sign "_(uint, int): bool", function},     \
        {"_" sign "_(uint, double): bool", function},                                              \
        {"_" sign "_(double, double): bool", function},                                            \
        {"_" sign "_(double, int): bool", function}, {"_" sign "_(double, uint): bool", function}, \
        {"_" sign "_(string, string): bool", function},                                            \
        {"_" sign "_(bytes, bytes): bool", function},                                              \
        {"_" sign "_(timestamp, timestamp): bool", function},                                      \
    {                                                                                              \
        "_" sign "_(duration, duration): bool", function                                           \
    }

#define MIXED(sign, result, function)                     \
    {"~_" sign "_(int, double): " result, function},      \
        {"~_" sign "_(double, int): " result, function},  \
        {"~_" sign "_(uint, double): " result, function}, \
    {                                                     \
        "~_" sign "_(double, uint): " result, function    \
    }

const struct cel_function_row cel_functions_operator[] = {
    {"_+_(int, int): int", add},
    {"_+_(uint, uint): uint", add},
    {"_+_(double, double): double", add},
    {"_+_(string, string): string", add},
    {"_+_(bytes, bytes): bytes", add},
    {"_+_(list(A), list(A)): list(A)", add},
    {"_+_(timestamp, duration): timestamp", add},
    {"_+_(duration, timestamp): timestamp", add},
    {"_+_(duration, duration): duration", add},
    MIXED("+", "double", add),
    {"_-_(int, int): int", subtract},
    {"_-_(uint, uint): uint", subtract},
    {"_-_(double, double): double", subtract},
    {"_-_(timestamp, timestamp): duration", subtract},
    {"_-_(timestamp, duration): timestamp", subtract},
    {"_-_(duration, duration): duration", subtract},
    MIXED("-", "double", subtract),
    {"_*_(int, int): int", multiply},
    {"_*_(uint, uint): uint", multiply},
    {"_*_(double, double): double", multiply},
    MIXED("*", "double", multiply),
    {"_/_(int, int): int", divide},
    {"_/_(uint, uint): uint", divide},
    {"_/_(double, double): double", divide},
    MIXED("/", "double", divide),
    {"_%_(int, int): int", modulo},
    {"_%_(uint, uint): uint", modulo},
    {"-_(int): int", negate},
    {"-_(double): double", negate},
    {"!_(bool): bool", not },
    {"_==_(A, A): bool", equals},
    MIXED("==", "bool", equals),
    {"_!=_(A, A): bool", differs},
    MIXED("!=", "bool", differs),
    ORDERED("<", is_less),
    ORDERED("<=", is_less_or_equal),
    ORDERED(">", is_greater),
    ORDERED(">=", is_greater_or_equal),
    {"@in(A, list(A)): bool", in},
    {"@in(A, map(A, B)): bool", in},
    {"_[_](list(A), int): A", at_index},
    {"_[_](map(A, B), A): B", at_index},
    {NULL, NULL},
};
