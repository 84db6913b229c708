// Text becomes the tree that the grammar says, or one problem with its place.
#include <stdlib.h>

#include "rules/cel/parser.h"

#include "tests/support/suite.h"

static const struct tree_case {
    const char *text, *tree;
} tree_cases[] = {
    // literals
    {"1", "1"},
    {"0x1F", "31"},
    {"-0x10", "-16"},
    {"-9223372036854775808", "-9223372036854775808"},
    {"18446744073709551615u", "18446744073709551615u"},
    {"0XABU", "171u"},
    {"1.5", "1.5d"},
    {".5e1", "5d"},
    {"2E-1", "0.20000000000000001d"},
    {"-1.0", "-1d"},
    {"true", "true"},
    {"null", "null"},
    {"'a'", "\"a\""},
    {"\"it's\"", "\"it's\""},
    {"'''a'b\nc'''", "\"a'b\\nc\""},
    {"\"\"\"\"\"\"", "\"\""},
    {"r'a\\n'", "\"a\\\\n\""},
    {"R\"\"\"\\\"\"\"", "\"\\\\\""},
    {"'\\a\\b\\f\\n\\r\\t\\v\\\\\\?\\\"\\'\\`'", "\"\\u0007\\b\\f\\n\\r\\t\\u000b\\\\?\\\"'`\""},
    {"'\\x41\\X42\\u00e9\\U0001F431\\101'", "\"AB\xC3\xA9\xF0\x9F\x90\xB1"
                                            "A\""},
    {"'\\377'", "\"\xC3\xBF\""},
    {"b'\\377\\x00\\303\\251'", "b'ff00c3a9'"},
    {"b'\xC3\xA9'", "b'c3a9'"},
    {"bR'\\x'", "b'5c78'"},
    // precedence and association
    {"a + b * c", "(_+_ a (_*_ b c))"},
    {"(a + b) * c", "(_*_ (_+_ a b) c)"},
    {"a - b - c", "(_-_ (_-_ a b) c)"},
    {"a / b % c * d", "(_*_ (_%_ (_/_ a b) c) d)"},
    {"a < b == c", "(_==_ (_<_ a b) c)"},
    {"a && b || c && d", "(|| (&& a b) (&& c d))"},
    {"a || b || c", "(|| a b c)"},
    {"a ? b : c ? d : e", "(?: a b (?: c d e))"},
    {"a || b ? c : d", "(?: (|| a b) c d)"},
    {"!a && -b < 1", "(&& (!_ a) (_<_ (-_ b) 1))"},
    {"!!a", "(!_ (!_ a))"},
    {"- -1", "(-_ -1)"},
    {"-a.b", "(-_ (select b a))"},
    {"-1.f()", "(.f -1)"},
    {"1-1", "(_-_ 1 1)"},
    {"1 - -1", "(_-_ 1 -1)"},
    {"a in b", "(@in a b)"},
    {"a >= b", "(_>=_ a b)"},
    {"a != b", "(_!=_ a b)"},
    // members and calls
    {"a.b.c", "(select c (select b a))"},
    {".a.b", "(select b .a)"},
    {"a[1].b", "(select b (_[_] a 1))"},
    {"a.`b-c d/e.f`", "(select b-c d/e.f a)"},
    {"a.if", "(select if a)"},
    {"f()", "(f)"},
    {"f(a, 1)", "(f a 1)"},
    {"a.f(b).g()", "(.g (.f a b))"},
    {"'a'.size()", "(.size \"a\")"},
    {"[1, 2,]", "(list 1 2)"},
    {"[]", "(list)"},
    {"{1: a, 'b': c,}", "(map 1 a \"b\" c)"},
    {"{}", "(map)"},
    // macros
    {"has(a.b)", "(has b a)"},
    {"a.all(x, x > 1)", "(macro-all x a (_>_ x 1))"},
    {"a.exists_one(x, x)", "(macro-exists_one x a x)"},
    {"a.existsOne(i, x, x)", "(macro-exists_one i x a x)"},
    {"a.map(x, x + 1)", "(macro-map x a (_+_ x 1))"},
    {"a.map(x, x > 1, x + 1)", "(macro-map x a (_>_ x 1) (_+_ x 1))"},
    {"a.filter(x, x.all(y, y))", "(macro-filter x a (macro-all y x y))"},
    {"a.transformMap(k, v, v)", "(macro-transform_map k v a v)"},
    {"a.sortBy(x, x.b)", "(macro-sort_by x a (select b x))"},
    {"cel.bind(x, 1, x + x)", "(bind x 1 (_+_ x x))"},
    {"a.all(x)", "(.all a x)"}, // a function like any other
    {"has(a, b)", "(has a b)"},
    // space
    {" a // and so on\n\t+\r\nb\f", "(_+_ a b)"},
};
enum { TREE_COUNT = sizeof(tree_cases) / sizeof(tree_cases[0]) };

