// The math extension.
#include <math.h>

#include "rules/cel/functions_internal.h"

// --- greatest and least
// The first of equal ones stays. False, and an error, when two have no order.
static bool take_extreme(
    struct cel_eval *eval, struct cel_value *best, struct cel_value value, int wanted)
{
    int order;
    if (!cel_is_number(value)) {
        *best = cel_fail_overload(eval, wanted > 0 ? "math.greatest" : "math.least", &value, 1);
        return false;
    }
    if (best->kind == CEL_NULL || (cel_compare_numbers(value, *best, &order) && order * wanted > 0))
        *best = value;
    return true;
}

static struct cel_value extreme(
    struct cel_eval *eval, const struct cel_value *args, uint32_t count, int wanted)
{
    struct cel_value best = cel_null();
    if (count == 1 && args[0].kind == CEL_LIST) {
        const struct cel_list *list = args[0].as.list;
        if (!cel_spend(eval, list->count))
            return cel_fail_cost(eval);
        for (size_t i = 0; i < list->count; i++) {
            if (!take_extreme(eval, &best, cel_list_at(eval, list, i), wanted))
                return best;
        }
        return best.kind != CEL_NULL
                   ? best
                   : cel_fail(eval, CEL_ERROR_ARGUMENT, "an empty list has no greatest or least");
    }
    for (uint32_t i = 0; i < count; i++) {
        if (!take_extreme(eval, &best, args[i], wanted))
            return best;
    }
    return best;
}

static struct cel_value greatest(
    struct cel_eval *eval, const struct cel_value *args, uint32_t count)
{
    return extreme(eval, args, count, 1);
}

static struct cel_value least(struct cel_eval *eval, const struct cel_value *args, uint32_t count)
{
    return extreme(eval, args, count, -1);
}

// --- doubles
#define OF_DOUBLE(name, text, expression)                                    \
    static struct cel_value name(                                            \
        struct cel_eval *eval, const struct cel_value *args, uint32_t count) \
    {                                                                        \
        if (args[0].kind != CEL_DOUBLE)                                      \
            return cel_fail_overload(eval, text, args, count);               \
        double real = args[0].as.real;                                       \
        return expression;                                                   \
    }
OF_DOUBLE(ceiling, "math.ceil", cel_double(ceil(real)))
OF_DOUBLE(floor_of, "math.floor", cel_double(floor(real)))
OF_DOUBLE(round_of, "math.round", cel_double(round(real)))
OF_DOUBLE(trunc_of, "math.trunc", cel_double(trunc(real)))
OF_DOUBLE(is_nan, "math.isNaN", cel_bool(isnan(real)))
OF_DOUBLE(is_inf, "math.isInf", cel_bool(isinf(real)))
OF_DOUBLE(is_finite, "math.isFinite", cel_bool(isfinite(real)))

static struct cel_value absolute(
    struct cel_eval *eval, const struct cel_value *args, uint32_t count)
{
    if (args[0].kind == CEL_UINT)
        return args[0];
    if (args[0].kind == CEL_DOUBLE)
        return cel_double(fabs(args[0].as.real));
    if (args[0].kind != CEL_INT)
        return cel_fail_overload(eval, "math.abs", args, count);
    if (args[0].as.integer == INT64_MIN)
        return cel_fail(eval, CEL_ERROR_OVERFLOW, "int overflow");
    return cel_int(args[0].as.integer < 0 ? -args[0].as.integer : args[0].as.integer);
}

static struct cel_value sign(struct cel_eval *eval, const struct cel_value *args, uint32_t count)
{
    if (args[0].kind == CEL_INT)
        return cel_int((args[0].as.integer > 0) - (args[0].as.integer < 0));
    if (args[0].kind == CEL_UINT)
        return cel_uint(args[0].as.unsigned_integer > 0);
    if (args[0].kind != CEL_DOUBLE)
        return cel_fail_overload(eval, "math.sign", args, count);
    double real = args[0].as.real;
    return cel_double(isnan(real) ? real : (double)((real > 0) - (real < 0)));
}

static struct cel_value square_root(
    struct cel_eval *eval, const struct cel_value *args, uint32_t count)
{
    if (args[0].kind == CEL_INT)
        return cel_double(sqrt((double)args[0].as.integer));
    if (args[0].kind == CEL_UINT)
        return cel_double(sqrt((double)args[0].as.unsigned_integer));
    if (args[0].kind == CEL_DOUBLE)
        return cel_double(sqrt(args[0].as.real));
    return cel_fail_overload(eval, "math.sqrt", args, count);
}

