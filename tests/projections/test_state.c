// The state against a naive model: changes at random, checkpoints, eviction, opening again.
#include <inttypes.h>
#include <pthread.h>
#include <stdatomic.h>

#include "engine/base/memory.h"
#include "projections/counters.h"
#include "projections/limits.h"
#include "projections/segments.h"

#include "tests/projections/support.h"
#include "tests/support/suite.h"

enum { CONTACTS = 300, IDENTIFIERS = 450, NAMES = 8, FRAMES = 300, STEPS_PER_FRAME = 12 };

struct model_contact {
    uint32_t events, notes, identifiers, zone, stage, team;
    int64_t updated_ms;
    bool has_tag[NAMES], has_list[NAMES];
    int64_t fields[NAMES]; // 0: none
    uint8_t consents[NAMES], dnds[NAMES];
    int64_t sums[NAMES];   // by score, which is rule % 2
    uint32_t lines[NAMES]; // by rule
    int64_t points[NAMES]; // by rule
    uint32_t runs[NAMES];
    struct segment_state segments[NAMES];
    uint32_t counters[NAMES]; // bytes, each of this value
};

struct model {
    struct model_contact contacts[CONTACTS + 1];
    uint32_t count;
    uint32_t owner[IDENTIFIERS]; // of each identifier; 0: nobody
    uint64_t conflicts;
};

// One name of each kind and number; interned in a fixed order, so alike in every state.
static struct name_id name_at(struct state *state, enum name_kind kind, uint32_t index)
{
    char text[32];
    int len = snprintf(text, sizeof(text), "name %d/%u", (int)kind, index);
    return names_intern(state, kind, bytes_of(text, (size_t)len));
}

struct draw {
    uint64_t random;
};

static uint32_t draw(struct draw *draws, uint32_t below)
{
    draws->random += UINT64_C(0x9e3779b97f4a7c15);
    return (uint32_t)(hash_mix(draws->random) % below);
}

struct world {
    struct state *state;
    struct model *model;
    struct draw draws;
    int64_t tick_ms;
    uint64_t sequence;
};

static struct identity_key key_at(struct state *state, uint32_t identifier, char *room)
{
    int len = snprintf(room, 64, "identifier-%u", identifier);
    struct name_id kind = name_at(state, NAME_IDENTIFIER, identifier % 2);
    return identity_key_of(state, kind, bytes_of(room, (size_t)len));
}

static uint32_t step_resolve(struct world *world)
{
    struct model *model = world->model;
    uint32_t first = draw(&world->draws, IDENTIFIERS);
    uint32_t second = draw(&world->draws, IDENTIFIERS);
    uint32_t count = first != second && draw(&world->draws, 4) == 0 ? 2 : 1;
    while (model->owner[first] == 0 && model->count == CONTACTS)
        first = (first + 1) % IDENTIFIERS;
    char rooms[2][64];
    struct identity_key keys[2] = {
        key_at(world->state, first, rooms[0]), key_at(world->state, second, rooms[1])};
    bool is_new;
    struct contact_number contact =
        identity_resolve(world->state, keys, count, world->tick_ms, &is_new);
    ck_assert(is_new == (model->owner[first] == 0));
    if (is_new) {
        model->owner[first] = ++model->count;
        model->contacts[model->count].updated_ms = world->tick_ms;
        model->contacts[model->count].identifiers = 1;
    }
    uint32_t expected = model->owner[first];
    ck_assert_uint_eq(contact.value, expected);
    if (count == 2 && model->owner[second] == 0) {
        model->owner[second] = expected;
        model->contacts[expected].identifiers++;
    } else if (count == 2 && model->owner[second] != expected) {
        model->conflicts++;
    }
    return expected;
}

