// The earliest timer is found, in one order, whatever was set before and whatever the store holds.
#include "engine/base/time.h"
#include "projections/timers.h"

#include "tests/projections/support.h"
#include "tests/support/suite.h"

enum { CONTACTS = 200, ROUNDS = 600, CHANGES = 30, SPAN_MS = 500 };

static struct timers_world {
    struct test_directory directory;
    struct state_params params;
    struct state *state;
    uint64_t random;
    uint64_t sequence;
    int64_t now_ms;
    int64_t dues[CONTACTS + 1]; // what is expected, by contact
} timers;

static void setup(void)
{
    timers = (struct timers_world){.random = test_seed(), .directory = test_directory_make()};
    for (uint64_t i = 0; i <= CONTACTS; i++)
        timers.dues[i] = TIMER_NONE;
    timers.params = test_params(timers.directory.store);
    timers.state = test_open(&timers.params);
}

static void teardown(void)
{
    state_close(timers.state);
    test_directory_remove(&timers.directory);
}

static uint64_t draw(uint64_t bound)
{
    timers.random += UINT64_C(0x9e3779b97f4a7c15);
    return hash_mix(timers.random) % bound;
}

static void make_contacts(uint64_t count)
{
    state_frame_begin(timers.state, 1000);
    for (uint64_t i = 1; i <= count; i++) {
        char name[24];
        (void)snprintf(name, sizeof(name), "c-%d", (int)i);
        ck_assert_uint_eq(test_contact(timers.state, name).value, i);
    }
    (void)state_frame_end(timers.state);
}

static void set_due(uint64_t contact, int64_t due_ms)
{
    contact_set_due(timers.state, (struct contact_number){contact}, due_ms);
    timers.dues[contact] = due_ms;
}

static void expect_next(void)
{
    uint64_t earliest = 0; // whose due is TIMER_NONE
    uint64_t count = 0;
    for (uint64_t i = 1; i <= CONTACTS; i++) {
        count += timers.dues[i] != TIMER_NONE;
        if (timers.dues[i] < timers.dues[earliest])
            earliest = i;
    }
    struct timer found;
    ck_assert_uint_eq(timers_count(timers.state), count);
    ck_assert_int_eq(timers_next(timers.state, &found), earliest != 0);
    if (earliest == 0)
        return;
    ck_assert_uint_eq(found.contact.value, earliest);
    ck_assert_int_eq(found.due_ms, timers.dues[earliest]);
}

static void checkpoint(void)
{
    timers.sequence++;
    (void)test_checkpoint(timers.state, timers.sequence);
}

static void reopen(void)
{
    checkpoint();
    state_close(timers.state);
    timers.state = test_open(&timers.params);
}

// Most are moved to later, some taken off, some made earlier than all.
static void change_some(void)
{
    state_frame_begin(timers.state, 1000);
    for (uint64_t i = draw(CHANGES); i > 0; i--) {
        uint64_t contact = draw(CONTACTS) + 1;
        uint64_t kind = draw(10);
        int64_t later_ms = timers.now_ms + (int64_t)draw(SPAN_MS) + 1;
        set_due(contact, kind == 0 ? TIMER_NONE : kind == 1 ? timers.now_ms : later_ms);
    }
    (void)state_frame_end(timers.state);
}

static void fire_some(void)
{
    struct timer next;
    state_frame_begin(timers.state, 1000);
    timers.now_ms += (int64_t)draw(SPAN_MS / 10);
    while (timers_next(timers.state, &next) && next.due_ms <= timers.now_ms) {
        expect_next();
        bool is_last = draw(2) == 0;
        set_due(next.contact.value, is_last ? TIMER_NONE : next.due_ms + (int64_t)draw(100) + 1);
    }
    (void)state_frame_end(timers.state);
}

START_TEST(the_earliest_is_found_whatever_happened)
{
    make_contacts(CONTACTS);
    for (unsigned i = 0; i < ROUNDS; i++) {
        change_some();
        if (draw(20) == 0) {
            reopen();
            change_some(); // nothing was asked yet
        } else if (draw(10) == 0) {
            checkpoint();
        }
        expect_next();
        fire_some();
        expect_next();
    }
    uint64_t digest = state_digest(timers.state);
    ck_assert_uint_eq(state_digest_recomputed(timers.state), digest);
}
END_TEST

START_TEST(timers_of_one_moment_come_by_contact)
{
    make_contacts(100);
    state_frame_begin(timers.state, 1000);
    for (uint64_t i = 0; i < 100; i++)
        set_due(i * 37 % 100 + 1, 5000);
    for (uint64_t i = 1; i <= 100; i++) {
        struct timer next;
        ck_assert(timers_next(timers.state, &next));
        ck_assert_uint_eq(next.contact.value, i);
        set_due(i, TIMER_NONE);
    }
    (void)state_frame_end(timers.state);
    expect_next();
}
END_TEST

