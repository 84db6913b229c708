// Deduplication: the edges of the window, its bound, its digest, and the way through the store.
#include "engine/base/memory.h"

#include "tests/projections/support.h"
#include "tests/support/suite.h"

enum { PARTS = 128 };
#define WINDOW_MS (INT64_C(128) * 1000) // parts of one second

static struct state *open_with(int64_t window_ms, uint64_t events_max)
{
    struct state_params params = test_params(NULL);
    params.dedup_window_ms = window_ms;
    params.dedup_events_max = events_max;
    return test_open(&params);
}

static bool add(struct state *state, uint64_t id, int64_t tick_ms)
{
    state_frame_begin(state, tick_ms);
    struct hash128 key = dedup_key(state, bytes_text("source"), bytes_of(&id, sizeof(id)));
    dedup_prefetch(state, key);
    bool is_new = dedup_add(state, key, tick_ms);
    (void)state_frame_end(state);
    ck_assert_uint_eq(state_digest(state), state_digest_recomputed(state));
    return is_new;
}

static struct state_counts counts_of(const struct state *state)
{
    struct state_counts counts;
    state_counts(state, &counts);
    return counts;
}

static const struct edge_case {
    const char *name;
    int64_t first_ms, second_ms;
    bool is_new;
} edge_cases[] = {
    {"the same millisecond", 500, 500, false},
    {"the last millisecond of the window", 0, WINDOW_MS, false},
    {"window after the end of a part", 999, 999 + WINDOW_MS, false},
    {"a whole part later than the window", 0, WINDOW_MS + 1000, true},
    {"a whole part later, from the end of a part", 999, WINDOW_MS + 1999, true},
    {"long after", 0, WINDOW_MS * 1000, true},
    {"before 1970", -WINDOW_MS * 3, -WINDOW_MS * 2, false},
    {"before 1970, a part too late", -WINDOW_MS * 3, -WINDOW_MS * 2 + 1000, true},
    {"tick did not move on", 5000, 4000, false},
};

START_TEST(a_repeat_is_known_to_the_end_of_the_window)
{
    const struct edge_case *given = &edge_cases[_i];
    struct state *state = open_with(WINDOW_MS, 1000);
    ck_assert(add(state, 1, given->first_ms));
    ck_assert(add(state, 1, given->second_ms) == given->is_new);
    ck_assert(!add(state, 1, given->second_ms));
    ck_assert_uint_eq(counts_of(state).dedup_events, 1);
    ck_assert_uint_eq(counts_of(state).dedup_evicted, 0);
    state_close(state);
}
END_TEST

START_TEST(the_same_id_of_another_source_is_another_event)
{
    struct state *state = open_with(WINDOW_MS, 1000);
    state_frame_begin(state, 0);
    ck_assert(dedup_add(state, dedup_key(state, bytes_text("a"), bytes_text("bc")), 0));
    ck_assert(dedup_add(state, dedup_key(state, bytes_text("ab"), bytes_text("c")), 0));
    ck_assert(dedup_add(state, dedup_key(state, bytes_text(""), bytes_text("abc")), 0));
    ck_assert(!dedup_add(state, dedup_key(state, bytes_text("a"), bytes_text("bc")), 0));
    (void)state_frame_end(state);
    state_close(state);
}
END_TEST

START_TEST(the_bound_drops_the_oldest_and_counts_them)
{
    enum { BOUND = 640, EVENTS = 2000 }; // parts of ten
    struct state *state = open_with(WINDOW_MS, BOUND);
    for (uint64_t id = 0; id < EVENTS; id++) {
        ck_assert(add(state, id, 0));
        ck_assert_uint_le(counts_of(state).dedup_events, BOUND);
        if (id + 1 == BOUND) // all that there is room for
            ck_assert_uint_eq(counts_of(state).dedup_evicted, 0);
    }
    struct state_counts counts = counts_of(state);
    ck_assert_uint_eq(counts.dedup_events + counts.dedup_evicted, EVENTS);
    ck_assert_uint_gt(counts.dedup_events, BOUND - 20);
    ck_assert(!add(state, EVENTS - 1, 0));
    ck_assert(!add(state, EVENTS - BOUND + 20, 0));
    ck_assert(add(state, 0, 0)); // forgotten
    state_close(state);
}
END_TEST

START_TEST(a_bound_of_few_still_holds)
{
    struct state *state = open_with(WINDOW_MS, 1 + (uint64_t)_i);
    for (uint64_t id = 0; id < 1000; id++) {
        ck_assert(add(state, id, (int64_t)id * 100));
        ck_assert_uint_le(counts_of(state).dedup_events, 1 + (uint64_t)_i);
        ck_assert(!add(state, id, (int64_t)id * 100));
    }
    state_close(state);
}
END_TEST

START_TEST(no_window_or_no_room_means_no_deduplication)
{
    struct state *state = _i == 0 ? open_with(0, 1000) : open_with(WINDOW_MS, 0);
    ck_assert(add(state, 1, 0));
    ck_assert(add(state, 1, 0));
    ck_assert_uint_eq(counts_of(state).dedup_events, 0);
    state_close(state);
}
END_TEST

