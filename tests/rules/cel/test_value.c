// Lists, maps, equality and order of values.
#include <float.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "rules/cel/eval.h"
#include "rules/cel/type.h"

#include "tests/support/suite.h"

static struct cel_eval eval;

static void begin(void)
{
    eval = (struct cel_eval){.cost_left = CEL_COST_MAX};
}

static void end(void)
{
    cel_eval_free(&eval);
}

static struct cel_value text(const char *text)
{
    return cel_string(bytes_text(text));
}

// "key 7" in the arena.
static struct cel_value numbered(size_t number)
{
    char key[32];
    (void)snprintf(key, sizeof(key), "key %zu", number);
    return text(arena_text(&eval.arena, bytes_text(key)));
}

static struct cel_value map_of(const struct cel_pair *pairs, size_t count)
{
    struct cel_value map;
    size_t wrong;
    ck_assert(cel_map_of(&eval.arena, pairs, count, &map, &wrong));
    return map;
}

// --- numbers
#define TWO_TO_53 9007199254740992.0
#define TWO_TO_63 9223372036854775808.0
#define TWO_TO_64 18446744073709551616.0
enum { BELOW = -1, SAME = 0, ABOVE = 1, NEITHER = 2 };

static const struct order_case {
    struct cel_value a, b;
    int order;
} order_cases[] = {
#define I(x)                               \
    {                                      \
        .kind = CEL_INT, .as.integer = (x) \
    }
#define U(x)                                         \
    {                                                \
        .kind = CEL_UINT, .as.unsigned_integer = (x) \
    }
#define D(x)                               \
    {                                      \
        .kind = CEL_DOUBLE, .as.real = (x) \
    }
    {I(1), I(2), BELOW},
    {I(INT64_MIN), I(INT64_MAX), BELOW},
    {U(1), U(UINT64_MAX), BELOW},
    {I(-1), U(0), BELOW},
    {I(5), U(5), SAME},
    {I(INT64_MAX), U((uint64_t)INT64_MAX + 1), BELOW},
    {I(INT64_MIN), U(UINT64_MAX), BELOW},
    {D(1.5), D(1.5), SAME},
    {D(-0.0), D(0.0), SAME},
    {D(NAN), D(NAN), NEITHER},
    {D(NAN), I(0), NEITHER},
    {U(0), D(NAN), NEITHER},
    {D(INFINITY), I(INT64_MAX), ABOVE},
    {D(-INFINITY), I(INT64_MIN), BELOW},
    {D(-INFINITY), U(0), BELOW},
    {D(INFINITY), U(UINT64_MAX), ABOVE},
    {I(1), D(1.0), SAME},
    {I(1), D(1.5), BELOW},
    {I(-1), D(-1.5), ABOVE},
    {I(0), D(-0.0), SAME},
    {I(0), D(DBL_TRUE_MIN), BELOW},
    {I(0), D(-DBL_TRUE_MIN), ABOVE},
    {U(0), D(-DBL_TRUE_MIN), ABOVE},
    {U(2), D(1.5), ABOVE},
    {I((INT64_C(1) << 53) + 1), D(TWO_TO_53), ABOVE},
    {I(INT64_C(1) << 53), D(TWO_TO_53), SAME},
    {U((UINT64_C(1) << 53) + 1), D(TWO_TO_53), ABOVE},
    {I(-(INT64_C(1) << 53) - 1), D(-TWO_TO_53), BELOW},
    {I(INT64_MIN), D(-TWO_TO_63), SAME},
    {I(INT64_MIN), D(-TWO_TO_63 - 2048), ABOVE},
    {I(INT64_MAX), D(TWO_TO_63), SAME}, // the suite's: gte_dyn_int_big_lossy_double
    {I(INT64_MAX - 1), D(TWO_TO_63), BELOW},
    {I(INT64_MAX), D(TWO_TO_63 + 2048), BELOW},
    {I(INT64_MAX), D(TWO_TO_63 - 1024), ABOVE},
    {U(UINT64_C(1) << 63), D(TWO_TO_63), SAME},
    {U(UINT64_MAX), D(TWO_TO_64), SAME},
    {U(UINT64_MAX - 1), D(TWO_TO_64), BELOW},
    {U(UINT64_MAX), D(TWO_TO_64 - 2048), ABOVE},
#undef I
#undef U
#undef D
};

enum { ORDER_COUNT = sizeof(order_cases) / sizeof(order_cases[0]) };

