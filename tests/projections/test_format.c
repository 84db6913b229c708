// The bytes of the store as they were written once: they must read the same for ever.
#include "projections/counters.h"
#include "projections/limits.h"
#include "projections/profile.h"
#include "projections/segments.h"

#include "tests/projections/support.h"
#include "tests/support/suite.h"

static void make_live(struct state *state, struct contact_number contact)
{
    static const size_t lengths[] = {3, 100, 700}; // exact, with room behind, with a long head
    static const char *const names[] = {"opens", "pages", "history"};
    for (size_t i = 0; i < sizeof(lengths) / sizeof(lengths[0]); i++) {
        struct name_id counter = test_name(state, NAME_COUNTER, names[i]);
        memset(counter_write(state, contact, counter, lengths[i]), 'a' + (int)i, lengths[i]);
    }
    segment_write(
        state, contact, test_name(state, NAME_SEGMENT, "hot"),
        &(struct segment_state){true, true, INT64_C(1790000000123)});
    segment_write(
        state, contact, test_name(state, NAME_SEGMENT, "asleep"),
        &(struct segment_state){true, false, -1});
}

// A contact with something in every section, made the same way each time.
static struct state *make_contact(void)
{
    struct state_params params = test_params(NULL);
    params.ledger_entries_max = 4;
    struct state *state = test_open(&params);
    state_frame_begin(state, 5000);
    struct contact_number contact = test_contact(state, "ada");
    struct identity_key email = identity_key_of(
        state, test_name(state, NAME_IDENTIFIER, "email"), bytes_text("ada@example.org"));
    ck_assert(identity_add(state, contact, &email));
    contact_seen(state, contact, 1500);
    struct value before;
    (void)contact_set_field(
        state, contact, test_name(state, NAME_FIELD, "city"), value_text(bytes_text("London")),
        &before);
    (void)contact_add_tag(state, contact, test_name(state, NAME_TAG, "vip"));
    (void)contact_add_list(state, contact, test_name(state, NAME_LIST, "news"));
    (void)contact_set_stage(state, contact, test_name(state, NAME_STAGE, "lead"));
    (void)contact_set_owner(
        state, contact, test_name(state, NAME_TEAM, "north"), test_name(state, NAME_PERSON, "bo"));
    (void)contact_set_zone(state, contact, bytes_text("Europe/London"));
    (void)contact_set_consent(
        state, contact, test_name(state, NAME_CHANNEL, "email"), CONSENT_GRANTED);
    contact_add_note(state, contact);
    uint32_t occurrence;
    (void)contact_start_run(
        state, contact, test_name(state, NAME_WORKFLOW, "welcome"), REENTER_NEVER, &occurrence);
    struct ledger_entry entry = {
        .score = test_name(state, NAME_SCORE, "interest"),
        .rule = test_name(state, NAME_RULE, "interest/open"),
        .count = 1,
    };
    for (uint64_t i = 1; i <= 6; i++) {
        entry.ref = event_ref_of(i, 2);
        entry.time_ms = INT64_C(1790000000000) + (int64_t)i;
        entry.points_milli = i % 2 == 0 ? 1500 : -250;
        entry.cut_milli = i == 6 ? 3500 : 0;
        entry.event_key = UINT64_C(0x1122334455667700) + i;
        entry.limit_key = i % 2 == 0 ? 0xabcdef : 0;
        test_add_entry(state, contact, &entry);
        struct limit_row row = {.rule = entry.rule, .count = 1, .key = 0xabcdef};
        limit_add(state, contact, &row, LIMIT_MERGE);
        row.key = 0xfedcba;
        row.time_ms = entry.time_ms;
        row.points_milli = entry.points_milli;
        limit_add(state, contact, &row, i < 5 ? LIMIT_MERGE : LIMIT_APPEND);
    }
    entry.points_milli = INT64_C(5000000000);
    test_add_entry(state, contact, &entry);
    make_live(state, contact);
    (void)state_frame_end(state);
    return state;
}

