// What the language knows and this version does not is refused by name, at its place.
#include "rules/vocabulary.h"

#include "tests/rules/compile_text.h"
#include "tests/support/suite.h"

#define FLOW "workflows:\n  w:\n    on: email.opened\n    steps:\n      - "

// All there is of it, as language.md writes it.
static const struct later_case {
    const char *text;
    const char *wanted;
} cases[] = {
    {"workflows: {w: {on: \"*.opened\", steps: [end]}}\n", "E0301 1:21"},

    {FLOW "tag: {add: \"{{ data.form }}\"}\n", "E0303 5:20"},
};
enum { CASE_COUNT = sizeof(cases) / sizeof(cases[0]) };

START_TEST(the_rest_of_the_language_is_refused_by_name)
{
    assert_diagnostics(cases[_i].text, cases[_i].text, cases[_i].wanted);
}
END_TEST

START_TEST(every_later_key_has_a_case)
{
    for (size_t i = 0; i < SECTION_COUNT; i++) {
        const struct section_def *def = section_def_of((enum section)i);
        for (size_t j = 0; j < def->later_count; j++) {
            bool is_found = false;
            for (size_t k = 0; k < CASE_COUNT && !is_found; k++)
                is_found = strstr(cases[k].text, def->later[j]) != NULL;
            ck_assert_msg(is_found, "'%s' of %s has no case", def->later[j], def->what);
        }
    }
}
END_TEST

START_TEST(the_message_names_the_word)
{
    struct buffer shown = compile_printed("workflows: {w: {on: '*.opened', steps: [end]}}\n");
    ck_assert_str_eq(
        (const char *)shown.data,
        "rules.yaml:1:21: error[E0301]: a pattern in 'on' is not supported yet\n"
        "     1 | workflows: {w: {on: '*.opened', steps: [end]}}\n"
        "       |                     ^~~~~~~~~~\n");
    buffer_free(&shown);
}
END_TEST

Suite *test_suite(void)
{
    Suite *suite = suite_create("rules/not_yet");
    TCase *tcase = tcase_create("not_yet");
    tcase_add_loop_test(tcase, the_rest_of_the_language_is_refused_by_name, 0, CASE_COUNT);
    tcase_add_test(tcase, every_later_key_has_a_case);
    tcase_add_test(tcase, the_message_names_the_word);
    suite_add_tcase(suite, tcase);
    return suite;
}
