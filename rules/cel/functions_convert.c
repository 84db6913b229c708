// Conversions between types, and type() itself.
#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "engine/base/text.h"
#include "rules/cel/functions_internal.h"

#define TWO_TO_63 9223372036854775808.0
#define TWO_TO_64 18446744073709551616.0

static struct cel_value out_of_range(struct cel_eval *eval, const char *type)
{
    return cel_fail(eval, CEL_ERROR_OVERFLOW, "out of the range of %s", type);
}

// Digits with an optional minus; false when it is not one, *is_over_out when it does not fit.
static bool parse_whole(struct bytes text, bool *is_negative_out, uint64_t *out, bool *is_over_out)
{
    size_t at = text.len > 0 && (text.data[0] == '-' || text.data[0] == '+');
    *is_negative_out = at == 1 && text.data[0] == '-';
    uint64_t value = 0;
    *is_over_out = false;
    if (at == text.len)
        return false;
    for (; at < text.len; at++) {
        if (text.data[at] < '0' || text.data[at] > '9')
            return false;
        if (__builtin_mul_overflow(value, 10, &value) ||
            __builtin_add_overflow(value, (uint64_t)(text.data[at] - '0'), &value))
            *is_over_out = true;
    }
    *out = value;
    return true;
}

static struct cel_value int_of_text(struct cel_eval *eval, struct bytes text)
{
    bool is_negative, is_over;
    uint64_t value;
    if (!parse_whole(text, &is_negative, &value, &is_over))
        return fail_argument(eval, "an int", text);
    if (is_over || value > (uint64_t)INT64_MAX + is_negative)
        return out_of_range(eval, "int");
    return cel_int((int64_t)(is_negative ? 0 - value : value));
}

// Text is read, or copied, at a step for 16 bytes.
static bool spend_text(struct cel_eval *eval, struct cel_value value)
{
    bool is_text = value.kind == CEL_STRING || value.kind == CEL_BYTES;
    return !is_text || cel_spend(eval, value.as.text.len / 16);
}

static struct cel_value to_int(struct cel_eval *eval, const struct cel_value *args, uint32_t count)
{
    switch (args[0].kind) {
    case CEL_INT: return args[0];
    case CEL_UINT:
        return args[0].as.unsigned_integer > INT64_MAX
                   ? out_of_range(eval, "int")
                   : cel_int((int64_t)args[0].as.unsigned_integer);
    case CEL_DOUBLE: // as cel-go: the ends themselves are refused
        return args[0].as.real > -TWO_TO_63 && args[0].as.real < TWO_TO_63
                   ? cel_int((int64_t)args[0].as.real)
                   : out_of_range(eval, "int");
    case CEL_STRING:
        return spend_text(eval, args[0]) ? int_of_text(eval, args[0].as.text) : cel_fail_cost(eval);
    case CEL_TIMESTAMP: return cel_int(args[0].as.seconds);
    case CEL_ERROR:
    case CEL_NULL:
    case CEL_BOOL:
    case CEL_BYTES:
    case CEL_LIST:
    case CEL_MAP:
    case CEL_DURATION:
    case CEL_TYPE: break;
    }
    return cel_fail_overload(eval, "int", args, count);
}

static struct cel_value uint_of_text(struct cel_eval *eval, struct bytes text)
{
    bool is_negative, is_over;
    uint64_t value;
    if (!parse_whole(text, &is_negative, &value, &is_over) || is_negative)
        return fail_argument(eval, "a uint", text);
    return is_over ? out_of_range(eval, "uint") : cel_uint(value);
}

static struct cel_value to_uint(struct cel_eval *eval, const struct cel_value *args, uint32_t count)
{
    if (args[0].kind == CEL_UINT)
        return args[0];
    if (args[0].kind == CEL_INT)
        return args[0].as.integer < 0 ? out_of_range(eval, "uint")
                                      : cel_uint((uint64_t)args[0].as.integer);
    if (args[0].kind == CEL_DOUBLE)
        return args[0].as.real >= 0 && args[0].as.real < TWO_TO_64
                   ? cel_uint((uint64_t)args[0].as.real)
                   : out_of_range(eval, "uint");
    if (args[0].kind != CEL_STRING)
        return cel_fail_overload(eval, "uint", args, count);
    return spend_text(eval, args[0]) ? uint_of_text(eval, args[0].as.text) : cel_fail_cost(eval);
}