static void expect_file(const char *path, struct bytes found)
{
    FILE *file = fopen(path, "rb");
    if (file == NULL && getenv("FORMAT_WRITE") != NULL) {
        file = fopen(path, "wb");
        ck_assert_ptr_nonnull(file);
        ck_assert_uint_eq(fwrite(found.data, 1, found.len, file), found.len);
        ck_assert_int_eq(fclose(file), 0);
        return;
    }
    ck_assert_msg(file != NULL, "%s is missing", path);
    uint8_t kept[8192];
    size_t len = fread(kept, 1, sizeof(kept), file);
    ck_assert_int_eq(fclose(file), 0);
    ck_assert_msg(bytes_equal(bytes_of(kept, len), found), "%s is not what is written now", path);
}

START_TEST(a_record_is_written_as_it_always_was)
{
    struct state *state = make_contact();
    const uint8_t *record = state_record(state, 1);
    expect_file("tests/format/store/record.bin", bytes_of(record, record_len(record)));
    ck_assert_int_eq(record_check(bytes_of(record, record_len(record))), ERR_OK);
    ck_assert_int_eq(record_check(bytes_of(record, record_len(record) - 1)), ERR_CORRUPT);
    ck_assert_int_eq(record_check(bytes_of(record, RECORD_HEADER_BYTES - 1)), ERR_CORRUPT);
    state_close(state);
}
END_TEST

START_TEST(the_digest_is_what_it_always_was)
{
    struct state *state = make_contact();
    state_frame_begin(state, 6000);
    ck_assert(dedup_add(state, dedup_key(state, bytes_text("shop"), bytes_text("event-1")), 6000));
    uint8_t digest[8];
    put_u64(digest, state_frame_end(state));
    expect_file("tests/format/store/digest.bin", bytes_of(digest, sizeof(digest)));
    state_close(state);
}
END_TEST

START_TEST(the_meta_entry_is_written_as_it_always_was_and_reads_back)
{
    struct store_meta meta = {
        .at =
            {.sequence = 11,
             .chain = {12, 13},
             .tick_ms = -14,
             .ruleset = 15,
             .digest = 16,
             .sink_mark = 17,
             .positions = bytes_text("positions"),
             .ruleset_bundle_at = bytes_text("bundle")},
        .seed = 18,
        .contacts = 19,
        .identifiers = 20,
        .names = 21,
        .contacts_sum = 22,
        .timers = 29,
        .counters = {23, 24, 25, 26, 27, 28},
        .dedup_oldest = 255,
        .dedup_current = 257,
    };
    for (uint64_t part = 255; part <= 257; part++)
        meta.dedup_parts[part % DEDUP_PARTS_MAX] =
            (struct dedup_part){(int64_t)part * 10, part + 1, part + 2};
    struct buffer packed = {0};
    store_meta_pack(&packed, &meta);
    expect_file("tests/format/store/meta.bin", buffer_bytes(&packed));

    struct store_meta read;
    ck_assert_int_eq(store_meta_unpack(buffer_bytes(&packed), &read), ERR_OK);
    ck_assert_int_eq(read.at.tick_ms, -14);
    ck_assert_uint_eq(read.counters.names_refused, 28);
    ck_assert(bytes_equal_text(read.at.ruleset_bundle_at, "bundle"));
    ck_assert_uint_eq(read.dedup_parts[1].sum, 259);
    for (size_t len = 0; len < packed.len; len++)
        ck_assert_int_eq(store_meta_unpack(bytes_of(packed.data, len), &read), ERR_CORRUPT);
    buffer_add_u8(&packed, 0);
    ck_assert_int_eq(store_meta_unpack(buffer_bytes(&packed), &read), ERR_CORRUPT);
    buffer_free(&packed);
}
END_TEST

Suite *test_suite(void)
{
    Suite *suite = suite_create("format");
    TCase *format = tcase_create("format");
    tcase_add_test(format, a_record_is_written_as_it_always_was);
    tcase_add_test(format, the_digest_is_what_it_always_was);
    tcase_add_test(format, the_meta_entry_is_written_as_it_always_was_and_reads_back);
    suite_add_tcase(suite, format);
    return suite;
}
