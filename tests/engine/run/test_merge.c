// Answers of several shards become one; histograms and closing lines are printed.
#include "engine/run/histogram.h"
#include "engine/run/http_reply.h"
#include "engine/run/merge.h"
#include "engine/run/progress.h"

#include "tests/support/suite.h"

static void assert_text(struct buffer *text, const char *want)
{
    buffer_add_u8(text, 0);
    ck_assert_str_eq((const char *)text->data, want);
    buffer_free(text);
}

START_TEST(the_highest_of_all_shards_come_first)
{
    struct bytes texts[] = {
        BYTES_LITERAL(
            "{\"score\":\"s\",\"contacts\":[{\"id\":\"a\",\"value\":9.5,\"band\":\"hot\"},"
            "{\"id\":\"b\",\"value\":-1}]}"),
        BYTES_LITERAL("{\"score\":\"s\",\"contacts\":[]}"),
        BYTES_LITERAL("{\"score\":\"s\",\"contacts\":[{\"id\":\"x\\\"value\\\":99\",\"value\":10},"
                      "{\"id\":\"d\",\"value\":9.499}]}"),
    };
    struct buffer text = {0};
    merge_top(texts, 3, 3, &text);
    assert_text(
        &text, "{\"score\":\"s\",\"contacts\":[{\"id\":\"x\\\"value\\\":99\",\"value\":10},"
               "{\"id\":\"a\",\"value\":9.5,\"band\":\"hot\"},{\"id\":\"d\",\"value\":9.499}]}");
    merge_top(texts, 3, 100, &text);
    buffer_add_u8(&text, 0);
    ck_assert_ptr_nonnull(strstr((const char *)text.data, "{\"id\":\"b\",\"value\":-1}]}"));
    buffer_free(&text);
}
END_TEST

START_TEST(equal_scores_come_by_shard_then_by_their_order_there)
{
    struct bytes texts[] = {
        BYTES_LITERAL("{\"score\":\"s\",\"contacts\":[{\"id\":\"a\",\"value\":5},"
                      "{\"id\":\"b\",\"value\":5}]}"),
        BYTES_LITERAL("{\"score\":\"s\",\"contacts\":[{\"id\":\"c\",\"value\":5}]}"),
        BYTES_LITERAL("{\"score\":\"s\",\"contacts\":[{\"id\":\"d\",\"value\":5}]}"),
    };
    struct buffer text = {0};
    merge_top(texts, 3, 3, &text);
    assert_text(
        &text, "{\"score\":\"s\",\"contacts\":[{\"id\":\"a\",\"value\":5},"
               "{\"id\":\"b\",\"value\":5},{\"id\":\"c\",\"value\":5}]}");
}
END_TEST

START_TEST(bands_are_summed)
{
    struct bytes texts[] = {
        BYTES_LITERAL("{\"score\":\"s\",\"below\":1,\"bands\":[{\"band\":\"warm\",\"from\":10,"
                      "\"contacts\":3},{\"band\":\"hot\",\"from\":50,\"contacts\":0}]}"),
        BYTES_LITERAL("{\"score\":\"s\",\"below\":20,\"bands\":[{\"band\":\"warm\",\"from\":10,"
                      "\"contacts\":4},{\"band\":\"hot\",\"from\":50,\"contacts\":1000000}]}"),
    };
    struct buffer text = {0};
    merge_bands(texts, 2, &text);
    assert_text(
        &text, "{\"score\":\"s\",\"below\":21,\"bands\":[{\"band\":\"warm\",\"from\":10,"
               "\"contacts\":7},{\"band\":\"hot\",\"from\":50,\"contacts\":1000000}]}");
    struct bytes empty[] = {
        BYTES_LITERAL("{\"score\":\"s\",\"below\":2,\"bands\":[]}"),
        BYTES_LITERAL("{\"score\":\"s\",\"below\":3,\"bands\":[]}"),
    };
    merge_bands(empty, 2, &text);
    assert_text(&text, "{\"score\":\"s\",\"below\":5,\"bands\":[]}");
}
END_TEST

START_TEST(a_histogram_counts_into_growing_buckets)
{
    struct histogram one = {.sum_us = 0};
    struct histogram two = {.sum_us = 0};
    histogram_add(&one, 500, 2);      // at a bound: in its bucket
    histogram_add(&one, 501, 1);      // above it
    histogram_add(&two, 60000000, 1); // above all
    histogram_add(&two, -5, 1);       // a clock that stepped
    histogram_merge(&one, &two);
    struct buffer text = {0};
    histogram_print(&one, "x", &text);
    buffer_add_u8(&text, 0);
    const char *lines = (const char *)text.data;
    ck_assert_ptr_nonnull(strstr(lines, "x_bucket{le=\"0.0005\"} 3\n"));
    ck_assert_ptr_nonnull(strstr(lines, "x_bucket{le=\"0.001\"} 4\n"));
    ck_assert_ptr_nonnull(strstr(lines, "x_bucket{le=\"10\"} 4\n"));
    ck_assert_ptr_nonnull(strstr(lines, "x_bucket{le=\"+Inf\"} 5\n"));
    ck_assert_ptr_nonnull(strstr(lines, "x_sum 60.001501\n"));
    ck_assert_ptr_nonnull(strstr(lines, "x_count 5\n"));
    buffer_free(&text);
}
END_TEST

START_TEST(progress_shows_recent_rate_and_share)
{
    struct progress progress;
    struct buffer text = {0};
    progress_begin(&progress, 1000, 0);
    progress_print(&progress, 1000000, 500, 250, &text);
    assert_text(&text, "500 events, 500 events/s, 25 %");
    progress_print(&progress, 2000000, 2500, 2000, &text);
    assert_text(&text, "2500 events, 2000 events/s, 100 %");
    progress_begin(&progress, 0, 5);
    progress_print(&progress, 5, 1, 1, &text); // no time has passed, no size is known
    assert_text(&text, "1 events, 0 events/s");
    struct shard_flow totals = {.journalled = 7, .decided = 3, .refused = 2, .duplicates = 1};
    progress_summary(&progress, 2000005, &totals, &text);
    assert_text(
        &text,
        "engaged: 10 events in 2.0 s (5 events/s), 3 actions, 2 dead letters, 1 duplicates\n");
}
END_TEST

START_TEST(a_problem_is_what_rfc_9457_asks)
{
    struct http_reply reply = {.status = 0};
    http_reply_problem(&reply, 404, "no \"such\" thing");
    ck_assert_uint_eq(reply.status, 404);
    ck_assert_str_eq(reply.content_type, "application/problem+json");
    assert_text(
        &reply.body, "{\"type\":\"about:blank\",\"title\":\"Not Found\",\"status\":404,"
                     "\"detail\":\"no \\\"such\\\" thing\"}\n");
    http_reply_free(&reply);
}
END_TEST

Suite *test_suite(void)
{
    Suite *suite = suite_create("merge");
    TCase *tcase = tcase_create("merge");
    tcase_add_test(tcase, the_highest_of_all_shards_come_first);
    tcase_add_test(tcase, equal_scores_come_by_shard_then_by_their_order_there);
    tcase_add_test(tcase, bands_are_summed);
    tcase_add_test(tcase, a_histogram_counts_into_growing_buckets);
    tcase_add_test(tcase, progress_shows_recent_rate_and_share);
    tcase_add_test(tcase, a_problem_is_what_rfc_9457_asks);
    suite_add_tcase(suite, tcase);
    return suite;
}