static void step_score(struct world *world, uint32_t number)
{
    struct model_contact *contact = &world->model->contacts[number];
    uint32_t rule = draw(&world->draws, NAMES);
    struct ledger_entry entry = {
        .score = name_at(world->state, NAME_SCORE, rule % 2),
        .rule = name_at(world->state, NAME_RULE, rule),
        .ref = event_ref_of(world->sequence, draw(&world->draws, 1000)),
        .count = 1,
        .time_ms = world->tick_ms - draw(&world->draws, 1000),
        .points_milli = (int64_t)draw(&world->draws, 20000) - 5000,
    };
    struct contact_number of = {number};
    ck_assert_int_eq(score_shown(world->state, of, entry.score), contact->sums[rule % 2]);
    ck_assert_int_eq(score_sum(world->state, of, entry.score), contact->sums[rule % 2]);
    // The limited rules use one key each, so that no limit is ever forgotten.
    struct limit_row row = {.rule = entry.rule, .count = 1, .key = 77};
    struct limit_row found = {.rule = entry.rule, .key = 77};
    size_t at = 0;
    ck_assert(limit_next(world->state, of, &at, &found) == (rule < 3 && contact->lines[rule] > 0));
    ck_assert_uint_eq(found.count, rule < 3 ? contact->lines[rule] : 0);
    if (found.count == 5)
        return;
    if (rule < 3)
        limit_add(world->state, of, &row, LIMIT_MERGE);
    test_add_entry(world->state, of, &entry);
    contact->sums[rule % 2] += entry.points_milli;
    contact->lines[rule]++;
    contact->points[rule] += entry.points_milli;
}

// Segments and counters of the same numbers.
static void step_live(struct world *world, uint32_t number)
{
    struct model_contact *model = &world->model->contacts[number];
    struct contact_number contact = {number};
    uint32_t i = draw(&world->draws, NAMES);
    struct segment_state segment = {.is_true = draw(&world->draws, 3) > 0};
    segment.is_member = segment.is_true && draw(&world->draws, 2) == 0;
    segment.since_ms = segment.is_true ? world->tick_ms : 0;
    segment_write(world->state, contact, name_at(world->state, NAME_SEGMENT, i), &segment);
    model->segments[i] = segment;
    i = draw(&world->draws, NAMES);
    model->counters[i] = draw(&world->draws, 60);
    uint8_t *bytes = counter_write(
        world->state, contact, name_at(world->state, NAME_COUNTER, i), model->counters[i]);
    if (bytes != NULL)
        memset(bytes, (int)model->counters[i], model->counters[i]);
}

static void step_profile(struct world *world, uint32_t number)
{
    struct model_contact *model = &world->model->contacts[number];
    struct contact_number contact = {number};
    struct state *state = world->state;
    uint32_t i = draw(&world->draws, NAMES);
    int64_t value = (int64_t)draw(&world->draws, 3) * 1000 * (int64_t)i;
    struct value before;
    switch (draw(&world->draws, 9)) {
    case 0:
        ck_assert(
            contact_add_tag(state, contact, name_at(state, NAME_TAG, i)) == !model->has_tag[i]);
        model->has_tag[i] = true;
        return;
    case 1:
        ck_assert(
            contact_remove_tag(state, contact, name_at(state, NAME_TAG, i)) == model->has_tag[i]);
        model->has_tag[i] = false;
        return;
    case 2:
        ck_assert(
            contact_add_list(state, contact, name_at(state, NAME_LIST, i)) == !model->has_list[i]);
        model->has_list[i] = true;
        return;
    case 3:
        ck_assert(
            contact_set_field(
                state, contact, name_at(state, NAME_FIELD, i),
                value == 0 ? (struct value){.kind = VALUE_NULL} : value_int(value),
                &before) == (value != model->fields[i]));
        ck_assert(before.kind == (model->fields[i] == 0 ? VALUE_ABSENT : VALUE_INT));
        model->fields[i] = value;
        return;
    case 4:
        (void)contact_set_consent(
            state, contact, name_at(state, NAME_CHANNEL, i), (enum consent)(i % 4));
        model->consents[i] = (uint8_t)(i % 4);
        return;
    case 5:
        (void)contact_set_dnd(
            state, contact, name_at(state, NAME_CHANNEL, i), value > 0 ? DND_ON : DND_OFF);
        model->dnds[i] = value > 0;
        return;
    case 6:
        (void)contact_set_stage(
            state, contact, i == 0 ? (struct name_id){0} : name_at(state, NAME_STAGE, i));
        model->stage = i;
        return;
    case 7:
        (void)contact_set_owner(state, contact, name_at(state, NAME_TEAM, i), (struct name_id){0});
        model->team = i + 1;
        return;
    default:
        (void)contact_set_zone(state, contact, bytes_of("Europe/Berlin", i));
        model->zone = i;
        return;
    }
}

