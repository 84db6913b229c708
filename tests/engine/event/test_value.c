// Values: members and paths, equality and hash, JSON and packed form.
#include <math.h>
#include <stdlib.h>

#include <check.h>

#include "engine/base/hash.h"
#include "engine/base/memory.h"
#include "engine/event/decode.h"

#include "tests/support/suite.h"

static struct catalog *catalog;
static struct decoder *decoder;

static void setup(void)
{
    static const struct decode_limits limits = {1 << 20, 32, 1000, 65536, 256, 50000};
    catalog = catalog_create();
    decoder = decoder_create(&limits, catalog);
}

static void teardown(void)
{
    decoder_destroy(decoder);
    catalog_destroy(catalog);
}

// The value of JSON text, as an event of a type that nobody knows carries it.
static struct value parsed(const char *json)
{
    struct buffer message = {0};
    buffer_add_format(&message, "{\"type\":\"t\",\"subject\":\"c\",\"data\":[%s]}", json);
    const struct raw_event raw = {.value = buffer_bytes(&message), .value_bytes = message.len};
    struct event event;
    struct reject reject = {0};
    enum reject_code code = decoder_decode(decoder, DECODE_CHECK, &raw, &event, &reject);
    ck_assert_msg(code == REJECT_NONE, "%s: %s", json, reject.reason);
    buffer_free(&message);
    struct value_iterator iterator = value_iterate(event.data);
    struct bytes name;
    struct value value;
    ck_assert(value_next(&iterator, &name, &value));
    return value;
}

static void assert_json(struct value value, const char *want)
{
    struct buffer json = {0};
    value_add_json(&json, value);
    ck_assert_msg(
        bytes_equal_text(buffer_bytes(&json), want), "%.*s, want %s", (int)json.len,
        (const char *)json.data, want);
    buffer_free(&json);
}

static struct value packed_and_unpacked(struct value value, struct buffer *bytes)
{
    value_pack(bytes, value);
    struct cursor cursor = cursor_of(buffer_bytes(bytes));
    struct value again = value_unpack(&cursor);
    ck_assert(!cursor.has_failed);
    ck_assert_uint_eq(cursor_left(&cursor), 0);
    return again;
}

START_TEST(members_and_paths_are_found)
{
    struct value value = parsed("{\"a\":{\"b\":{\"c\":7}},\"\":1,\"a.b\":2,\"a\":3,\"campaign_"
                                "name\":4,\"campaign_nome\":5}");
    ck_assert_int_eq(value_path(value, BYTES_LITERAL("a.b.c")).as.integer, 7);
    ck_assert_int_eq(value_path(value, BYTES_LITERAL("a")).kind, VALUE_MAP);
    ck_assert_int_eq(value_path(value, BYTES_LITERAL("")).kind, VALUE_MAP);
    ck_assert_int_eq(value_path(value, BYTES_LITERAL("a.x.c")).kind, VALUE_ABSENT);
    ck_assert_int_eq(value_path(value, BYTES_LITERAL("a.b.c.d")).kind, VALUE_ABSENT);
    ck_assert_int_eq(value_path(value, BYTES_LITERAL("a.")).kind, VALUE_ABSENT);
    ck_assert_int_eq(value_member(value, BYTES_LITERAL("a.b")).as.integer, 2);
    ck_assert_int_eq(value_member(value, BYTES_LITERAL("")).as.integer, 1);
    ck_assert_int_eq(value_member(value, BYTES_LITERAL("campaign_name")).as.integer, 4);
    ck_assert_int_eq(value_member(value, BYTES_LITERAL("campaign_nome")).as.integer, 5);
    ck_assert_int_eq(value_member(parsed("[1]"), BYTES_LITERAL("a")).kind, VALUE_ABSENT);
    ck_assert_int_eq(value_member(value_int(1), BYTES_LITERAL("a")).kind, VALUE_ABSENT);
}
END_TEST

