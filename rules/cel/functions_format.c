// format(): "%s has %d of %.2f".format([name, count, price]).
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "engine/base/text.h"
#include "rules/cel/functions_internal.h"

enum { PRECISION_MAX = 100, NUMBER_TEXT_MAX = 480 };

struct formatting {
    struct cel_eval *eval;
    struct text_builder builder;
    struct cel_value failed; // CEL_ERROR once something failed
};

// One "%.2f".
struct clause {
    uint8_t verb;
    int precision; // -1: not given
};

static void fail(struct formatting *to, const char *takes, struct cel_value value)
{
    to->failed = cel_fail(
        to->eval, CEL_ERROR_ARGUMENT, "format: %s, not %s", takes, cel_kind_name(value.kind));
}

static void add_value(struct formatting *to, struct cel_value value, uint32_t depth);

// --- %s
static void add_list(struct formatting *to, const struct cel_list *list, uint32_t depth)
{
    builder_add_text(&to->builder, "[");
    for (size_t i = 0; i < list->count && to->failed.kind != CEL_ERROR; i++) {
        if (i > 0)
            builder_add_text(&to->builder, ", ");
        add_value(to, cel_list_at(to->eval, list, i), depth + 1);
        if (to->builder.has_failed)
            return;
    }
    builder_add_text(&to->builder, "]");
}

// An entry of a map with its key as text, to sort by; 1 and "1" stay in the map's order.
struct entry {
    struct bytes key;
    size_t index;
    struct cel_value value;
};

static int compare_entries(const void *a, const void *b)
{
    const struct entry *first = a, *second = b;
    int order = bytes_compare(first->key, second->key);
    return order != 0 ? order : (first->index > second->index) - (first->index < second->index);
}

static struct bytes key_text(struct formatting *to, struct cel_value key)
{
    if (key.kind == CEL_STRING)
        return key.as.text;
    struct formatting inner = {.eval = to->eval, .builder = {.eval = to->eval}};
    inner.failed = cel_null();
    add_value(&inner, key, 0);
    return bytes_of(inner.builder.data, inner.builder.len);
}

static void add_map(struct formatting *to, const struct cel_map *map, uint32_t depth)
{
    size_t count = cel_map_count(to->eval, map);
    if (!cel_spend(to->eval, count * 2)) {
        to->builder.has_failed = true;
        return;
    }
    struct entry *entries = arena_alloc(&to->eval->arena, count * sizeof(*entries) + 1);
    for (size_t i = 0; i < count; i++) {
        struct cel_value key;
        cel_map_at(to->eval, map, i, &key, &entries[i].value);
        entries[i].key = key_text(to, key);
        entries[i].index = i;
    }
    qsort(entries, count, sizeof(*entries), compare_entries);
    builder_add_text(&to->builder, "{");
    for (size_t i = 0; i < count && to->failed.kind != CEL_ERROR && !to->builder.has_failed; i++) {
        builder_add_text(&to->builder, i > 0 ? ", " : "");
        builder_add(&to->builder, entries[i].key);
        builder_add_text(&to->builder, ": ");
        add_value(to, entries[i].value, depth + 1);
    }
    builder_add_text(&to->builder, "}");
}

// Bytes are shown as the text that they hold: a string has no others.
static void add_bytes(struct formatting *to, struct cel_value value)
{
    if (!cel_spend(to->eval, value.as.text.len / 16))
        to->builder.has_failed = true;
    else if (text_is_utf8(value.as.text))
        builder_add(&to->builder, value.as.text);
    else
        to->failed = cel_fail(
            to->eval, CEL_ERROR_ARGUMENT,
            "format: %%s takes bytes that are UTF-8 text, not others");
}