// Every answer of a long run against an array of when each id was last taken as new.
START_TEST(many_windows_agree_with_the_model)
{
    enum { IDS = 3000, EVENTS = 60000 };
    int64_t *taken_ms = mem_alloc(IDS * sizeof(*taken_ms));
    for (int i = 0; i < IDS; i++)
        taken_ms[i] = -WINDOW_MS * 10;
    struct state *state = open_with(WINDOW_MS, 100000);
    uint64_t random = test_seed();
    int64_t tick_ms = 0;
    for (int i = 0; i < EVENTS; i++) {
        random = hash_mix(random);
        tick_ms += (int64_t)(random >> 32) % 150; // a part each few events: 35 windows in all
        uint64_t id = random % IDS;
        int64_t age_ms = tick_ms - taken_ms[id];
        state_frame_begin(state, tick_ms);
        struct hash128 key = dedup_key(state, bytes_text("s"), bytes_of(&id, sizeof(id)));
        bool is_new = dedup_add(state, key, tick_ms);
        (void)state_frame_end(state);
        if (age_ms <= WINDOW_MS)
            ck_assert(!is_new);
        if (age_ms >= WINDOW_MS + WINDOW_MS / PARTS)
            ck_assert(is_new);
        if (is_new)
            taken_ms[id] = tick_ms;
    }
    ck_assert_uint_eq(state_digest(state), state_digest_recomputed(state));
    uint64_t pairs = 0;
    for (size_t i = 0; i < PAIRS_PARTS; i++)
        pairs += state->dedup.pairs.parts[i].used;
    ck_assert_uint_le(pairs, IDS);
    state_close(state);
    free(taken_ms);
}
END_TEST

START_TEST(the_dead_are_swept_out)
{
    struct state *state = open_with(WINDOW_MS, 1000000);
    for (uint64_t id = 0; id < 50000; id++) {
        state_frame_begin(state, (int64_t)id * 100);
        ck_assert(dedup_add(
            state, dedup_key(state, bytes_text("s"), bytes_of(&id, sizeof(id))),
            (int64_t)id * 100));
        (void)state_frame_end(state);
    }
    uint64_t pairs = 0;
    for (size_t i = 0; i < PAIRS_PARTS; i++)
        pairs += state->dedup.pairs.parts[i].used;
    ck_assert_uint_le(counts_of(state).dedup_events, 1300); // 10 a part
    ck_assert_uint_le(pairs, 1300 + 10 * 70);
    state_close(state);
}
END_TEST

START_TEST(a_longer_window_after_opening_again_keeps_what_was_known)
{
    struct test_directory directory = test_directory_make();
    struct state_params params = test_params(directory.store);
    params.dedup_window_ms = WINDOW_MS;
    params.dedup_events_max = 640;
    struct state *state = test_open(&params);
    for (uint64_t id = 0; id < 600; id++)
        ck_assert(add(state, id, (int64_t)id * 200));
    (void)test_checkpoint(state, 1);
    uint64_t digest = state_digest(state);
    state_close(state);
    params.dedup_window_ms = WINDOW_MS * (_i == 0 ? 10 : 1);
    params.dedup_window_ms /= _i == 1 ? 10 : 1;
    state = test_open(&params);
    ck_assert_uint_eq(state_digest(state), digest);
    for (uint64_t id = 500; id < 3000; id++) {
        int64_t tick_ms = (int64_t)(id < 600 ? 600 : id) * 200;
        bool is_new = add(state, id, tick_ms);
        if (id >= 600)
            ck_assert(is_new);
        else if (_i == 0)
            ck_assert(!is_new);
    }
    ck_assert_uint_eq(state_digest(state), state_digest_recomputed(state));
    (void)test_checkpoint(state, 2);
    digest = state_digest(state);
    state_close(state);
    state = test_open(&params);
    ck_assert_uint_eq(state_digest_recomputed(state), digest);
    state_close(state);
    test_directory_remove(&directory);
}
END_TEST

START_TEST(more_parts_than_numbers_between_two_checkpoints)
{
    struct test_directory directory = test_directory_make();
    struct state_params params = test_params(directory.store);
    params.dedup_window_ms = WINDOW_MS;
    struct state *state = test_open(&params);
    uint64_t id = 0;
    for (uint64_t sequence = 1; sequence <= 3; sequence++) {
        for (unsigned i = 0; i < 1000; i++, id++)
            ck_assert(add(state, id, (int64_t)id * 700));
        (void)test_checkpoint(state, sequence);
        uint64_t digest = state_digest(state);
        state_close(state);
        state = test_open(&params);
        ck_assert_uint_eq(state_digest_recomputed(state), digest);
        ck_assert(!add(state, id - 1, (int64_t)id * 700));
        ck_assert(!add(state, id - 100, (int64_t)id * 700));
    }
    state_close(state);
    test_directory_remove(&directory);
}
END_TEST

Suite *test_suite(void)
{
    Suite *suite = suite_create("dedup");
    TCase *window = tcase_create("window");
    tcase_set_timeout(window, 60);
    tcase_add_loop_test(
        window, a_repeat_is_known_to_the_end_of_the_window, 0,
        (int)(sizeof(edge_cases) / sizeof(edge_cases[0])));
    tcase_add_test(window, the_same_id_of_another_source_is_another_event);
    tcase_add_test(window, the_bound_drops_the_oldest_and_counts_them);
    tcase_add_loop_test(window, a_bound_of_few_still_holds, 0, 3);
    tcase_add_loop_test(window, no_window_or_no_room_means_no_deduplication, 0, 2);
    tcase_add_test(window, many_windows_agree_with_the_model);
    tcase_add_test(window, the_dead_are_swept_out);
    suite_add_tcase(suite, window);
    TCase *store = tcase_create("store");
    tcase_set_timeout(store, 60);
    tcase_add_loop_test(store, a_longer_window_after_opening_again_keeps_what_was_known, 0, 2);
    tcase_add_test(store, more_parts_than_numbers_between_two_checkpoints);
    suite_add_tcase(suite, store);
    return suite;
}
