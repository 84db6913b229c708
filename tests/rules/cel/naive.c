#include "tests/rules/cel/naive.h"

#include <float.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef naive_wide wide;

struct naive naive_error(void)
{
    return (struct naive){.kind = NAIVE_ERROR};
}

struct naive naive_bool(bool boolean)
{
    return (struct naive){.kind = NAIVE_BOOL, .boolean = boolean};
}

struct naive naive_int(int64_t integer)
{
    return (struct naive){.kind = NAIVE_INT, .integer = integer};
}

static struct naive real(double value)
{
    return (struct naive){.kind = NAIVE_DOUBLE, .real = value};
}

static bool is_number(struct naive value)
{
    return value.kind == NAIVE_INT || value.kind == NAIVE_UINT || value.kind == NAIVE_DOUBLE;
}

static wide wide_of(struct naive value)
{
    return value.kind == NAIVE_INT ? (wide)value.integer : (wide)value.whole;
}

static double real_of(struct naive value)
{
    if (value.kind == NAIVE_DOUBLE)
        return value.real;
    return value.kind == NAIVE_INT ? (double)value.integer : (double)value.whole;
}

// Two of the kinds, one for each letter: b i u d s l m t h, n for any number.
static bool are(const struct naive *args, const char *kinds)
{
    static const char letters[] = "?biudslmth";
    for (size_t i = 0; kinds[i] != '\0'; i++) {
        if (kinds[i] != letters[args[i].kind] && !(kinds[i] == 'n' && is_number(args[i])))
            return false;
    }
    return true;
}

// --- arithmetic
static struct naive of_wide(enum naive_kind kind, wide value)
{
    if (kind == NAIVE_INT)
        return value < INT64_MIN || value > INT64_MAX ? naive_error() : naive_int((int64_t)value);
    if (value < 0 || value > (wide)UINT64_MAX)
        return naive_error();
    return (struct naive){.kind = NAIVE_UINT, .whole = (uint64_t)value};
}

static bool are_whole(const struct naive *args)
{
    return are(args, "ii") || are(args, "uu");
}

static bool are_mixed(const struct naive *args)
{
    return are(args, "nd") || are(args, "dn");
}

static struct naive joined(struct arena *arena, const struct naive *args)
{
    struct naive sum = args[0];
    size_t item = sum.kind == NAIVE_STRING ? sizeof(uint32_t) : sizeof(struct naive);
    uint8_t *all = arena_alloc(arena, (args[0].count + args[1].count) * item + 1);
    for (size_t i = 0, at = 0; i < 2; at += args[i].count * item, i++) {
        const void *from =
            sum.kind == NAIVE_STRING ? (const void *)args[i].points : (const void *)args[i].items;
        if (args[i].count > 0)
            memcpy(all + at, from, args[i].count * item);
    }
    sum.points = sum.kind == NAIVE_STRING ? (const void *)all : NULL;
    sum.items = sum.kind == NAIVE_STRING ? NULL : (const void *)all;
    sum.count += args[1].count;
    return sum;
}

struct naive naive_add(struct arena *arena, const struct naive *args, size_t count)
{
    (void)count;
    if (are_whole(args))
        return of_wide(args[0].kind, wide_of(args[0]) + wide_of(args[1]));
    if (are_mixed(args))
        return real(real_of(args[0]) + real_of(args[1]));
    return are(args, "ss") || are(args, "ll") ? joined(arena, args)
                                              : naive_add_times(args[0], args[1]);
}

struct naive naive_subtract(struct arena *arena, const struct naive *args, size_t count)
{
    (void)arena, (void)count;
    if (are_whole(args))
        return of_wide(args[0].kind, wide_of(args[0]) - wide_of(args[1]));
    return are_mixed(args) ? real(real_of(args[0]) - real_of(args[1]))
                           : naive_subtract_times(args[0], args[1]);
}

struct naive naive_multiply(struct arena *arena, const struct naive *args, size_t count)
{
    (void)arena, (void)count;
    if (are(args, "uu")) // a product of two uints may be too wide for the wide type's sign
        return args[1].whole != 0 && args[0].whole > UINT64_MAX / args[1].whole
                   ? naive_error()
                   : of_wide(NAIVE_UINT, wide_of(args[0]) * wide_of(args[1]));
    if (are(args, "ii"))
        return of_wide(NAIVE_INT, wide_of(args[0]) * wide_of(args[1]));
    return are_mixed(args) ? real(real_of(args[0]) * real_of(args[1])) : naive_error();
}