START_TEST(numbers_have_one_order_across_their_types)
{
    const struct order_case *test = &order_cases[_i];
    begin();
    int there = NEITHER, back = NEITHER;
    ck_assert_int_eq(cel_compare(test->a, test->b, &there), test->order != NEITHER);
    ck_assert_int_eq(cel_compare(test->b, test->a, &back), test->order != NEITHER);
    if (test->order != NEITHER) {
        ck_assert_int_eq((there > 0) - (there < 0), test->order);
        ck_assert_int_eq((back > 0) - (back < 0), -test->order);
    }
    ck_assert_int_eq(cel_equal(&eval, test->a, test->b), test->order == SAME);
    ck_assert_int_eq(cel_equal(&eval, test->b, test->a), test->order == SAME);
    end();
}
END_TEST

START_TEST(only_values_of_one_kind_have_an_order)
{
    int order = 0;
    ck_assert(cel_compare(text("a"), text("ab"), &order) && order < 0);
    ck_assert(cel_compare(text("b"), text("ab"), &order) && order > 0);
    ck_assert(cel_compare(cel_bool(false), cel_bool(true), &order) && order < 0);
    ck_assert(
        cel_compare(cel_bytes(BYTES_LITERAL("\x80")), cel_bytes(BYTES_LITERAL("\x7f")), &order) &&
        order > 0);
    ck_assert(!cel_compare(text("1"), cel_int(1), &order));
    ck_assert(!cel_compare(cel_null(), cel_null(), &order));
    ck_assert(!cel_compare(text("a"), cel_bytes(BYTES_LITERAL("a")), &order));
    ck_assert(!cel_compare(cel_bool(true), cel_int(1), &order));
}
END_TEST

// --- maps
// Above the size from which maps have an index, and below it.
static const size_t map_sizes[] = {0, 1, 8, 9, 100, 5000};

START_TEST(a_map_finds_each_key_and_no_other)
{
    size_t count = map_sizes[_i];
    begin();
    struct cel_pair *pairs = arena_alloc(&eval.arena, (count + 1) * sizeof(*pairs));
    for (size_t i = 0; i < count; i++) {
        struct cel_value number = i % 4 < 2 ? cel_int((int64_t)i - 50) : cel_uint(i + 10000);
        pairs[i] = (struct cel_pair){i % 2 == 0 ? numbered(i) : number, cel_int((int64_t)i)};
    }
    struct cel_value map = map_of(pairs, count), found;
    for (size_t i = 0; i < count; i++) {
        ck_assert(cel_map_find(&eval, map.as.map, pairs[i].key, &found));
        ck_assert_int_eq(found.as.integer, (int64_t)i);
        struct cel_value key, value;
        cel_map_at(&eval, map.as.map, i, &key, &value); // in the order written
        ck_assert_int_eq(value.as.integer, (int64_t)i);
        ck_assert(cel_equal(&eval, key, pairs[i].key));
        ck_assert_int_eq(
            cel_map_find(&eval, map.as.map, numbered(i + 1), &found),
            (i + 1) % 2 == 0 && i + 1 < count);
    }
    ck_assert(!cel_map_find(&eval, map.as.map, cel_bool(true), &found));
    ck_assert(!cel_map_find(&eval, map.as.map, cel_null(), &found));
    ck_assert(!cel_map_find(&eval, map.as.map, cel_double(NAN), &found));
    end();
}
END_TEST

START_TEST(numbers_that_are_equal_are_one_key)
{
    begin();
    struct cel_pair pairs[20];
    for (size_t i = 0; i < 20; i++)
        pairs[i] = (struct cel_pair){cel_uint(i), numbered(i)};
    for (size_t count = 4; count <= 20; count += 16) { // without an index and with it
        struct cel_value map = map_of(pairs, count), found;
        ck_assert(cel_map_find(&eval, map.as.map, cel_int(3), &found));
        ck_assert(cel_equal(&eval, found, numbered(3)));
        ck_assert(cel_map_find(&eval, map.as.map, cel_double(3.0), &found));
        ck_assert(cel_map_find(&eval, map.as.map, cel_double(-0.0), &found));
        ck_assert(!cel_map_find(&eval, map.as.map, cel_double(3.5), &found));
        ck_assert(!cel_map_find(&eval, map.as.map, cel_int(-3), &found));
        ck_assert(!cel_map_find(&eval, map.as.map, cel_double(1e300), &found));
        ck_assert(!cel_map_find(&eval, map.as.map, cel_double(INFINITY), &found));
        ck_assert(!cel_map_find(&eval, map.as.map, text("3"), &found));
    }
    end();
}
END_TEST

