// Records that grow while a batch is folded: they do so on a desk, and are what they would be without it.
#include "projections/counters.h"
#include "projections/state_internal.h"

#include "tests/projections/support.h"
#include "tests/support/suite.h"

enum {
    CONTACTS = 3 * DESK_PLACES,
    LONG_BYTES = 5000, // left to the end of the frame
    FRAMES = 60,
    BATCHES = 8,
    STEPS = 150,
    BATCH_CONTACTS = 90, // mostly more than there are places
};

static const struct name_id counter = {4};

// Each contact has one counter, all of whose bytes are its own.
static struct slots_world {
    struct state *state;
    uint64_t count;
    size_t lens[CONTACTS + 1];
    uint64_t random;
} grown;

static void open_with(const struct state_params *params)
{
    grown = (struct slots_world){.state = test_open(params), .random = test_seed()};
}

static void setup(void)
{
    const struct state_params params = test_params(NULL);
    open_with(&params);
}

static void teardown(void)
{
    state_close(grown.state);
}

static uint64_t draw(uint64_t below)
{
    grown.random += UINT64_C(0x9e3779b97f4a7c15);
    return hash_mix(grown.random) % below;
}

static uint8_t fill_of(uint64_t contact)
{
    return (uint8_t)(contact % 251 + 1);
}

static void add_contacts(uint64_t count)
{
    for (; count > 0; count--) {
        char name[24];
        (void)snprintf(name, sizeof(name), "c-%d", (int)++grown.count);
        ck_assert_uint_eq(test_contact(grown.state, name).value, grown.count);
    }
}

static void set_len(uint64_t contact, size_t len)
{
    const size_t before = grown.lens[contact];
    uint8_t *bytes = counter_write(grown.state, (struct contact_number){contact}, counter, len);
    if (len > before)
        memset(bytes + before, fill_of(contact), len - before);
    grown.lens[contact] = len;
}

static void set_all(size_t len)
{
    for (uint64_t contact = 1; contact <= grown.count; contact++)
        set_len(contact, len);
}

static void expect_written(void)
{
    for (uint64_t contact = 1; contact <= grown.count; contact++) {
        const struct contact_number of = {contact};
        struct bytes found = counter_read(grown.state, of, counter);
        ck_assert_uint_eq(found.len, grown.lens[contact]);
        size_t i = 0;
        while (i < found.len && found.data[i] == fill_of(contact))
            i++;
        ck_assert_uint_eq(i, found.len);
    }
}

static size_t capacity_of(const struct slot *slot)
{
    return slab_capacity(record_len(slot_record(slot)));
}

static void expect_dirty_bytes(void)
{
    const struct slots *slots = &grown.state->slots;
    uint64_t dirty_bytes = 0;
    for (uint64_t contact = 1; contact <= grown.count; contact++) {
        const struct slot *slot = slots_at(slots, contact);
        dirty_bytes += (slot->tagged & SLOT_DIRTY) != 0 ? capacity_of(slot) : 0;
    }
    ck_assert_uint_eq(slots->dirty_bytes, dirty_bytes);
}

// All records are in the slab, of their own lengths.
static void expect_object_bytes(void)
{
    const struct slots *slots = &grown.state->slots;
    uint64_t object_bytes = 0;
    for (uint64_t contact = 1; contact <= grown.count; contact++)
        object_bytes += capacity_of(slots_at(slots, contact));
    for (size_t i = 0; i < slots->replaced_count; i++)
        object_bytes += slab_capacity(slots->replaced[i].bytes);
    ck_assert_uint_eq(slots->slab.object_bytes, object_bytes);
}

static void begin(void)
{
    state_frame_begin(grown.state, 1000);
}

static void settle(void)
{
    expect_written();
    state_settle(grown.state);
    expect_written();
    expect_dirty_bytes();
    expect_object_bytes();
}

