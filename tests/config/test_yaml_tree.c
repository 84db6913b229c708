// YAML as a tree: places, what is refused, what values come out.
#include <stdio.h>
#include <stdlib.h>

#include "config/yaml_tree.h"
#include "engine/base/memory.h"
#include "engine/base/text.h"

#include "tests/support/suite.h"

static struct arena arena;
static struct diagnostics list;

static void setup(void)
{
    arena = (struct arena){0};
    list = (struct diagnostics){0};
}

static void teardown(void)
{
    diagnostics_free(&list);
    arena_free(&arena);
}

static const struct yaml_node *parse(const char *text)
{
    return yaml_tree_parse(&arena, "f.yaml", bytes_text(text), &list);
}

static void check_place(struct place place, uint32_t line, uint32_t column, uint32_t length)
{
    ck_assert_uint_eq(place.line, line);
    ck_assert_uint_eq(place.column, column);
    ck_assert_uint_eq(place.length, length);
    ck_assert_str_eq(place.source->file, "f.yaml");
}

START_TEST(every_node_knows_where_it_stands)
{
    const struct yaml_node *root = parse("# c\nscores:\n  é: [1, \"two\"]\n  b: |\n    text\n");
    ck_assert_uint_eq(list.error_count, 0);
    ck_assert_int_eq(root->kind, YAML_KIND_MAPPING);
    ck_assert_uint_eq(root->count, 1);
    check_place(yaml_place(root), 2, 1, 1);
    check_place(yaml_place(yaml_get_key(root, "scores")), 2, 1, 6);
    const struct yaml_node *scores = yaml_get(root, "scores");
    const struct yaml_node *items = yaml_get(scores, "é");
    ck_assert_int_eq(items->kind, YAML_KIND_SEQUENCE);
    ck_assert_uint_eq(items->count, 2);
    const struct yaml_node *first = yaml_first(items);
    ck_assert_ptr_nonnull(first);
    const struct yaml_node *second = yaml_next(first);
    ck_assert_ptr_null(yaml_next(second));
    check_place(yaml_place(first), 3, 7, 1);
    check_place(yaml_place(second), 3, 10, 5);
    ck_assert(first->is_plain);
    ck_assert(!second->is_plain);
    ck_assert(bytes_equal_text(yaml_text(second), "two"));
    ck_assert(bytes_equal_text(yaml_text(yaml_get(scores, "b")), "text\n"));
    ck_assert_ptr_null(yaml_get(scores, "c"));
    ck_assert_ptr_null(yaml_get(items, "c"));
    ck_assert_ptr_null(yaml_get(NULL, "c"));
}
END_TEST

static const char *const empties[] = {"",     "# only a comment\n", "---\n", "~",
                                      "\n\n", "--- null\n..."};

START_TEST(an_empty_file_is_an_empty_mapping)
{
    const struct yaml_node *root = parse(empties[_i]);
    ck_assert_ptr_nonnull(root);
    ck_assert_int_eq(root->kind, YAML_KIND_MAPPING);
    ck_assert_uint_eq(root->count, 0);
    ck_assert_uint_eq(list.error_count, 0);
}
END_TEST

START_TEST(nothing_at_all_is_an_empty_mapping_too)
{
    const struct yaml_node *root = yaml_tree_parse(&arena, "f.yaml", bytes_of(NULL, 0), &list);
    ck_assert_ptr_nonnull(root);
    ck_assert_int_eq(root->kind, YAML_KIND_MAPPING);
    ck_assert_uint_eq(root->count, 0);
    ck_assert_uint_eq(list.error_count, 0);
}
END_TEST