// As JSON writes numbers, with "inf" and "nan" beside; no hexadecimal digits, no blanks.
static struct cel_value double_of_text(struct cel_eval *eval, struct bytes text)
{
    char copy[512];
    if (text.len == 0 || text.len >= sizeof(copy))
        return fail_argument(eval, "a double", text);
    memcpy(copy, text.data, text.len);
    copy[text.len] = '\0';
    bool is_word = strspn(copy, "+-infatyINFATY") == text.len;
    if (!is_word && strspn(copy, "+-.0123456789eE") != text.len)
        return fail_argument(eval, "a double", text);
    char *end;
    double real = strtod(copy, &end);
    if (*end != '\0')
        return fail_argument(eval, "a double", text);
    return isinf(real) && !is_word ? out_of_range(eval, "double") : cel_double(real);
}

static struct cel_value to_double(
    struct cel_eval *eval, const struct cel_value *args, uint32_t count)
{
    if (args[0].kind == CEL_DOUBLE)
        return args[0];
    if (args[0].kind == CEL_INT)
        return cel_double((double)args[0].as.integer);
    if (args[0].kind == CEL_UINT)
        return cel_double((double)args[0].as.unsigned_integer);
    if (args[0].kind == CEL_STRING)
        return double_of_text(eval, args[0].as.text);
    return cel_fail_overload(eval, "double", args, count);
}

static struct cel_value text_of(struct cel_eval *eval, const char *text, size_t len)
{
    return cel_string(arena_copy(&eval->arena, bytes_of(text, len)));
}

static struct cel_value to_string(
    struct cel_eval *eval, const struct cel_value *args, uint32_t count)
{
    char text[64];
    switch (args[0].kind) {
    case CEL_STRING: return args[0];
    case CEL_BOOL:
        return cel_string(args[0].as.boolean ? BYTES_LITERAL("true") : BYTES_LITERAL("false"));
    case CEL_INT:
        return text_of(
            eval, text, (size_t)snprintf(text, sizeof(text), "%" PRId64, args[0].as.integer));
    case CEL_UINT:
        return text_of(
            eval, text,
            (size_t)snprintf(text, sizeof(text), "%" PRIu64, args[0].as.unsigned_integer));
    case CEL_DOUBLE: return text_of(eval, text, cel_print_double(args[0].as.real, text));
    case CEL_TIMESTAMP: return text_of(eval, text, cel_print_timestamp(args[0], text));
    case CEL_DURATION: return text_of(eval, text, cel_print_duration(args[0], text));
    case CEL_BYTES:
        if (!spend_text(eval, args[0]))
            return cel_fail_cost(eval);
        return text_is_utf8(args[0].as.text)
                   ? cel_string(args[0].as.text)
                   : cel_fail(eval, CEL_ERROR_ARGUMENT, "these bytes are no UTF-8 text");
    case CEL_TYPE: {
        const char *name = cel_type_name(args[0].as.type);
        return text_of(eval, name, strlen(name));
    }
    case CEL_ERROR:
    case CEL_NULL:
    case CEL_LIST:
    case CEL_MAP: break;
    }
    return cel_fail_overload(eval, "string", args, count);
}

static struct cel_value to_bytes(
    struct cel_eval *eval, const struct cel_value *args, uint32_t count)
{
    return args[0].kind == CEL_STRING || args[0].kind == CEL_BYTES
               ? cel_bytes(args[0].as.text)
               : cel_fail_overload(eval, "bytes", args, count);
}

static struct cel_value to_bool(struct cel_eval *eval, const struct cel_value *args, uint32_t count)
{
    static const char *const words[][2] = {{"1", "0"},        {"t", "f"},        {"T", "F"},
                                           {"true", "false"}, {"TRUE", "FALSE"}, {"True", "False"}};
    if (args[0].kind == CEL_BOOL)
        return args[0];
    if (args[0].kind != CEL_STRING)
        return cel_fail_overload(eval, "bool", args, count);
    for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
        for (size_t j = 0; j < 2; j++) {
            if (bytes_equal_text(args[0].as.text, words[i][j]))
                return cel_bool(j == 0);
        }
    }
    return fail_argument(eval, "a bool", args[0].as.text);
}

