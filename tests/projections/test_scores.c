// Scores: sums, limits, the ledger and its condensing, rankings.
#include <inttypes.h>

#include "projections/ledger.h"

#include "tests/projections/support.h"
#include "tests/support/suite.h"

static struct score_change add(
    struct state *state, uint64_t contact, struct ledger_entry entry, struct score_limit limit)
{
    struct score_change change;
    entry.count = 1;
    score_add(state, (struct contact_number){contact}, &entry, &limit, &change);
    return change;
}

static struct ledger_entry entry_of(uint32_t rule, int64_t points_milli, uint64_t sequence)
{
    return (struct ledger_entry){
        .score = {1},
        .rule = {rule},
        .ref = event_ref_of(sequence, 3),
        .time_ms = (int64_t)sequence * 10,
        .points_milli = points_milli,
    };
}

static const struct score_limit no_limit = {0, 0};

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

static struct contact_view view_of(struct state *state, struct arena *arena)
{
    struct contact_view view;
    ck_assert_int_eq(contact_read(state, (struct contact_number){1}, arena, &view), ERR_OK);
    return view;
}

START_TEST(an_entry_raises_the_sum_and_is_in_the_ledger)
{
    struct state *state = open_in_frame();
    struct score_change change = add(state, 1, entry_of(5, 2500, 9), no_limit);
    ck_assert(change.is_applied);
    ck_assert_int_eq(change.before_milli, 0);
    ck_assert_int_eq(change.after_milli, 2500);
    change = add(state, 1, entry_of(6, -4000, 10), no_limit);
    ck_assert_int_eq(change.before_milli, 2500);
    ck_assert_int_eq(change.after_milli, -1500);
    ck_assert_int_eq(score_sum(state, (struct contact_number){1}, (struct name_id){1}), -1500);
    ck_assert_int_eq(score_sum(state, (struct contact_number){1}, (struct name_id){2}), 0);
    struct arena arena = {0};
    struct contact_view view = view_of(state, &arena);
    ck_assert_uint_eq(view.ledger_count, 2);
    ck_assert_uint_eq(view.ledger[1].ref.packed, event_ref_of(10, 3).packed);
    ck_assert_uint_eq(view.ledger[1].rule.value, 6);
    ck_assert_uint_eq(view.ledger[1].score.value, 1);
    ck_assert_uint_eq(view.ledger[1].count, 1);
    ck_assert_int_eq(view.ledger[1].time_ms, 100);
    ck_assert_int_eq(view.ledger[1].points_milli, -4000);
    arena_free(&arena);
    close_after_frame(state);
}
END_TEST

START_TEST(a_limit_counts_per_rule_and_key)
{
    struct state *state = open_in_frame();
    struct score_limit twice_a = {2, 100}, twice_b = {2, 200};
    ck_assert(add(state, 1, entry_of(5, 1, 1), twice_a).is_applied);
    ck_assert(add(state, 1, entry_of(5, 1, 1), twice_a).is_applied);
    struct score_change refused = add(state, 1, entry_of(5, 1, 1), twice_a);
    ck_assert(!refused.is_applied);
    ck_assert_int_eq(refused.before_milli, 2);
    ck_assert_int_eq(refused.after_milli, 2);
    ck_assert(add(state, 1, entry_of(5, 1, 1), twice_b).is_applied);
    ck_assert(add(state, 1, entry_of(6, 1, 1), twice_a).is_applied);
    ck_assert(!add(state, 1, entry_of(5, 1, 1), twice_a).is_applied);
    close_after_frame(state);
}
END_TEST

START_TEST(the_oldest_limit_key_is_forgotten_and_counted)
{
    struct state *state = open_in_frame(); // keeps 4
    struct state_counts counts;
    for (uint64_t key = 1; key <= 5; key++)
        ck_assert(add(state, 1, entry_of(5, 1, 1), (struct score_limit){1, key}).is_applied);
    for (uint64_t key = 2; key <= 5; key++)
        ck_assert(!add(state, 1, entry_of(5, 1, 1), (struct score_limit){1, key}).is_applied);
    state_counts(state, &counts);
    ck_assert_uint_eq(counts.limit_keys_forgotten, 1);
    ck_assert(add(state, 1, entry_of(5, 1, 1), (struct score_limit){1, 1}).is_applied);
    close_after_frame(state);
}
END_TEST

