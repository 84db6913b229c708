// Regular expressions through the C interface of RE2: what matches, what is refused and why, what it costs.
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "engine/base/text.h"
#include "rules/cel/regex.h"

#include "tests/support/suite.h"

static struct cel_regex *regex_new(const char *pattern, size_t len)
{
    char why[100];
    size_t cost;
    struct cel_regex *regex = cel_regex_new(pattern, len, why, sizeof(why), &cost);
    ck_assert_msg(regex != NULL, "%s: %s", pattern, why);
    return regex;
}

static const struct match_case {
    const char *pattern, *text;
    bool is_match;
} match_cases[] = {
    {"", "", true},
    {"b", "abc", true},
    {"^b", "abc", false},
    {"(?i)B", "abc", true},
    {"^.$", "\xC3\xA9", true},
    {"^..$", "\xC3\xA9", false},
    {"\\d{3}", "a123", true},
    {"\\bfoo\\b", "a foo b", true},
    {"(a|ab)(c|bcd)$", "abcd", true},
    {"^(a+)+$", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaab", false},
    {"[[:alpha:]]+", "123", false},
};
enum { MATCH_COUNT = sizeof(match_cases) / sizeof(match_cases[0]) };

START_TEST(a_pattern_matches_anywhere)
{
    const struct match_case *expected = &match_cases[_i];
    struct cel_regex *regex = regex_new(expected->pattern, strlen(expected->pattern));
    ck_assert_msg(
        cel_regex_matches(regex, expected->text, strlen(expected->text)) == expected->is_match,
        "%s in %s", expected->pattern, expected->text);
    cel_regex_free(regex);
}
END_TEST

START_TEST(patterns_and_texts_may_hold_nul)
{
    struct cel_regex *regex = regex_new("a\0b", 3);
    ck_assert(cel_regex_matches(regex, "xa\0by", 5));
    ck_assert(!cel_regex_matches(regex, "xaby", 4));
    ck_assert(!cel_regex_matches(regex, NULL, 0));
    cel_regex_free(regex);
    cel_regex_free(NULL);
}
END_TEST

static const struct refusal_case {
    const char *pattern, *why;
} refusal_cases[] = {
    {"(", "missing ): ("},
    {"a)", "unexpected ): a)"},
    {"[a", "missing ]: [a"},
    {"*a", "no argument for repetition operator: *"},
    {"\\8", "invalid escape sequence: \\8"},
    {"(?=a)", "invalid perl operator: (?="},
    {"a{1001}", "invalid repetition size: {1001}"},
    {"((a{100}){100}){100}", "invalid repetition size: {100}"},
    {"\\pL{1000}", "pattern too large - compile failed"},
    {"\xFF", "invalid UTF-8"},
};
enum { REFUSAL_COUNT = sizeof(refusal_cases) / sizeof(refusal_cases[0]) };

START_TEST(what_is_refused_is_said_why)
{
    char why[100] = "untouched";
    size_t cost;
    const struct refusal_case *expected = &refusal_cases[_i];
    ck_assert_ptr_null(
        cel_regex_new(expected->pattern, strlen(expected->pattern), why, sizeof(why), &cost));
    ck_assert_str_eq(why, expected->why);
}
END_TEST

START_TEST(a_reason_is_cut_within_no_character)
{
    const char *pattern = "(?\xC3\xA9\xC3\xA9\xC3\xA9\xC3\xA9"; // which the reason repeats
    char whole[100], why[100];
    size_t cost;
    ck_assert_ptr_null(cel_regex_new(pattern, strlen(pattern), whole, sizeof(whole), &cost));
    ck_assert_ptr_nonnull(strstr(whole, "\xC3\xA9"));
    for (size_t size = 1; size <= strlen(whole) + 1; size++) {
        memset(why, 'x', sizeof(why));
        ck_assert_ptr_null(cel_regex_new(pattern, strlen(pattern), why, size, &cost));
        ck_assert_ptr_nonnull(memchr(why, '\0', size));
        ck_assert(text_is_utf8(bytes_text(why)));
        ck_assert(strncmp(whole, why, strlen(why)) == 0);
        ck_assert_uint_ge(strlen(why) + 2, size);
        ck_assert_int_eq(why[size], 'x');
    }
}
END_TEST

START_TEST(large_patterns_and_texts_cost_more)
{
    struct cel_regex *small = regex_new("ab", 2);
    struct cel_regex *large = regex_new("[ab]*a[ab]{300}c", 16);
    ck_assert_uint_lt(cel_regex_compile_cost(small), 100);
    ck_assert_uint_ge(cel_regex_compile_cost(large), 300);
    ck_assert_uint_lt(cel_regex_compile_cost(large), CEL_REGEX_REFUSED_COST);
    ck_assert_uint_ge(cel_regex_match_cost(small, 0), 1);
    ck_assert_uint_ge(cel_regex_match_cost(small, 1600), 100);
    ck_assert_uint_ge(cel_regex_match_cost(large, 1600), 100 * 300 / 16);
    ck_assert_uint_ge(cel_regex_match_cost(large, 32000), 19 * cel_regex_match_cost(large, 1600));
    cel_regex_free(small);
    cel_regex_free(large);
}
END_TEST

static void *match_often(void *regex)
{
    size_t matched = 0;
    for (int i = 0; i < 2000; i++)
        matched += cel_regex_matches(regex, "aabbabababbbabac", (size_t)(i % 2 == 0 ? 16 : 15));
    return matched == 1000 ? regex : NULL;
}

START_TEST(threads_share_a_pattern)
{
    struct cel_regex *regex = regex_new("^[ab]*a[ab]*c$", 14);
    pthread_t threads[4];
    for (int i = 0; i < 4; i++)
        ck_assert_int_eq(pthread_create(&threads[i], NULL, match_often, regex), 0);
    for (int i = 0; i < 4; i++) {
        void *result;
        ck_assert_int_eq(pthread_join(threads[i], &result), 0);
        ck_assert_ptr_eq(result, regex);
    }
    cel_regex_free(regex);
}
END_TEST

Suite *test_suite(void)
{
    Suite *suite = suite_create("rules/cel/regex");
    TCase *tcase = tcase_create("regex");
    tcase_add_loop_test(tcase, a_pattern_matches_anywhere, 0, MATCH_COUNT);
    tcase_add_test(tcase, patterns_and_texts_may_hold_nul);
    tcase_add_loop_test(tcase, what_is_refused_is_said_why, 0, REFUSAL_COUNT);
    tcase_add_test(tcase, a_reason_is_cut_within_no_character);
    tcase_add_test(tcase, large_patterns_and_texts_cost_more);
    tcase_add_test(tcase, threads_share_a_pattern);
    suite_add_tcase(suite, tcase);
    return suite;
}
