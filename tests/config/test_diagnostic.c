// Diagnostics: order, limits, and the three ways they print.
#include <stdlib.h>

#include "config/diagnostic.h"

#include "tests/support/suite.h"

static const uint32_t starts[] = {0, 8, 18};
static const struct source_text source = {
    "rules/a.yaml", {(const uint8_t *)"scores:\n\t\xc3\xa9if: x\n\n", 19}, starts, 3, NULL};
static const struct source_text other = {"rules/b.yaml", {NULL, 0}, NULL, 0, NULL};

static struct diagnostics list;
static struct buffer out;

static void setup(void)
{
    list = (struct diagnostics){0};
    out = (struct buffer){0};
}

static void teardown(void)
{
    diagnostics_free(&list);
    buffer_free(&out);
}

static const char *print(enum diagnostic_format format)
{
    buffer_clear(&out);
    diagnostics_print(&list, format, &out);
    buffer_add_u8(&out, 0);
    return (const char *)out.data;
}

START_TEST(text_shows_the_line_a_caret_and_the_notes)
{
    diagnostic_add(&list, DIAGNOSTIC_E0203, (struct place){&source, 2, 3, 2}, "unknown '%s'", "x");
    diagnostic_note(&list, (struct place){&other, 3, 5, 1}, "declared here");
    diagnostic_note(&list, PLACE_NONE, "more help");
    ck_assert_str_eq(
        print(DIAGNOSTIC_FORMAT_TEXT), "rules/a.yaml:2:3: error[E0203]: unknown 'x'\n"
                                       "     2 | \t\xc3\xa9if: x\n"
                                       "       | \t ^~\n"
                                       "  note: rules/b.yaml:3:5: declared here\n"
                                       "  note: more help\n");
}
END_TEST

START_TEST(the_span_ends_with_its_line)
{
    diagnostic_add(&list, DIAGNOSTIC_E0203, (struct place){&source, 1, 6, 1000}, "m");
    ck_assert_str_eq(
        print(DIAGNOSTIC_FORMAT_TEXT),
        "rules/a.yaml:1:6: error[E0203]: m\n     1 | scores:\n       |      ^~\n");
}
END_TEST

START_TEST(a_place_past_the_end_shows_a_caret_there)
{
    diagnostic_add(&list, DIAGNOSTIC_E0101, (struct place){&source, 3, 1, 1}, "m");
    diagnostic_add(&list, DIAGNOSTIC_E0101, (struct place){&source, 9, 1, 1}, "n");
    ck_assert_str_eq(
        print(DIAGNOSTIC_FORMAT_TEXT), "rules/a.yaml:3:1: error[E0101]: m\n     3 | \n       | ^\n"
                                       "rules/a.yaml:9:1: error[E0101]: n\n");
}
END_TEST

START_TEST(a_file_or_nothing_may_be_the_place)
{
    diagnostic_add(&list, DIAGNOSTIC_W0504, place_of_file(&other), "no rules");
    diagnostic_add(&list, DIAGNOSTIC_C0001, PLACE_NONE, "not set");
    ck_assert_str_eq(
        print(DIAGNOSTIC_FORMAT_TEXT),
        "error[C0001]: not set\nrules/b.yaml: warning[W0504]: no rules\n");
    ck_assert_uint_eq(list.error_count, 1);
    ck_assert_uint_eq(list.warning_count, 1);
}
END_TEST

START_TEST(colour_only_when_asked_for)
{
    diagnostic_add(&list, DIAGNOSTIC_E0203, (struct place){&source, 1, 1, 6}, "m");
    ck_assert_ptr_null(strchr(print(DIAGNOSTIC_FORMAT_TEXT), '\033'));
    ck_assert_ptr_nonnull(strstr(print(DIAGNOSTIC_FORMAT_COLOUR), "\033[1;31merror[E0203]\033[0m"));
}
END_TEST

START_TEST(what_a_file_holds_cannot_drive_the_terminal)
{
    diagnostic_add(&list, DIAGNOSTIC_E0203, PLACE_NONE, "unknown '%s'", "\033[2J\n");
    ck_assert_str_eq(print(DIAGNOSTIC_FORMAT_TEXT), "error[E0203]: unknown '\\x1b[2J\\x0a'\n");
}
END_TEST

START_TEST(json_is_an_array_of_objects)
{
    ck_assert_str_eq(print(DIAGNOSTIC_FORMAT_JSON), "[]\n");
    diagnostic_add(&list, DIAGNOSTIC_E0203, (struct place){&source, 2, 3, 2}, "a \"b\"");
    diagnostic_note(&list, (struct place){&other, 3, 5, 1}, "here");
    diagnostic_add(&list, DIAGNOSTIC_W0504, place_of_file(&other), "c");
    ck_assert_str_eq(
        print(DIAGNOSTIC_FORMAT_JSON),
        "[\n{\"severity\":\"error\",\"code\":\"E0203\",\"file\":\"rules/a.yaml\",\"line\":2,"
        "\"column\":3,\"length\":2,\"message\":\"a \\\"b\\\"\",\"notes\":[{\"message\":\"here\","
        "\"file\":\"rules/b.yaml\",\"line\":3,\"column\":5}]},\n"
        "{\"severity\":\"warning\",\"code\":\"W0504\",\"file\":\"rules/b.yaml\","
        "\"message\":\"c\",\"notes\":[]}\n]\n");
}
END_TEST