START_TEST(text_becomes_its_tree)
{
    struct arena arena = {0};
    struct cel_problems problems = {0};
    struct buffer tree = {0};
    struct cel_node *root = cel_parse(&arena, bytes_text(tree_cases[_i].text), &problems);
    ck_assert_msg(
        root != NULL, "%s: %s", tree_cases[_i].text,
        problems.count > 0 ? problems.items[0].message : "no problem given");
    cel_print(&tree, root);
    buffer_add_u8(&tree, 0);
    ck_assert_str_eq((const char *)tree.data, tree_cases[_i].tree);
    ck_assert_uint_eq(problems.total, 0);
    buffer_free(&tree);
    arena_free(&arena);
}
END_TEST

static const struct problem_case {
    const char *text;
    uint32_t begin, end;
    const char *message;
} problem_cases[] = {
    {"", 0, 0, "expected a value, but the expression ends here"},
    {"a +", 3, 3, "expected a value, but the expression ends here"},
    {"a b", 2, 3, "expected an operator or the end, found 'b'"},
    {"(a", 2, 2, "expected ')', but the expression ends here"},
    {"f(a,)", 4, 5, "expected a value, found ')'"},
    {"[1 2]", 3, 4, "expected ',' or ']', found '2'"},
    {"{1 2}", 3, 4, "expected ':' behind a key, found '2'"},
    {"a ? b", 5, 5, "expected ':' of '?', but the expression ends here"},
    {"a.", 2, 2, "expected a name behind '.', but the expression ends here"},
    {"a.in", 2, 4, "expected a name behind '.', found 'in'"},
    {"if", 0, 2, "this word is reserved and cannot be a name"},
    {"a = 1", 2, 3, "'equals' is written =="},
    {"a & b", 2, 3, "'and' is written &&, 'or' is written ||"},
    {"a # b", 2, 3, "this character means nothing here"},
    {"a \xE2\x82\xAC", 2, 5, "this character means nothing here"},
    {"'abc", 0, 1, "this string has no end"},
    {"'a\nb'", 0, 1, "this string has no end"},
    {"'\\q'", 1, 3, "unknown escape; a backslash itself is written \\\\"},
    {"'\\u12'", 1, 5, "an escape has two (\\x), four (\\u) or eight (\\U) hexadecimal digits"},
    {"'\\ud800'", 1, 7, "this escape is no Unicode character"},
    {"'\\U00110000'", 1, 11, "this escape is no Unicode character"},
    {"b'\\u0041'", 2, 8, "\\u and \\U have no meaning in bytes; write \\x"},
    {"9223372036854775808", 0, 19,
     "this number does not fit in an int; write it as a uint, with a u behind it"},
    {"- (9223372036854775808)", 3, 22,
     "this number does not fit in an int; write it as a uint, with a u behind it"},
    {"18446744073709551616u", 0, 21, "this number does not fit in 64 bits"},
    {"1e999", 0, 5, "this number is too large for a double"},
    {"1x", 0, 2, "a letter directly behind a number means nothing"},
    {"now - 30d", 6, 9,
     "a letter directly behind a number means nothing; a span of time is days(1) or "
     "duration(\"36h\")"},
    {"has(a)", 4, 5, "has() takes a member: has(contact.country)"},
    {"a.all(x.y, true)", 6, 9, "this must be a simple name: the macro gives it to each element"},
    {"a.all(x, x, true)", 9, 10, "the two names of a macro must differ"},
    {"a.?b", 2, 3, "optional values ('?') are not part of this language"},
    {"T{a: 1}", 0, 2, "messages ('name{\xE2\x80\xA6}') are not part of this language"},
    {"`a`", 0, 3, "backticks are for members: write them behind a '.'"},
    {"a.`b", 2, 4,
     "a name in backticks has letters, digits, '_', '-', '.', '/' and spaces, and ends with a "
     "backtick"},
    {"'\xFF'", 0, 3, "this is not valid UTF-8"},
};
enum { PROBLEM_COUNT = sizeof(problem_cases) / sizeof(problem_cases[0]) };

START_TEST(a_mistake_is_named_with_its_place)
{
    struct arena arena = {0};
    struct cel_problems problems = {0};
    const struct problem_case *expected = &problem_cases[_i];
    ck_assert_ptr_null(cel_parse(&arena, bytes_text(expected->text), &problems));
    ck_assert_uint_eq(problems.total, 1);
    ck_assert_str_eq(problems.items[0].message, expected->message);
    ck_assert_msg(
        problems.items[0].begin == expected->begin && problems.items[0].end == expected->end,
        "%s: at %u to %u, expected %u to %u", expected->text, problems.items[0].begin,
        problems.items[0].end, expected->begin, expected->end);
    arena_free(&arena);
}
END_TEST

