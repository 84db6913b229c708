// The ledger: entries that come back as they were added, walks, condensing, withdrawing.
#include "tests/projections/support.h"
#include "tests/support/suite.h"

enum { SCORES = 3 };
static const struct contact_number one = {1};

static struct ledger_entry entry_of(uint32_t rule, int64_t points_milli, uint64_t sequence)
{
    return (struct ledger_entry){
        .score = {rule % SCORES + 1},
        .rule = {rule},
        .ref = event_ref_of(sequence, 3),
        .count = 1,
        .time_ms = (int64_t)sequence * 10,
        .points_milli = points_milli,
        .cut_milli = points_milli / 2,
        .event_key = sequence * UINT64_C(0x0123456789abcdef),
        .limit_key = rule % 2 == 0 ? 0 : UINT32_MAX - rule,
    };
}

static void ignore(void *context, const struct ledger_entry *entry)
{
    (void)context;
    (void)entry;
}

static struct state *open_in_frame(void)
{
    struct state_params params = test_params(NULL);
    struct state *state = test_open(&params);
    state_frame_begin(state, 0);
    ck_assert_uint_eq(test_contact(state, "one").value, one.value);
    return state;
}

static void close_after_frame(struct state *state)
{
    (void)state_frame_end(state);
    ck_assert_uint_eq(state_digest(state), state_digest_recomputed(state));
    state_close(state);
}

static void expect_entry(const struct ledger_entry *found, const struct ledger_entry *expected)
{
    ck_assert_uint_eq(found->score.value, expected->score.value);
    ck_assert_uint_eq(found->rule.value, expected->rule.value);
    ck_assert_uint_eq(found->ref.packed, expected->ref.packed);
    ck_assert_uint_eq(found->count, expected->count);
    ck_assert_int_eq(found->time_ms, expected->time_ms);
    ck_assert_int_eq(found->points_milli, expected->points_milli);
    ck_assert_int_eq(found->cut_milli, expected->cut_milli);
    ck_assert_uint_eq(found->event_key, expected->event_key);
    ck_assert_uint_eq(found->limit_key, expected->limit_key);
}

static void expect_ledger(struct state *state, const struct ledger_entry *expected, uint32_t count)
{
    struct ledger_entry found;
    struct ledger_walk walk = ledger_walk_all(state, one);
    size_t at = 0;
    for (uint32_t i = 0; i < count; i++) {
        ck_assert(ledger_next(state, one, &at, &found));
        expect_entry(&found, &expected[i]);
        ck_assert(ledger_walk_next(&walk, &found));
        expect_entry(&found, &expected[i]);
    }
    ck_assert(!ledger_next(state, one, &at, &found));
    ck_assert(!ledger_walk_next(&walk, &found));
}

// What a plain entry must keep, at the edges of its narrow and its wide form.
static const struct kept_case {
    const char *name;
    int64_t points_milli, cut_milli, time_ms;
    int64_t kept_points_milli, kept_cut_milli, kept_time_ms;
} kept_cases[] = {
    {"plain", 5000, 0, 1, 5000, 0, 1},
    {"taken", -5000, -700, -1, -5000, -700, -1},
    {"the most of 32 bits", INT32_MAX, INT32_MIN, 0, INT32_MAX, INT32_MIN, 0},
    {"the least of 32 bits", INT32_MIN, INT32_MAX, 0, INT32_MIN, INT32_MAX, 0},
    {"set by hand", INT64_C(1) << 31, 0, 0, INT64_C(1) << 31, 0, 0},
    {"set by hand, below", INT64_C(-2147483649), 0, 0, INT64_C(-2147483649), 0, 0},
    {"both wide", INT64_C(1) << 40, 7, 0, INT64_C(1) << 40, 0, 0},
    {"a wide cut", 7, INT64_C(1) << 31, 0, 7, INT32_MAX, 0},
    {"a wide cut, below", 7, INT64_MIN, 0, 7, INT32_MIN, 0},
    {"beyond all", INT64_MAX, 0, INT64_MAX, SCORE_SUM_MAX, 0, TIME_MS_MAX},
    {"below all", INT64_MIN, 0, INT64_MIN, -SCORE_SUM_MAX, 0, TIME_MS_MIN},
};