struct naive naive_divide(struct arena *arena, const struct naive *args, size_t count)
{
    (void)arena, (void)count;
    if (are_mixed(args))
        return real(real_of(args[0]) / real_of(args[1]));
    if (!are_whole(args) || wide_of(args[1]) == 0)
        return naive_error();
    return of_wide(args[0].kind, wide_of(args[0]) / wide_of(args[1]));
}

struct naive naive_modulo(struct arena *arena, const struct naive *args, size_t count)
{
    (void)arena, (void)count;
    if (!are_whole(args) || wide_of(args[1]) == 0)
        return naive_error();
    if (args[0].kind == NAIVE_INT && args[0].integer == INT64_MIN && args[1].integer == -1)
        return naive_error(); // as the division that it is the rest of
    return of_wide(args[0].kind, wide_of(args[0]) % wide_of(args[1]));
}

struct naive naive_negate(struct arena *arena, const struct naive *args, size_t count)
{
    (void)arena, (void)count;
    if (are(args, "d"))
        return real(-args[0].real);
    return are(args, "i") ? of_wide(NAIVE_INT, -wide_of(args[0])) : naive_error();
}

struct naive naive_not(struct arena *arena, const struct naive *args, size_t count)
{
    (void)arena, (void)count;
    return are(args, "b") ? naive_bool(!args[0].boolean) : naive_error();
}

// --- order and equality
enum order { ORDER_NONE, ORDER_BELOW, ORDER_SAME, ORDER_ABOVE };

static enum order order_of(bool is_below, bool is_above)
{
    return is_below ? ORDER_BELOW : is_above ? ORDER_ABOVE : ORDER_SAME;
}

static enum order order_texts(struct naive a, struct naive b)
{
    for (size_t i = 0; i < a.count && i < b.count; i++) {
        if (a.points[i] != b.points[i])
            return order_of(a.points[i] < b.points[i], true);
    }
    return order_of(a.count<b.count, a.count> b.count);
}

// Exact, since a long double has room for 64 bits at least; but the largest int and uint equal the power of two
// above them when they meet it, as cel-spec has it.
static long double long_of(struct naive value, struct naive other)
{
    if (value.kind == NAIVE_DOUBLE)
        return value.real;
    if (value.kind == NAIVE_INT && value.integer == INT64_MAX && other.real == ldexp(1, 63))
        return other.real;
    if (value.kind == NAIVE_UINT && value.whole == UINT64_MAX && other.real == ldexp(1, 64))
        return other.real;
    return value.kind == NAIVE_INT ? (long double)value.integer : (long double)value.whole;
}

_Static_assert(LDBL_MANT_DIG >= 64, "whole numbers fit");

// ORDER_NONE for kinds without an order, and for a NaN.
static enum order order_values(struct naive a, struct naive b)
{
    const struct naive args[2] = {a, b};
    if (are_mixed(args)) {
        long double first = long_of(a, b), second = long_of(b, a);
        if (isnan(first) || isnan(second))
            return ORDER_NONE;
        return order_of(first<second, first> second);
    }
    if (are(args, "nn"))
        return order_of(wide_of(a) < wide_of(b), wide_of(a) > wide_of(b));
    if (are(args, "bb"))
        return order_of(a.boolean<b.boolean, a.boolean> b.boolean);
    if (are(args, "tt") || are(args, "hh"))
        return order_of(a.nanos<b.nanos, a.nanos> b.nanos);
    return are(args, "ss") ? order_texts(a, b) : ORDER_NONE;
}

static bool same(struct naive a, struct naive b)
{
    if (a.kind == NAIVE_LIST && b.kind == NAIVE_LIST) {
        bool is_same = a.count == b.count;
        for (size_t i = 0; is_same && i < a.count; i++)
            is_same = same(a.items[i], b.items[i]);
        return is_same;
    }
    if (a.kind == NAIVE_MAP && b.kind == NAIVE_MAP) {
        bool is_same = a.count == b.count;
        for (size_t i = 0; is_same && i < a.count; i++) {
            struct naive other;
            is_same = naive_find(b, a.items[2 * i], &other) && same(a.items[2 * i + 1], other);
        }
        return is_same;
    }
    return order_values(a, b) == ORDER_SAME;
}

