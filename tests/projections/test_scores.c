// Scores: what was last announced, and who has the most.
#include <inttypes.h>

#include "projections/store.h"

#include "tests/projections/support.h"
#include "tests/support/suite.h"

static const struct name_id score = {1};

START_TEST(what_is_shown_is_what_was_set)
{
    struct state_params params = test_params(NULL);
    struct state *state = test_open(&params);
    struct arena arena = {0};
    struct contact_view view;
    state_frame_begin(state, 0);
    struct contact_number contact = test_contact(state, "one");
    ck_assert_int_eq(score_shown(state, contact, score), 0);
    score_set_shown(state, contact, (struct name_id){7}, INT64_MIN);
    score_set_shown(state, contact, score, 4250);
    ck_assert_int_eq(score_shown(state, contact, score), 4250);
    ck_assert_int_eq(score_shown(state, contact, (struct name_id){7}), INT64_MIN);
    score_set_shown(state, contact, score, -1);
    ck_assert_int_eq(score_shown(state, contact, score), -1);
    ck_assert_int_eq(contact_read(state, contact, &arena, &view), ERR_OK);
    ck_assert_uint_eq(view.score_count, 2);
    ck_assert_uint_eq(view.scores[0].score.value, 1);
    ck_assert_int_eq(view.scores[0].shown_milli, -1);
    struct state_counts counts;
    score_set_shown(state, contact, (struct name_id){0}, 5);
    state_counts(state, &counts);
    ck_assert_uint_eq(counts.changes_refused, 1);
    (void)state_frame_end(state);
    ck_assert_uint_eq(state_digest(state), state_digest_recomputed(state));
    arena_free(&arena);
    state_close(state);
}
END_TEST

START_TEST(an_entry_keeps_its_score_when_others_are_shown)
{
    struct state_params params = test_params(NULL);
    struct state *state = test_open(&params);
    state_frame_begin(state, 0);
    struct contact_number contact = test_contact(state, "one");
    for (uint32_t i = 1; i <= 5; i++) {
        struct ledger_entry entry = {
            .score = {i * 2},
            .rule = {i},
            .ref = event_ref_of(i, 0),
            .count = 1,
            .points_milli = i};
        ledger_add(state, contact, &entry);
        score_set_shown(state, contact, (struct name_id){i * 2 + 1}, i);
    }
    struct ledger_walk walk = ledger_walk_all(state, contact);
    struct ledger_entry entry;
    for (uint32_t i = 1; i <= 5; i++) {
        ck_assert(ledger_walk_next(&walk, &entry));
        ck_assert_uint_eq(entry.score.value, i * 2);
    }
    (void)state_frame_end(state);
    state_close(state);
}
END_TEST

START_TEST(when_a_score_is_due_is_kept_apart_from_what_it_is)
{
    struct state_params params = test_params(NULL);
    struct state *state = test_open(&params);
    state_frame_begin(state, 0);
    struct contact_number contact = test_contact(state, "one");
    score_set_shown(state, contact, score, 5);
    uint64_t before = state_frame_end(state);
    state_frame_begin(state, 0);
    ck_assert_int_eq(score_due_ms(state, contact, score), INT64_MAX);
    score_set_due(state, contact, score, INT64_MAX);
    ck_assert_uint_eq(state_frame_end(state), before);
    state_frame_begin(state, 0);
    score_set_due(state, contact, score, 1234);
    score_set_due(state, contact, (struct name_id){2}, -7);
    ck_assert_int_eq(score_due_ms(state, contact, score), 1234);
    ck_assert_int_eq(score_due_ms(state, contact, (struct name_id){2}), -7);
    ck_assert_int_eq(score_shown(state, contact, score), 5);
    score_set_due(state, contact, (struct name_id){2}, INT64_MAX);
    score_set_due(state, contact, score, INT64_MAX);
    ck_assert_int_eq(score_due_ms(state, contact, score), INT64_MAX);
    ck_assert_uint_eq(state_frame_end(state), before);
    state_close(state);
}
END_TEST

static int64_t shown_value(void *context, struct contact_number contact)
{
    return score_shown(context, contact, score);
}

enum { CONTACTS = 300 };

static void make_contacts(struct state *state, int64_t values[CONTACTS + 1])
{
    state_frame_begin(state, 0);
    uint64_t random = test_seed();
    for (uint64_t contact = 1; contact <= CONTACTS; contact++) {
        char value[16];
        (void)snprintf(value, sizeof(value), "c%" PRIu64, contact);
        ck_assert_uint_eq(test_contact(state, value).value, contact);
        random = hash_mix(random);
        values[contact] = (int64_t)(random % 40) - 10;
        if (values[contact] != 0)
            score_set_shown(state, (struct contact_number){contact}, score, values[contact]);
    }
    (void)state_frame_end(state);
}

static void expect_top(struct state *state, const int64_t values[CONTACTS + 1], size_t max)
{
    struct score_rank ranks[1000];
    size_t count = score_top(state, shown_value, state, ranks, max);
    ck_assert_uint_eq(count, max < CONTACTS ? max : CONTACTS);
    bool is_taken[CONTACTS + 1] = {false};
    for (size_t rank = 0; rank < count; rank++) {
        uint64_t best = 0;
        for (uint64_t contact = 1; contact <= CONTACTS; contact++) {
            if (!is_taken[contact] && (best == 0 || values[contact] > values[best]))
                best = contact;
        }
        is_taken[best] = true;
        ck_assert_uint_eq(ranks[rank].contact.value, best);
        ck_assert_int_eq(ranks[rank].value_milli, values[best]);
    }
}