static void step(struct world *world)
{
    uint32_t number = step_resolve(world);
    struct model_contact *model = &world->model->contacts[number];
    struct contact_number contact = {number};
    contact_seen(world->state, contact, world->tick_ms);
    model->updated_ms = world->tick_ms > model->updated_ms ? world->tick_ms : model->updated_ms;
    model->events++;
    uint32_t i = draw(&world->draws, NAMES);
    uint32_t occurrence;
    switch (draw(&world->draws, 5)) {
    case 0: step_score(world, number); return;
    case 1: step_profile(world, number); return;
    case 2: step_live(world, number); return;
    case 3:
        ck_assert(contact_start_run(
            world->state, contact, name_at(world->state, NAME_WORKFLOW, i), REENTER_ALWAYS,
            &occurrence));
        ck_assert_uint_eq(occurrence, ++model->runs[i]);
        return;
    default:
        contact_add_note(world->state, contact);
        model->notes++;
        return;
    }
}

static void frame(struct world *world)
{
    world->tick_ms += draw(&world->draws, 1000000);
    world->sequence++;
    state_frame_begin(world->state, world->tick_ms);
    for (int i = 0; i < STEPS_PER_FRAME; i++) {
        uint64_t id = draw(&world->draws, 5000);
        (void)dedup_add(
            world->state, dedup_key(world->state, bytes_text("test"), bytes_of(&id, sizeof(id))),
            world->tick_ms);
        step(world);
    }
    (void)state_frame_end(world->state);
}

static bool text_is(struct bytes text, enum name_kind kind, uint32_t index)
{
    char expected[32];
    (void)snprintf(expected, sizeof(expected), "name %d/%u", (int)kind, index);
    return bytes_equal_text(text, expected);
}

static void compare_profile(const struct model_contact *model, const struct contact_view *view)
{
    uint32_t tags = 0, lists = 0, fields = 0, consents = 0;
    for (uint32_t i = 0; i < NAMES; i++) {
        if (model->has_tag[i])
            ck_assert(text_is(view->tags[tags++], NAME_TAG, i));
        if (model->has_list[i])
            ck_assert(text_is(view->lists[lists++], NAME_LIST, i));
        if (model->fields[i] != 0) {
            ck_assert(text_is(view->fields[fields].name, NAME_FIELD, i));
            ck_assert_int_eq(view->fields[fields++].value.as.integer, model->fields[i]);
        }
        if (model->consents[i] != 0 || model->dnds[i] != 0) {
            ck_assert(text_is(view->consents[consents].channel, NAME_CHANNEL, i));
            ck_assert_uint_eq(view->consents[consents].consent, model->consents[i]);
            ck_assert_uint_eq(view->consents[consents++].dnd, model->dnds[i]);
        }
    }
    ck_assert_uint_eq(view->tag_count, tags);
    ck_assert_uint_eq(view->list_count, lists);
    ck_assert_uint_eq(view->field_count, fields);
    ck_assert_uint_eq(view->consent_count, consents);
    ck_assert_uint_eq(view->zone.len, model->zone);
    if (model->stage != 0)
        ck_assert(text_is(view->stage, NAME_STAGE, model->stage));
    if (model->team != 0)
        ck_assert(text_is(view->owner_team, NAME_TEAM, model->team - 1));
}

