// A part of a scalar is found again in the file, however the scalar is written.
#include <string.h>

#include "config/yaml_tree.h"

#include "tests/support/suite.h"

static const struct within_case {
    const char *text; // of the file; the scalar is the value of 'a'
    const char *part; // of the scalar's text
    uint32_t line, column, length;
} within_cases[] = {
    {"a: one two\n", "two", 1, 8, 3},
    {"a: 'one two'\n", "two", 1, 9, 3},
    {"a: \"one two\"\n", "two", 1, 9, 3},
    {"a: 'it''s two'\n", "two", 1, 11, 3},
    {"a: 'it''s two'\n", "'s", 1, 7, 3},
    {"a: \"say \\\"x\\\" two\"\n", "two", 1, 15, 3},
    {"a: \"a\\\\b two\"\n", "two", 1, 10, 3},
    {"a: \"one\\ntwo\"\n", "two", 1, 10, 3},
    {"a: \"\\u0041 two\"\n", "two", 1, 4, 12}, // an escape that is not followed: the whole
    {"a: \xC3\xA9t\xC3\xA9 two\n", "two", 1, 8, 3},
    {"a: |\n  one\n  two\n", "two", 3, 3, 3},
    {"a: |\n  one\n    two\n", "two", 3, 5, 3},
    {"a: >-\n  one\n  two\n", "two", 3, 3, 3},
    {"a: >-\n  one\n\n  two\n", "two", 4, 3, 3},
    {"a: one\n  two\n", "two", 2, 3, 3},
    {"a: 'one\n  two'\n", "two", 2, 3, 3},
    {"b: {c: 1}\na: {d: one two}\n", "two", 2, 12, 3},
    {"b:\n- 1\n- 2\n- 3\n- 4\n- 5\n- 6\n- 7\n- 8\n- 9\n- 10\n- 11\n- 12\n- 13\n- 14\n- 15\n- 16\n- "
     "17\na: one two\n",
     "two", 19, 8, 3},
    {"a: one two\n", "one", 1, 4, 3},
    {"a: 'one two'\n", "one", 1, 5, 3},
};
enum { WITHIN_COUNT = sizeof(within_cases) / sizeof(within_cases[0]) };

START_TEST(a_part_of_a_scalar_is_found_in_the_file)
{
    const struct within_case *expected = &within_cases[_i];
    struct arena arena = {0};
    struct diagnostics list = {0};
    const struct yaml_node *root =
        yaml_tree_parse(&arena, "f.yaml", bytes_text(expected->text), &list);
    const struct yaml_node *node = yaml_get(root, "a");
    ck_assert_ptr_nonnull(node);
    if (node->kind == YAML_KIND_MAPPING)
        node = yaml_get(node, "d");
    // NUL-terminated here: the texts of a tree are views.
    const char *text = arena_text(&arena, yaml_text(node));
    const char *part = strstr(text, expected->part);
    ck_assert_ptr_nonnull(part);
    size_t begin = (size_t)(part - text);
    struct place place = yaml_place_within(node, begin, begin + strlen(expected->part));
    ck_assert_msg(
        place.line == expected->line && place.column == expected->column &&
            place.length == expected->length,
        "%s: %u:%u +%u, expected %u:%u +%u", expected->text, place.line, place.column, place.length,
        expected->line, expected->column, expected->length);
    diagnostics_free(&list);
    arena_free(&arena);
}
END_TEST

START_TEST(the_end_of_a_scalar_has_a_place_too)
{
    struct arena arena = {0};
    struct diagnostics list = {0};
    const struct yaml_node *root = yaml_tree_parse(&arena, "f.yaml", bytes_text("a: x +\n"), &list);
    struct place place = yaml_place_within(yaml_get(root, "a"), 3, 3);
    ck_assert_uint_eq(place.line, 1);
    ck_assert_uint_eq(place.column, 7);
    ck_assert_uint_eq(place.length, 1);
    diagnostics_free(&list);
    arena_free(&arena);
}
END_TEST

// The place of `x` in "a: 1, …, b: y x" on one line that is so long before it.
static struct place place_behind(size_t bytes)
{
    struct arena arena = {0};
    struct diagnostics list = {0};
    struct buffer text = {0};
    buffer_add_text(&text, "{a: ");
    while (text.len < bytes)
        buffer_add_u8(&text, '1');
    buffer_add_text(&text, ", b: y x}\n");
    const struct yaml_node *root = yaml_tree_parse(&arena, "f.yaml", buffer_bytes(&text), &list);
    struct place place = yaml_place_within(yaml_get(root, "b"), 2, 3);
    place.source = NULL;
    buffer_free(&text);
    diagnostics_free(&list);
    arena_free(&arena);
    return place;
}

START_TEST(far_to_the_right_a_part_is_placed_where_its_scalar_begins)
{
    struct place near = place_behind(4000);
    struct place far = place_behind(5000);
    ck_assert_uint_eq(near.column, 4000 + 8);
    ck_assert_uint_eq(near.length, 1);
    ck_assert_uint_eq(far.column, 5000 + 6);
    ck_assert_uint_eq(far.length, 3);
}
END_TEST

START_TEST(behind_much_text_a_part_is_placed_where_its_scalar_begins)
{
    struct arena arena = {0};
    struct diagnostics list = {0};
    struct buffer text = {0};
    buffer_add_text(&text, "a: ");
    while (text.len < 6000)
        buffer_add_u8(&text, 'x');
    const struct yaml_node *root = yaml_tree_parse(&arena, "f.yaml", buffer_bytes(&text), &list);
    ck_assert_uint_eq(yaml_place_within(yaml_get(root, "a"), 4096, 4097).column, 4 + 4096);
    ck_assert_uint_eq(yaml_place_within(yaml_get(root, "a"), 4097, 4098).column, 4);
    buffer_free(&text);
    diagnostics_free(&list);
    arena_free(&arena);
}
END_TEST

START_TEST(what_is_only_counted_is_not_looked_for)
{
    struct arena arena = {0};
    struct diagnostics list = {0};
    const struct yaml_node *root = yaml_tree_parse(&arena, "f.yaml", bytes_text("a: x +\n"), &list);
    const struct yaml_node *node = yaml_get(root, "a");
    ck_assert_uint_eq(yaml_place_shown(&list, node, 2, 3).column, 6);
    while (!diagnostics_is_full(&list))
        diagnostic_add(&list, DIAGNOSTIC_E0101, PLACE_NONE, "%s", "x");
    ck_assert_uint_eq(yaml_place_shown(&list, node, 2, 3).column, 4);
    diagnostics_free(&list);
    arena_free(&arena);
}
END_TEST

Suite *test_suite(void)
{
    Suite *suite = suite_create("config/yaml_place");
    TCase *tcase = tcase_create("place");
    tcase_add_loop_test(tcase, a_part_of_a_scalar_is_found_in_the_file, 0, WITHIN_COUNT);
    tcase_add_test(tcase, the_end_of_a_scalar_has_a_place_too);
    tcase_add_test(tcase, far_to_the_right_a_part_is_placed_where_its_scalar_begins);
    tcase_add_test(tcase, behind_much_text_a_part_is_placed_where_its_scalar_begins);
    tcase_add_test(tcase, what_is_only_counted_is_not_looked_for);
    suite_add_tcase(suite, tcase);
    return suite;
}