// --- bits
// Both ints or both uints; the result is of their kind.
static struct cel_value bits(struct cel_value like, uint64_t value)
{
    like.as.unsigned_integer = value;
    return like;
}

static bool are_whole(const struct cel_value *args)
{
    return (args[0].kind == CEL_INT || args[0].kind == CEL_UINT) && args[0].kind == args[1].kind;
}

#define OF_BITS(name, text, operator)                                                           \
    static struct cel_value name(                                                               \
        struct cel_eval *eval, const struct cel_value *args, uint32_t count)                    \
    {                                                                                           \
        if (!are_whole(args))                                                                   \
            return cel_fail_overload(eval, text, args, count);                                  \
        return bits(args[0], args[0].as.unsigned_integer operator args[1].as.unsigned_integer); \
    }
OF_BITS(bit_and, "math.bitAnd", &)
OF_BITS(bit_or, "math.bitOr", |)
OF_BITS(bit_xor, "math.bitXor", ^)

static struct cel_value bit_not(struct cel_eval *eval, const struct cel_value *args, uint32_t count)
{
    return args[0].kind == CEL_INT || args[0].kind == CEL_UINT
               ? bits(args[0], ~args[0].as.unsigned_integer)
               : cel_fail_overload(eval, "math.bitNot", args, count);
}

// Shifts are logical, of ints too; by 64 and more leaves nothing.
static struct cel_value shift(
    struct cel_eval *eval, const struct cel_value *args, const char *name, bool is_left)
{
    bool is_whole = args[0].kind == CEL_INT || args[0].kind == CEL_UINT;
    if (!is_whole || args[1].kind != CEL_INT)
        return cel_fail_overload(eval, name, args, 2);
    int64_t by = args[1].as.integer;
    if (by < 0)
        return cel_fail(eval, CEL_ERROR_ARGUMENT, "%s() by %lld: not below 0", name, (long long)by);
    uint64_t value = args[0].as.unsigned_integer;
    return bits(args[0], by >= 64 ? 0 : is_left ? value << by : value >> by);
}

static struct cel_value shift_left(
    struct cel_eval *eval, const struct cel_value *args, uint32_t count)
{
    (void)count;
    return shift(eval, args, "math.bitShiftLeft", true);
}

static struct cel_value shift_right(
    struct cel_eval *eval, const struct cel_value *args, uint32_t count)
{
    (void)count;
    return shift(eval, args, "math.bitShiftRight", false);
}

#define ONE_OR_LIST(name, function)                                                              \
    {name "(int): int", function}, {name "(uint): uint", function},                              \
        {name "(double): double", function}, {name "(list(int)): int", function},                \
        {name "(list(uint)): uint", function}, {name "(list(double)): double", function},        \
        {name "(int, int...): int", function}, {name "(uint, uint...): uint", function},         \
        {name "(double, double...): double", function}, {"~" name "(list(dyn)): dyn", function}, \
    {                                                                                            \
        "~" name "(dyn, dyn...): dyn", function                                                  \
    }

#define WHOLE_PAIR(name, function)          \
    {name "(int, int): int", function},     \
    {                                       \
        name "(uint, uint): uint", function \
    }

const struct cel_function_row cel_functions_math[] = {
    ONE_OR_LIST("math.greatest", greatest),
    ONE_OR_LIST("math.least", least),
    {"math.ceil(double): double", ceiling},
    {"math.floor(double): double", floor_of},
    {"math.round(double): double", round_of},
    {"math.trunc(double): double", trunc_of},
    {"math.isNaN(double): bool", is_nan},
    {"math.isInf(double): bool", is_inf},
    {"math.isFinite(double): bool", is_finite},
    {"math.abs(int): int", absolute},
    {"math.abs(uint): uint", absolute},
    {"math.abs(double): double", absolute},
    {"math.sign(int): int", sign},
    {"math.sign(uint): uint", sign},
    {"math.sign(double): double", sign},
    {"math.sqrt(int): double", square_root},
    {"math.sqrt(uint): double", square_root},
    {"math.sqrt(double): double", square_root},
    WHOLE_PAIR("math.bitAnd", bit_and),
    WHOLE_PAIR("math.bitOr", bit_or),
    WHOLE_PAIR("math.bitXor", bit_xor),
    {"math.bitNot(int): int", bit_not},
    {"math.bitNot(uint): uint", bit_not},
    {"math.bitShiftLeft(int, int): int", shift_left},
    {"math.bitShiftLeft(uint, int): uint", shift_left},
    {"math.bitShiftRight(int, int): int", shift_right},
    {"math.bitShiftRight(uint, int): uint", shift_right},
    {NULL, NULL},
};
