// Lines of the operator log in both formats.
#include <stdio.h>
#include <unistd.h>

#include "engine/base/buffer.h"
#include "engine/base/diag.h"

#include "tests/support/suite.h"

static int64_t wall_ms_fixed(void *self)
{
    (void)self;
    return 1795342830678;
}

static int64_t wall_ms_absurd(void *self)
{
    (void)self;
    return INT64_MAX;
}

static void keep_line(void *self, struct bytes line)
{
    buffer_add_bytes(self, line);
}

static struct diag log_into(struct buffer *buffer, enum diag_format format)
{
    return (struct diag){
        .level_min = DIAG_INFO,
        .format = format,
        .wall_ms = wall_ms_fixed,
        .write_line = keep_line,
        .self = buffer};
}

static void check_text(struct buffer *buffer, const char *want)
{
    buffer_add_u8(buffer, 0);
    ck_assert_str_eq((const char *)buffer->data, want);
    buffer_free(buffer);
}

START_TEST(a_text_line_quotes_only_what_needs_it)
{
    struct buffer buffer = {0};
    struct diag log = log_into(&buffer, DIAG_FORMAT_TEXT);
    DIAG(
        &log, DIAG_WARN, "flush failed, will retry", DIAG_TEXT("err", "ERR_IO"),
        DIAG_NUM("retry_ms", -5), DIAG_HEX("digest", 255), DIAG_TEXT("path", "/a b\n\"c"),
        DIAG_TEXT("empty", ""), DIAG_TEXT("none", NULL));
    check_text(
        &buffer, "2026-11-22T10:20:30.678Z warn  flush failed, will retry err=ERR_IO retry_ms=-5 "
                 "digest=00000000000000ff path=\"/a b\\n\\\"c\" empty=\"\" none=\"\"\n");
}
END_TEST

START_TEST(a_json_line_is_one_object)
{
    struct buffer buffer = {0};
    struct diag log = log_into(&buffer, DIAG_FORMAT_JSON);
    DIAG(
        &log, DIAG_ERROR, "a \"b\"", DIAG_TEXT("err", "x y"), DIAG_NUM("n", 7),
        DIAG_HEX("digest", -1));
    check_text(
        &buffer,
        "{\"time\":\"2026-11-22T10:20:30.678Z\",\"level\":\"error\",\"message\":\"a \\\"b\\\"\","
        "\"err\":\"x y\",\"n\":7,\"digest\":\"ffffffffffffffff\"}\n");
}
END_TEST

START_TEST(a_field_cannot_forge_a_line)
{
    struct buffer buffer = {0};
    struct diag log = log_into(&buffer, DIAG_FORMAT_TEXT);
    DIAG(&log, DIAG_INFO, "m", DIAG_TEXT("a", "x\n2026 error b=c"), DIAG_TEXT("b", "\xff"));
    check_text(
        &buffer, "2026-11-22T10:20:30.678Z info  m a=\"x\\n2026 error b=c\" b=\"\xef\xbf\xbd\"\n");
}
END_TEST

START_TEST(lines_below_the_level_are_not_written)
{
    struct buffer buffer = {0};
    struct diag log = log_into(&buffer, DIAG_FORMAT_TEXT);
    DIAG_PLAIN(&log, DIAG_DEBUG, "quiet");
    ck_assert_uint_eq(buffer.len, 0);
    log.level_min = DIAG_DEBUG;
    DIAG_PLAIN(&log, DIAG_DEBUG, "loud");
    check_text(&buffer, "2026-11-22T10:20:30.678Z debug loud\n");
}
END_TEST

// A line without a log could only go to standard output or error.
START_TEST(without_a_log_nothing_happens)
{
    FILE *kept = tmpfile();
    ck_assert_ptr_nonnull(kept);
    (void)fflush(NULL);
    int out = dup(STDOUT_FILENO);
    int err = dup(STDERR_FILENO);
    ck_assert(out >= 0 && err >= 0);
    ck_assert(dup2(fileno(kept), STDOUT_FILENO) >= 0 && dup2(fileno(kept), STDERR_FILENO) >= 0);
    DIAG_PLAIN(NULL, DIAG_ERROR, "nowhere");
    DIAG(NULL, DIAG_ERROR, "nowhere", DIAG_TEXT("err", "ERR_IO"), DIAG_NUM("n", 7));
    (void)fflush(NULL);
    ck_assert(dup2(out, STDOUT_FILENO) >= 0 && dup2(err, STDERR_FILENO) >= 0);
    ck_assert_int_eq(lseek(fileno(kept), 0, SEEK_END), 0);
    ck_assert_int_eq(close(out), 0);
    ck_assert_int_eq(close(err), 0);
    ck_assert_int_eq(fclose(kept), 0);
}
END_TEST

START_TEST(a_clock_beyond_all_years_is_cut)
{
    struct buffer buffer = {0};
    struct diag log = log_into(&buffer, DIAG_FORMAT_TEXT);
    log.wall_ms = wall_ms_absurd;
    DIAG_PLAIN(&log, DIAG_INFO, "m");
    check_text(&buffer, "9999-12-31T23:59:59.999Z info  m\n");
}
END_TEST

Suite *test_suite(void)
{
    Suite *suite = suite_create("diag");
    TCase *tcase = tcase_create("diag");
    tcase_add_test(tcase, a_text_line_quotes_only_what_needs_it);
    tcase_add_test(tcase, a_json_line_is_one_object);
    tcase_add_test(tcase, a_field_cannot_forge_a_line);
    tcase_add_test(tcase, lines_below_the_level_are_not_written);
    tcase_add_test(tcase, without_a_log_nothing_happens);
    tcase_add_test(tcase, a_clock_beyond_all_years_is_cut);
    suite_add_tcase(suite, tcase);
    return suite;
}
