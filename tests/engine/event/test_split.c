// The elements of a JSON array, and arrays that break off.
#include <stdlib.h>
#include <string.h>

#include <check.h>

#include "engine/base/buffer.h"
#include "engine/base/memory.h"
#include "engine/event/split.h"

#include "tests/support/suite.h"

static const struct split_case {
    const char *text;
    const char *elements; // each with a | behind it
    enum split_step end;
} split_cases[] = {
    {"[]", "", SPLIT_END},
    {" [ ] \n", "", SPLIT_END},
    {"[1]", "1|", SPLIT_END},
    {" [ {\"a\":[1,2]} , \"x,]\\\"\" ,3 ] ", "{\"a\":[1,2]}|\"x,]\\\"\"|3|", SPLIT_END},
    {"[1,,2]", "1||2|", SPLIT_END},
    {"[1,]", "1||", SPLIT_END},
    {"[,]", "||", SPLIT_END},
    {"[}]", "}|", SPLIT_END},
    {"[", "", SPLIT_BROKEN},
    {"[] x", "", SPLIT_BROKEN},
    {"[1] x", "1|", SPLIT_BROKEN},
    {"[1,", "1|", SPLIT_BROKEN},
    {"[1,{\"a\":1]", "1|", SPLIT_BROKEN},
    {"[\"abc\\", "", SPLIT_BROKEN},
};

START_TEST(an_array_is_cut_into_its_elements)
{
    const struct split_case *split_case = &split_cases[_i];
    size_t len = strlen(split_case->text);
    uint8_t *copy = mem_alloc(len); // exact, so that a sanitizer sees a read behind its end
    memcpy(copy, split_case->text, len);
    ck_assert(split_is_array(bytes_of(copy, len)));
    struct splitter splitter = split_begin(bytes_of(copy, len));
    struct buffer joined = {0};
    struct bytes element;
    enum split_step step;
    while ((step = split_next(&splitter, &element)) == SPLIT_ELEMENT) {
        buffer_add_bytes(&joined, element);
        buffer_add_u8(&joined, '|');
    }
    ck_assert_int_eq(step, split_case->end);
    ck_assert_msg(
        bytes_equal_text(buffer_bytes(&joined), split_case->elements), "%s", split_case->text);
    buffer_free(&joined);
    free(copy);
}
END_TEST

START_TEST(what_is_no_array_is_none)
{
    ck_assert(!split_is_array(bytes_text("")));
    ck_assert(!split_is_array(bytes_text(" {\"a\":[]}")));
    ck_assert(!split_is_array(bytes_text("  ")));
    ck_assert(!split_is_array((struct bytes){0}));
}
END_TEST

Suite *test_suite(void)
{
    Suite *suite = suite_create("split");
    TCase *cases = tcase_create("arrays");
    tcase_add_loop_test(
        cases, an_array_is_cut_into_its_elements, 0,
        (int)(sizeof(split_cases) / sizeof(split_cases[0])));
    tcase_add_test(cases, what_is_no_array_is_none);
    suite_add_tcase(suite, cases);
    return suite;
}
