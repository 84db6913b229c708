// What becomes of runs, as Prometheus is told: sums over shards, a bounded number of series.
#include <stdio.h>
#include <string.h>

#include "engine/base/buffer.h"
#include "engine/run/metrics_workflows.h"

#include "tests/support/suite.h"

// As workflow_stats_pack writes them: entered, waiting, done, stopped, failed.
static void pack_counts(struct buffer *to, uint64_t first)
{
    for (uint64_t i = 0; i < 5; i++)
        buffer_add_varint(to, first * (i == 0 ? 4 : 1) * (i < 4));
}

static void pack_step(struct buffer *to, const char *id, uint64_t first)
{
    buffer_add_sized(to, bytes_text(id));
    buffer_add_sized(to, BYTES_LITERAL("tag"));
    pack_counts(to, first);
}

static const char *print(const struct bytes *packed, size_t count)
{
    static struct buffer text;
    buffer_clear(&text);
    metrics_workflows_print(packed, count, &text);
    buffer_add_u8(&text, 0);
    return (const char *)text.data;
}

#define ck_has(text, part) ck_assert_msg(strstr(text, part) != NULL, "no %s in\n%s", part, text)

START_TEST(shards_are_added_up)
{
    struct buffer packed[2] = {{0}};
    for (int i = 0; i < 2; i++) {
        buffer_add_varint(&packed[i], 1);
        buffer_add_sized(&packed[i], BYTES_LITERAL("w"));
        pack_counts(&packed[i], i == 0 ? 1 : 10);
        buffer_add_varint(&packed[i], 1);
        pack_step(&packed[i], "a\"b", i == 0 ? 2 : 20);
    }
    const struct bytes views[2] = {buffer_bytes(&packed[0]), buffer_bytes(&packed[1])};
    const char *text = print(views, 2);
    ck_has(text, "engaged_workflow_runs_total{workflow=\"w\",state=\"entered\"} 44\n");
    ck_has(text, "engaged_workflow_runs_total{workflow=\"w\",state=\"stopped\"} 11\n");
    ck_has(text, "engaged_workflow_runs_waiting{workflow=\"w\"} 11\n");
    ck_has(
        text,
        "engaged_workflow_step_runs_total{workflow=\"w\",step=\"a\\\"b\",state=\"done\"} 22\n");
    ck_has(text, "engaged_workflow_step_runs_waiting{workflow=\"w\",step=\"a\\\"b\"} 22\n");
    buffer_free(&packed[0]);
    buffer_free(&packed[1]);
}
END_TEST

START_TEST(what_is_beyond_the_bound_is_summed_up)
{
    struct buffer packed = {0};
    size_t lines = 0;
    buffer_add_varint(&packed, 1);
    buffer_add_sized(&packed, BYTES_LITERAL("w"));
    pack_counts(&packed, 1);
    buffer_add_varint(&packed, METRICS_STEPS_MAX + 3);
    for (int i = 0; i < METRICS_STEPS_MAX + 3; i++) {
        char id[16];
        (void)snprintf(id, sizeof(id), "s%d", i);
        pack_step(&packed, id, 1);
    }
    const struct bytes view = buffer_bytes(&packed);
    const char *text = print(&view, 1);
    ck_has(
        text,
        "engaged_workflow_step_runs_total{workflow=\"other\",step=\"other\",state=\"entered\"} "
        "12\n");
    ck_assert_ptr_null(strstr(text, "step=\"s2000\""));
    for (const char *at = text; *at != '\0'; at++)
        lines += *at == '\n';
    // four families with two lines of their own; five lines of the workflow, five of each step
    ck_assert_uint_eq(lines, 8 + 5 + 5 * (METRICS_STEPS_MAX + 1));
    buffer_free(&packed);
}
END_TEST

Suite *test_suite(void)
{
    Suite *suite = suite_create("engine/run/metrics_workflows");
    TCase *tcase = tcase_create("metrics_workflows");
    tcase_add_test(tcase, shards_are_added_up);
    tcase_add_test(tcase, what_is_beyond_the_bound_is_summed_up);
    suite_add_tcase(suite, tcase);
    return suite;
}
