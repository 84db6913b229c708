// What is held back, as Prometheus is told: sums over shards, a bounded number of series.
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "engine/run/metrics_held.h"

#include "tests/support/suite.h"

#define HEAD_HELD                                                                      \
    "# HELP engaged_actions_held_total Actions that were held back and not emitted.\n" \
    "# TYPE engaged_actions_held_total counter\n"
#define HEAD_DELAYED                                                                         \
    "# HELP engaged_actions_delayed_total How often a run began to wait before an action.\n" \
    "# TYPE engaged_actions_delayed_total counter\n"

static void print(const struct held *shards, size_t count, struct buffer *text)
{
    struct buffer packed[4] = {{0}};
    struct bytes views[4];
    for (size_t i = 0; i < count; i++) {
        metrics_held_pack(&shards[i], &packed[i]);
        views[i] = buffer_bytes(&packed[i]);
    }
    metrics_held_print(views, count, text);
    buffer_add_u8(text, 0);
    for (size_t i = 0; i < count; i++)
        buffer_free(&packed[i]);
}

static void check_printed(const struct held *shards, size_t count, const char *wanted)
{
    struct buffer text = {0};
    print(shards, count, &text);
    ck_assert_str_eq((const char *)text.data, wanted);
    buffer_free(&text);
}

START_TEST(what_was_never_held_back_has_no_series)
{
    const struct held none[2] = {{.count = 0}};
    check_printed(none, 2, HEAD_HELD HEAD_DELAYED);
}
END_TEST

START_TEST(shards_are_added_up_by_action_and_reason)
{
    static char mail[] = "mail", text[] = "text";
    static struct held_action first[] = {
        {.name = text, .skipped = {[HOLD_DND] = 1}},
        {.name = mail, .skipped = {[HOLD_CONSENT] = 2}, .delayed = {[HOLD_QUIET] = 3}},
    };
    static struct held_action second[] = {
        {.name = mail, .skipped = {[HOLD_CONSENT] = 4, [HOLD_LIMIT] = 1}}};
    const struct held shards[] = {
        {.items = first, .count = 2, .others = {.skipped = {[HOLD_MISSING] = 7}}},
        {.items = second, .count = 1},
    };
    check_printed(
        shards, 2,
        HEAD_HELD "engaged_actions_held_total{action=\"other\",reason=\"missing\"} 7\n"
                  "engaged_actions_held_total{action=\"mail\",reason=\"consent\"} 6\n"
                  "engaged_actions_held_total{action=\"mail\",reason=\"limit\"} 1\n"
                  "engaged_actions_held_total{action=\"text\",reason=\"dnd\"} 1\n" HEAD_DELAYED
                  "engaged_actions_delayed_total{action=\"mail\",reason=\"quiet\"} 3\n");
}
END_TEST

// Each shard has a thousand actions of its own.
START_TEST(there_are_at_most_a_thousand_actions)
{
    static struct held_action items[2][HELD_ACTIONS_MAX];
    static char names[2][HELD_ACTIONS_MAX][32];
    struct held shards[2];
    struct buffer text = {0};
    size_t lines = 0;
    for (int s = 0; s < 2; s++) {
        for (int i = 0; i < HELD_ACTIONS_MAX; i++) {
            (void)snprintf(names[s][i], sizeof(names[s][i]), "a%d-%04d", s, i);
            items[s][i] = (struct held_action){.name = names[s][i], .skipped = {[HOLD_DND] = 1}};
        }
        shards[s] = (struct held){.items = items[s], .count = HELD_ACTIONS_MAX};
    }
    print(shards, 2, &text);
    for (size_t i = 0; i < text.len; i++)
        lines += text.data[i] == '\n';
    ck_assert_uint_eq(lines, 4 + HELD_ACTIONS_MAX + 1);
    ck_assert_ptr_nonnull(
        strstr((const char *)text.data, "{action=\"other\",reason=\"dnd\"} 1000\n"));
    buffer_free(&text);
}
END_TEST

Suite *test_suite(void)
{
    Suite *suite = suite_create("engine/run/metrics_held");
    TCase *tcase = tcase_create("metrics_held");
    tcase_add_test(tcase, what_was_never_held_back_has_no_series);
    tcase_add_test(tcase, shards_are_added_up_by_action_and_reason);
    tcase_add_test(tcase, there_are_at_most_a_thousand_actions);
    suite_add_tcase(suite, tcase);
    return suite;
}