// What is refused, with the place and whether a tree comes all the same.
static const struct {
    const char *text;
    enum diagnostic_code code;
    uint32_t line;
    uint32_t column;
    bool has_tree;
} refused[] = {
    {"a: [1\nb: 2\n", DIAGNOSTIC_E0101, 2, 2, false},
    {"a: b: c\n", DIAGNOSTIC_E0101, 1, 5, false},
    {"a:\n\t- b\n", DIAGNOSTIC_E0101, 2, 1, false},
    {"a: \"open\n", DIAGNOSTIC_E0101, 2, 1, false},
    {"ab: \x01\n", DIAGNOSTIC_E0101, 1, 5, false},
    {"a: 1\nb: \xff\n", DIAGNOSTIC_E0102, 2, 4, false},
    {"a: 1\n---\nb: 2\n", DIAGNOSTIC_E0105, 2, 1, true},
    {"a: 1\nb: 2\na: 3\n", DIAGNOSTIC_E0106, 3, 1, true},
    {"a: 1\n\"a\": 3\n", DIAGNOSTIC_E0106, 2, 1, true},
    {"a: &x 1\n", DIAGNOSTIC_E0107, 1, 4, true},
    {"a: &x [1]\n", DIAGNOSTIC_E0107, 1, 4, true},
    {"a: &x {b: 1}\n", DIAGNOSTIC_E0107, 1, 4, true},
    {"a: *x\n", DIAGNOSTIC_E0107, 1, 4, true},
    {"<<: {a: 1}\n", DIAGNOSTIC_E0108, 1, 1, true},
    {"a: !x 1\n", DIAGNOSTIC_E0109, 1, 4, true},
    {"a: !!str 1\n", DIAGNOSTIC_E0109, 1, 4, true},
    {"a: !!map {}\n", DIAGNOSTIC_E0109, 1, 4, true},
    {"[a]: 1\n", DIAGNOSTIC_E0110, 1, 1, true},
    {"{a: 1}: 1\n", DIAGNOSTIC_E0110, 1, 1, true},
    {"? \n: 1\n", DIAGNOSTIC_E0110, 1, 2, true},
};

START_TEST(forms_that_hide_something_are_refused)
{
    const struct yaml_node *root = parse(refused[_i].text);
    ck_assert_msg(list.error_count == 1, "%s: %zu errors", refused[_i].text, list.error_count);
    const struct diagnostic *item = list.items[0];
    ck_assert_str_eq(diagnostic_code_text(item->code), diagnostic_code_text(refused[_i].code));
    ck_assert_msg(
        item->line == refused[_i].line && item->column == refused[_i].column, "%s: %u:%u",
        refused[_i].text, item->line, item->column);
    ck_assert_int_eq(root != NULL, refused[_i].has_tree);
}
END_TEST

START_TEST(a_quoted_merge_sign_is_a_key_like_any_other)
{
    ck_assert_uint_eq(parse("\"<<\": 1\n")->count, 1);
    ck_assert_uint_eq(list.error_count, 0);
}
END_TEST

START_TEST(the_first_of_two_same_keys_stays)
{
    const struct yaml_node *root = parse("a: 1\nb: 2\na: 3\n");
    ck_assert_uint_eq(root->count, 2);
    ck_assert(bytes_equal_text(yaml_text(yaml_get(root, "a")), "1"));
    ck_assert_str_eq(list.items[0]->notes->text, "first given here");
    ck_assert_uint_eq(list.items[0]->notes->line, 1);
}
END_TEST

START_TEST(duplicates_are_found_in_large_mappings_too)
{
    struct buffer text = {0};
    for (unsigned i = 0; i < 3000; i++)
        buffer_add_format(&text, "k%u: %u\n", i % 2990, i);
    const struct yaml_node *root = yaml_tree_parse(&arena, "f.yaml", buffer_bytes(&text), &list);
    ck_assert_uint_eq(list.error_count, 10);
    ck_assert_uint_eq(root->count, 2990);
    ck_assert(bytes_equal_text(yaml_text(yaml_get(root, "k7")), "7"));
    ck_assert_uint_eq(list.items[0]->line, 2991);
    buffer_free(&text);
}
END_TEST

START_TEST(a_key_given_again_in_a_large_mapping_names_its_first_place)
{
    struct buffer text = {0};
    buffer_add_text(&text, "a: 1\na: 2\n"); // those behind it have moved up by one
    for (unsigned i = 0; i < 100; i++)
        buffer_add_format(&text, "k%u: %u\n", i, i);
    buffer_add_text(&text, "k5: x\na: 3\n");
    const struct yaml_node *root = yaml_tree_parse(&arena, "f.yaml", buffer_bytes(&text), &list);
    ck_assert_uint_eq(list.error_count, 3);
    ck_assert_uint_eq(root->count, 101);
    ck_assert(bytes_equal_text(yaml_text(yaml_get(root, "k5")), "5"));
    ck_assert_uint_eq(list.items[1]->line, 103);
    ck_assert_uint_eq(list.items[1]->notes->line, 8);
    ck_assert_uint_eq(list.items[2]->notes->line, 1);
    buffer_free(&text);
}
END_TEST

