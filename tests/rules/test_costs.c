// What expressions may cost, all together (docs/decisions/0027): as much as may be, and one more.
#include "tests/rules/compile_text.h"
#include "tests/support/suite.h"

enum { LINE_CHARS_MAX = 100 };

// Segments of one condition, in a file of so many bytes: the rest is a comment.
static struct buffer segments_of(const char *condition, int count, size_t bytes)
{
    struct buffer text = {0};
    buffer_add_text(&text, "segments:\n");
    for (int i = 0; i < count; i++)
        buffer_add_format(&text, "  t%05d: {if: %s}\n", i, condition);
    ck_assert_uint_le(text.len, bytes);
    for (size_t at = 0; text.len < bytes; at++)
        buffer_add_u8(&text, at % LINE_CHARS_MAX == 0 ? '\n' : '#');
    buffer_add_u8(&text, 0);
    return text;
}

// 32,768 and one for each 8 bytes are 132,769: 18,967 conditions of four parts, and three for the condition itself.
START_TEST(parts_of_expressions_are_so_many_in_all)
{
    for (int more = 0; more < 2; more++) {
        struct buffer text = segments_of("contact.id == ''", 18967 + more, 800008);
        assert_diagnostics("parts", (const char *)text.data, more == 0 ? "" : "E0602 18968:16");
        buffer_free(&text);
    }
}
END_TEST

// What is wrong has parts, too: of 6,000 conditions of 25 parts each some are only counted, and no more are read then.
START_TEST(parts_of_what_is_wrong_are_parts)
{
    struct buffer text = segments_of(
        "contact.ib==1||contact.ib==1||contact.ib==1||contact.ib==1||contact.ib==1||contact.ib==1",
        6000, 700000);
    struct diagnostics list = {.count = 0};
    struct ruleset *ruleset = NULL;
    ck_assert_int_eq(compile_text_into((const char *)text.data, &list, &ruleset), ERR_INVALID);
    ck_assert_uint_eq(list.error_count, 6 * 4090 + 1);
    diagnostics_free(&list);
    buffer_free(&text);
}
END_TEST

// 10,000 conditions of ten parts in a file of 1,000,000 bytes are taken.
START_TEST(ten_thousand_conditions_are_taken)
{
    struct buffer text = segments_of(
        "contact.zone == 'Asia/Tokyo' && has(contact.owner) && size(contact.tags) > 1", 10000,
        1000000);
    assert_diagnostics("conditions", (const char *)text.data, "");
    buffer_free(&text);
}
END_TEST

// However short: each takes its time to be made.
START_TEST(a_pattern_counts_beside_its_instructions)
{
    struct buffer few = segments_of("contact.id.matches('a')", 2000, 400000);
    assert_diagnostics("few", (const char *)few.data, "");
    buffer_free(&few);
    struct buffer many = segments_of("contact.id.matches('a')", 5000, 400000);
    struct buffer shown = compile_printed((const char *)many.data);
    ck_assert_ptr_nonnull(strstr((const char *)shown.data, "E0602"));
    ck_assert_ptr_nonnull(strstr((const char *)shown.data, "regular expressions of these rules"));
    buffer_free(&shown);
    buffer_free(&many);
}
END_TEST

Suite *test_suite(void)
{
    Suite *suite = suite_create("rules/costs");
    TCase *tcase = tcase_create("costs");
    tcase_add_test(tcase, parts_of_expressions_are_so_many_in_all);
    tcase_add_test(tcase, parts_of_what_is_wrong_are_parts);
    tcase_add_test(tcase, ten_thousand_conditions_are_taken);
    tcase_add_test(tcase, a_pattern_counts_beside_its_instructions);
    suite_add_tcase(suite, tcase);
    return suite;
}