static void compare_scores(
    const struct state *state, const struct model_contact *model, const struct contact_view *view)
{
    uint32_t lines[NAMES] = {0};
    int64_t points[NAMES] = {0};
    for (uint32_t i = 0; i < view->ledger_count; i++) {
        uint32_t rule = 0;
        while (rule < NAMES && !text_is(names_text(state, view->ledger[i].rule), NAME_RULE, rule))
            rule++;
        ck_assert_uint_lt(rule, NAMES);
        ck_assert(text_is(names_text(state, view->ledger[i].score), NAME_SCORE, rule % 2));
        lines[rule] += view->ledger[i].count;
        points[rule] += view->ledger[i].points_milli;
    }
    ck_assert_int_eq(memcmp(lines, model->lines, sizeof(lines)), 0);
    ck_assert_int_eq(memcmp(points, model->points, sizeof(points)), 0);
    for (uint32_t i = 0; i < view->score_count; i++) {
        uint32_t score = text_is(names_text(state, view->scores[i].score), NAME_SCORE, 0) ? 0 : 1;
        ck_assert_int_eq(view->scores[i].shown_milli, model->sums[score]);
        ck_assert_int_eq(view->scores[i].sum_milli, model->sums[score]);
    }
    uint32_t runs = 0;
    for (uint32_t i = 0; i < NAMES; i++)
        runs += model->runs[i] != 0;
    ck_assert_uint_eq(view->run_count, runs);
}

static void compare_live(
    struct state *state, const struct model_contact *model, const struct contact_view *view)
{
    uint32_t segments = 0, counters = 0;
    for (uint32_t i = 0; i < NAMES; i++) {
        counters += model->counters[i] > 0;
        if (!model->segments[i].is_true)
            continue;
        ck_assert_uint_lt(segments, view->segment_count);
        const struct contact_segment *segment = &view->segments[segments++];
        ck_assert(text_is(segment->name, NAME_SEGMENT, i));
        ck_assert_int_eq(segment->since_ms, model->segments[i].since_ms);
        ck_assert(segment->is_member == model->segments[i].is_member);
    }
    ck_assert_uint_eq(view->segment_count, segments);
    ck_assert_uint_eq(view->counter_count, counters);
    for (uint32_t i = 0; i < counters; i++) {
        uint32_t name = 0;
        while (!text_is(names_text(state, view->counters[i].counter), NAME_COUNTER, name))
            ck_assert_uint_lt(++name, NAMES);
        uint8_t expected[60];
        memset(expected, (int)model->counters[name], model->counters[name]);
        ck_assert(bytes_equal(view->counters[i].bytes, bytes_of(expected, model->counters[name])));
    }
}

static void compare(struct world *world)
{
    struct arena arena = {0};
    ck_assert_uint_eq(contacts_count(world->state), world->model->count);
    for (uint32_t number = 1; number <= world->model->count; number++) {
        const struct model_contact *model = &world->model->contacts[number];
        struct contact_view view;
        ck_assert_int_eq(
            contact_read(world->state, (struct contact_number){number}, &arena, &view), ERR_OK);
        ck_assert_uint_eq(view.events, model->events);
        ck_assert_uint_eq(view.notes, model->notes);
        ck_assert_int_eq(view.updated_ms, model->updated_ms);
        ck_assert_uint_eq(view.identifier_count, model->identifiers);
        compare_profile(model, &view);
        compare_scores(world->state, model, &view);
        compare_live(world->state, model, &view);
        arena_clear(&arena);
    }
    arena_free(&arena);
    struct state_counts counts;
    state_counts(world->state, &counts);
    ck_assert_uint_eq(counts.identity_conflicts, world->model->conflicts);
    ck_assert_uint_eq(state_digest(world->state), state_digest_recomputed(world->state));
    ck_assert_int_eq(state_error(world->state, NULL), ERR_OK);
}

// Frames 1..n on a state of their own, without a store: what every other way must come to.
static uint64_t digest_of_refold(uint64_t seed, uint64_t frames)
{
    struct state_params params = test_params(NULL);
    struct world world = {
        .state = test_open(&params), .model = mem_zero(1, sizeof(struct model)), .draws = {seed}};
    for (uint64_t i = 0; i < frames; i++)
        frame(&world);
    compare(&world);
    uint64_t digest = state_digest(world.state);
    state_close(world.state);
    free(world.model);
    return digest;
}

START_TEST(random_changes_agree_with_the_model_in_memory)
{
    uint64_t seed = test_seed();
    uint64_t digest = digest_of_refold(seed, FRAMES);
    ck_assert_uint_eq(digest, digest_of_refold(seed, FRAMES));
    ck_assert_uint_ne(digest, digest_of_refold(seed, FRAMES - 1));
}
END_TEST