struct naive naive_equal(struct arena *arena, const struct naive *args, size_t count)
{
    (void)arena, (void)count;
    return naive_bool(same(args[0], args[1]));
}

struct naive naive_differ(struct arena *arena, const struct naive *args, size_t count)
{
    (void)arena, (void)count;
    return naive_bool(!same(args[0], args[1]));
}

// Whether the order of the two is one of two; with a NaN it is none, which is no error.
static struct naive ordered(const struct naive *args, enum order wanted, enum order or_wanted)
{
    if (!are(args, "nn") && order_values(args[0], args[1]) == ORDER_NONE)
        return naive_error();
    enum order order = order_values(args[0], args[1]);
    return naive_bool(order == wanted || order == or_wanted);
}

struct naive naive_less(struct arena *arena, const struct naive *args, size_t count)
{
    (void)arena, (void)count;
    return ordered(args, ORDER_BELOW, ORDER_BELOW);
}

struct naive naive_less_equal(struct arena *arena, const struct naive *args, size_t count)
{
    (void)arena, (void)count;
    return ordered(args, ORDER_BELOW, ORDER_SAME);
}

struct naive naive_greater(struct arena *arena, const struct naive *args, size_t count)
{
    (void)arena, (void)count;
    return ordered(args, ORDER_ABOVE, ORDER_ABOVE);
}

struct naive naive_greater_equal(struct arena *arena, const struct naive *args, size_t count)
{
    (void)arena, (void)count;
    return ordered(args, ORDER_ABOVE, ORDER_SAME);
}

// --- lists and maps
// A number that is whole as a wide one; exact, whatever its kind.
static bool whole(struct naive value, wide *out)
{
    if (value.kind == NAIVE_INT || value.kind == NAIVE_UINT) {
        *out = wide_of(value);
        return true;
    }
    if (value.kind != NAIVE_DOUBLE || !(fabs(value.real) < 1e20) || trunc(value.real) != value.real)
        return false;
    *out = (wide)value.real;
    return true;
}

static bool same_key(struct naive a, struct naive b)
{
    wide first, second;
    if (is_number(a) && is_number(b))
        return whole(a, &first) && whole(b, &second) && first == second;
    return a.kind == b.kind && order_values(a, b) == ORDER_SAME;
}

bool naive_find(struct naive map, struct naive key, struct naive *value_out)
{
    for (size_t i = 0; i < map.count; i++) {
        if (same_key(map.items[2 * i], key)) {
            *value_out = map.items[2 * i + 1];
            return true;
        }
    }
    return false;
}

struct naive naive_list(struct arena *arena, const struct naive *args, size_t count)
{
    struct naive *items = arena_alloc(arena, count * sizeof(*items) + 1);
    if (count > 0)
        memcpy(items, args, count * sizeof(*items));
    return (struct naive){.kind = NAIVE_LIST, .items = items, .count = count};
}

struct naive naive_map(struct arena *arena, const struct naive *args, size_t count)
{
    struct naive map = naive_list(arena, args, count);
    map.kind = NAIVE_MAP;
    for (map.count = 0; map.count < count / 2; map.count++) {
        struct naive key = args[2 * map.count], found;
        bool is_key = are(&key, "b") || are(&key, "i") || are(&key, "u") || are(&key, "s");
        if (!is_key || naive_find(map, key, &found))
            return naive_error();
    }
    return map;
}

struct naive naive_in(struct arena *arena, const struct naive *args, size_t count)
{
    (void)arena, (void)count;
    struct naive found;
    if (args[1].kind == NAIVE_MAP)
        return naive_bool(naive_find(args[1], args[0], &found));
    if (args[1].kind != NAIVE_LIST)
        return naive_error();
    for (size_t i = 0; i < args[1].count; i++) {
        if (same(args[0], args[1].items[i]))
            return naive_bool(true);
    }
    return naive_bool(false);
}

struct naive naive_at(struct arena *arena, const struct naive *args, size_t count)
{
    (void)arena, (void)count;
    struct naive found;
    wide index;
    if (args[0].kind == NAIVE_MAP)
        return naive_find(args[0], args[1], &found) ? found : naive_error();
    if (args[0].kind != NAIVE_LIST || !whole(args[1], &index) || index < 0 ||
        index >= (wide)args[0].count)
        return naive_error();
    return args[0].items[(size_t)index];
}