static uint64_t end(void)
{
    expect_written();
    const uint64_t digest = state_frame_end(grown.state);
    expect_written();
    expect_dirty_bytes();
    expect_object_bytes();
    ck_assert_uint_eq(digest, state_digest_recomputed(grown.state));
    return digest;
}

// The digest where each contact gets its counter in one go, in frames of their own.
static uint64_t digest_at_once(void)
{
    const struct slots_world kept = grown;
    struct state_params params = test_params(NULL);
    open_with(&params);
    for (uint64_t contact = 1; contact <= kept.count; contact++) {
        state_frame_begin(grown.state, 1000);
        add_contacts(1);
        if (kept.lens[contact] > 0)
            set_len(contact, kept.lens[contact]);
        (void)state_frame_end(grown.state);
    }
    const uint64_t digest = state_digest(grown.state);
    state_close(grown.state);
    grown = kept;
    return digest;
}

START_TEST(records_grow_byte_by_byte_of_new_contacts)
{
    begin();
    for (uint64_t i = 0; i < DESK_PLACES / 2; i++) {
        add_contacts(1);
        for (size_t len = 1; len <= 3 * i; len++)
            set_len(grown.count, len);
    }
    settle();
    ck_assert_uint_eq(state_digest(grown.state), state_digest_recomputed(grown.state));
    ck_assert_uint_eq(end(), digest_at_once());
}
END_TEST

START_TEST(more_grow_in_a_batch_than_there_are_places)
{
    begin();
    add_contacts(CONTACTS);
    expect_written();
    for (size_t len = 8; len <= 1024; len *= 2) {
        set_all(len);
        expect_written();
    }
    settle();
    ck_assert_uint_eq(state_digest(grown.state), state_digest_recomputed(grown.state));
    set_all(1100);
    settle();
    ck_assert_uint_eq(end(), digest_at_once());
}
END_TEST

// In steps as small as records know them; some more contacts stand on the desk around it.
START_TEST(one_outgrows_its_place)
{
    begin();
    add_contacts(9);
    for (size_t len = 1; len <= LONG_BYTES; len++) {
        set_len(5, len);
        expect_written();
    }
    set_all(DESK_RECORD_BYTES / 2);
    settle();
    ck_assert_uint_eq(end(), digest_at_once());
}
END_TEST

START_TEST(one_takes_a_second_place_in_a_batch)
{
    begin();
    add_contacts(3);
    set_len(2, 100);
    set_len(2, LONG_BYTES); // leaves its first
    set_len(2, 200);
    set_all(300);
    settle();
    set_len(1, 400);
    set_len(1, LONG_BYTES);
    set_len(1, 0);
    set_len(1, 500);
    set_len(1, LONG_BYTES); // has left both
    set_len(3, 600);
    settle();
    ck_assert_uint_eq(end(), digest_at_once());
}
END_TEST

// It stays among those that are touched, so that no batch settles it; its place is not given away for that.
START_TEST(a_long_one_becomes_short_and_grows_among_others)
{
    begin();
    add_contacts(DESK_PLACES);
    (void)end();
    begin();
    set_len(1, LONG_BYTES);
    settle();
    ck_assert_uint_eq(grown.state->slots.touched_long, 1);
    set_len(1, 100);
    settle();
    set_all(200);
    settle();
    set_len(1, 10);
    set_len(1, 800);
    settle();
    for (uint64_t contact = 2; contact <= grown.count; contact++) {
        set_len(contact, 300 + contact);
        set_len(1, 900 + contact);
        settle();
    }
    ck_assert_uint_eq(end(), digest_at_once());
}
END_TEST

START_TEST(what_a_frame_leaves_unsettled_is_settled_at_its_end)
{
    begin();
    add_contacts(DESK_PLACES + 1);
    set_all(700);
    ck_assert_uint_eq(end(), digest_at_once());
    begin();
    set_all(50);
    set_all(900);
    ck_assert_uint_eq(end(), digest_at_once());
}
END_TEST

