// Contacts: identity and its conflicts, values as they come back, bounds that refuse.
#include <inttypes.h>

#include "engine/base/memory.h"
#include "projections/profile.h"

#include "tests/projections/support.h"
#include "tests/support/suite.h"

struct world {
    struct state *state;
    struct name_id email, phone;
};

static struct world open_in_frame(void)
{
    struct state_params params = test_params(NULL);
    struct world world = {.state = test_open(&params)};
    state_frame_begin(world.state, 0);
    world.email = test_name(world.state, NAME_IDENTIFIER, "email");
    world.phone = test_name(world.state, NAME_IDENTIFIER, "phone");
    return world;
}

static void close_after_frame(struct world *world)
{
    (void)state_frame_end(world->state);
    ck_assert_uint_eq(state_digest(world->state), state_digest_recomputed(world->state));
    state_close(world->state);
}

static struct state_counts counts_of(const struct world *world)
{
    struct state_counts counts;
    state_counts(world->state, &counts);
    return counts;
}

static struct identity_key key(struct world *world, struct name_id kind, const char *value)
{
    return identity_key_of(world->state, kind, bytes_text(value));
}

static uint64_t resolve(
    struct world *world, const struct identity_key *keys, uint32_t count, bool *is_new)
{
    return identity_resolve(world->state, keys, count, 100, is_new).value;
}

START_TEST(identifiers_gather_around_the_strongest)
{
    struct world world = open_in_frame();
    bool is_new;
    struct identity_key keys[3] = {
        key(&world, world.email, "a@x"), key(&world, world.phone, "1"),
        key(&world, world.phone, "2")};
    ck_assert_uint_eq(resolve(&world, keys, 2, &is_new), 1);
    ck_assert(is_new);
    ck_assert_uint_eq(resolve(&world, keys, 3, &is_new), 1);
    ck_assert(!is_new);
    for (int i = 0; i < 3; i++)
        ck_assert_uint_eq(identity_find(world.state, &keys[i]).value, 1);
    // The same text under another kind is another identifier.
    struct identity_key other = key(&world, world.email, "1");
    ck_assert_uint_eq(identity_find(world.state, &other).value, 0);
    // By the weaker identifier alone.
    ck_assert_uint_eq(resolve(&world, &keys[2], 1, &is_new), 1);
    ck_assert_uint_eq(counts_of(&world).identity_conflicts, 0);

    struct arena arena = {0};
    struct contact_view view;
    ck_assert_int_eq(contact_read(world.state, (struct contact_number){1}, &arena, &view), ERR_OK);
    ck_assert_uint_eq(view.identifier_count, 3);
    ck_assert(bytes_equal_text(view.identifiers[0].value, "a@x"));
    ck_assert(bytes_equal_text(view.identifiers[0].kind, "email"));
    ck_assert(bytes_equal_text(view.identifiers[2].value, "2"));
    arena_free(&arena);
    close_after_frame(&world);
}
END_TEST

START_TEST(an_identifier_of_another_contact_stays_there_and_is_counted)
{
    struct world world = open_in_frame();
    bool is_new;
    struct identity_key first[2] = {key(&world, world.email, "a@x"), key(&world, world.phone, "1")};
    struct identity_key second[2] = {
        key(&world, world.email, "b@x"), key(&world, world.phone, "1")};
    ck_assert_uint_eq(resolve(&world, first, 2, &is_new), 1);
    ck_assert_uint_eq(resolve(&world, second, 2, &is_new), 2);
    ck_assert(is_new);
    ck_assert_uint_eq(identity_find(world.state, &second[1]).value, 1);
    ck_assert_uint_eq(counts_of(&world).identity_conflicts, 1);
    ck_assert(!identity_add(world.state, (struct contact_number){2}, &first[0]));
    ck_assert(!identity_add(world.state, (struct contact_number){1}, &first[0]));
    ck_assert_uint_eq(counts_of(&world).identity_conflicts, 2);
    close_after_frame(&world);
}
END_TEST

START_TEST(identifiers_with_one_hash_are_told_apart)
{
    struct world world = open_in_frame();
    bool is_new;
    struct identity_key a = key(&world, world.email, "a@x");
    struct identity_key b = key(&world, world.email, "b@x");
    b.hash = a.hash;
    ck_assert_uint_eq(resolve(&world, &a, 1, &is_new), 1);
    ck_assert_uint_eq(resolve(&world, &b, 1, &is_new), 2);
    ck_assert_uint_eq(resolve(&world, &a, 1, &is_new), 1);
    ck_assert_uint_eq(resolve(&world, &b, 1, &is_new), 2);
    struct identity_key other_kind = key(&world, world.phone, "a@x");
    other_kind.hash = a.hash;
    ck_assert_uint_eq(identity_find(world.state, &other_kind).value, 0);
    close_after_frame(&world);
}
END_TEST