struct naive naive_size(struct arena *arena, const struct naive *args, size_t count)
{
    (void)arena, (void)count;
    bool has_size = are(args, "s") || are(args, "l") || are(args, "m");
    return has_size ? naive_int((int64_t)args[0].count) : naive_error();
}

// Items or characters begin to end, when those are places in it.
static struct naive part(struct naive whole, struct naive begin, struct naive end)
{
    if (begin.integer < 0 || end.integer < begin.integer || end.integer > (int64_t)whole.count)
        return naive_error();
    whole.points = whole.points == NULL ? NULL : whole.points + begin.integer;
    whole.items = whole.items == NULL ? NULL : whole.items + begin.integer;
    whole.count = (size_t)(end.integer - begin.integer);
    return whole;
}

struct naive naive_slice(struct arena *arena, const struct naive *args, size_t count)
{
    (void)arena, (void)count;
    return are(args, "lii") ? part(args[0], args[1], args[2]) : naive_error();
}

struct naive naive_reverse(struct arena *arena, const struct naive *args, size_t count)
{
    (void)count;
    if (!are(args, "l") && !are(args, "s"))
        return naive_error();
    struct naive reversed = args[0];
    size_t last = reversed.count - 1;
    if (reversed.kind == NAIVE_STRING) {
        uint32_t *points = arena_alloc(arena, reversed.count * sizeof(*points) + 1);
        for (size_t i = 0; i < reversed.count; i++)
            points[i] = args[0].points[last - i];
        reversed.points = points;
    } else {
        struct naive *items = arena_alloc(arena, reversed.count * sizeof(*items) + 1);
        for (size_t i = 0; i < reversed.count; i++)
            items[i] = args[0].items[last - i];
        reversed.items = items;
    }
    return reversed;
}

struct naive naive_distinct(struct arena *arena, const struct naive *args, size_t count)
{
    (void)count;
    if (!are(args, "l"))
        return naive_error();
    struct naive *items = arena_alloc(arena, args[0].count * sizeof(*items) + 1);
    struct naive kept[2] = {args[0], {.kind = NAIVE_LIST, .items = items}};
    for (size_t i = 0; i < args[0].count; i++) {
        const struct naive asked[2] = {args[0].items[i], kept[1]};
        if (!naive_in(arena, asked, 2).boolean)
            items[kept[1].count++] = args[0].items[i];
    }
    return kept[1];
}

struct naive naive_first(struct arena *arena, const struct naive *args, size_t count)
{
    (void)arena, (void)count;
    return are(args, "l") && args[0].count > 0 ? args[0].items[0] : naive_error();
}

struct naive naive_last(struct arena *arena, const struct naive *args, size_t count)
{
    (void)arena, (void)count;
    return are(args, "l") && args[0].count > 0 ? args[0].items[args[0].count - 1] : naive_error();
}

// How many of the second list the first holds.
static size_t held(struct arena *arena, const struct naive *args)
{
    size_t found = 0;
    for (size_t i = 0; i < args[1].count; i++) {
        const struct naive asked[2] = {args[1].items[i], args[0]};
        found += naive_in(arena, asked, 2).boolean;
    }
    return found;
}

struct naive naive_has_any(struct arena *arena, const struct naive *args, size_t count)
{
    (void)count;
    return are(args, "ll") ? naive_bool(held(arena, args) > 0) : naive_error();
}

struct naive naive_has_all(struct arena *arena, const struct naive *args, size_t count)
{
    (void)count;
    return are(args, "ll") ? naive_bool(held(arena, args) == args[1].count) : naive_error();
}

// --- sorting
static bool is_nan(struct naive value)
{
    return value.kind == NAIVE_DOUBLE && isnan(value.real);
}

struct naive naive_sort_by(
    struct arena *arena, const struct naive *items, const struct naive *keys, size_t count)
{
    struct naive sorted = naive_list(arena, items, count);
    struct naive *to = arena_alloc(arena, count * sizeof(*to) + 1);
    struct naive *by = arena_alloc(arena, count * sizeof(*by) + 1);
    for (size_t i = 0; i < count; i++) {
        size_t at = i;
        for (size_t j = 0; j < i; j++) {
            const struct naive pair[2] = {keys[j], keys[i]};
            if (ordered(pair, ORDER_BELOW, ORDER_BELOW).kind == NAIVE_ERROR)
                return naive_error();
        }
        for (; at > 0; at--) {
            bool is_before = is_nan(keys[i]) ? !is_nan(by[at - 1])
                                             : order_values(keys[i], by[at - 1]) == ORDER_BELOW;
            if (!is_before)
                break;
            to[at] = to[at - 1];
            by[at] = by[at - 1];
        }
        to[at] = items[i];
        by[at] = keys[i];
    }
    sorted.items = to;
    return sorted;
}