START_TEST(maps_of_pairs_are_maps)
{
    const struct value_pair inner[] = {{BYTES_LITERAL("c"), value_text(BYTES_LITERAL("x"))}};
    const struct value_pair pairs[] = {
        {BYTES_LITERAL("a"), value_int(1)},
        {BYTES_LITERAL("b"), value_map_of(inner, 1)},
        {BYTES_LITERAL("n"), parsed("[1,{\"k\":null}]")},
        {BYTES_LITERAL("e"), value_map_of(NULL, 0)},
    };
    struct value made = value_map_of(pairs, 4);
    struct value read = parsed("{\"a\":1,\"b\":{\"c\":\"x\"},\"n\":[1,{\"k\":null}],\"e\":{}}");
    assert_json(made, "{\"a\":1,\"b\":{\"c\":\"x\"},\"n\":[1,{\"k\":null}],\"e\":{}}");
    ck_assert(value_equal(made, read));
    ck_assert_uint_eq(value_hash(made, 5), value_hash(read, 5));
    ck_assert_int_eq(value_path(made, BYTES_LITERAL("b.c")).kind, VALUE_TEXT);
    ck_assert_int_eq(value_member(made, BYTES_LITERAL("z")).kind, VALUE_ABSENT);
    ck_assert_int_eq(value_member(value_map_of(NULL, 0), BYTES_LITERAL("z")).kind, VALUE_ABSENT);
}
END_TEST

START_TEST(iteration_keeps_the_order)
{
    struct value_iterator iterator = value_iterate(parsed("{\"z\":[1,[2]],\"a\":{},\"m\":3}"));
    static const char *const names[] = {"z", "a", "m"};
    struct bytes name;
    struct value value;
    for (size_t i = 0; i < 3; i++) {
        ck_assert(value_next(&iterator, &name, &value));
        ck_assert(bytes_equal_text(name, names[i]));
    }
    ck_assert_int_eq(value.as.integer, 3);
    ck_assert(!value_next(&iterator, &name, &value));
    ck_assert(!value_next(&iterator, &name, &value));
    iterator = value_iterate(value_text(BYTES_LITERAL("x")));
    ck_assert(!value_next(&iterator, &name, &value));
}
END_TEST

static const struct pair_case {
    const char *a;
    const char *b;
    int is_equal;
} pair_cases[] = {
    {"1", "1.0", 1},
    {"0", "-0.0", 1},
    {"1e3", "1000", 1},
    {"-9223372036854775808", "-9223372036854775808.0", 1},
    {"9223372036854775808", "9223372036854775808.0", 1},
    {"9223372036854775807", "9223372036854775808.0", 0},
    {"18446744073709551615", "18446744073709551616.0", 0},
    {"9007199254740993", "9007199254740992.0", 0},
    {"1", "1.5", 0},
    {"1", "\"1\"", 0},
    {"1", "true", 0},
    {"null", "false", 0},
    {"null", "0", 0},
    {"\"\"", "null", 0},
    {"\"a\"", "\"\\u0061\"", 1},
    {"[]", "{}", 0},
    {"[1,2]", "[1.0,2]", 1},
    {"[1,2]", "[2,1]", 0},
    {"[[1],2]", "[[1,2]]", 0},
    {"{\"a\":1}", "{\"a\":1.0}", 1},
    {"{\"a\":1}", "{\"b\":1}", 0},
    {"{\"a\":1,\"b\":2}", "{\"b\":2,\"a\":1}", 0},
    {"\"[]\"", "[]", 0},
};

START_TEST(equal_values_hash_alike)
{
    const struct pair_case *pair = &pair_cases[_i];
    struct value a = parsed(pair->a);
    struct value b = parsed(pair->b);
    ck_assert_msg(value_equal(a, b) == (pair->is_equal != 0), "%s and %s", pair->a, pair->b);
    ck_assert_msg(value_equal(b, a) == (pair->is_equal != 0), "%s and %s", pair->b, pair->a);
    ck_assert_msg(
        (value_hash(a, 9) == value_hash(b, 9)) == (pair->is_equal != 0), "hash of %s and %s",
        pair->a, pair->b);
    ck_assert(value_hash(a, 9) != value_hash(a, 10));
    // What comes out of a store is what went in.
    struct buffer packed = {0};
    struct value again = packed_and_unpacked(a, &packed);
    ck_assert(value_equal(a, again));
    ck_assert(value_equal(again, a));
    ck_assert_uint_eq(value_hash(a, 9), value_hash(again, 9));
    ck_assert_msg(
        value_equal(again, b) == (pair->is_equal != 0), "%s packed, and %s", pair->a, pair->b);
    buffer_free(&packed);
}
END_TEST