// How a run over a store goes: which checkpoints, how much memory, opened again or not.
static const struct store_case {
    const char *name;
    struct checkpoint_limits limits;
    enum checkpoint_mode mode; // of every checkpoint of more than nothing
    uint64_t overlay_bytes_max;
    uint32_t frames_per_checkpoint;
    uint32_t checkpoints_per_open;
    uint32_t checkpoints_per_abandoned; // the n-th is abandoned
} store_cases[] = {
    {"direct", {100000, 80, 4096, 10}, CHECKPOINT_DIRECT, UINT64_MAX, 7, 1000, 1000},
    {"direct, evicted, reopened", {100000, 80, 4096, 10}, CHECKPOINT_DIRECT, 0, 3, 4, 5},
    {"rewrite", {0, 0, 4096, 10}, CHECKPOINT_REWRITE, UINT64_MAX, 7, 1000, 1000},
    {"rewrite, evicted, reopened", {0, 0, 4096, 10}, CHECKPOINT_REWRITE, 0, 3, 4, 5},
    {"redo", {0, 1000, 4096, 10}, CHECKPOINT_REDO, UINT64_MAX, 7, 1000, 1000},
    {"redo, evicted, reopened", {0, 1000, 4096, 10}, CHECKPOINT_REDO, 0, 3, 4, 5},
};

static void open_again(struct world *world, const struct state_params *params)
{
    struct checkpoint at;
    struct fault fault = {0};
    uint64_t digest = state_digest(world->state);
    state_close(world->state);
    enum err err = state_open(params, &world->state, &at, &fault);
    ck_assert_msg(err == ERR_OK, "%s", fault.text);
    ck_assert_uint_eq(at.sequence, world->sequence);
    ck_assert_uint_eq(at.digest, digest);
    ck_assert_uint_eq(at.sink_mark, 99);
    ck_assert(bytes_equal_text(at.positions, "where the sources are"));
    ck_assert(bytes_equal_text(at.ruleset_bundle_at, "bundle"));
    ck_assert_uint_eq(state_digest(world->state), digest);
    compare(world);
}

static void abandon(struct world *world)
{
    struct fault fault;
    struct checkpoint at = test_checkpoint_at(world->state, world->sequence);
    struct snapshot *snapshot = state_snapshot_begin(world->state, &at);
    frame(world);
    ck_assert_int_eq(snapshot_write(snapshot, &fault), ERR_OK);
    frame(world);
    state_snapshot_end(world->state, snapshot, SNAPSHOT_ABANDONED);
}

START_TEST(checkpoints_in_every_way_change_nothing)
{
    const struct store_case *given = &store_cases[_i];
    struct test_directory directory = test_directory_make();
    struct state_params params = test_params(directory.store);
    params.overlay_bytes_max = given->overlay_bytes_max;
    uint64_t seed = test_seed() + (uint64_t)_i;
    struct world world = {
        .state = test_open(&params), .model = mem_zero(1, sizeof(struct model)), .draws = {seed}};
    for (uint32_t checkpoint = 1; world.sequence < FRAMES; checkpoint++) {
        state_set_checkpoint_limits(world.state, given->limits);
        for (uint32_t i = 0; i < given->frames_per_checkpoint; i++)
            frame(&world);
        if (checkpoint % given->checkpoints_per_abandoned == 0)
            abandon(&world);
        ck_assert_int_eq(test_checkpoint(world.state, world.sequence), given->mode);
        if (checkpoint % given->checkpoints_per_open == 0)
            open_again(&world, &params);
    }
    compare(&world);
    struct state_counts counts;
    state_counts(world.state, &counts);
    ck_assert_uint_eq(counts.dirty_records, 0);
    open_again(&world, &params);
    ck_assert_uint_eq(state_digest(world.state), digest_of_refold(seed, world.sequence));
    state_close(world.state);
    free(world.model);
    test_directory_remove(&directory);
}
END_TEST

