// What fails of the rules, as Prometheus is told: sums over shards, a bounded number of series.
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "engine/run/metrics_failures.h"

#include "tests/support/suite.h"

#define HEAD                                                                              \
    "# HELP engaged_expressions_failed_total Conditions, points and values that failed: " \
    "they did not match.\n# TYPE engaged_expressions_failed_total counter\n"

static void check_printed(const struct failures *shards, size_t count, const char *wanted)
{
    struct buffer packed[4] = {{0}};
    struct bytes views[4];
    struct buffer text = {0};
    for (size_t i = 0; i < count; i++) {
        metrics_failures_pack(&shards[i], &packed[i]);
        views[i] = buffer_bytes(&packed[i]);
    }
    metrics_failures_print(views, count, &text);
    buffer_add_u8(&text, 0);
    ck_assert_str_eq((const char *)text.data, wanted);
    for (size_t i = 0; i < count; i++)
        buffer_free(&packed[i]);
    buffer_free(&text);
}

START_TEST(there_is_a_series_before_anything_failed)
{
    const struct failures none[2] = {{.count = 0}};
    check_printed(none, 2, HEAD "engaged_expressions_failed_total{rule=\"other\"} 0\n");
}
END_TEST

START_TEST(shards_are_added_up)
{
    static char workflow[] = "workflows.w if", rule[] = "scores.s/r if";
    static struct failure first[] = {
        {.rule = workflow, .count = 2},
        {.rule = rule, .count = 3},
    };
    static struct failure second[] = {{.rule = rule, .count = 4}};
    const struct failures shards[] = {
        {.items = first, .count = 2, .others = 7},
        {.items = second, .count = 1, .others = 1},
    };
    check_printed(
        shards, 2,
        HEAD "engaged_expressions_failed_total{rule=\"scores.s/r if\"} 7\n"
             "engaged_expressions_failed_total{rule=\"workflows.w if\"} 2\n"
             "engaged_expressions_failed_total{rule=\"other\"} 8\n");
}
END_TEST

// Each shard has a thousand rules of its own.
START_TEST(there_are_at_most_a_thousand_series)
{
    static struct failure items[2][FAILURES_MAX];
    static char names[2][FAILURES_MAX][32];
    struct failures shards[2];
    struct buffer packed[2] = {{0}};
    struct buffer text = {0};
    size_t lines = 0;
    for (int s = 0; s < 2; s++) {
        for (int i = 0; i < FAILURES_MAX; i++) {
            (void)snprintf(names[s][i], sizeof(names[s][i]), "scores.s%d/r%04d if", s, i);
            items[s][i] = (struct failure){.rule = names[s][i], .count = 1};
        }
        shards[s] = (struct failures){.items = items[s], .count = FAILURES_MAX};
        metrics_failures_pack(&shards[s], &packed[s]);
    }
    const struct bytes views[2] = {buffer_bytes(&packed[0]), buffer_bytes(&packed[1])};
    metrics_failures_print(views, 2, &text);
    for (size_t i = 0; i < text.len; i++)
        lines += text.data[i] == '\n';
    ck_assert_uint_eq(lines, 2 + FAILURES_MAX + 1);
    buffer_add_u8(&text, 0);
    ck_assert_ptr_nonnull(strstr((const char *)text.data, "{rule=\"other\"} 1000\n"));
    buffer_free(&packed[0]);
    buffer_free(&packed[1]);
    buffer_free(&text);
}
END_TEST

Suite *test_suite(void)
{
    Suite *suite = suite_create("engine/run/metrics_failures");
    TCase *tcase = tcase_create("metrics_failures");
    tcase_add_test(tcase, there_is_a_series_before_anything_failed);
    tcase_add_test(tcase, shards_are_added_up);
    tcase_add_test(tcase, there_are_at_most_a_thousand_series);
    suite_add_tcase(suite, tcase);
    return suite;
}