START_TEST(an_alias_is_reported_once_and_silently_unusable)
{
    const struct yaml_node *alias = yaml_get(parse("a: *x\n"), "a");
    struct bytes text;
    int64_t number;
    bool is_true;
    struct yaml_range range = {"'a'", 0, 9};
    ck_assert(!yaml_to_text(alias, "'a'", &list, &text));
    ck_assert(!yaml_to_bool(alias, "'a'", &list, &is_true));
    ck_assert(!yaml_to_int(alias, &range, &list, &number));
    ck_assert(!yaml_expect(alias, YAML_KIND_MAPPING, "'a'", &list));
    ck_assert_uint_eq(list.error_count, 1);
}
END_TEST

static void nest(struct buffer *text, unsigned depth)
{
    for (unsigned i = 0; i < depth; i++)
        buffer_add_u8(text, '[');
    for (unsigned i = 0; i < depth; i++)
        buffer_add_u8(text, ']');
}

START_TEST(nesting_ends_at_its_limit)
{
    struct buffer text = {0};
    nest(&text, YAML_DEPTH_MAX);
    ck_assert_ptr_nonnull(yaml_tree_parse(&arena, "f.yaml", buffer_bytes(&text), &list));
    ck_assert_uint_eq(list.error_count, 0);
    buffer_clear(&text);
    nest(&text, YAML_DEPTH_MAX + 1);
    ck_assert_ptr_null(yaml_tree_parse(&arena, "f.yaml", buffer_bytes(&text), &list));
    ck_assert_uint_eq(list.error_count, 1);
    ck_assert_int_eq(list.items[0]->code, DIAGNOSTIC_E0104);
    ck_assert_uint_eq(list.items[0]->column, YAML_DEPTH_MAX + 1);
    buffer_clear(&text);
    nest(&text, 400000);
    ck_assert_ptr_null(yaml_tree_parse(&arena, "f.yaml", buffer_bytes(&text), &list));
    buffer_free(&text);
}
END_TEST

START_TEST(a_file_above_its_limit_is_not_even_looked_at)
{
    char *text = mem_alloc(YAML_FILE_BYTES_MAX + 1);
    memset(text, '#', YAML_FILE_BYTES_MAX + 1);
    ck_assert_ptr_nonnull(
        yaml_tree_parse(&arena, "f.yaml", bytes_of(text, YAML_FILE_BYTES_MAX), &list));
    ck_assert_ptr_null(
        yaml_tree_parse(&arena, "f.yaml", bytes_of(text, YAML_FILE_BYTES_MAX + 1), &list));
    ck_assert_uint_eq(list.error_count, 1);
    ck_assert_int_eq(list.items[0]->code, DIAGNOSTIC_E0103);
    ck_assert_uint_eq(list.items[0]->line, 0);
    free(text);
}
END_TEST

START_TEST(a_file_of_too_many_values_is_refused)
{
    for (int more = 0; more < 2; more++) {
        struct buffer text = {0};
        buffer_add_text(&text, "[");
        for (int i = 1; i < YAML_NODES_MAX + more; i++)
            buffer_add_text(&text, "a,");
        buffer_add_text(&text, "]");
        const struct yaml_node *root =
            yaml_tree_parse(&arena, "f.yaml", buffer_bytes(&text), &list);
        ck_assert_int_eq(root == NULL, more);
        ck_assert_uint_eq(list.error_count, (size_t)more);
        buffer_free(&text);
    }
    ck_assert_int_eq(list.items[0]->code, DIAGNOSTIC_E0103);
}
END_TEST

START_TEST(a_file_of_many_tag_directives_is_refused)
{
    for (int more = 0; more < 2; more++) {
        struct buffer text = {0};
        for (int i = 0; i < 16 + more; i++)
            buffer_add_format(&text, "%%TAG !%d! tag:a\n", i);
        buffer_add_text(&text, "---\na: 1\n");
        const struct yaml_node *root =
            yaml_tree_parse(&arena, "f.yaml", buffer_bytes(&text), &list);
        ck_assert_int_eq(root == NULL, more);
        ck_assert_uint_eq(list.error_count, (size_t)more);
        buffer_free(&text);
    }
    ck_assert_int_eq(list.items[0]->code, DIAGNOSTIC_E0109);
    ck_assert_uint_eq(list.items[0]->line, 17);
}
END_TEST