// More calls than wait for each other, of contacts with records and without.
START_TEST(the_likely_owner_is_told_beforehand)
{
    enum { COUNT = 100 };
    struct world world = open_in_frame();
    struct identity_key nobody = key(&world, world.email, "nobody@x");
    char values[COUNT][16];
    bool is_new;
    ck_assert_uint_eq(identity_prefetch_record(world.state, &nobody).value, 0); // no table yet
    for (uint64_t i = 0; i < COUNT; i++) {
        (void)snprintf(values[i], sizeof(values[i]), "%d@x", (int)i);
        struct identity_key owned = key(&world, world.email, values[i]);
        ck_assert_uint_eq(resolve(&world, &owned, 1, &is_new), i + 1);
        ck_assert_uint_eq(identity_prefetch_record(world.state, &owned).value, i + 1);
    }
    for (uint64_t i = 0; i < COUNT; i++) {
        struct identity_key owned = key(&world, world.email, values[i]);
        struct identity_key other = key(&world, world.phone, values[i]);
        ck_assert_uint_eq(identity_prefetch_record(world.state, &owned).value, i + 1);
        ck_assert_uint_eq(identity_prefetch_record(world.state, &other).value, 0);
        ck_assert_uint_eq(identity_prefetch_record(world.state, &nobody).value, 0);
        nobody.hash = owned.hash; // another identifier of the same hash is likely its
        ck_assert_uint_eq(identity_prefetch_record(world.state, &nobody).value, i + 1);
        ck_assert_uint_eq(identity_find(world.state, &nobody).value, 0);
        nobody = key(&world, world.email, "nobody@x");
    }
    close_after_frame(&world);
}
END_TEST

START_TEST(identifiers_beyond_the_bound_are_refused_and_counted)
{
    struct world world = open_in_frame();
    struct contact_number contact = test_contact(world.state, "one");
    char value[5000];
    unsigned added = 0;
    for (unsigned i = 0; i < 1100; i++) {
        (void)snprintf(value, sizeof(value), "p%u", i);
        struct identity_key one = key(&world, world.phone, value);
        added += identity_add(world.state, contact, &one);
    }
    ck_assert_uint_eq(added, 999);
    ck_assert_uint_eq(counts_of(&world).changes_refused, 101);
    contact = test_contact(world.state, "two");
    memset(value, 'x', sizeof(value));
    value[4097] = 0;
    struct identity_key too_long = key(&world, world.phone, value);
    ck_assert(!identity_add(world.state, contact, &too_long));
    struct identity_key fits = key(&world, world.phone, value + 1);
    ck_assert(identity_add(world.state, contact, &fits));
    close_after_frame(&world);
}
END_TEST

static bool set(struct world *world, struct name_id field, struct value value, struct value *before)
{
    return contact_set_field(world->state, (struct contact_number){1}, field, value, before);
}

START_TEST(a_field_comes_back_as_it_was_set)
{
    struct world world = open_in_frame();
    struct value before;
    (void)test_contact(world.state, "one");
    struct name_id city = test_name(world.state, NAME_FIELD, "city");
    struct name_id age = test_name(world.state, NAME_FIELD, "age");
    ck_assert(set(&world, city, value_text(bytes_text("Oslo")), &before));
    ck_assert_int_eq(before.kind, VALUE_ABSENT);
    ck_assert(!set(&world, city, value_text(bytes_text("Oslo")), &before));
    ck_assert(set(&world, age, value_double(41.5), &before));
    ck_assert(set(&world, city, value_text(bytes_text("Bergen by the sea")), &before));
    ck_assert_int_eq(before.kind, VALUE_TEXT);
    ck_assert(bytes_equal_text(before.as.text, "Oslo"));

    struct arena arena = {0};
    struct contact_view view;
    ck_assert_int_eq(contact_read(world.state, (struct contact_number){1}, &arena, &view), ERR_OK);
    ck_assert_uint_eq(view.field_count, 2);
    ck_assert(bytes_equal_text(view.fields[0].name, "age")); // by name
    ck_assert_int_eq(view.fields[0].value.kind, VALUE_DOUBLE);
    ck_assert_double_eq(view.fields[0].value.as.real, 41.5);
    ck_assert(bytes_equal_text(view.fields[1].value.as.text, "Bergen by the sea"));
    arena_free(&arena);

    ck_assert(set(&world, city, (struct value){.kind = VALUE_NULL}, &before));
    ck_assert(bytes_equal_text(before.as.text, "Bergen by the sea"));
    ck_assert(!set(&world, city, (struct value){.kind = VALUE_NULL}, &before));
    close_after_frame(&world);
}
END_TEST

