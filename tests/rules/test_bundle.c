// Bundles keep what they are given, and say so when bytes are none.
#include "rules/bundle.h"

#include "tests/support/suite.h"

static const struct rule_file files[] = {
    {"a.yaml", {(const uint8_t *)"scores: {}\n", 11}},
    {"deep/b.yaml", {(const uint8_t *)"", 0}},
};
static const struct rule_bundle bundle = {.files = files, .count = 2};

START_TEST(a_packed_bundle_comes_back_the_same)
{
    struct buffer packed = {0};
    struct arena arena = {0};
    struct rule_bundle out;
    rule_bundle_pack(&bundle, &packed);
    ck_assert_int_eq(rule_bundle_unpack(buffer_bytes(&packed), &arena, &out), ERR_OK);
    ck_assert_uint_eq(out.count, 2);
    for (size_t i = 0; i < 2; i++) {
        ck_assert_str_eq(out.files[i].path, files[i].path);
        ck_assert(bytes_equal(out.files[i].text, files[i].text));
    }
    ck_assert_uint_eq(rule_bundle_hash(&out), rule_bundle_hash(&bundle));
    arena_free(&arena);
    buffer_free(&packed);
}
END_TEST

START_TEST(a_bundle_cut_anywhere_is_refused)
{
    struct buffer packed = {0};
    struct arena arena = {0};
    struct rule_bundle out = {.files = NULL, .count = 77};
    rule_bundle_pack(&bundle, &packed);
    for (size_t len = 0; len < packed.len; len++) {
        ck_assert_int_eq(rule_bundle_unpack(bytes_of(packed.data, len), &arena, &out), ERR_CORRUPT);
        ck_assert_uint_eq(out.count, 77);
    }
    arena_free(&arena);
    buffer_free(&packed);
}
END_TEST

static const struct rule_pin pins[] = {
    {{(const uint8_t *)"w", 1}, UINT64_C(0x0123456789ABCDEF), 1},
    {{(const uint8_t *)"v", 1}, 1, 0},
};
static const struct rule_bundle pinned = {
    .files = files,
    .count = 2,
    .pinned_files = files,
    .pinned_file_count = 2,
    .pins = pins,
    .pin_count = 2,
};

START_TEST(what_is_pinned_comes_back_the_same)
{
    struct buffer packed = {0};
    struct arena arena = {0};
    struct rule_bundle out;
    rule_bundle_pack(&pinned, &packed);
    ck_assert_int_eq(rule_bundle_unpack(buffer_bytes(&packed), &arena, &out), ERR_OK);
    ck_assert_uint_eq(out.pinned_file_count, 2);
    ck_assert_str_eq(out.pinned_files[1].path, files[1].path);
    ck_assert(bytes_equal(out.pinned_files[0].text, files[0].text));
    ck_assert_uint_eq(out.pin_count, 2);
    for (size_t i = 0; i < 2; i++) {
        ck_assert(bytes_equal(out.pins[i].workflow, pins[i].workflow));
        ck_assert_uint_eq(out.pins[i].version, pins[i].version);
        ck_assert_uint_eq(out.pins[i].file, pins[i].file);
    }
    ck_assert_uint_eq(rule_bundle_hash(&out), rule_bundle_hash(&bundle)); // of what is written now
    arena_free(&arena);
    buffer_free(&packed);
}
END_TEST

// But where nothing is left but the files: that is what rules are that pin nothing.
START_TEST(pins_cut_anywhere_are_refused)
{
    struct buffer packed = {0};
    struct buffer plain = {0};
    struct arena arena = {0};
    struct rule_bundle out;
    rule_bundle_pack(&pinned, &packed);
    rule_bundle_pack(&bundle, &plain);
    for (size_t len = plain.len; len < packed.len; len++) {
        enum err err = rule_bundle_unpack(bytes_of(packed.data, len), &arena, &out);
        ck_assert_int_eq(err, len == plain.len ? ERR_OK : ERR_CORRUPT);
    }
    packed.data[packed.len - 1] = 2; // a file that there is not
    ck_assert_int_eq(rule_bundle_unpack(buffer_bytes(&packed), &arena, &out), ERR_CORRUPT);
    arena_free(&arena);
    buffer_free(&packed);
    buffer_free(&plain);
}
END_TEST

static const struct broken_case {
    const char *name;
    uint8_t bytes[12];
    size_t len;
} broken_cases[] = {
    {"more files than bytes", {0xFF, 0xFF, 0xFF, 0xFF, 0x7F, 1, 'a', 0}, 8},
    {"something behind the end", {1, 1, 'a', 0, 0}, 5},
    {"a path with a NUL", {1, 2, 'a', 0, 0}, 5},
    {"a length beyond the end", {1, 1, 'a', 9}, 4},
};
enum { BROKEN_COUNT = sizeof(broken_cases) / sizeof(broken_cases[0]) };

START_TEST(bytes_that_are_no_bundle_are_refused)
{
    struct arena arena = {0};
    struct rule_bundle out;
    const struct broken_case *it = &broken_cases[_i];
    ck_assert_int_eq(rule_bundle_unpack(bytes_of(it->bytes, it->len), &arena, &out), ERR_CORRUPT);
    arena_free(&arena);
}
END_TEST

START_TEST(paths_and_texts_make_the_hash)
{
    const struct rule_file other_path = {"b.yaml", files[0].text};
    const struct rule_file other_text = {"a.yaml", files[1].text};
    const struct rule_file moved[] = {{"a.yamls", {(const uint8_t *)"cores: {}\n", 10}}};
    struct rule_bundle one = {.files = files, .count = 1};
    uint64_t hash = rule_bundle_hash(&one);
    ck_assert_uint_ne(hash, rule_bundle_hash(&bundle));
    ck_assert_uint_ne(
        hash, rule_bundle_hash(&(struct rule_bundle){.files = &other_path, .count = 1}));
    ck_assert_uint_ne(
        hash, rule_bundle_hash(&(struct rule_bundle){.files = &other_text, .count = 1}));
    ck_assert_uint_ne(hash, rule_bundle_hash(&(struct rule_bundle){.files = moved, .count = 1}));
}
END_TEST

START_TEST(the_hash_is_the_same_for_ever)
{
    // Journals and actions carry it.
    ck_assert_uint_eq(rule_bundle_hash(&bundle), UINT64_C(3292553981245191409));
}
END_TEST

Suite *test_suite(void)
{
    Suite *suite = suite_create("rules/bundle");
    TCase *tcase = tcase_create("bundle");
    tcase_add_test(tcase, a_packed_bundle_comes_back_the_same);
    tcase_add_test(tcase, a_bundle_cut_anywhere_is_refused);
    tcase_add_test(tcase, what_is_pinned_comes_back_the_same);
    tcase_add_test(tcase, pins_cut_anywhere_are_refused);
    tcase_add_loop_test(tcase, bytes_that_are_no_bundle_are_refused, 0, BROKEN_COUNT);
    tcase_add_test(tcase, paths_and_texts_make_the_hash);
    tcase_add_test(tcase, the_hash_is_the_same_for_ever);
    suite_add_tcase(suite, tcase);
    return suite;
}