// How long a line with a directive may be, and how many escapes may grow.
START_TEST(what_costs_libyaml_much_is_refused_early)
{
    enum { DIRECTIVE_BYTES_MAX = 256, ESCAPES_MAX = 10000 };
    for (int more = 0; more < 2; more++) {
        struct buffer text = {0};
        buffer_add_text(&text, "# 1\n%TAG !a! tag:");
        while (text.len < strlen("# 1\n") + DIRECTIVE_BYTES_MAX + (size_t)more)
            buffer_add_u8(&text, 'x');
        buffer_add_text(&text, "\n---\na: 1\n");
        ck_assert_int_eq(
            yaml_tree_parse(&arena, "f.yaml", buffer_bytes(&text), &list) == NULL, more);
        ck_assert_uint_eq(list.error_count, (size_t)more);
        buffer_free(&text);
    }
    ck_assert_int_eq(list.items[0]->code, DIAGNOSTIC_E0109);
    ck_assert_uint_eq(list.items[0]->line, 2);
    ck_assert_uint_eq(list.items[0]->column, 1);
    for (int more = 0; more < 2; more++) {
        struct buffer text = {0};
        buffer_add_text(&text, "a: \"\n\\\\L");
        for (int i = 0; i < ESCAPES_MAX + more; i++)
            buffer_add_text(&text, i % 2 == 0 ? "\\L" : "\\P");
        buffer_add_text(&text, "\"\n");
        ck_assert_int_eq(
            yaml_tree_parse(&arena, "f.yaml", buffer_bytes(&text), &list) == NULL, more);
        ck_assert_uint_eq(list.error_count, 1 + (size_t)more);
        buffer_free(&text);
    }
    ck_assert_int_eq(list.items[1]->code, DIAGNOSTIC_E0103);
    ck_assert_uint_eq(list.items[1]->line, 2);
    ck_assert_uint_eq(list.items[1]->column, 4 + ESCAPES_MAX * 2);
}
END_TEST

START_TEST(texts_are_views_of_the_file_where_they_stand_there)
{
    static const char text[] =
        "é: 'ü €'\nb: \"x\\ty\"\nc: plain €\nd: \"\"\ne: 'it''s'\nf: >\n  g\n";
    static const struct {
        const char *key, *want;
        bool is_view;
    } cases[] = {{"é", "ü €", true}, {"b", "x\ty", false}, {"c", "plain €", true},
                 {"d", "", false},   {"e", "it's", false}, {"f", "g\n", false}};
    const struct yaml_node *root = parse(text);
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct bytes got = yaml_text(yaml_get(root, cases[i].key));
        const char *data = (const char *)got.data;
        ck_assert_msg(bytes_equal_text(got, cases[i].want), "%s", cases[i].key);
        ck_assert_int_eq(data >= text && data < text + sizeof(text), cases[i].is_view);
    }
}
END_TEST

START_TEST(a_place_far_down_shows_its_line)
{
    for (uint32_t line = 1; line < 70; line++) {
        struct buffer text = {0};
        struct diagnostics found = {0};
        for (uint32_t i = 1; i < line; i++)
            buffer_add_text(&text, i % 3 == 0 ? "\n" : "# x\n");
        buffer_add_format(&text, "a%u: !x 1\nb: 2", line);
        (void)yaml_tree_parse(&arena, "f.yaml", buffer_bytes(&text), &found);
        char want[32];
        (void)snprintf(want, sizeof(want), "a%u: !x 1", line);
        ck_assert_uint_eq(found.items[0]->line, line);
        ck_assert_str_eq(found.items[0]->source_line, want);
        diagnostics_free(&found);
        buffer_free(&text);
    }
}
END_TEST

// What is shown of a long word may end anywhere, but not within a character.
START_TEST(a_long_word_is_not_cut_within_a_character)
{
    for (int lead = 0; lead < 4; lead++) {
        struct buffer word = {0};
        struct buffer text = {0};
        for (int i = 0; i < lead; i++)
            buffer_add_u8(&word, 'x');
        for (int i = 0; i < 60; i++)
            buffer_add_text(&word, "\xe2\x82\xac");
        buffer_add_bytes(&text, buffer_bytes(&word));
        buffer_add_text(&text, ": 1\n");
        buffer_add_bytes(&text, buffer_bytes(&word));
        buffer_add_text(&text, ": 2\n");
        const struct yaml_node *root =
            yaml_tree_parse(&arena, "f.yaml", buffer_bytes(&text), &list);
        ck_assert_uint_eq(list.error_count, (size_t)lead + 1);
        ck_assert(text_is_utf8(bytes_text(list.items[lead]->message)));
        struct diagnostics words = {0};
        size_t found = 0;
        const struct yaml_words known = {"it", (const char *const[]){"a"}, 1};
        ck_assert(!yaml_to_word(yaml_first_entry(root).key, &known, &words, &found));
        ck_assert(text_is_utf8(bytes_text(words.items[0]->message)));
        diagnostics_free(&words);
        buffer_free(&text);
        buffer_free(&word);
    }
}
END_TEST