START_TEST(a_profile_beyond_its_bound_is_refused_and_counted)
{
    struct world world = open_in_frame();
    struct value before;
    (void)test_contact(world.state, "one");
    size_t len = 1 << 20;
    char *text = mem_zero(1, len);
    struct name_id fields[5];
    for (int i = 0; i < 5; i++) {
        char name[16];
        (void)snprintf(name, sizeof(name), "f%d", i);
        fields[i] = test_name(world.state, NAME_FIELD, name);
    }
    for (int i = 0; i < 3; i++)
        ck_assert(set(&world, fields[i], value_text(bytes_of(text, len)), &before));
    ck_assert(!set(&world, fields[3], value_text(bytes_of(text, len)), &before));
    ck_assert(!set(&world, (struct name_id){0}, value_int(1), &before));
    ck_assert_uint_eq(counts_of(&world).changes_refused, 2);
    ck_assert(set(&world, fields[4], value_int(1), &before));
    ck_assert(set(&world, fields[0], (struct value){.kind = VALUE_NULL}, &before));
    ck_assert_uint_eq(before.as.text.len, len);
    ck_assert(set(&world, fields[3], value_text(bytes_of(text, len)), &before));
    free(text);
    close_after_frame(&world);
}
END_TEST

START_TEST(a_workflow_is_entered_again_only_where_it_may)
{
    struct world world = open_in_frame();
    struct contact_number contact = test_contact(world.state, "one");
    struct name_id once = test_name(world.state, NAME_WORKFLOW, "once");
    struct name_id often = test_name(world.state, NAME_WORKFLOW, "often");
    uint32_t occurrence = 0;
    ck_assert(contact_start_run(world.state, contact, once, REENTER_NEVER, &occurrence));
    ck_assert_uint_eq(occurrence, 1);
    ck_assert(!contact_start_run(world.state, contact, once, REENTER_NEVER, &occurrence));
    for (uint32_t i = 1; i < 5; i++) {
        ck_assert(contact_start_run(world.state, contact, often, REENTER_ALWAYS, &occurrence));
        ck_assert_uint_eq(occurrence, i);
    }
    ck_assert(!contact_start_run(world.state, contact, often, REENTER_NEVER, &occurrence));
    close_after_frame(&world);
}
END_TEST

START_TEST(consent_and_do_not_disturb_of_a_channel_do_not_mix)
{
    struct world world = open_in_frame();
    struct state *state = world.state;
    struct contact_number contact = test_contact(state, "one");
    struct name_id mail = test_name(state, NAME_CHANNEL, "email");
    struct name_id all = test_name(state, NAME_CHANNEL, "all");
    ck_assert_int_eq(contact_consent(state, contact, mail), CONSENT_UNKNOWN);
    ck_assert(contact_set_dnd(state, contact, mail, DND_ON));
    ck_assert(!contact_set_dnd(state, contact, mail, DND_ON));
    ck_assert(contact_set_consent(state, contact, mail, CONSENT_REVOKED));
    ck_assert_int_eq(contact_consent(state, contact, mail), CONSENT_REVOKED);
    ck_assert_int_eq(contact_dnd(state, contact, mail), DND_ON);
    ck_assert_int_eq(contact_dnd(state, contact, all), DND_OFF);
    ck_assert(contact_set_dnd(state, contact, mail, DND_OFF));
    ck_assert_int_eq(contact_consent(state, contact, mail), CONSENT_REVOKED);
    ck_assert(!contact_set_consent(state, contact, (struct name_id){0}, CONSENT_GRANTED));
    close_after_frame(&world);
}
END_TEST

START_TEST(names_keep_their_numbers_and_kinds_apart)
{
    struct world world = open_in_frame();
    struct name_id first = test_name(world.state, NAME_TAG, "vip");
    ck_assert_uint_ne(first.value, test_name(world.state, NAME_LIST, "vip").value);
    for (int i = 0; i < 1000; i++) {
        char text[16];
        (void)snprintf(text, sizeof(text), "tag %d", i);
        (void)test_name(world.state, NAME_TAG, text);
    }
    ck_assert_uint_eq(first.value, test_name(world.state, NAME_TAG, "vip").value);
    ck_assert_uint_eq(first.value, names_find(world.state, NAME_TAG, bytes_text("vip")).value);
    ck_assert_uint_eq(names_find(world.state, NAME_TAG, bytes_text("none")).value, 0);
    ck_assert(bytes_equal_text(names_text(world.state, first), "vip"));
    ck_assert_uint_eq(names_text(world.state, (struct name_id){0}).len, 0);
    ck_assert_uint_eq(names_text(world.state, (struct name_id){100000}).len, 0);
    static char too_long[NAME_BYTES_MAX + 1];
    ck_assert_uint_eq(
        names_intern(world.state, NAME_TAG, bytes_of(too_long, sizeof(too_long))).value, 0);
    ck_assert_uint_eq(counts_of(&world).changes_refused, 1);
    close_after_frame(&world);
}
END_TEST