START_TEST(a_map_refuses_a_key_that_is_there_or_cannot_be_one)
{
    begin();
    const struct cel_value wrong_keys[] = {
        cel_int(2),
        cel_uint(2),
        text("two"),
        cel_double(7.5),
        cel_null(),
        cel_bool(false),
        cel_bytes(BYTES_LITERAL("x")),
        cel_list_of(&eval.arena, NULL, 0)};
    struct cel_pair pairs[20];
    for (size_t i = 0; i < 20; i++)
        pairs[i] = (struct cel_pair){cel_int((int64_t)i), cel_null()};
    pairs[0].key = text("two");
    pairs[1].key = cel_bool(false);
    for (size_t i = 0; i < sizeof(wrong_keys) / sizeof(wrong_keys[0]); i++) {
        for (size_t at = 5; at < 20; at += 13) {
            struct cel_pair kept = pairs[at];
            struct cel_value map;
            size_t wrong = SIZE_MAX;
            pairs[at].key = wrong_keys[i];
            ck_assert(!cel_map_of(&eval.arena, pairs, at + 1, &map, &wrong));
            ck_assert_uint_eq(wrong, at);
            pairs[at] = kept;
        }
    }
    end();
}
END_TEST

// --- equality
START_TEST(lists_are_equal_element_by_element)
{
    begin();
    const struct cel_value ints[] = {cel_int(1), cel_int(2), cel_int(3)};
    const struct cel_value mixed[] = {cel_uint(1), cel_double(2.0), cel_int(3)};
    const struct cel_value nans[] = {cel_double(NAN)};
    struct cel_value list = cel_list_of(&eval.arena, ints, 3);
    ck_assert(cel_equal(&eval, list, cel_list_of(&eval.arena, mixed, 3)));
    ck_assert(!cel_equal(&eval, list, cel_list_of(&eval.arena, ints, 2)));
    ck_assert(!cel_equal(&eval, list, cel_int(1)));
    struct cel_value nan_list = cel_list_of(&eval.arena, nans, 1);
    ck_assert(!cel_equal(&eval, nan_list, nan_list));
    ck_assert(
        cel_equal(&eval, cel_list_of(&eval.arena, NULL, 0), cel_list_of(&eval.arena, NULL, 0)));
    end();
}
END_TEST

START_TEST(maps_are_equal_in_any_order)
{
    begin();
    enum { COUNT = 30 };
    struct cel_pair forth[COUNT], back[COUNT];
    for (size_t i = 0; i < COUNT; i++) {
        forth[i] = (struct cel_pair){cel_int((int64_t)i), numbered(i)};
        back[COUNT - 1 - i] = (struct cel_pair){cel_uint(i), numbered(i)};
    }
    ck_assert(cel_equal(&eval, map_of(forth, COUNT), map_of(back, COUNT)));
    ck_assert(cel_equal(&eval, map_of(forth, 0), map_of(back, 0)));
    ck_assert(!cel_equal(&eval, map_of(forth, 5), map_of(back, 5))); // other keys
    ck_assert(!cel_equal(&eval, map_of(forth, COUNT), map_of(back, COUNT - 1)));
    back[3].value = text("other");
    ck_assert(!cel_equal(&eval, map_of(forth, COUNT), map_of(back, COUNT)));
    end();
}
END_TEST

START_TEST(other_kinds_are_equal_by_what_they_are)
{
    begin();
    struct cel_value early, late;
    ck_assert(cel_timestamp_of(5, 1, &early) && cel_timestamp_of(5, 2, &late));
    ck_assert(!cel_equal(&eval, early, late) && cel_equal(&eval, early, early));
    ck_assert(cel_equal(&eval, cel_null(), cel_null()));
    ck_assert(!cel_equal(&eval, cel_null(), cel_bool(false)));
    ck_assert(!cel_equal(&eval, cel_bool(true), cel_int(1)));
    ck_assert(!cel_equal(&eval, text("a"), cel_bytes(BYTES_LITERAL("a"))));
    ck_assert(cel_equal(
        &eval, cel_type_value(cel_type_list(&eval.arena, &cel_type_int)),
        cel_type_value(cel_type_list(&eval.arena, &cel_type_string))));
    ck_assert(!cel_equal(&eval, cel_type_value(&cel_type_int), cel_type_value(&cel_type_uint)));
    end();
}
END_TEST