struct naive naive_sort(struct arena *arena, const struct naive *args, size_t count)
{
    (void)count;
    return are(args, "l") ? naive_sort_by(arena, args[0].items, args[0].items, args[0].count)
                          : naive_error();
}

// --- conversions
struct naive naive_same(struct arena *arena, const struct naive *args, size_t count)
{
    (void)arena, (void)count;
    return args[0];
}

// A decimal number, whole or not, and nothing else.
static bool read_text(struct naive text, char to[64])
{
    if (text.count == 0 || text.count > 62 ||
        strchr("-0123456789.IN", (char)text.points[0]) == NULL)
        return false;
    for (size_t i = 0; i < text.count; i++)
        to[i] = text.points[i] < 0x80 ? (char)text.points[i] : '?';
    to[text.count] = '\0';
    return true;
}

static struct naive whole_of_text(enum naive_kind kind, struct naive text)
{
    char digits[64];
    wide value = 0;
    if (!read_text(text, digits))
        return naive_error();
    size_t first = kind == NAIVE_INT && digits[0] == '-';
    for (size_t i = first; i < text.count; i++) {
        if (digits[i] < '0' || digits[i] > '9' || i > 30)
            return naive_error();
        value = value * 10 + (digits[i] - '0');
    }
    return text.count == first ? naive_error() : of_wide(kind, first == 1 ? -value : value);
}

struct naive naive_to_int(struct arena *arena, const struct naive *args, size_t count)
{
    (void)arena, (void)count;
    double limit = ldexp(1, 63);
    if (are(args, "t"))
        return naive_int(naive_seconds_of(args[0]));
    if (are(args, "s"))
        return whole_of_text(NAIVE_INT, args[0]);
    if (are(args, "d"))
        return args[0].real > -limit && args[0].real < limit ? naive_int((int64_t)args[0].real)
                                                             : naive_error();
    return are(args, "n") ? of_wide(NAIVE_INT, wide_of(args[0])) : naive_error();
}

struct naive naive_to_uint(struct arena *arena, const struct naive *args, size_t count)
{
    (void)arena, (void)count;
    if (are(args, "s"))
        return whole_of_text(NAIVE_UINT, args[0]);
    if (are(args, "d"))
        return args[0].real >= 0 && args[0].real < ldexp(1, 64)
                   ? of_wide(NAIVE_UINT, (wide)args[0].real)
                   : naive_error();
    return are(args, "n") ? of_wide(NAIVE_UINT, wide_of(args[0])) : naive_error();
}

struct naive naive_to_double(struct arena *arena, const struct naive *args, size_t count)
{
    (void)arena, (void)count;
    char digits[64], *end = digits;
    if (!are(args, "s"))
        return are(args, "n") ? real(real_of(args[0])) : naive_error();
    double value = read_text(args[0], digits) ? strtod(digits, &end) : 0;
    return end > digits && *end == '\0' ? real(value) : naive_error();
}

// The shortest decimal that reads back; no exponent from 1e-6 to below 1e21.
static void print_real(double value, char *to, size_t size)
{
    char text[40], digits[40];
    int precision = 0, used = 0, power = 0;
    const char *sign = signbit(value) ? "-" : "";
    if (isnan(value) || isinf(value)) {
        (void)snprintf(to, size, "%s", isnan(value) ? "NaN" : value < 0 ? "-Infinity" : "Infinity");
        return;
    }
    do {
        (void)snprintf(text, sizeof(text), "%.*e", precision, fabs(value));
    } while (strtod(text, NULL) != fabs(value) && precision++ < 17);
    (void)sscanf(strchr(text, 'e') + 1, "%d", &power);
    for (const char *at = text; *at != 'e'; at++) {
        if (*at != '.')
            digits[used++] = *at;
    }
    digits[used] = '\0';
    const char *after = digits + (power < used ? power + 1 : used);
    if (value != 0 && (power < -6 || power >= 21))
        (void)snprintf(
            to, size, "%s%c%s%se%+03d", sign, digits[0], used > 1 ? "." : "", digits + 1, power);
    else if (power < 0)
        (void)snprintf(to, size, "%s0.%.*d%s", sign, -power - 1, 0, digits);
    else
        (void)snprintf(
            to, size, "%s%.*s%.*s%s%s", sign, power + 1, digits,
            power + 1 > used ? power + 1 - used : 0, "000000000000000000000",
            *after == '\0' ? "" : ".", after);
}