START_TEST(there_is_no_contact_zero_and_none_beyond_the_last)
{
    struct world world = open_in_frame();
    struct arena arena = {0};
    struct contact_view view;
    (void)test_contact(world.state, "one");
    ck_assert_int_eq(
        contact_read(world.state, (struct contact_number){0}, &arena, &view), ERR_MISSING);
    ck_assert_int_eq(
        contact_read(world.state, (struct contact_number){2}, &arena, &view), ERR_MISSING);
    arena_free(&arena);
    close_after_frame(&world);
}
END_TEST

static uint64_t entries_of(uint64_t contact, uint32_t round)
{
    return hash_mix(contact * 100 + round) % 5 / 2;
}

// Many contacts that grow through the size classes together: records are moved, none is changed.
START_TEST(records_moved_together_keep_their_bytes)
{
    enum { CONTACTS = 60000, ROUNDS = 6 };
    struct state_params params = test_params(NULL);
    struct state *state = test_open(&params);
    for (uint32_t round = 0; round < ROUNDS; round++) {
        for (uint64_t contact = 1; contact <= CONTACTS; contact++) {
            if (contact % 64 == 1)
                state_frame_begin(state, 0);
            char value[16];
            (void)snprintf(value, sizeof(value), "c%" PRIu64, contact);
            struct contact_number number = test_contact(state, value);
            ck_assert_uint_eq(number.value, contact);
            struct ledger_entry entry = {
                .score = {1},
                .rule = {round + 1},
                .ref = event_ref_of(contact, 0),
                .count = 1,
                .points_milli = (int64_t)contact};
            for (uint64_t i = 0; i < entries_of(contact, round); i++)
                test_add_entry(state, number, &entry);
            if (contact % 64 == 0 || contact == CONTACTS)
                (void)state_frame_end(state);
        }
    }
    ck_assert_uint_eq(state_digest(state), state_digest_recomputed(state));
    for (uint64_t contact = 1; contact <= CONTACTS; contact++) {
        uint64_t entries = 0;
        for (uint32_t round = 0; round < ROUNDS; round++)
            entries += entries_of(contact, round);
        ck_assert_int_eq(
            score_shown(state, (struct contact_number){contact}, (struct name_id){1}),
            (int64_t)(entries * contact));
    }
    ck_assert_uint_gt(state->slots.slab.compact_page, 0); // it was at work
    ck_assert_uint_lt(state->slots.slab.page_bytes, state->slots.slab.object_bytes * 3 / 2);
    state_close(state);
}
END_TEST

Suite *test_suite(void)
{
    Suite *suite = suite_create("contacts");
    TCase *identity = tcase_create("identity");
    tcase_add_test(identity, identifiers_gather_around_the_strongest);
    tcase_add_test(identity, an_identifier_of_another_contact_stays_there_and_is_counted);
    tcase_add_test(identity, identifiers_with_one_hash_are_told_apart);
    tcase_add_test(identity, the_likely_owner_is_told_beforehand);
    tcase_add_test(identity, identifiers_beyond_the_bound_are_refused_and_counted);
    suite_add_tcase(suite, identity);
    TCase *profile = tcase_create("profile");
    tcase_add_test(profile, a_field_comes_back_as_it_was_set);
    tcase_add_test(profile, a_profile_beyond_its_bound_is_refused_and_counted);
    tcase_add_test(profile, a_workflow_is_entered_again_only_where_it_may);
    tcase_add_test(profile, consent_and_do_not_disturb_of_a_channel_do_not_mix);
    tcase_add_test(profile, names_keep_their_numbers_and_kinds_apart);
    tcase_add_test(profile, there_is_no_contact_zero_and_none_beyond_the_last);
    suite_add_tcase(suite, profile);
    TCase *memory = tcase_create("memory");
    tcase_set_timeout(memory, 60);
    tcase_add_test(memory, records_moved_together_keep_their_bytes);
    suite_add_tcase(suite, memory);
    return suite;
}
