// What checking takes of time and memory, whatever is written: a test that takes long is ended by its clock.
#include <stdlib.h>

#include "rules/cel/check.h"
#include "rules/cel/parser.h"
#include "rules/cel/value_ops.h"

#include "tests/support/suite.h"

// head, then count times part, then tail.
static char *repeated(const char *head, const char *part, const char *tail, size_t count)
{
    struct buffer text = {0};
    buffer_add_text(&text, head);
    for (size_t i = 0; i < count; i++)
        buffer_add_text(&text, part);
    buffer_add_text(&text, tail);
    buffer_add_u8(&text, 0);
    return (char *)text.data;
}

// cel.bind(v0, INIT, cel.bind(v1, INIT, ... BODY)) where BODY joins LINK of each two that follow each other.
static char *chained(const char *init, const char *const link[3], unsigned count)
{
    struct buffer text = {0};
    for (unsigned i = 0; i < count; i++)
        buffer_add_format(&text, "cel.bind(v%u, %s, ", i, init);
    for (unsigned i = 0; i + 1 < count; i++)
        buffer_add_format(&text, "v%u%sv%u%sv%u%s", i, link[0], i + 1, link[1], i + 1, link[2]);
    buffer_add_text(&text, "true");
    for (unsigned i = 0; i < count; i++)
        buffer_add_text(&text, ")");
    buffer_add_u8(&text, 0);
    return (char *)text.data;
}

// What a check may take of memory: the tree of 64 KiB is some megabytes by itself.
#define CHECK_BYTES_MAX (16U << 20)

static uint32_t type_height(const struct cel_type *type)
{
    if (type == NULL)
        return 0;
    uint32_t first = type_height(type->params[0]), second = type_height(type->params[1]);
    return 1 + (first > second ? first : second);
}

static void types_are_no_higher_than_values(const struct cel_node *node)
{
    ck_assert_uint_le(type_height(node->type), CEL_NESTING_MAX);
    for (uint32_t i = 0; i < node->child_count; i++)
        types_are_no_higher_than_values(node->children[i]);
}

static void check_within_limits(char *text, size_t problems_min)
{
    static const struct cel_field fields[] = {{{(const uint8_t *)"a", 1}, &cel_type_int}};
    static const struct cel_object objects[] = {
        {{(const uint8_t *)"contact", 7}, fields, 1, false, false, NULL},
        {{(const uint8_t *)"data", 4}, fields, 1, true, false, NULL}};
    struct arena arena = {0};
    struct cel_problems problems = {0};
    const struct cel_variable variables[] = {
        {bytes_text("contact"), cel_type_object(&arena, &objects[0])},
        {bytes_text("data"), cel_type_object(&arena, &objects[1])}};
    struct cel_library *library = cel_library_new();
    const struct cel_scope scope = {
        .library = library, .variables = variables, .variable_count = 2};
    struct cel_node *root = cel_parse(&arena, bytes_text(text), &problems);
    ck_assert_msg(root != NULL, "%.200s", text);
    size_t before = arena.used_bytes;
    (void)cel_check(&arena, &scope, root, &problems);
    ck_assert_uint_ge(problems.total, problems_min);
    ck_assert_uint_le(problems.count, CEL_PROBLEMS_MAX);
    size_t taken = arena.used_bytes - before;
    ck_assert_msg(taken < CHECK_BYTES_MAX, "%.80s takes %zu", text, taken);
    types_are_no_higher_than_values(root);
    cel_library_free(library);
    arena_free(&arena);
    free(text);
}

START_TEST(types_that_would_double_stay_small)
{
    static const char *const links[][3] = {
        {" == {", ": ", "} && "},
        {" == [{", ": ", "}] && "},
    };
    static const char *const shared[] = {" in v0 && ", " == v0 && ", " == v1 && "};
    for (size_t i = 0; i < 2; i++)
        check_within_limits(chained("[][0]", links[i], 100), 1);
    check_within_limits(chained("{}", shared, 100), 0);
    check_within_limits(chained("[][0]", shared, 100), 0);
}
END_TEST

START_TEST(types_nest_no_deeper_than_values)
{
    static const char *const links[][3] = {
        {" == [[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[",
         "]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]"
         "]]]]]]]]]]]]]]]]]]]]]] == [[",
         "]] && "},
        {" == [{1: [{2: [", "]}]}] && [[", "]] == [] && "},
    };
    for (size_t i = 0; i < 2; i++)
        check_within_limits(chained("[][0]", links[i], 100), 0);
}
END_TEST

START_TEST(long_expressions_are_checked_in_little_memory)
{
    char *deep = repeated("cel.bind(a, ", "[", "", 120);
    char *closed = repeated(deep, "]", ", cel.bind(b, [a], [", 120);
    check_within_limits(repeated(closed, "a,b,", "a]))", 15000), 0);
    check_within_limits(repeated(closed, "-a,-b,", "a]))", 8000), 16000);
    check_within_limits(repeated(closed, "a[0]==b,", "a]))", 7000), 0);
    check_within_limits(repeated("[", "[],", "[]]", 20000), 0);
    check_within_limits(repeated("[", "[]==[],", "[]]", 8000), 0);
    check_within_limits(repeated("cel.bind(a, [][0], ", "a==[]&&", "true)", 9000), 0);
    check_within_limits(repeated("cel.bind(a, [][0], ", "[]==a&&", "true)", 9000), 0);
    check_within_limits(repeated("[", "contact,data,", "1]", 4800), 0);
    check_within_limits(repeated("[", "1+2,", "1]", 15000), 0);
    check_within_limits(repeated("[", "x,", "1]", 30000), 30000);
    check_within_limits(repeated("contact.a", "-b", "", 240), 240);
    free(closed);
    free(deep);
}
END_TEST

Suite *test_suite(void)
{
    Suite *suite = suite_create("rules/cel/check_limits");
    TCase *tcase = tcase_create("limits");
    tcase_add_test(tcase, types_that_would_double_stay_small);
    tcase_add_test(tcase, types_nest_no_deeper_than_values);
    tcase_add_test(tcase, long_expressions_are_checked_in_little_memory);
    suite_add_tcase(suite, tcase);
    return suite;
}