struct naive naive_to_string(struct arena *arena, const struct naive *args, size_t count)
{
    char digits[64];
    (void)count;
    if (are(args, "s"))
        return args[0];
    if (are(args, "b"))
        (void)snprintf(digits, sizeof(digits), "%s", args[0].boolean ? "true" : "false");
    else if (are(args, "i"))
        (void)snprintf(digits, sizeof(digits), "%lld", (long long)args[0].integer);
    else if (are(args, "u"))
        (void)snprintf(digits, sizeof(digits), "%llu", (unsigned long long)args[0].whole);
    else if (are(args, "d"))
        print_real(args[0].real, digits, sizeof(digits));
    else if (are(args, "t") || are(args, "h"))
        naive_print_time(args[0], digits, sizeof(digits));
    else
        return naive_error();
    struct naive text = {.kind = NAIVE_STRING, .count = strlen(digits)};
    uint32_t *points = arena_alloc(arena, text.count * sizeof(*points) + 1);
    for (size_t i = 0; i < text.count; i++)
        points[i] = (uint32_t)digits[i];
    text.points = points;
    return text;
}

// --- text
static bool stands_at(const struct naive *args, size_t at)
{
    struct naive text = args[0], word = args[1];
    if (at + word.count > text.count)
        return false;
    for (size_t i = 0; i < word.count; i++) {
        if (text.points[at + i] != word.points[i])
            return false;
    }
    return true;
}

struct naive naive_index_of(struct arena *arena, const struct naive *args, size_t count)
{
    (void)arena, (void)count;
    if (!are(args, "ss"))
        return naive_error();
    for (size_t i = 0; i + args[1].count <= args[0].count; i++) {
        if (stands_at(args, i))
            return naive_int((int64_t)i);
    }
    return naive_int(-1);
}

struct naive naive_contains(struct arena *arena, const struct naive *args, size_t count)
{
    struct naive at = naive_index_of(arena, args, count);
    return at.kind == NAIVE_ERROR ? at : naive_bool(at.integer >= 0);
}

struct naive naive_starts(struct arena *arena, const struct naive *args, size_t count)
{
    (void)arena, (void)count;
    return are(args, "ss") ? naive_bool(stands_at(args, 0)) : naive_error();
}

struct naive naive_ends(struct arena *arena, const struct naive *args, size_t count)
{
    (void)arena, (void)count;
    if (!are(args, "ss"))
        return naive_error();
    return naive_bool(
        args[1].count <= args[0].count && stands_at(args, args[0].count - args[1].count));
}

// Of the place behind the last character it is empty.
struct naive naive_char_at(struct arena *arena, const struct naive *args, size_t count)
{
    (void)arena, (void)count;
    if (!are(args, "si"))
        return naive_error();
    bool is_end = args[1].integer == (int64_t)args[0].count;
    if (args[1].integer < 0 || args[1].integer > (int64_t)args[0].count)
        return naive_error();
    return part(args[0], args[1], naive_int(args[1].integer + !is_end));
}

struct naive naive_substring(struct arena *arena, const struct naive *args, size_t count)
{
    (void)arena, (void)count;
    return are(args, "sii") ? part(args[0], args[1], args[2]) : naive_error();
}

struct naive naive_upper(struct arena *arena, const struct naive *args, size_t count)
{
    (void)count;
    if (!are(args, "s"))
        return naive_error();
    struct naive upper = args[0];
    uint32_t *points = arena_alloc(arena, upper.count * sizeof(*points) + 1);
    for (size_t i = 0; i < upper.count; i++) {
        uint32_t point = args[0].points[i];
        points[i] = point >= 'a' && point <= 'z' ? point - 'a' + 'A' : point;
    }
    upper.points = points;
    return upper;
}