START_TEST(changes_during_a_snapshot_are_not_in_it)
{
    struct test_directory directory = test_directory_make();
    struct state_params params = test_params(directory.store);
    struct world world = {
        .state = test_open(&params),
        .model = mem_zero(1, sizeof(struct model)),
        .draws = {test_seed()}};
    for (int i = 0; i < 50; i++)
        frame(&world);
    struct fault fault;
    struct checkpoint at = test_checkpoint_at(world.state, world.sequence);
    struct snapshot *snapshot = state_snapshot_begin(world.state, &at);
    for (int i = 0; i < 50; i++)
        frame(&world);
    ck_assert_int_eq(snapshot_write(snapshot, &fault), ERR_OK);
    for (int i = 0; i < 50; i++)
        frame(&world);
    compare(&world);
    ck_assert_int_eq(snapshot_commit(snapshot, 5, &fault), ERR_OK);
    frame(&world);
    state_snapshot_end(world.state, snapshot, SNAPSHOT_COMMITTED);
    compare(&world);
    uint64_t digest = at.digest;
    state_close(world.state);

    ck_assert_int_eq(state_open(&params, &world.state, &at, &fault), ERR_OK);
    ck_assert_uint_eq(at.sequence, 50);
    ck_assert_uint_eq(at.sink_mark, 5);
    ck_assert_uint_eq(state_digest(world.state), digest);
    ck_assert_uint_eq(state_digest_recomputed(world.state), digest);
    ck_assert_uint_eq(digest, digest_of_refold(test_seed(), 50));
    state_close(world.state);
    free(world.model);
    test_directory_remove(&directory);
}
END_TEST

struct checkpoint_thread {
    struct snapshot *snapshot;
    atomic_bool is_done;
    enum err err;
};

static void *write_and_commit(void *given)
{
    struct checkpoint_thread *thread = given;
    struct fault fault;
    thread->err = snapshot_write(thread->snapshot, &fault);
    if (thread->err == ERR_OK)
        thread->err = snapshot_commit(thread->snapshot, 99, &fault);
    atomic_store(&thread->is_done, true);
    return NULL;
}

START_TEST(checkpoints_on_a_thread_of_their_own_change_nothing)
{
    struct test_directory directory = test_directory_make();
    struct state_params params = test_params(directory.store);
    params.overlay_bytes_max = 0;
    params.map_bytes = 128 << 10;
    struct world world = {
        .state = test_open(&params),
        .model = mem_zero(1, sizeof(struct model)),
        .draws = {test_seed()}};
    for (unsigned round = 0; round < 12; round++) {
        state_set_checkpoint_limits(world.state, store_cases[round % 3 * 2].limits);
        for (int i = 0; i < 5; i++)
            frame(&world);
        struct checkpoint at = test_checkpoint_at(world.state, world.sequence);
        struct checkpoint_thread thread = {.snapshot = state_snapshot_begin(world.state, &at)};
        pthread_t id;
        ck_assert_int_eq(pthread_create(&id, NULL, write_and_commit, &thread), 0);
        do {
            frame(&world);
        } while (!atomic_load(&thread.is_done) && world.sequence < 2000);
        ck_assert_int_eq(pthread_join(id, NULL), 0);
        ck_assert_int_eq(thread.err, ERR_OK);
        state_snapshot_end(world.state, thread.snapshot, SNAPSHOT_COMMITTED);
    }
    compare(&world);
    (void)test_checkpoint(world.state, world.sequence);
    open_again(&world, &params);
    ck_assert_uint_eq(state_digest(world.state), digest_of_refold(test_seed(), world.sequence));
    state_close(world.state);
    free(world.model);
    test_directory_remove(&directory);
}
END_TEST

Suite *test_suite(void)
{
    Suite *suite = suite_create("state");
    TCase *model = tcase_create("model");
    tcase_set_timeout(model, 120);
    tcase_add_test(model, random_changes_agree_with_the_model_in_memory);
    tcase_add_loop_test(
        model, checkpoints_in_every_way_change_nothing, 0,
        (int)(sizeof(store_cases) / sizeof(store_cases[0])));
    tcase_add_test(model, changes_during_a_snapshot_are_not_in_it);
    tcase_add_test(model, checkpoints_on_a_thread_of_their_own_change_nothing);
    suite_add_tcase(suite, model);
    return suite;
}