// before, middle and after, before and after count times each
static char *nested(const char *before, const char *middle, const char *after, size_t count)
{
    size_t before_len = strlen(before), after_len = strlen(after), middle_len = strlen(middle);
    char *text = malloc(count * (before_len + after_len) + middle_len + 1);
    ck_assert_ptr_nonnull(text);
    char *to = text;
    for (size_t i = 0; i < count; i++, to += before_len)
        memcpy(to, before, before_len);
    memcpy(to, middle, middle_len);
    to += middle_len;
    for (size_t i = 0; i < count; i++, to += after_len)
        memcpy(to, after, after_len);
    *to = '\0';
    return text;
}

static const struct depth_case {
    const char *before, *middle, *after;
    size_t most; // that are taken
} depth_cases[] = {
    {"(", "a", ")", 249},       {"[", "1", "]", 249},   {"f(", "a", ")", 249},
    {"!", "a", "", 249},        {"-", "a", "", 249},    {"{1: ", "1", "}", 249},
    {"", "a", ".b", 249},       {"", "a", "[1]", 249},  {"", "a", " + a", 249},
    {"a ? b : ", "c", "", 249}, {"", "a", ".f()", 249}, {"a.all(x, ", "x", ")", 249},
};
enum { DEPTH_COUNT = sizeof(depth_cases) / sizeof(depth_cases[0]) };

START_TEST(what_nests_too_deep_is_refused)
{
    const struct depth_case *shape = &depth_cases[_i];
    const size_t counts[] = {1, shape->most, shape->most + 1, 5000};
    for (size_t i = 0; i < 4; i++) {
        struct arena arena = {0};
        struct cel_problems problems = {0};
        char *text = nested(shape->before, shape->middle, shape->after, counts[i]);
        struct cel_node *root = cel_parse(&arena, bytes_text(text), &problems);
        bool is_taken = counts[i] <= shape->most;
        ck_assert_msg(
            (root != NULL) == is_taken, "%zu times %s%s", counts[i], shape->before, shape->after);
        if (!is_taken) {
            ck_assert_int_eq(problems.items[0].kind, CEL_PROBLEM_LIMIT);
            ck_assert_str_eq(problems.items[0].message, "this is nested deeper than 250");
        }
        free(text);
        arena_free(&arena);
    }
}
END_TEST

START_TEST(a_long_chain_of_and_is_not_deep)
{
    struct arena arena = {0};
    struct cel_problems problems = {0};
    char *text = nested("a && ", "a", "", 1000);
    struct cel_node *root = cel_parse(&arena, bytes_text(text), &problems);
    ck_assert_ptr_nonnull(root);
    ck_assert_uint_eq(root->child_count, 1001);
    ck_assert_uint_eq(root->height, 2);
    free(text);
    arena_free(&arena);
}
END_TEST

START_TEST(an_expression_that_is_too_long_is_refused)
{
    for (size_t over = 0; over < 2; over++) {
        struct arena arena = {0};
        struct cel_problems problems = {0};
        char *text = nested(" ", "1", "", CEL_LENGTH_MAX - 1 + over);
        struct cel_node *root = cel_parse(&arena, bytes_text(text), &problems);
        ck_assert((root != NULL) == (over == 0));
        if (over == 1)
            ck_assert_str_eq(
                problems.items[0].message,
                "this expression has 65537 bytes; at most 65536 are taken");
        free(text);
        arena_free(&arena);
    }
}
END_TEST

START_TEST(nodes_know_their_place)
{
    struct arena arena = {0};
    struct cel_problems problems = {0};
    struct cel_node *root = cel_parse(&arena, bytes_text(" aa + bb.cc(1)"), &problems);
    ck_assert_ptr_nonnull(root);
    ck_assert_uint_eq(root->begin, 1);
    ck_assert_uint_eq(root->end, 14);
    ck_assert_uint_eq(root->text_begin, 4); // the sign
    ck_assert_uint_eq(root->children[1]->begin, 6);
    ck_assert_uint_eq(root->children[1]->text_begin, 9);
    ck_assert_uint_eq(root->children[1]->end, 14);
    arena_free(&arena);
}
END_TEST

Suite *test_suite(void)
{
    Suite *suite = suite_create("rules/cel/parser");
    TCase *tcase = tcase_create("parser");
    tcase_add_loop_test(tcase, text_becomes_its_tree, 0, TREE_COUNT);
    tcase_add_loop_test(tcase, a_mistake_is_named_with_its_place, 0, PROBLEM_COUNT);
    tcase_add_loop_test(tcase, what_nests_too_deep_is_refused, 0, DEPTH_COUNT);
    tcase_add_test(tcase, a_long_chain_of_and_is_not_deep);
    tcase_add_test(tcase, an_expression_that_is_too_long_is_refused);
    tcase_add_test(tcase, nodes_know_their_place);
    suite_add_tcase(suite, tcase);
    return suite;
}