static struct cel_value to_dyn(struct cel_eval *eval, const struct cel_value *args, uint32_t count)
{
    (void)eval;
    (void)count;
    return args[0];
}

static struct cel_value type_of(struct cel_eval *eval, const struct cel_value *args, uint32_t count)
{
    static const struct cel_type list = {.kind = CEL_TYPE_LIST}, map = {.kind = CEL_TYPE_MAP};
    static const struct cel_type *const types[] = {
        [CEL_ERROR] = &cel_type_dyn,
        [CEL_NULL] = &cel_type_null,
        [CEL_BOOL] = &cel_type_bool,
        [CEL_INT] = &cel_type_int,
        [CEL_UINT] = &cel_type_uint,
        [CEL_DOUBLE] = &cel_type_double,
        [CEL_STRING] = &cel_type_string,
        [CEL_BYTES] = &cel_type_bytes,
        [CEL_LIST] = &list,
        [CEL_MAP] = &map,
        [CEL_TIMESTAMP] = &cel_type_timestamp,
        [CEL_DURATION] = &cel_type_duration,
        [CEL_TYPE] = &cel_type_type,
    };
    (void)eval;
    (void)count;
    return cel_type_value(types[args[0].kind]);
}

static struct cel_value to_timestamp(
    struct cel_eval *eval, const struct cel_value *args, uint32_t count)
{
    struct cel_value time;
    if (args[0].kind == CEL_TIMESTAMP)
        return args[0];
    if (args[0].kind == CEL_INT)
        return cel_timestamp_of(args[0].as.integer, 0, &time) ? time
                                                              : out_of_range(eval, "timestamp");
    if (args[0].kind != CEL_STRING)
        return cel_fail_overload(eval, "timestamp", args, count);
    if (!spend_text(eval, args[0]))
        return cel_fail_cost(eval);
    return cel_parse_timestamp(args[0].as.text, &time)
               ? time
               : fail_argument(
                     eval, "a timestamp such as 2026-01-31T09:00:00Z, of the years 1 to 9999",
                     args[0].as.text);
}

static struct cel_value to_duration(
    struct cel_eval *eval, const struct cel_value *args, uint32_t count)
{
    struct cel_value duration;
    if (args[0].kind == CEL_DURATION)
        return args[0];
    if (args[0].kind == CEL_INT) // seconds
        return cel_duration_of(args[0].as.integer, 0, &duration) ? duration
                                                                 : out_of_range(eval, "duration");
    if (args[0].kind != CEL_STRING)
        return cel_fail_overload(eval, "duration", args, count);
    if (!spend_text(eval, args[0]))
        return cel_fail_cost(eval);
    return cel_parse_duration(args[0].as.text, &duration)
               ? duration
               : fail_argument(
                     eval, "a duration such as 36h or 1.5s, of at most 292 years", args[0].as.text);
}

const struct cel_function_row cel_functions_convert[] = {
    {"int(int): int", to_int},
    {"int(uint): int", to_int},
    {"int(double): int", to_int},
    {"int(string): int", to_int},
    {"int(timestamp): int", to_int},
    {"uint(uint): uint", to_uint},
    {"uint(int): uint", to_uint},
    {"uint(double): uint", to_uint},
    {"uint(string): uint", to_uint},
    {"double(double): double", to_double},
    {"double(int): double", to_double},
    {"double(uint): double", to_double},
    {"double(string): double", to_double},
    {"string(string): string", to_string},
    {"string(bool): string", to_string},
    {"string(int): string", to_string},
    {"string(uint): string", to_string},
    {"string(double): string", to_string},
    {"string(bytes): string", to_string},
    {"string(timestamp): string", to_string},
    {"string(duration): string", to_string},
    {"string(type): string", to_string},
    {"bytes(bytes): bytes", to_bytes},
    {"bytes(string): bytes", to_bytes},
    {"bool(bool): bool", to_bool},
    {"bool(string): bool", to_bool},
    {"dyn(A): dyn", to_dyn},
    {"type(A): type(A)", type_of},
    {"timestamp(timestamp): timestamp", to_timestamp},
    {"timestamp(string): timestamp", to_timestamp},
    {"timestamp(int): timestamp", to_timestamp},
    {"duration(duration): duration", to_duration},
    {"duration(string): duration", to_duration},
    {"duration(int): duration", to_duration},
    {NULL, NULL},
};