enum ask { ASK_BOOL, ASK_INT, ASK_MILLI, ASK_DURATION, ASK_TEXT, ASK_WORD };

static const struct {
    enum ask ask;
    const char *text;
    int64_t want;
    const char *message; // NULL: it is good
} values[] = {
    {ASK_BOOL, "true", 1, NULL},
    {ASK_BOOL, "false", 0, NULL},
    {ASK_BOOL, "yes", 0, "'v' must be true or false, found 'yes'"},
    {ASK_BOOL, "'true'", 0, "'v' must be true or false, found 'true'"},
    {ASK_BOOL, "", 0, "'v' must be true or false, found nothing"},
    {ASK_BOOL, "[true]", 0, "'v' must be a single value, found a list"},
    {ASK_INT, "-500", -500, NULL},
    {ASK_INT, "1000", 1000, NULL},
    {ASK_INT, "1001", 0, "'v' must be between -500 and 1000, found '1001'"},
    {ASK_INT, "-501", 0, "'v' must be between -500 and 1000, found '-501'"},
    {ASK_INT, "99999999999999999999", 0,
     "'v' must be between -500 and 1000, found '99999999999999999999'"},
    {ASK_INT, "9223372036854775807", 0,
     "'v' must be between -500 and 1000, found '9223372036854775807'"},
    {ASK_INT, "9223372036854775808", 0,
     "'v' must be between -500 and 1000, found '9223372036854775808'"},
    {ASK_INT, "-9223372036854775808", 0,
     "'v' must be between -500 and 1000, found '-9223372036854775808'"},
    {ASK_INT, "1.5", 0, "'v' must be a whole number, found '1.5'"},
    {ASK_INT, "\"7\"", 0, "'v' must be a whole number, found '7'"},
    {ASK_INT, "[]", 0, "'v' must be a single value, found a list"},
    {ASK_INT, "{a: 1}", 0, "'v' must be a single value, found a mapping"},
    {ASK_MILLI, "0.125", 125, NULL},
    {ASK_MILLI, "1.5", 0, "'v' must be between -0.5 and 1, found '1.5'"},
    {ASK_MILLI, "0.1234", 0, "'v' must be a number with at most three decimals, found '0.1234'"},
    {ASK_DURATION, "500ms", 500, NULL},
    {ASK_DURATION, "'500ms'", 500, NULL},
    {ASK_DURATION, "2s", 0, "'v' must be between 0s and 1s, found '2s'"},
    {ASK_DURATION, "2", 0, "'v' must be a duration like 30d, 36h or 10s, found '2'"},
    {ASK_TEXT, "abc", 3, NULL},
    {ASK_TEXT, "'~'", 1, NULL},
    {ASK_TEXT, "~", 0, "'v' must be text, found nothing"},
    {ASK_WORD, "always", 1, NULL},
    {ASK_WORD, "alwasy", 0, "unknown value of 'v': 'alwasy', did you mean 'always'?"},
    {ASK_WORD, "q", 0, "unknown value of 'v': 'q'"},
};

static bool ask(enum ask what, const struct yaml_node *node, int64_t *out)
{
    static const char *const words[] = {"never", "always"};
    struct yaml_range range = {"'v'", what == ASK_DURATION ? 0 : -500, 1000};
    struct bytes text;
    size_t word;
    bool is_true;
    bool is_good = false;
    switch (what) {
    case ASK_BOOL:
        is_good = yaml_to_bool(node, "'v'", &list, &is_true);
        *out = is_good && is_true;
        return is_good;
    case ASK_INT: return yaml_to_int(node, &range, &list, out);
    case ASK_MILLI: return yaml_to_milli(node, &range, &list, out);
    case ASK_DURATION: return yaml_to_duration(node, &range, &list, out);
    case ASK_TEXT:
        is_good = yaml_to_text(node, "'v'", &list, &text);
        *out = is_good ? (int64_t)text.len : 0;
        return is_good;
    case ASK_WORD:
        is_good = yaml_to_word(node, &(struct yaml_words){"'v'", words, 2}, &list, &word);
        *out = is_good ? (int64_t)word : 0;
        return is_good;
    }
    return false;
}