START_TEST(condensing_keeps_sum_and_count_of_each_rule)
{
    struct state *state = open_in_frame(); // 20 entries
    int64_t sums[4] = {0};
    uint32_t counts[4] = {0};
    struct arena arena = {0};
    for (uint64_t i = 1; i <= 500; i++) {
        uint32_t rule = (uint32_t)(i % 3) + 1;
        ck_assert(add(state, 1, entry_of(rule, (int64_t)i * 7, i), no_limit).is_applied);
        sums[rule] += (int64_t)i * 7;
        counts[rule]++;
        struct contact_view view = view_of(state, &arena);
        ck_assert_uint_le(view.ledger_count, 20 + 3);
        int64_t found_sums[4] = {0};
        uint32_t found_counts[4] = {0};
        for (uint32_t line = 0; line < view.ledger_count; line++) {
            found_sums[view.ledger[line].rule.value] += view.ledger[line].points_milli;
            found_counts[view.ledger[line].rule.value] += view.ledger[line].count;
            ck_assert((view.ledger[line].ref.packed == 0) == (i > 20 && line < 3));
        }
        ck_assert_int_eq(memcmp(sums, found_sums, sizeof(sums)), 0);
        ck_assert_int_eq(memcmp(counts, found_counts, sizeof(counts)), 0);
        arena_clear(&arena);
    }
    struct state_counts all;
    state_counts(state, &all);
    ck_assert_uint_eq(all.ledger_condensed % 10, 0);
    ck_assert_uint_gt(all.ledger_condensed, 450);
    arena_free(&arena);
    close_after_frame(state);
}
END_TEST

START_TEST(sums_saturate_and_times_stay_in_range)
{
    struct state *state = open_in_frame();
    struct score_change change = add(state, 1, entry_of(5, INT64_MAX, 1), no_limit);
    ck_assert_int_eq(change.after_milli, SCORE_SUM_MAX);
    change = add(state, 1, entry_of(5, SCORE_SUM_MAX, 1), no_limit);
    ck_assert_int_eq(change.after_milli, SCORE_SUM_MAX);
    change = add(state, 1, entry_of(5, INT64_MIN, 1), no_limit);
    ck_assert_int_eq(change.after_milli, 0);
    struct ledger_entry entry = entry_of(5, 1, 1);
    entry.time_ms = INT64_MIN;
    ck_assert(add(state, 1, entry, no_limit).is_applied);
    entry.time_ms = INT64_MAX;
    ck_assert(add(state, 1, entry, no_limit).is_applied);
    struct arena arena = {0};
    struct contact_view view = view_of(state, &arena);
    ck_assert_int_eq(view.ledger[3].time_ms, INT64_C(-62167219200000));
    ck_assert_int_eq(view.ledger[4].time_ms, INT64_C(253402300799999));
    arena_free(&arena);
    close_after_frame(state);
}
END_TEST

START_TEST(the_top_is_the_top_of_all_sorted)
{
    enum { CONTACTS = 300 };
    struct state_params params = test_params(NULL);
    struct state *state = test_open(&params);
    int64_t sums[CONTACTS + 1] = {0};
    state_frame_begin(state, 0);
    uint64_t random = test_seed();
    for (uint64_t contact = 1; contact <= CONTACTS; contact++) {
        char value[16];
        (void)snprintf(value, sizeof(value), "c%" PRIu64, contact);
        ck_assert_uint_eq(test_contact(state, value).value, contact);
        random = hash_mix(random);
        sums[contact] = (int64_t)(random % 40) - 10;
        if (sums[contact] != 0)
            (void)add(state, contact, entry_of(1, sums[contact], 1), no_limit);
    }
    (void)state_frame_end(state);
    static const size_t maxima[] = {0, 1, 2, 7, 299, 300, 1000};
    struct score_clamp clamp = {0, 25};
    for (size_t i = 0; i < sizeof(maxima) / sizeof(maxima[0]); i++) {
        struct score_rank ranks[1000];
        size_t count = score_top(state, (struct name_id){1}, clamp, ranks, maxima[i]);
        ck_assert_uint_eq(count, maxima[i] < CONTACTS ? maxima[i] : CONTACTS);
        bool is_taken[CONTACTS + 1] = {false};
        for (size_t rank = 0; rank < count; rank++) {
            uint64_t best = 0;
            for (uint64_t contact = 1; contact <= CONTACTS; contact++) {
                int64_t clamped = sums[contact] < 0 ? 0 : sums[contact] > 25 ? 25 : sums[contact];
                int64_t best_clamped = sums[best] < 0 ? 0 : sums[best] > 25 ? 25 : sums[best];
                if (!is_taken[contact] && (best == 0 || clamped > best_clamped))
                    best = contact;
            }
            is_taken[best] = true;
            ck_assert_uint_eq(ranks[rank].contact.value, best);
        }
    }
    state_close(state);
}
END_TEST

Suite *test_suite(void)
{
    Suite *suite = suite_create("scores");
    TCase *scores = tcase_create("scores");
    tcase_add_test(scores, an_entry_raises_the_sum_and_is_in_the_ledger);
    tcase_add_test(scores, a_limit_counts_per_rule_and_key);
    tcase_add_test(scores, the_oldest_limit_key_is_forgotten_and_counted);
    tcase_add_test(scores, condensing_keeps_sum_and_count_of_each_rule);
    tcase_add_test(scores, sums_saturate_and_times_stay_in_range);
    tcase_add_test(scores, the_top_is_the_top_of_all_sorted);
    suite_add_tcase(suite, scores);
    return suite;
}
