// Segments: what is kept of them, and who is a member.
#include <inttypes.h>

#include "engine/base/time.h"
#include "projections/segments.h"

#include "tests/projections/support.h"
#include "tests/support/suite.h"

static const struct name_id hot = {1}, cold = {2}, new = {3};

static struct state *open_in_frame(void)
{
    struct state_params params = test_params(NULL);
    struct state *state = test_open(&params);
    state_frame_begin(state, 0);
    ck_assert_uint_eq(test_contact(state, "one").value, 1);
    return state;
}

static void close_after_frame(struct state *state)
{
    (void)state_frame_end(state);
    ck_assert_uint_eq(state_digest(state), state_digest_recomputed(state));
    state_close(state);
}

static void expect(
    struct state *state, struct name_id segment, const struct segment_state *expected)
{
    struct segment_state found = segment_read(state, (struct contact_number){1}, segment);
    ck_assert(found.is_true == expected->is_true);
    ck_assert(found.is_member == expected->is_member);
    ck_assert_int_eq(found.since_ms, expected->since_ms);
}

START_TEST(a_segment_is_what_was_written_until_it_is_not_true)
{
    static const struct segment_state none = {0}, waits = {true, false, 1790000000000},
                                      member = {true, true, -5};
    static const struct contact_number one = {1};
    struct state *state = open_in_frame();
    uint64_t empty = state_frame_end(state);
    state_frame_begin(state, 0);
    segment_write(state, one, hot, &none); // is not there
    ck_assert_uint_eq(state_frame_end(state), empty);
    state_frame_begin(state, 0);
    segment_write(state, one, hot, &waits);
    segment_write(state, one, cold, &member);
    segment_write(state, one, new, &waits);
    expect(state, hot, &waits);
    expect(state, cold, &member);
    segment_write(state, one, hot, &member);
    segment_write(state, one, cold, &none);
    expect(state, hot, &member);
    expect(state, cold, &none);
    expect(state, new, &waits);
    segment_write(state, one, hot, &none);
    segment_write(state, one, new, &none);
    expect(state, new, &none);
    ck_assert_uint_eq(state_frame_end(state), empty);
    state_close(state);
}
END_TEST

START_TEST(a_time_is_kept_within_its_range)
{
    static const struct contact_number one = {1};
    struct state *state = open_in_frame();
    segment_write(state, one, hot, &(struct segment_state){true, true, INT64_MIN});
    expect(state, hot, &(struct segment_state){true, true, TIME_MS_MIN});
    segment_write(state, one, hot, &(struct segment_state){true, false, INT64_MAX});
    expect(state, hot, &(struct segment_state){true, false, TIME_MS_MAX});
    close_after_frame(state);
}
END_TEST

START_TEST(a_segment_without_a_name_is_refused_and_counted)
{
    struct state *state = open_in_frame();
    struct state_counts counts;
    segment_write(
        state, (struct contact_number){1}, (struct name_id){0},
        &(struct segment_state){true, true, 1});
    expect(state, (struct name_id){0}, &(struct segment_state){0});
    state_counts(state, &counts);
    ck_assert_uint_eq(counts.changes_refused, 1);
    close_after_frame(state);
}
END_TEST

START_TEST(a_contact_is_read_with_its_segments_by_name)
{
    static const char *const names[] = {"z", "a", "m"};
    struct state *state = open_in_frame();
    struct arena arena = {0};
    struct contact_view view;
    for (int i = 0; i < 3; i++)
        segment_write(
            state, (struct contact_number){1}, test_name(state, NAME_SEGMENT, names[i]),
            &(struct segment_state){true, i != 1, i});
    ck_assert_int_eq(contact_read(state, (struct contact_number){1}, &arena, &view), ERR_OK);
    ck_assert_uint_eq(view.segment_count, 3);
    ck_assert(bytes_equal_text(view.segments[0].name, "a"));
    ck_assert(!view.segments[0].is_member);
    ck_assert_int_eq(view.segments[0].since_ms, 1);
    ck_assert(bytes_equal_text(view.segments[1].name, "m"));
    ck_assert(view.segments[2].is_member);
    arena_free(&arena);
    close_after_frame(state);
}
END_TEST

enum { CONTACTS = 50 };
struct members {
    struct state *state;
    uint64_t next; // multiples of 3 are members
};

static void expect_member(void *context, struct contact_number contact, int64_t since_ms)
{
    struct members *members = context;
    ck_assert_uint_eq(contact.value, members->next);
    ck_assert_int_eq(since_ms, (int64_t)contact.value * 10);
    ck_assert(segment_read(members->state, contact, hot).is_member);
    members->next += 3;
}

static void expect_members(struct state *state)
{
    struct members members = {state, 3};
    segment_members(state, hot, expect_member, &members);
    ck_assert_uint_eq(members.next, CONTACTS / 3 * 3 + 3);
    segment_members(state, new, expect_member, &members); // nobody
    segment_members(state, (struct name_id){0}, expect_member, &members);
}

START_TEST(members_come_in_the_order_of_their_numbers)
{
    struct test_directory directory = test_directory_make();
    struct state_params params = test_params(directory.store);
    struct state *state = test_open(&params);
    state_frame_begin(state, 0);
    for (uint64_t number = 1; number <= CONTACTS; number++) {
        char value[16];
        (void)snprintf(value, sizeof(value), "c%" PRIu64, number);
        struct contact_number contact = test_contact(state, value);
        struct segment_state segment = {true, number % 3 == 0, (int64_t)number * 10};
        segment_write(state, contact, cold, &(struct segment_state){true, true, 1});
        if (number % 2 == 0 || segment.is_member)
            segment_write(state, contact, hot, &segment);
    }
    (void)state_frame_end(state);
    expect_members(state);
    (void)test_checkpoint(state, 1);
    state_close(state);
    state = test_open(&params);
    expect_members(state);
    state_close(state);
    test_directory_remove(&directory);
}
END_TEST

Suite *test_suite(void)
{
    Suite *suite = suite_create("segments");
    TCase *segments = tcase_create("segments");
    tcase_add_test(segments, a_segment_is_what_was_written_until_it_is_not_true);
    tcase_add_test(segments, a_time_is_kept_within_its_range);
    tcase_add_test(segments, a_segment_without_a_name_is_refused_and_counted);
    tcase_add_test(segments, a_contact_is_read_with_its_segments_by_name);
    tcase_add_test(segments, members_come_in_the_order_of_their_numbers);
    suite_add_tcase(suite, segments);
    return suite;
}
