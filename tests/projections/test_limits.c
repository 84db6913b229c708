// Limits: rows by rule and key, what is forgotten, pruned, given back.
#include "projections/limits.h"

#include "tests/projections/one_contact.h"
#include "tests/support/suite.h"

static void add(
    struct state *state, uint32_t rule, uint64_t key, int64_t time_ms, enum limit_mode mode)
{
    struct limit_row row = {{rule}, 1, key, time_ms, time_ms == 0 ? 0 : time_ms * 100};
    limit_add(state, one, &row, mode);
}

// The rows of a rule and key, summed up.
static struct limit_row rows_of(
    struct state *state, uint32_t rule, uint64_t key, uint32_t *rows_out)
{
    struct limit_row sum = {.rule = {rule}, .key = key}, row = sum;
    *rows_out = 0;
    for (size_t at = 0; limit_next(state, one, &at, &row); (*rows_out)++) {
        ck_assert_uint_eq(row.rule.value, rule);
        ck_assert_uint_eq(row.key, key);
        sum.count += row.count;
        sum.points_milli += row.points_milli;
        sum.time_ms = row.time_ms;
    }
    return sum;
}

static void expect(struct state *state, uint32_t rule, uint64_t key, struct limit_row expected)
{
    uint32_t rows;
    struct limit_row found = rows_of(state, rule, key, &rows);
    ck_assert_uint_eq(found.count, expected.count);
    ck_assert_int_eq(found.time_ms, expected.time_ms);
    ck_assert_int_eq(found.points_milli, expected.points_milli);
}

START_TEST(a_merged_row_is_per_rule_and_key)
{
    struct state *state = one_contact_open();
    uint32_t rows;
    add(state, 5, 100, 0, LIMIT_MERGE);
    add(state, 5, 200, 30, LIMIT_MERGE);
    add(state, 6, 100, 50, LIMIT_MERGE);
    add(state, 5, 100, 0, LIMIT_MERGE);
    add(state, 5, 200, 20, LIMIT_MERGE);
    (void)rows_of(state, 5, 200, &rows);
    ck_assert_uint_eq(rows, 1);
    expect(state, 5, 100, (struct limit_row){.count = 2});
    expect(state, 5, 200, (struct limit_row){.count = 2, .time_ms = 30, .points_milli = 5000});
    expect(state, 6, 100, (struct limit_row){.count = 1, .time_ms = 50, .points_milli = 5000});
    expect(state, 6, 200, (struct limit_row){.count = 0});
    add(state, 5, 100, 40, LIMIT_MERGE); // the row grows
    expect(state, 5, 100, (struct limit_row){.count = 3, .time_ms = 40, .points_milli = 4000});
    expect(state, 6, 100, (struct limit_row){.count = 1, .time_ms = 50, .points_milli = 5000});
    one_contact_close(state);
}
END_TEST

START_TEST(appended_rows_come_in_order_of_arrival)
{
    struct state *state = one_contact_open();
    static const int64_t times[] = {30, 10, 20};
    for (size_t i = 0; i < 3; i++)
        add(state, 5, 7, times[i], LIMIT_APPEND);
    struct limit_row row = {.rule = {5}, .key = 7};
    size_t at = 0;
    for (size_t i = 0; i < 3; i++) {
        ck_assert(limit_next(state, one, &at, &row));
        ck_assert_int_eq(row.time_ms, times[i]);
        ck_assert_uint_eq(row.count, 1);
    }
    ck_assert(!limit_next(state, one, &at, &row));
    one_contact_close(state);
}
END_TEST

START_TEST(the_oldest_row_is_forgotten_and_counted)
{
    struct state *state = one_contact_open(); // keeps 4
    struct state_counts counts;
    for (uint64_t key = 1; key <= 5; key++)
        add(state, 5, key, (int64_t)key % 2, LIMIT_MERGE);
    for (uint64_t key = 1; key <= 5; key++) {
        uint32_t rows;
        (void)rows_of(state, 5, key, &rows);
        ck_assert_uint_eq(rows, key > 1);
    }
    state_counts(state, &counts);
    ck_assert_uint_eq(counts.limit_keys_forgotten, 1);
    add(state, 5, 5, 3, LIMIT_MERGE); // there already: nothing is forgotten for it
    state_counts(state, &counts);
    ck_assert_uint_eq(counts.limit_keys_forgotten, 1);
    one_contact_close(state);
}
END_TEST