static void add_scalar(struct formatting *to, struct cel_value value)
{
    char text[64];
    size_t len = 0;
    switch (value.kind) {
    case CEL_STRING: builder_add(&to->builder, value.as.text); return;
    case CEL_BYTES: add_bytes(to, value); return;
    case CEL_NULL: builder_add_text(&to->builder, "null"); return;
    case CEL_BOOL: builder_add_text(&to->builder, value.as.boolean ? "true" : "false"); return;
    case CEL_TYPE: builder_add_text(&to->builder, cel_type_name(value.as.type)); return;
    case CEL_INT: len = (size_t)snprintf(text, sizeof(text), "%" PRId64, value.as.integer); break;
    case CEL_UINT:
        len = (size_t)snprintf(text, sizeof(text), "%" PRIu64, value.as.unsigned_integer);
        break;
    case CEL_DOUBLE: len = cel_print_double(value.as.real, text); break;
    case CEL_TIMESTAMP: len = cel_print_timestamp(value, text); break;
    case CEL_DURATION: len = cel_print_duration(value, text); break;
    case CEL_ERROR:
    case CEL_LIST:
    case CEL_MAP: break;
    }
    builder_add(&to->builder, bytes_of(text, len));
}

static void add_value(struct formatting *to, struct cel_value value, uint32_t depth)
{
    if (depth > CEL_NESTING_MAX)
        fail(to, "%s takes values that nest less deep", value);
    else if (value.kind == CEL_LIST)
        add_list(to, value.as.list, depth);
    else if (value.kind == CEL_MAP)
        add_map(to, value.as.map, depth);
    else
        add_scalar(to, value);
}

// --- numbers
static void add_decimal(struct formatting *to, struct cel_value value)
{
    bool is_special = value.kind == CEL_DOUBLE && (isnan(value.as.real) || isinf(value.as.real));
    if (value.kind != CEL_INT && value.kind != CEL_UINT && !is_special)
        fail(to, "%d takes an int or a uint", value);
    else
        add_scalar(to, value);
}

static void add_real(struct formatting *to, struct clause clause, struct cel_value value)
{
    char text[NUMBER_TEXT_MAX];
    int precision = clause.precision < 0 ? 6 : clause.precision;
    if (!cel_is_number(value)) {
        fail(to, clause.verb == 'f' ? "%f takes a number" : "%e takes a number", value);
        return;
    }
    double real = value.as.real;
    if (value.kind == CEL_INT)
        real = (double)value.as.integer;
    else if (value.kind == CEL_UINT)
        real = (double)value.as.unsigned_integer;
    if (isnan(real) || isinf(real)) {
        add_scalar(to, cel_double(real));
        return;
    }
    int len = clause.verb == 'f' ? snprintf(text, sizeof(text), "%.*f", precision, real)
                                 : snprintf(text, sizeof(text), "%.*e", precision, real);
    builder_add(&to->builder, bytes_of(text, (size_t)len));
}

static void add_digits(struct formatting *to, uint64_t value, uint32_t base, bool is_upper)
{
    char text[65];
    size_t at = sizeof(text);
    do {
        text[--at] = (is_upper ? "0123456789ABCDEF" : "0123456789abcdef")[value % base];
        value /= base;
    } while (value > 0);
    builder_add(&to->builder, bytes_of(text + at, sizeof(text) - at));
}

static void add_bytes_as_hex(struct formatting *to, struct bytes bytes, bool is_upper)
{
    const char *digits = is_upper ? "0123456789ABCDEF" : "0123456789abcdef";
    if (!cel_spend(to->eval, bytes.len / 8)) {
        to->builder.has_failed = true;
        return;
    }
    uint8_t *hex = arena_alloc(&to->eval->arena, bytes.len * 2 + 1);
    for (size_t i = 0; i < bytes.len; i++) {
        hex[i * 2] = (uint8_t)digits[bytes.data[i] >> 4];
        hex[i * 2 + 1] = (uint8_t)digits[bytes.data[i] & 15];
    }
    builder_add(&to->builder, bytes_of(hex, bytes.len * 2));
}