// Between two others, with the key of a limit (odd rules) and without.
static void expect_kept(const struct kept_case *given, uint32_t rule)
{
    struct state *state = open_in_frame();
    struct ledger_entry before = entry_of(4, 1, 1), after = entry_of(5, 2, 2);
    struct ledger_entry entry = entry_of(rule, given->points_milli, 3);
    entry.cut_milli = given->cut_milli;
    entry.time_ms = given->time_ms;
    ledger_add(state, one, &before);
    ledger_add(state, one, &entry);
    ledger_add(state, one, &after);
    entry.points_milli = given->kept_points_milli;
    entry.cut_milli = given->kept_cut_milli;
    entry.time_ms = given->kept_time_ms;
    const struct ledger_entry expected[] = {before, entry, after};
    expect_ledger(state, expected, 3);
    ck_assert_uint_eq(ledger_count(state, one), 3);
    ck_assert_uint_ge(ledger_entries_most(state, one), 3);
    ck_assert_int_eq(score_sum(state, one, entry.score), given->kept_points_milli);
    const uint8_t *record = state_record(state, 1);
    ck_assert_int_eq(record_check(bytes_of(record, record_len(record))), ERR_OK);
    close_after_frame(state);
}

START_TEST(an_entry_comes_back_as_it_was_added)
{
    expect_kept(&kept_cases[_i], 6);
    expect_kept(&kept_cases[_i], 9);
}
END_TEST

START_TEST(an_entry_without_names_is_refused_and_counted)
{
    struct state *state = open_in_frame();
    struct state_counts counts;
    struct ledger_entry entry = entry_of(1, 5, 1);
    entry.rule.value = 0;
    ledger_add(state, one, &entry);
    entry = entry_of(1, 5, 1);
    entry.score.value = 0;
    ledger_add(state, one, &entry);
    state_counts(state, &counts);
    ck_assert_uint_eq(counts.changes_refused, 2);
    ck_assert_uint_eq(ledger_count(state, one), 0);
    close_after_frame(state);
}
END_TEST

START_TEST(a_walk_over_a_score_gives_its_entries_alone)
{
    struct state *state = open_in_frame();
    for (uint32_t i = 1; i <= 30; i++) {
        struct ledger_entry entry = entry_of(i % 7 + 1, i, i);
        test_add_entry(state, one, &entry);
    }
    uint32_t seen = 0;
    for (uint32_t score = 1; score <= SCORES; score++) {
        struct ledger_walk walk = ledger_walk_score(state, one, (struct name_id){score});
        struct ledger_entry entry;
        for (; ledger_walk_next(&walk, &entry); seen += entry.count)
            ck_assert_uint_eq(entry.score.value, score);
    }
    ck_assert_uint_eq(seen, 30);
    struct ledger_entry entry;
    struct ledger_walk none = ledger_walk_score(state, one, (struct name_id){SCORES + 1});
    ck_assert(!ledger_walk_next(&none, &entry));
    close_after_frame(state);
}
END_TEST

// Who keeps what it made of a ledger goes by these.
START_TEST(what_was_read_holds_until_more_than_the_end_changes)
{
    struct state *state = open_in_frame();
    struct ledger_entry found;
    const struct ledger_entry entries[] = {
        entry_of(3, 1000, 1), entry_of(4, 2000, 2), entry_of(6, 3000, 3)};
    ck_assert_uint_eq(ledger_bytes(state, one), 0);
    uint64_t edits = ledger_edits(state, one);
    ledger_add(state, one, &entries[0]);
    ledger_add(state, one, &entries[1]);
    uint32_t bytes = ledger_bytes(state, one);
    ledger_add(state, one, &entries[2]);
    ck_assert_uint_eq(ledger_edits(state, one), edits);
    ck_assert_uint_gt(ledger_bytes(state, one), bytes);
    struct ledger_walk walk = ledger_walk_score_behind(state, one, entries[0].score, bytes);
    ck_assert(
        ledger_walk_next(&walk, &found)); // of the same score as the first, which is passed over
    expect_entry(&found, &entries[2]);
    ck_assert(!ledger_walk_next(&walk, &found));
    walk = ledger_walk_score_behind(state, one, entries[1].score, bytes);
    ck_assert(!ledger_walk_next(&walk, &found));
    walk = ledger_walk_score_behind(state, one, (struct name_id){99}, bytes);
    ck_assert(!ledger_walk_next(&walk, &found));

    ck_assert_uint_eq(ledger_withdraw(state, one, entries[1].event_key, ignore, NULL), 1);
    ck_assert_uint_ne(ledger_edits(state, one), edits);
    edits = ledger_edits(state, one);
    ck_assert_uint_eq(ledger_withdraw(state, one, 99, ignore, NULL), 0);
    ck_assert_uint_eq(ledger_edits(state, one), edits);
    bytes = ledger_bytes(state, one);
    const struct ledger_entry others[] = {entry_of(3, 7000, 1), entry_of(6, 3000, 3)};
    ledger_replace(state, one, others, 2); // of as many bytes
    ck_assert_uint_eq(ledger_bytes(state, one), bytes);
    ck_assert_uint_ne(ledger_edits(state, one), edits);
    close_after_frame(state);
}
END_TEST