START_TEST(a_lower_bound_forgets_what_is_too_much)
{
    struct state *state = one_contact_open();
    struct state_limits limits = {
        .dedup_window_ms = 7 * DAY_MS,
        .dedup_events_max = 1000,
        .ledger_entries_max = 20,
        .limit_keys_max = 2};
    struct state_counts counts;
    for (uint64_t key = 1; key <= 4; key++)
        add(state, 5, key, (int64_t)key % 2, LIMIT_MERGE);
    state_set_limits(state, &limits);
    add(state, 5, 9, 0, LIMIT_MERGE);
    state_counts(state, &counts);
    ck_assert_uint_eq(counts.limit_keys_forgotten, 3);
    expect(state, 5, 3, (struct limit_row){.count = 0});
    expect(state, 5, 4, (struct limit_row){.count = 1});
    expect(state, 5, 9, (struct limit_row){.count = 1});
    one_contact_close(state);
}
END_TEST

START_TEST(a_record_holds_no_more_rows_than_it_can_count)
{
    enum { ROWS = UINT16_MAX + 10 };
    struct state *state = one_contact_open();
    struct state_limits limits = {
        .dedup_window_ms = 7 * DAY_MS,
        .dedup_events_max = 1000,
        .ledger_entries_max = 20,
        .limit_keys_max = 1000000};
    struct state_counts counts;
    state_set_limits(state, &limits);
    for (uint32_t i = 0; i < ROWS; i++)
        add(state, 5, 7, 1, LIMIT_APPEND);
    state_counts(state, &counts);
    ck_assert_uint_eq(counts.limit_keys_forgotten, 10);
    uint32_t rows;
    (void)rows_of(state, 5, 7, &rows);
    ck_assert_uint_eq(rows, UINT16_MAX);
    one_contact_close(state);
}
END_TEST

START_TEST(pruning_forgets_the_older_rows_of_a_rule)
{
    struct state *state = one_contact_open();
    uint32_t rows;
    add(state, 5, 1, 10, LIMIT_APPEND);
    add(state, 6, 1, 10, LIMIT_APPEND);
    add(state, 5, 2, 20, LIMIT_APPEND);
    add(state, 5, 3, 0, LIMIT_APPEND);
    uint64_t before = state_frame_end(state);
    state_frame_begin(state, 0);
    limit_prune(state, one, (struct name_id){5}, 10); // none is before
    limit_prune(state, one, (struct name_id){7}, 1000);
    ck_assert_uint_eq(state_frame_end(state), before);
    state_frame_begin(state, 0);
    limit_prune(state, one, (struct name_id){5}, 20);
    (void)rows_of(state, 5, 1, &rows);
    ck_assert_uint_eq(rows, 0);
    expect(state, 6, 1, (struct limit_row){.count = 1, .time_ms = 10, .points_milli = 1000});
    expect(state, 5, 2, (struct limit_row){.count = 1, .time_ms = 20, .points_milli = 2000});
    limit_prune(state, one, (struct name_id){5}, INT64_MAX);
    (void)rows_of(state, 5, 2, &rows);
    ck_assert_uint_eq(rows, 0);
    expect(state, 6, 1, (struct limit_row){.count = 1, .time_ms = 10, .points_milli = 1000});
    expect(state, 5, 3, (struct limit_row){.count = 1}); // has no time
    one_contact_close(state);
}
END_TEST

static void give_back(struct state *state, uint32_t rule, uint32_t key_low, int64_t time_ms)
{
    struct ledger_entry entry = {
        .rule = {rule}, .limit_key = key_low, .time_ms = time_ms, .points_milli = 300};
    limit_give_back(state, one, &entry, LIMIT_MERGE);
}

START_TEST(an_entry_given_back_makes_room_where_it_was_counted)
{
    static const uint64_t high = UINT64_C(0xdead0000) << 32;
    struct state *state = one_contact_open();
    struct limit_row row = {.rule = {5}, .key = high | 1};
    size_t at = 0;
    add(state, 5, high | 1, 10, LIMIT_APPEND);
    add(state, 5, high | 1, 20, LIMIT_APPEND);
    add(state, 5, high | 2, 20, LIMIT_MERGE);
    add(state, 5, high | 2, 30, LIMIT_MERGE);
    give_back(state, 6, 1, 20); // not its rule
    give_back(state, 5, 3, 20); // not its key
    expect(state, 5, high | 2, (struct limit_row){.count = 2, .time_ms = 30, .points_milli = 5000});
    give_back(state, 5, 1, 20); // the second, by its time
    ck_assert(limit_next(state, one, &at, &row));
    ck_assert_int_eq(row.time_ms, 10);
    ck_assert(!limit_next(state, one, &at, &row));
    give_back(state, 5, 2, 20); // the only one, whatever its time
    expect(state, 5, high | 2, (struct limit_row){.count = 1, .time_ms = 30, .points_milli = 4700});
    give_back(state, 5, 2, 30);
    expect(state, 5, high | 2, (struct limit_row){.count = 0});
    give_back(state, 5, 2, 30); // there is nothing any more
    one_contact_close(state);
}
END_TEST