START_TEST(a_due_is_part_of_the_record_and_comes_back_from_the_store)
{
    static const int64_t dues[] = {TIME_MS_MIN, -1, 0, 1, TIME_MS_MAX, TIMER_NONE};
    enum { COUNT = sizeof(dues) / sizeof(dues[0]) };
    make_contacts(COUNT);
    uint64_t before = state_digest(timers.state);
    state_frame_begin(timers.state, 1000);
    for (uint64_t i = 0; i < COUNT; i++)
        set_due(i + 1, dues[i]);
    ck_assert_uint_ne(state_frame_end(timers.state), before);
    reopen();
    for (uint64_t i = 0; i < COUNT; i++)
        ck_assert_int_eq(contact_due_ms(timers.state, (struct contact_number){i + 1}), dues[i]);
    expect_next();
    state_frame_begin(timers.state, 1000);
    for (uint64_t i = 0; i < COUNT; i++)
        set_due(i + 1, TIMER_NONE);
    ck_assert_uint_eq(state_frame_end(timers.state), before);
}
END_TEST

START_TEST(what_comes_after_the_last_moment_never_comes)
{
    struct timer next;
    make_contacts(1);
    state_frame_begin(timers.state, 1000);
    contact_set_due(timers.state, (struct contact_number){1}, TIME_MS_MAX + 1);
    (void)state_frame_end(timers.state);
    ck_assert(!timers_next(timers.state, &next));
    ck_assert_uint_eq(timers_count(timers.state), 0);
}
END_TEST

START_TEST(a_due_that_is_set_again_changes_no_record)
{
    struct state_counts counts;
    make_contacts(1);
    state_frame_begin(timers.state, 1000);
    set_due(1, 5000);
    (void)state_frame_end(timers.state);
    checkpoint();
    state_frame_begin(timers.state, 1000);
    set_due(1, 5000);
    (void)state_frame_end(timers.state);
    state_counts(timers.state, &counts);
    ck_assert_uint_eq(counts.dirty_records, 0);
    ck_assert_uint_eq(counts.timers, 1);
}
END_TEST

// Those that are soon are likely next when the earliest is taken off: one of them is.
static void expect_soon(uint64_t count)
{
    struct contact_number soon[TIMERS_SOON];
    struct timer next, after;
    const uint32_t found = timers_prefetch(timers.state, soon);
    ck_assert_uint_eq(found, count == 0 ? 0 : count - 1 < TIMERS_SOON ? count - 1 : TIMERS_SOON);
    ck_assert_int_eq(timers_next(timers.state, &next), count > 0);
    if (count == 0)
        return;
    for (uint32_t i = 0; i < found; i++) {
        ck_assert_uint_ne(soon[i].value, next.contact.value);
        ck_assert_int_ne(timers.dues[soon[i].value], TIMER_NONE);
        for (uint32_t other = 0; other < i; other++)
            ck_assert_uint_ne(soon[i].value, soon[other].value);
    }
    set_due(next.contact.value, TIMER_NONE);
    ck_assert_int_eq(timers_next(timers.state, &after), count > 1);
    bool is_soon = count == 1;
    for (uint32_t i = 0; i < found; i++)
        is_soon = is_soon || soon[i].value == after.contact.value;
    ck_assert(is_soon);
}

START_TEST(the_next_but_one_is_among_those_that_are_soon)
{
    make_contacts(CONTACTS);
    state_frame_begin(timers.state, 1000);
    for (uint64_t i = 1; i <= CONTACTS; i++)
        set_due(i, (int64_t)draw(SPAN_MS));
    for (uint64_t count = CONTACTS; count > 0; count--)
        expect_soon(count);
    expect_soon(0);
    (void)state_frame_end(timers.state);
}
END_TEST

START_TEST(none_is_soon_of_a_state_that_was_opened_and_not_asked)
{
    struct contact_number soon[TIMERS_SOON];
    make_contacts(CONTACTS);
    ck_assert_uint_eq(timers_prefetch(timers.state, soon), 0); // there is no heap
    change_some();
    reopen();
    ck_assert_uint_eq(timers_prefetch(timers.state, soon), 0);
}
END_TEST

START_TEST(a_store_that_holds_another_number_of_timers_than_it_counts_is_not_trusted)
{
    struct timer next;
    struct fault fault;
    make_contacts(2);
    state_frame_begin(timers.state, 1000);
    set_due(1, 5000);
    (void)state_frame_end(timers.state);
    timers.state->timers.count++;
    reopen();
    (void)timers_next(timers.state, &next);
    ck_assert_int_eq(state_error(timers.state, &fault), ERR_CORRUPT);
    ck_assert_ptr_nonnull(strstr(fault.text, "timers"));
}
END_TEST

Suite *test_suite(void)
{
    Suite *suite = suite_create("projections timers");
    TCase *cases = tcase_create("timers");
    tcase_add_checked_fixture(cases, setup, teardown);
    tcase_add_test(cases, the_earliest_is_found_whatever_happened);
    tcase_add_test(cases, timers_of_one_moment_come_by_contact);
    tcase_add_test(cases, a_due_is_part_of_the_record_and_comes_back_from_the_store);
    tcase_add_test(cases, what_comes_after_the_last_moment_never_comes);
    tcase_add_test(cases, a_due_that_is_set_again_changes_no_record);
    tcase_add_test(cases, the_next_but_one_is_among_those_that_are_soon);
    tcase_add_test(cases, none_is_soon_of_a_state_that_was_opened_and_not_asked);
    tcase_add_test(
        cases, a_store_that_holds_another_number_of_timers_than_it_counts_is_not_trusted);
    suite_add_tcase(suite, cases);
    return suite;
}