// Batches end within a frame; a record that grows long between them counts once, as it is at the end.
START_TEST(the_digest_has_long_records_as_the_frame_leaves_them)
{
    struct state *state = open_in_frame();
    for (uint32_t frame = 0; frame < 3; frame++) {
        for (uint32_t i = 1; i <= 200; i++) {
            const struct ledger_entry entry = entry_of(i % 7 + 1, i, frame * 1000 + i);
            ledger_add(state, one, &entry);
            if (i % 20 == 0)
                state_settle(state);
        }
        (void)state_frame_end(state);
        ck_assert_uint_eq(state_digest(state), state_digest_recomputed(state));
        state_frame_begin(state, 0);
    }
    close_after_frame(state);
}
END_TEST

START_TEST(condensing_keeps_sum_and_count_of_each_rule)
{
    struct state *state = open_in_frame(); // 20 entries
    int64_t sums[4] = {0};
    uint32_t counts[4] = {0};
    for (uint64_t i = 1; i <= 500; i++) {
        struct ledger_entry entry = entry_of((uint32_t)(i % 3) + 1, (int64_t)i * 7, i);
        test_add_entry(state, one, &entry);
        sums[entry.rule.value] += entry.points_milli;
        counts[entry.rule.value]++;
        ck_assert_uint_le(ledger_count(state, one), 20);
        int64_t found_sums[4] = {0};
        uint32_t found_counts[4] = {0};
        struct ledger_walk walk = ledger_walk_all(state, one);
        for (uint32_t line = 0; ledger_walk_next(&walk, &entry); line++) {
            found_sums[entry.rule.value] += entry.points_milli;
            found_counts[entry.rule.value] += entry.count;
            ck_assert_uint_eq(entry.score.value, entry.rule.value % SCORES + 1);
            ck_assert((entry.ref.packed == 0) == (i > 20 && line < 3));
            ck_assert((entry.event_key == 0) == (entry.ref.packed == 0));
        }
        ck_assert_int_eq(memcmp(sums, found_sums, sizeof(sums)), 0);
        ck_assert_int_eq(memcmp(counts, found_counts, sizeof(counts)), 0);
    }
    struct state_counts all;
    state_counts(state, &all);
    ck_assert_uint_eq(all.ledger_condensed % 10, 0);
    ck_assert_uint_gt(all.ledger_condensed, 450);
    close_after_frame(state);
}
END_TEST

START_TEST(a_replaced_ledger_is_what_was_given)
{
    struct state *state = open_in_frame();
    struct state_counts counts;
    for (uint32_t i = 1; i <= 9; i++) {
        struct ledger_entry entry = entry_of(i, i, i);
        ledger_add(state, one, &entry);
    }
    struct ledger_entry given[] = {
        {.score = {1}, .rule = {3}, .count = 5, .time_ms = 70, .points_milli = -(INT64_C(1) << 45)},
        {.score = {9}, .rule = {4}, .count = UINT32_MAX, .time_ms = 80, .points_milli = 3},
        entry_of(8, 5, 8),
        entry_of(9, 6, 9),
    };
    ledger_replace(state, one, given, 4);
    expect_ledger(state, given, 4);
    ck_assert_uint_eq(ledger_count(state, one), 2);
    state_counts(state, &counts);
    ck_assert_uint_eq(counts.ledger_condensed, 7);
    struct ledger_entry added = entry_of(2, 2, 10);
    ledger_add(state, one, &added);
    ck_assert_int_eq(score_sum(state, one, (struct name_id){1}), 6 - (INT64_C(1) << 45));
    ck_assert_int_eq(score_sum(state, one, (struct name_id){9}), 3);
    ledger_replace(state, one, NULL, 0);
    expect_ledger(state, NULL, 0);
    ck_assert_int_eq(score_sum(state, one, (struct name_id){1}), 0);
    close_after_frame(state);
}
END_TEST

struct withdrawn {
    struct state *state;
    struct ledger_entry entries[4];
    uint32_t count;
};

// Changes the record under the ledger's feet.
static void note_withdrawn(void *context, const struct ledger_entry *entry)
{
    struct withdrawn *withdrawn = context;
    withdrawn->entries[withdrawn->count++] = *entry;
    for (uint32_t i = 0; i < 50; i++) {
        char tag[16];
        (void)snprintf(tag, sizeof(tag), "%u of %u", i, withdrawn->count);
        (void)contact_add_tag(withdrawn->state, one, test_name(withdrawn->state, NAME_TAG, tag));
    }
}