START_TEST(a_value_is_read_or_the_message_says_what_is_wrong)
{
    struct buffer text = {0};
    buffer_add_format(&text, "v: %s\n", values[_i].text);
    const struct yaml_node *node =
        yaml_get(yaml_tree_parse(&arena, "f.yaml", buffer_bytes(&text), &list), "v");
    int64_t got = 0;
    bool is_good = ask(values[_i].ask, node, &got);
    ck_assert_msg(is_good == (values[_i].message == NULL), "%s", values[_i].text);
    ck_assert_int_eq(got, values[_i].want);
    ck_assert_uint_eq(list.error_count, is_good ? 0 : 1);
    if (!is_good)
        ck_assert_str_eq(list.items[0]->message, values[_i].message);
    buffer_free(&text);
}
END_TEST

START_TEST(keys_are_known_later_or_wrong)
{
    static const char *const known[] = {"bands", "rules"};
    static const char *const later[] = {"forget"};
    struct yaml_keys keys = {"a score", known, 2, later, 1};
    ck_assert(yaml_check_keys(parse("rules: 1\nbands: 2\n"), &keys, &list));
    ck_assert(!yaml_check_keys(parse("rules: 1\nbnads: 2\nforget: 3\n"), &keys, &list));
    ck_assert(!yaml_check_keys(parse("[1]\n"), &keys, &list));
    ck_assert_uint_eq(list.error_count, 3);
    ck_assert_str_eq(
        list.items[0]->message, "unknown key of a score 'bnads', did you mean 'bands'?");
    ck_assert_int_eq(list.items[0]->code, DIAGNOSTIC_E0201);
    ck_assert_str_eq(list.items[1]->message, "'forget' of a score is not supported yet");
    ck_assert_int_eq(list.items[1]->code, DIAGNOSTIC_E0301);
    ck_assert_int_eq(list.items[2]->code, DIAGNOSTIC_E0202);
}
END_TEST

#define COUNT(table) (int)(sizeof(table) / sizeof((table)[0]))

Suite *test_suite(void)
{
    Suite *suite = suite_create("yaml_tree");
    TCase *tree = tcase_create("tree");
    tcase_add_checked_fixture(tree, setup, teardown);
    tcase_add_test(tree, every_node_knows_where_it_stands);
    tcase_add_loop_test(tree, an_empty_file_is_an_empty_mapping, 0, COUNT(empties));
    tcase_add_test(tree, nothing_at_all_is_an_empty_mapping_too);
    tcase_add_loop_test(tree, forms_that_hide_something_are_refused, 0, COUNT(refused));
    tcase_add_test(tree, a_quoted_merge_sign_is_a_key_like_any_other);
    tcase_add_test(tree, the_first_of_two_same_keys_stays);
    tcase_add_test(tree, duplicates_are_found_in_large_mappings_too);
    tcase_add_test(tree, a_key_given_again_in_a_large_mapping_names_its_first_place);
    tcase_add_test(tree, an_alias_is_reported_once_and_silently_unusable);
    tcase_add_test(tree, nesting_ends_at_its_limit);
    tcase_add_test(tree, a_file_above_its_limit_is_not_even_looked_at);
    tcase_add_test(tree, a_long_word_is_not_cut_within_a_character);
    tcase_add_test(tree, a_file_of_too_many_values_is_refused);
    tcase_add_test(tree, a_file_of_many_tag_directives_is_refused);
    tcase_add_test(tree, what_costs_libyaml_much_is_refused_early);
    tcase_add_test(tree, texts_are_views_of_the_file_where_they_stand_there);
    tcase_add_test(tree, a_place_far_down_shows_its_line);
    suite_add_tcase(suite, tree);
    TCase *value = tcase_create("values");
    tcase_add_checked_fixture(value, setup, teardown);
    tcase_add_loop_test(value, a_value_is_read_or_the_message_says_what_is_wrong, 0, COUNT(values));
    tcase_add_test(value, keys_are_known_later_or_wrong);
    suite_add_tcase(suite, value);
    return suite;
}