START_TEST(hashes_never_change)
{
    // Kept in stores: other numbers here mean that a new version cannot read an old store.
    ck_assert_uint_eq(
        value_hash(value_text(BYTES_LITERAL("m-1")), 0), UINT64_C(14918353320583784223));
    ck_assert_uint_eq(value_hash(value_int(7), 0), UINT64_C(16753576447339095367));
    ck_assert_uint_eq(value_hash(value_double(0.5), 0), UINT64_C(3291395399554122008));
    ck_assert_uint_eq(value_hash(parsed("[1,{\"a\":null}]"), 0), UINT64_C(17022392925756475005));
}
END_TEST

START_TEST(packed_bytes_never_change)
{
    static const uint8_t want[] = {0,       // absent
                                   1,       // null
                                   2,    1, // true
                                   3,    3, // -2
                                   4,    0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80,
                                   0x80, 1,                                              // 2^63
                                   5,    0,    0,    0,    0,    0,    0,    0xe0, 0x3f, // 0.5
                                   6,    2,    'h',  'i',                                // "hi"
                                   7,    3,    '[',  '1',  ']',                          // [1]
                                   8,    7,    '{',  '"',  'a',  '"',  ':',  '2',  '}'};
    struct buffer packed = {0};
    value_pack(&packed, (struct value){.kind = VALUE_ABSENT});
    value_pack(&packed, parsed("null"));
    value_pack(&packed, parsed("true"));
    value_pack(&packed, value_int(-2));
    value_pack(&packed, parsed("9223372036854775808"));
    value_pack(&packed, value_double(0.5));
    value_pack(&packed, parsed("\"hi\""));
    value_pack(&packed, parsed("[ 1.0 ]"));
    value_pack(&packed, parsed("{ \"a\" : 2 }"));
    ck_assert(bytes_equal(buffer_bytes(&packed), bytes_of(want, sizeof(want))));
    buffer_free(&packed);
}
END_TEST

START_TEST(damaged_packed_bytes_are_noticed)
{
    static const struct {
        uint8_t bytes[4];
        size_t len;
    } cases[] = {{{0}, 0},       {{9}, 1},         {{255}, 1},       {{2}, 1}, {{3, 0x80}, 2},
                 {{5, 0, 0}, 3}, {{6, 3, 'a'}, 3}, {{7, 3, '['}, 3}, {{8}, 1}, {{4}, 1}};
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct cursor cursor = cursor_of(bytes_of(cases[i].bytes, cases[i].len));
        ck_assert_int_eq(value_unpack(&cursor).kind, VALUE_ABSENT);
        ck_assert(cursor.has_failed);
    }
}
END_TEST

START_TEST(lists_from_a_store_print_and_pack_again)
{
    struct buffer packed = {0};
    struct value list = packed_and_unpacked(parsed("[1,{\"a\":\"\\n\"}]"), &packed);
    assert_json(list, "[1,{\"a\":\"\\n\"}]");
    struct buffer twice = {0};
    value_pack(&twice, list);
    ck_assert(bytes_equal(buffer_bytes(&packed), buffer_bytes(&twice)));
    struct value_iterator iterator = value_iterate(list);
    struct bytes name;
    struct value value;
    ck_assert(!value_next(&iterator, &name, &value));
    const struct value_pair pairs[] = {{BYTES_LITERAL("kept"), list}};
    assert_json(value_map_of(pairs, 1), "{\"kept\":[1,{\"a\":\"\\n\"}]}");
    struct buffer map = {0};
    struct value unpacked = packed_and_unpacked(value_map_of(pairs, 1), &map);
    ck_assert_int_eq(value_member(unpacked, BYTES_LITERAL("kept")).kind, VALUE_ABSENT);
    buffer_free(&map);
    buffer_free(&twice);
    buffer_free(&packed);
}
END_TEST