START_TEST(withdrawing_an_event_takes_its_plain_entries_alone)
{
    struct state *state = open_in_frame();
    struct withdrawn withdrawn = {.state = state};
    struct ledger_entry entries[] = {
        entry_of(1, 1, 7), entry_of(2, 2, 7), entry_of(3, 3, 8), entry_of(4, 4, 7),
        entry_of(5, 5, 9)};
    entries[4].event_key = 0;
    for (size_t i = 0; i < 5; i++)
        ledger_add(state, one, &entries[i]);
    uint64_t key = entries[0].event_key;
    ck_assert_uint_eq(ledger_withdraw(state, one, key + 1, note_withdrawn, &withdrawn), 0);
    ck_assert_uint_eq(ledger_withdraw(state, one, 0, note_withdrawn, &withdrawn), 0);
    uint64_t half = key ^ UINT64_C(1) << 63;
    ck_assert_uint_eq(ledger_withdraw(state, one, half, note_withdrawn, &withdrawn), 0);
    ck_assert_uint_eq(ledger_withdraw(state, one, key, note_withdrawn, &withdrawn), 3);
    ck_assert_uint_eq(withdrawn.count, 3);
    expect_entry(&withdrawn.entries[0], &entries[0]);
    expect_entry(&withdrawn.entries[1], &entries[1]);
    expect_entry(&withdrawn.entries[2], &entries[3]);
    ck_assert_int_eq(
        score_sum(state, one, entries[1].score), 5); // of the two of this score one is left
    ck_assert_int_eq(score_sum(state, one, entries[0].score), 0);
    const struct ledger_entry left[] = {entries[2], entries[4]};
    expect_ledger(state, left, 2);
    ck_assert_uint_eq(ledger_withdraw(state, one, key, note_withdrawn, &withdrawn), 0);
    test_condense(state, one); // the first of the two
    ck_assert_uint_eq(
        ledger_withdraw(state, one, entries[2].event_key, note_withdrawn, &withdrawn), 0);
    close_after_frame(state);
}
END_TEST

// Bytes of the ledger of a condensed, a short and a long line, in this order, changed one at a time.
START_TEST(a_record_whose_ledger_does_not_fit_is_damaged)
{
    enum { CONDENSED = 0, SHORT = LINE_LONG_BYTES, LONG = LINE_LONG_BYTES + LINE_BYTES };
    static const struct {
        size_t at;
        uint8_t flip;
    } changes[] = {
        {CONDENSED + 7, 0x80},             // one more plain line than was counted
        {SHORT + 7, 0x80},                 // one less
        {CONDENSED + LINE_AT_PLACE, 0x03}, // of a score that is not there
        {LONG + LINE_AT_PLACE, 0x03},
        {CONDENSED + LINE_AT_PLACE + 7, 0x80}, // short and wide
        {SHORT + LINE_AT_PLACE + 7, 0x80},     // long, without a reason
        {LONG + LINE_AT_PLACE + 7, 0x80},      // short: bytes are left over
    };
    struct state *state = open_in_frame();
    const struct ledger_entry entries[] = {
        {.score = {1}, .rule = {3}, .count = 5, .points_milli = 70},
        entry_of(6, 0, 8),
        entry_of(9, 6, 9)};
    ledger_replace(state, one, entries, 3);
    const uint8_t *record = state_record(state, 1);
    size_t len = record_len(record);
    size_t at = record_section_at(record, SECTION_LEDGER);
    uint8_t copy[512];
    ck_assert_uint_eq(len - at, LONG + LINE_LONG_BYTES);
    memcpy(copy, record, len);
    for (size_t i = 0; i < sizeof(changes) / sizeof(changes[0]); i++) {
        ck_assert_int_eq(record_check(bytes_of(copy, len)), ERR_OK);
        copy[at + changes[i].at] ^= changes[i].flip;
        ck_assert_msg(record_check(bytes_of(copy, len)) == ERR_CORRUPT, "change %zu", i);
        copy[at + changes[i].at] ^= changes[i].flip;
    }
    put_u32(copy + RECORD_LEDGER_COUNT, 1);
    ck_assert_int_eq(record_check(bytes_of(copy, len)), ERR_CORRUPT);
    close_after_frame(state);
}
END_TEST

Suite *test_suite(void)
{
    Suite *suite = suite_create("ledger");
    TCase *ledger = tcase_create("ledger");
    tcase_add_loop_test(
        ledger, an_entry_comes_back_as_it_was_added, 0,
        (int)(sizeof(kept_cases) / sizeof(kept_cases[0])));
    tcase_add_test(ledger, an_entry_without_names_is_refused_and_counted);
    tcase_add_test(ledger, a_walk_over_a_score_gives_its_entries_alone);
    tcase_add_test(ledger, what_was_read_holds_until_more_than_the_end_changes);
    tcase_add_test(ledger, the_digest_has_long_records_as_the_frame_leaves_them);
    tcase_add_test(ledger, condensing_keeps_sum_and_count_of_each_rule);
    tcase_add_test(ledger, a_replaced_ledger_is_what_was_given);
    tcase_add_test(ledger, withdrawing_an_event_takes_its_plain_entries_alone);
    tcase_add_test(ledger, a_record_whose_ledger_does_not_fit_is_damaged);
    suite_add_tcase(suite, ledger);
    return suite;
}