// [[…], […]], in which both are the same list, is walked in 2^depth steps.
START_TEST(equality_costs_what_it_compares)
{
    begin();
    struct cel_value list = cel_list_of(&eval.arena, NULL, 0);
    for (int i = 0; i < 60; i++) {
        struct cel_value *items = arena_alloc(&eval.arena, 2 * sizeof(*items));
        items[0] = items[1] = list;
        list = cel_list_of(&eval.arena, items, 2);
    }
    ck_assert_uint_eq(cel_nesting(list), 61);
    ck_assert(!cel_equal(&eval, list, list));
    ck_assert_uint_eq(eval.cost_left, 0);
    eval.cost_left = 1000;
    char *long_text = arena_alloc(&eval.arena, 1600);
    memset(long_text, 'x', 1600);
    struct cel_value long_value = cel_string(bytes_of(long_text, 1600));
    ck_assert(cel_equal(&eval, long_value, long_value));
    ck_assert_uint_eq(eval.cost_left, 1000 - 1 - 100);
    end();
}
END_TEST

// A host's list that holds itself.
static struct cel_value at_endless(const struct cel_list *list, struct cel_eval *of, size_t index)
{
    (void)of;
    (void)index;
    return (struct cel_value){.kind = CEL_LIST, .as.list = list};
}

START_TEST(equality_of_what_never_ends_ends)
{
    begin();
    const struct cel_list endless = {.count = 1, .at = at_endless};
    struct cel_value list = {.kind = CEL_LIST, .as.list = &endless};
    ck_assert(!cel_equal(&eval, list, list));
    ck_assert_uint_eq(eval.cost_left, 0);
    end();
}
END_TEST

// --- times
static const struct time_case {
    int64_t seconds, nanos;
    bool is_duration, is_good;
    int64_t want_seconds;
    int32_t want_nanos;
} time_cases[] = {
    {0, 0, false, true, 0, 0},
    {0, -1, false, true, -1, 999999999},
    {10, 1999999998, false, true, 11, 999999998},
    {CEL_TIME_MIN_S, 0, false, true, CEL_TIME_MIN_S, 0},
    {CEL_TIME_MIN_S, -1, false, false, 0, 0},
    {CEL_TIME_MAX_S, 999999999, false, true, CEL_TIME_MAX_S, 999999999},
    {CEL_TIME_MAX_S, 1000000000, false, false, 0, 0},
    {1, -1, true, true, 0, 999999999},
    {-1, 1, true, true, 0, -999999999},
    {-2, -500000000, true, true, -2, -500000000},
    {9223372036, 854775807, true, true, 9223372036, 854775807},
    {9223372036, 854775808, true, false, 0, 0},
    {-9223372037, 145224192, true, true, -9223372036, -854775808},
    {-9223372037, 145224191, true, false, 0, 0},
    {-9223372036, -854775809, true, false, 0, 0},
    {INT64_C(320000000000), 0, true, false, 0, 0},
};

enum { TIME_COUNT = sizeof(time_cases) / sizeof(time_cases[0]) };

START_TEST(times_are_kept_within_their_range)
{
    const struct time_case *test = &time_cases[_i];
    struct cel_value value = cel_null();
    bool is_good = test->is_duration ? cel_duration_of(test->seconds, test->nanos, &value)
                                     : cel_timestamp_of(test->seconds, test->nanos, &value);
    ck_assert_int_eq(is_good, test->is_good);
    if (!is_good) {
        ck_assert_int_eq(value.kind, CEL_NULL);
        return;
    }
    ck_assert_int_eq(value.kind, test->is_duration ? CEL_DURATION : CEL_TIMESTAMP);
    ck_assert_int_eq(value.as.seconds, test->want_seconds);
    ck_assert_int_eq(value.nanos, test->want_nanos);
}
END_TEST

Suite *test_suite(void)
{
    Suite *suite = suite_create("rules/cel/value");
    TCase *tcase = tcase_create("value");
    tcase_add_loop_test(tcase, numbers_have_one_order_across_their_types, 0, ORDER_COUNT);
    tcase_add_test(tcase, only_values_of_one_kind_have_an_order);
    tcase_add_loop_test(
        tcase, a_map_finds_each_key_and_no_other, 0, sizeof(map_sizes) / sizeof(map_sizes[0]));
    tcase_add_test(tcase, numbers_that_are_equal_are_one_key);
    tcase_add_test(tcase, a_map_refuses_a_key_that_is_there_or_cannot_be_one);
    tcase_add_test(tcase, lists_are_equal_element_by_element);
    tcase_add_test(tcase, maps_are_equal_in_any_order);
    tcase_add_test(tcase, other_kinds_are_equal_by_what_they_are);
    tcase_add_test(tcase, equality_costs_what_it_compares);
    tcase_add_test(tcase, equality_of_what_never_ends_ends);
    tcase_add_loop_test(tcase, times_are_kept_within_their_range, 0, TIME_COUNT);
    suite_add_tcase(suite, tcase);
    return suite;
}