START_TEST(the_top_is_the_top_of_all_sorted)
{
    static const size_t maxima[] = {0, 1, 2, 7, 299, 300, 1000};
    struct state_params params = test_params(NULL);
    struct state *state = test_open(&params);
    int64_t values[CONTACTS + 1] = {0};
    make_contacts(state, values);
    for (size_t i = 0; i < sizeof(maxima) / sizeof(maxima[0]); i++)
        expect_top(state, values, maxima[i]);
    state_close(state);
}
END_TEST

static void read_all(void *context, struct contact_number contact)
{
    struct arena arena = {0};
    struct contact_view view;
    ck_assert_int_eq(contact_read(context, contact, &arena, &view), ERR_OK);
    ck_assert_uint_eq(view.number.value, contact.value);
    char value[24];
    (void)snprintf(value, sizeof(value), "c%" PRIu64, contact.value);
    ck_assert(bytes_equal_text(view.identifiers[0].value, value));
    arena_free(&arena);
}

START_TEST(a_pass_over_stored_contacts_keeps_none_of_them_in_memory)
{
    struct test_directory directory = test_directory_make();
    struct state_params params = test_params(directory.store);
    struct state *state = test_open(&params);
    int64_t values[CONTACTS + 1] = {0};
    make_contacts(state, values);
    (void)test_checkpoint(state, 1);
    state_close(state);

    state = test_open(&params);
    expect_top(state, values, 7);
    contacts_each(state, read_all, state);
    struct state_counts counts;
    state_counts(state, &counts);
    ck_assert_uint_eq(counts.overlay_records, 0);
    ck_assert_int_eq(score_shown(state, (struct contact_number){3}, score), values[3]);
    state_counts(state, &counts);
    ck_assert_uint_eq(counts.overlay_records, 1);
    expect_top(state, values, 300);
    state_close(state);
    test_directory_remove(&directory);
}
END_TEST

// What reads another contact than the one that is at hand makes it resident, and loses nothing.
static void read_the_next(void *context, struct contact_number contact)
{
    struct contact_number next = {contact.value % CONTACTS + 1};
    read_all(context, next);
    read_all(context, contact);
}

START_TEST(a_pass_may_look_at_other_contacts)
{
    struct test_directory directory = test_directory_make();
    struct state_params params = test_params(directory.store);
    struct state *state = test_open(&params);
    int64_t values[CONTACTS + 1] = {0};
    make_contacts(state, values);
    (void)test_checkpoint(state, 1);
    state_close(state);

    state = test_open(&params);
    contacts_each(state, read_the_next, state);
    ck_assert_int_eq(state_error(state, NULL), ERR_OK);
    ck_assert_uint_eq(state_digest(state), state_digest_recomputed(state));
    state_close(state);
    test_directory_remove(&directory);
}
END_TEST

static void raise_every_third(void *context, struct contact_number contact)
{
    int64_t shown_milli = score_shown(context, contact, score);
    if (contact.value % 3 == 0)
        score_set_shown(context, contact, score, shown_milli + 1000);
    ck_assert_int_eq(
        score_shown(context, contact, score), shown_milli + (contact.value % 3 == 0 ? 1000 : 0));
}

START_TEST(a_pass_may_change_what_it_is_at)
{
    struct test_directory directory = test_directory_make();
    struct state_params params = test_params(directory.store);
    struct state *state = test_open(&params);
    int64_t values[CONTACTS + 1] = {0};
    make_contacts(state, values);
    (void)test_checkpoint(state, 1);
    state_close(state);

    state = test_open(&params);
    state_frame_begin(state, 0);
    contacts_each(state, raise_every_third, state);
    (void)state_frame_end(state);
    struct state_counts counts;
    state_counts(state, &counts);
    ck_assert_uint_eq(counts.overlay_records, CONTACTS / 3);
    for (uint64_t contact = 3; contact <= CONTACTS; contact += 3)
        values[contact] += 1000;
    expect_top(state, values, 300);
    ck_assert_uint_eq(state_digest(state), state_digest_recomputed(state));
    state_close(state);
    test_directory_remove(&directory);
}
END_TEST

Suite *test_suite(void)
{
    Suite *suite = suite_create("scores");
    TCase *scores = tcase_create("scores");
    tcase_add_test(scores, what_is_shown_is_what_was_set);
    tcase_add_test(scores, an_entry_keeps_its_score_when_others_are_shown);
    tcase_add_test(scores, when_a_score_is_due_is_kept_apart_from_what_it_is);
    tcase_add_test(scores, the_top_is_the_top_of_all_sorted);
    tcase_add_test(scores, a_pass_over_stored_contacts_keeps_none_of_them_in_memory);
    tcase_add_test(scores, a_pass_may_look_at_other_contacts);
    tcase_add_test(scores, a_pass_may_change_what_it_is_at);
    suite_add_tcase(suite, scores);
    return suite;
}