START_TEST(an_entry_that_was_forgotten_gives_nothing_back)
{
    struct state *state = one_contact_open();
    struct ledger_entry entry = {.rule = {5}, .limit_key = 1, .time_ms = 10, .points_milli = -300};
    struct limit_row row = {{5}, 1, 1, 10, 700};
    add(state, 5, 1, 20, LIMIT_APPEND);
    limit_add(state, one, &row, LIMIT_APPEND);
    limit_give_back(state, one, &entry, LIMIT_APPEND); // neither is of its time and points
    expect(state, 5, 1, (struct limit_row){.count = 2, .time_ms = 10, .points_milli = 2700});
    row.points_milli = 300;
    limit_add(state, one, &row, LIMIT_APPEND);
    limit_give_back(state, one, &entry, LIMIT_APPEND);
    expect(state, 5, 1, (struct limit_row){.count = 2, .time_ms = 10, .points_milli = 2700});
    one_contact_close(state);
}
END_TEST

START_TEST(a_row_without_points_is_given_back_by_count)
{
    struct state *state = one_contact_open();
    add(state, 5, 1, 0, LIMIT_MERGE);
    add(state, 5, 1, 0, LIMIT_MERGE);
    give_back(state, 5, 1, 1234);
    expect(state, 5, 1, (struct limit_row){.count = 1});
    give_back(state, 5, 1, 1234);
    expect(state, 5, 1, (struct limit_row){.count = 0});
    one_contact_close(state);
}
END_TEST

START_TEST(all_rows_are_walked_and_cleared)
{
    struct state *state = one_contact_open();
    struct limit_row row;
    size_t at = 0;
    limits_clear(state, one); // none yet
    add(state, 5, 1, 10, LIMIT_APPEND);
    add(state, 6, 2, 0, LIMIT_APPEND);
    add(state, 7, 3, 30, LIMIT_APPEND);
    for (uint32_t rule = 5; rule <= 7; rule++) {
        ck_assert(limit_next_any(state, one, &at, &row));
        ck_assert_uint_eq(row.rule.value, rule);
        ck_assert_uint_eq(row.key, rule - 4);
    }
    ck_assert(!limit_next_any(state, one, &at, &row));
    limits_clear(state, one);
    at = 0;
    ck_assert(!limit_next_any(state, one, &at, &row));
    one_contact_close(state);
}
END_TEST

START_TEST(a_record_whose_limits_do_not_fit_is_damaged)
{
    struct state *state = one_contact_open();
    add(state, 5, 1, 10, LIMIT_APPEND);
    add(state, 6, 2, 0, LIMIT_APPEND);
    const uint8_t *record = state_record(state, 1);
    size_t len = record_len(record);
    size_t at = record_section_at(record, SECTION_LIMITS);
    uint8_t copy[512];
    memcpy(copy, record, len);
    ck_assert_int_eq(record_check(bytes_of(copy, len)), ERR_OK);
    copy[at + 11] ^= 0x80; // the first is short
    ck_assert_int_eq(record_check(bytes_of(copy, len)), ERR_CORRUPT);
    copy[at + 11] ^= 0x80;
    copy[at + 32 + 11] ^= 0x80; // the second is long
    ck_assert_int_eq(record_check(bytes_of(copy, len)), ERR_CORRUPT);
    one_contact_close(state);
}
END_TEST

Suite *test_suite(void)
{
    Suite *suite = suite_create("limits");
    TCase *limits = tcase_create("limits");
    tcase_set_timeout(limits, 60);
    tcase_add_test(limits, a_merged_row_is_per_rule_and_key);
    tcase_add_test(limits, appended_rows_come_in_order_of_arrival);
    tcase_add_test(limits, the_oldest_row_is_forgotten_and_counted);
    tcase_add_test(limits, a_lower_bound_forgets_what_is_too_much);
    tcase_add_test(limits, a_record_holds_no_more_rows_than_it_can_count);
    tcase_add_test(limits, pruning_forgets_the_older_rows_of_a_rule);
    tcase_add_test(limits, an_entry_given_back_makes_room_where_it_was_counted);
    tcase_add_test(limits, an_entry_that_was_forgotten_gives_nothing_back);
    tcase_add_test(limits, a_row_without_points_is_given_back_by_count);
    tcase_add_test(limits, all_rows_are_walked_and_cleared);
    tcase_add_test(limits, a_record_whose_limits_do_not_fit_is_damaged);
    suite_add_tcase(suite, limits);
    return suite;
}