// %b %o %x %X
static void add_in_base(struct formatting *to, struct clause clause, struct cel_value value)
{
    bool is_hex = clause.verb == 'x' || clause.verb == 'X';
    uint32_t base = clause.verb == 'b' ? 2 : clause.verb == 'o' ? 8 : 16;
    bool is_upper = clause.verb == 'X';
    if (value.kind == CEL_INT) {
        bool is_negative = value.as.integer < 0;
        if (is_negative)
            builder_add_text(&to->builder, "-");
        uint64_t size = (uint64_t)value.as.integer;
        add_digits(to, is_negative ? 0 - size : size, base, is_upper);
    } else if (value.kind == CEL_UINT) {
        add_digits(to, value.as.unsigned_integer, base, is_upper);
    } else if (is_hex && (value.kind == CEL_STRING || value.kind == CEL_BYTES)) {
        add_bytes_as_hex(to, value.as.text, is_upper);
    } else if (base == 2 && value.kind == CEL_BOOL) {
        builder_add_text(&to->builder, value.as.boolean ? "1" : "0");
    } else {
        fail(
            to,
            base == 2   ? "%b takes an int, a uint or a bool"
            : base == 8 ? "%o takes an int or a uint"
                        : "%x takes an int, a uint, a string or bytes",
            value);
    }
}

static void add_clause(struct formatting *to, struct clause clause, struct cel_value value)
{
    switch (clause.verb) {
    case 's': add_value(to, value, 0); return;
    case 'd': add_decimal(to, value); return;
    case 'f':
    case 'e': add_real(to, clause, value); return;
    case 'b':
    case 'o':
    case 'x':
    case 'X': add_in_base(to, clause, value); return;
    default:
        to->failed = cel_fail(
            to->eval, CEL_ERROR_ARGUMENT,
            "format: after %% comes one of %% s d f e b o x X, not '%c'",
            clause.verb < ' ' || clause.verb > '~' ? '?' : clause.verb);
    }
}

// at is behind the percent sign; returns where the text goes on.
static size_t read_clause(struct formatting *to, struct bytes text, size_t at, struct clause *out)
{
    *out = (struct clause){0, -1};
    if (at < text.len && text.data[at] == '.') {
        out->precision = 0;
        for (at++; at < text.len && text.data[at] >= '0' && text.data[at] <= '9'; at++) {
            if (out->precision <= PRECISION_MAX)
                out->precision = out->precision * 10 + (text.data[at] - '0');
        }
    }
    if (out->precision > PRECISION_MAX)
        to->failed = cel_fail(
            to->eval, CEL_ERROR_ARGUMENT, "format: at most %d digits behind the point",
            PRECISION_MAX);
    else if (at >= text.len)
        to->failed =
            cel_fail(to->eval, CEL_ERROR_ARGUMENT, "format: the text ends in the middle of a '%%'");
    else
        out->verb = text.data[at];
    return at + 1;
}

struct cel_value cel_format(struct cel_eval *eval, const struct cel_value *args, uint32_t count)
{
    if (args[0].kind != CEL_STRING || args[1].kind != CEL_LIST)
        return cel_fail_overload(eval, "format", args, count);
    struct formatting to = {.eval = eval, .builder = {.eval = eval}};
    to.failed = cel_null();
    struct bytes text = args[0].as.text;
    const struct cel_list *values = args[1].as.list;
    size_t used = 0, at = 0;
    while (at < text.len && to.failed.kind != CEL_ERROR && !to.builder.has_failed) {
        const uint8_t *sign = memchr(text.data + at, '%', text.len - at);
        size_t end = sign == NULL ? text.len : (size_t)(sign - text.data);
        builder_add(&to.builder, bytes_of(text.data + at, end - at));
        at = end + 1;
        if (sign == NULL)
            break;
        struct clause clause;
        at = read_clause(&to, text, at, &clause);
        if (to.failed.kind == CEL_ERROR)
            break;
        if (clause.verb == '%' && clause.precision < 0)
            builder_add_text(&to.builder, "%");
        else if (used < values->count)
            add_clause(&to, clause, cel_list_at(eval, values, used++));
        else
            to.failed = cel_fail(
                eval, CEL_ERROR_ARGUMENT, "format: %zu values are given, the text takes more",
                values->count);
    }
    return to.failed.kind == CEL_ERROR ? to.failed : builder_string(&to.builder);
}