// Contacts of one batch are mostly others than those of the next.
static void batch_at_random(void)
{
    static const size_t lens[] = {0, 1, 40, 200, 900, 1800, 1900, 2000, 2300, 4000, LONG_BYTES};
    const uint64_t first = draw(CONTACTS);
    for (unsigned i = 0; i < STEPS; i++) {
        if (grown.count < CONTACTS)
            add_contacts(1);
        const uint64_t contact = (first + draw(BATCH_CONTACTS)) % grown.count + 1;
        const size_t len = lens[draw(sizeof(lens) / sizeof(lens[0]))] + draw(60);
        set_len(contact, draw(3) == 0 ? len : grown.lens[contact] + draw(80));
    }
}

static void frames_at_random(unsigned count)
{
    for (; count > 0; count--) {
        begin();
        for (uint64_t batches = draw(BATCHES); batches > 0; batches--) {
            batch_at_random();
            settle();
        }
        (void)end();
    }
}

START_TEST(batches_at_random_leave_what_was_written)
{
    frames_at_random(FRAMES);
    ck_assert_uint_eq(state_digest(grown.state), digest_at_once());
}
END_TEST

// What a snapshot reads is as it was, while the contacts grow on.
START_TEST(records_grow_while_a_snapshot_reads_them)
{
    const bool is_committed = _i == 0;
    struct test_directory directory = test_directory_make();
    struct state_params params = test_params(directory.store);
    struct fault fault = {0};
    state_close(grown.state);
    open_with(&params);
    frames_at_random(5);
    struct checkpoint at = test_checkpoint_at(grown.state, 5);
    struct snapshot *snapshot = state_snapshot_begin(grown.state, &at);
    ck_assert_uint_eq(grown.state->slots.dirty_bytes, 0);
    frames_at_random(3);
    ck_assert_uint_gt(grown.state->slots.replaced_count, 0);
    ck_assert_int_eq(snapshot_write(snapshot, &fault), ERR_OK);
    frames_at_random(3);
    if (is_committed)
        ck_assert_int_eq(snapshot_commit(snapshot, 5, &fault), ERR_OK);
    state_snapshot_end(
        grown.state, snapshot, is_committed ? SNAPSHOT_COMMITTED : SNAPSHOT_ABANDONED);
    frames_at_random(3);
    if (!is_committed) {
        at = test_checkpoint_at(grown.state, 6);
        (void)test_checkpoint(grown.state, 6);
    }
    const uint64_t digest = at.digest;
    state_close(grown.state);
    ck_assert_int_eq(state_open(&params, &grown.state, &at, &fault), ERR_OK);
    ck_assert_uint_eq(state_digest(grown.state), digest);
    ck_assert_uint_eq(state_digest_recomputed(grown.state), digest);
    state_close(grown.state);
    test_directory_remove(&directory);
    setup();
}
END_TEST

Suite *test_suite(void)
{
    Suite *suite = suite_create("projections slots");
    TCase *desk = tcase_create("desk");
    tcase_set_timeout(desk, 60);
    tcase_add_checked_fixture(desk, setup, teardown);
    tcase_add_test(desk, records_grow_byte_by_byte_of_new_contacts);
    tcase_add_test(desk, more_grow_in_a_batch_than_there_are_places);
    tcase_add_test(desk, one_outgrows_its_place);
    tcase_add_test(desk, one_takes_a_second_place_in_a_batch);
    tcase_add_test(desk, a_long_one_becomes_short_and_grows_among_others);
    tcase_add_test(desk, what_a_frame_leaves_unsettled_is_settled_at_its_end);
    tcase_add_test(desk, batches_at_random_leave_what_was_written);
    tcase_add_loop_test(desk, records_grow_while_a_snapshot_reads_them, 0, 2);
    suite_add_tcase(suite, desk);
    return suite;
}