START_TEST(github_commands_are_escaped)
{
    static const struct source_text odd = {"a,b:c.yaml", {NULL, 0}, NULL, 0, NULL};
    diagnostic_add(&list, DIAGNOSTIC_E0203, (struct place){&odd, 2, 3, 2}, "50%%\nnew");
    diagnostic_note(&list, PLACE_NONE, "help");
    diagnostic_add(&list, DIAGNOSTIC_C0001, PLACE_NONE, "x");
    ck_assert_str_eq(
        print(DIAGNOSTIC_FORMAT_GITHUB),
        "::error title=C0001::x\n"
        "::error file=a%2Cb%3Ac.yaml,line=2,col=3,title=E0203::50%25%0Anew%0Anote: help\n");
}
END_TEST

START_TEST(order_is_by_place_then_by_being_added)
{
    diagnostic_add(&list, DIAGNOSTIC_E0203, (struct place){&other, 1, 1, 1}, "5");
    diagnostic_add(&list, DIAGNOSTIC_E0203, (struct place){&source, 2, 3, 1}, "3");
    diagnostic_add(&list, DIAGNOSTIC_E0203, (struct place){&source, 2, 3, 1}, "4");
    diagnostic_add(&list, DIAGNOSTIC_E0203, (struct place){&source, 2, 2, 1}, "2");
    diagnostic_add(&list, DIAGNOSTIC_E0203, (struct place){&source, 1, 9, 1}, "1");
    diagnostics_sort(&list);
    for (size_t i = 0; i < 5; i++)
        ck_assert_int_eq(list.items[i]->message[0], (int)('1' + i));
    diagnostic_note(&list, PLACE_NONE, "to the last added, wherever it is now");
    ck_assert_ptr_nonnull(list.items[0]->notes);
}
END_TEST

START_TEST(a_flood_is_counted_and_cut)
{
    for (int i = 0; i < DIAGNOSTICS_MAX + 7; i++) {
        diagnostic_add(&list, DIAGNOSTIC_E0203, PLACE_NONE, "n");
        diagnostic_note(&list, PLACE_NONE, "note");
    }
    ck_assert_uint_eq(list.count, DIAGNOSTICS_MAX);
    ck_assert_uint_eq(list.error_count, DIAGNOSTICS_MAX + 7);
    const struct diagnostic_note *note = list.items[DIAGNOSTICS_MAX - 1]->notes;
    ck_assert_ptr_null(note->next); // those of what was not kept went nowhere
    const char *text = print(DIAGNOSTIC_FORMAT_TEXT);
    ck_assert_ptr_nonnull(strstr(text, "\nand 7 more\n"));
}
END_TEST

START_TEST(an_unknown_word_gets_the_nearest_or_the_list)
{
    static const char *const known[] = {"score", "contact"};
    struct unknown_word unknown = {"field", BYTES_LITERAL("scroe"), known, 2};
    diagnostic_add_unknown(&list, DIAGNOSTIC_E0203, PLACE_NONE, &unknown);
    unknown.word = BYTES_LITERAL("xyz");
    diagnostic_add_unknown(&list, DIAGNOSTIC_E0203, PLACE_NONE, &unknown);
    unknown.count = 0;
    diagnostic_add_unknown(&list, DIAGNOSTIC_E0203, PLACE_NONE, &unknown);
    ck_assert_str_eq(list.items[0]->message, "unknown field 'scroe', did you mean 'score'?");
    ck_assert_ptr_null(list.items[0]->notes);
    ck_assert_str_eq(list.items[1]->message, "unknown field 'xyz'");
    ck_assert_str_eq(list.items[1]->notes->text, "known are: score, contact");
    ck_assert_ptr_null(list.items[2]->notes);
}
END_TEST

START_TEST(every_code_is_explained)
{
    for (int code = 0; code < DIAGNOSTIC_CODE_COUNT; code++) {
        const char *text = diagnostic_code_text((enum diagnostic_code)code);
        ck_assert_uint_eq(strlen(text), 5);
        const char *explanation = diagnostic_explain(bytes_text(text));
        ck_assert_msg(explanation != NULL, "%s has no explanation", text);
        ck_assert_int_eq(explanation[strlen(explanation) - 1], '.');
        ck_assert_uint_gt(strlen(diagnostic_code_title((enum diagnostic_code)code)), 5);
        bool is_warning = text[0] == 'W';
        ck_assert_int_eq(
            diagnostic_code_severity((enum diagnostic_code)code),
            is_warning ? SEVERITY_WARNING : SEVERITY_ERROR);
    }
    ck_assert_ptr_nonnull(diagnostic_explain(BYTES_LITERAL("e0203")));
    ck_assert_ptr_null(diagnostic_explain(BYTES_LITERAL("E9999")));
    ck_assert_ptr_null(diagnostic_explain(BYTES_LITERAL("E020")));
    ck_assert_ptr_null(diagnostic_explain(bytes_of(NULL, 0)));
}
END_TEST

Suite *test_suite(void)
{
    Suite *suite = suite_create("diagnostic");
    TCase *tcase = tcase_create("diagnostic");
    tcase_add_checked_fixture(tcase, setup, teardown);
    tcase_add_test(tcase, text_shows_the_line_a_caret_and_the_notes);
    tcase_add_test(tcase, the_span_ends_with_its_line);
    tcase_add_test(tcase, a_place_past_the_end_shows_a_caret_there);
    tcase_add_test(tcase, a_file_or_nothing_may_be_the_place);
    tcase_add_test(tcase, colour_only_when_asked_for);
    tcase_add_test(tcase, what_a_file_holds_cannot_drive_the_terminal);
    tcase_add_test(tcase, json_is_an_array_of_objects);
    tcase_add_test(tcase, github_commands_are_escaped);
    tcase_add_test(tcase, order_is_by_place_then_by_being_added);
    tcase_add_test(tcase, a_flood_is_counted_and_cut);
    tcase_add_test(tcase, an_unknown_word_gets_the_nearest_or_the_list);
    tcase_add_test(tcase, every_code_is_explained);
    suite_add_tcase(suite, tcase);
    return suite;
}