START_TEST(json_is_compact)
{
    assert_json(
        parsed(
            "{ \"a\" : [ 1 , 2.50 , -0.0 , 1e300 , true , null , \"\\u00e9\\\"\" , { } , [ ] ] }"),
        "{\"a\":[1,2.5,0,1e+300,true,null,\"\xc3\xa9\\\"\",{},[]]}");
    assert_json(parsed("1e18"), "1000000000000000000");
    assert_json(parsed("18446744073709551615"), "18446744073709551615");
    assert_json((struct value){.kind = VALUE_ABSENT}, "null");
    assert_json(value_double((double)INFINITY), "null");
    assert_json(value_double((double)NAN), "null");
}
END_TEST

START_TEST(no_number_is_equal_to_itself)
{
    struct value nan = value_double((double)NAN);
    ck_assert(value_equal(nan, value_double(-(double)NAN)));
    ck_assert_uint_eq(value_hash(nan, 1), value_hash(value_double(-(double)NAN), 1));
    ck_assert(!value_equal(value_double((double)INFINITY), value_double(-(double)INFINITY)));
}
END_TEST

START_TEST(random_numbers_keep_their_value)
{
    uint64_t state = test_seed() + (uint64_t)_i;
    for (int turn = 0; turn < 1000; turn++) {
        state = hash_mix(state);
        double real;
        memcpy(&real, &state, sizeof(real));
        struct value values[] = {
            value_int((int64_t)(state >> (turn % 64))),
            value_int(-(int64_t)(state >> (1 + turn % 63))),
            value_double((double)(int64_t)(state >> (turn % 64))),
            value_double(isfinite(real) ? real : 0.25),
            {.kind = VALUE_UINT, .as.unsigned_integer = state | UINT64_C(1) << 63},
        };
        for (size_t i = 0; i < sizeof(values) / sizeof(values[0]); i++) {
            struct buffer packed = {0};
            struct value again = packed_and_unpacked(values[i], &packed);
            ck_assert(value_equal(values[i], again));
            ck_assert_uint_eq(value_hash(values[i], 3), value_hash(again, 3));
            struct buffer json = {0};
            value_add_json(&json, values[i]);
            buffer_add_u8(&json, '\0');
            struct value read = parsed((const char *)json.data);
            ck_assert_msg(value_equal(values[i], read), "%s", (const char *)json.data);
            buffer_free(&json);
            buffer_free(&packed);
            for (size_t j = 0; j < i; j++)
                ck_assert(
                    !value_equal(values[i], values[j]) ||
                    value_hash(values[i], 3) == value_hash(values[j], 3));
        }
        decoder_reset(decoder);
    }
}
END_TEST

Suite *test_suite(void)
{
    Suite *suite = suite_create("value");
    TCase *cases = tcase_create("values");
    tcase_add_checked_fixture(cases, setup, teardown);
    tcase_add_test(cases, members_and_paths_are_found);
    tcase_add_test(cases, maps_of_pairs_are_maps);
    tcase_add_test(cases, iteration_keeps_the_order);
    tcase_add_loop_test(
        cases, equal_values_hash_alike, 0, (int)(sizeof(pair_cases) / sizeof(pair_cases[0])));
    tcase_add_test(cases, hashes_never_change);
    tcase_add_test(cases, packed_bytes_never_change);
    tcase_add_test(cases, damaged_packed_bytes_are_noticed);
    tcase_add_test(cases, lists_from_a_store_print_and_pack_again);
    tcase_add_test(cases, json_is_compact);
    tcase_add_test(cases, no_number_is_equal_to_itself);
    tcase_add_loop_test(cases, random_numbers_keep_their_value, 0, 3);
    suite_add_tcase(suite, cases);
    return suite;
}
