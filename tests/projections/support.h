// What the tests of the projections share: parameters, directories, checkpoints in one call.
#ifndef TESTS_PROJECTIONS_SUPPORT_H
#define TESTS_PROJECTIONS_SUPPORT_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <check.h>

#include "engine/base/hash.h"
#include "projections/checkpoint.h"
#include "projections/dedup.h"
#include "projections/ledger.h"
#include "projections/scores.h"

#include "tests/support/suite.h"

#define DAY_MS INT64_C(86400000)

static inline struct state_params test_params(const char *directory)
{
    return (struct state_params){
        .directory = directory,
        .access = STATE_WRITE,
        .seed = 7,
        .map_bytes = 64U << 20,
        .dedup_window_ms = 7 * DAY_MS,
        .dedup_events_max = 1000000,
        .ledger_entries_max = 20,
        .limit_keys_max = 4,
        .overlay_bytes_max = UINT64_C(1) << 40,
    };
}

// A new directory's path, removed by test_directory_remove.
struct test_directory {
    char root[TEST_SCRATCH_BYTES];
    char store[TEST_SCRATCH_BYTES + 8];
};

static inline struct test_directory test_directory_make(void)
{
    struct test_directory directory;
    test_scratch_make(directory.root);
    (void)snprintf(directory.store, sizeof(directory.store), "%s/store", directory.root);
    return directory;
}

static inline void test_directory_remove(const struct test_directory *directory)
{
    struct fault fault;
    ck_assert_int_eq(state_remove(directory->store, &fault), ERR_OK);
    ck_assert_int_eq(rmdir(directory->root), 0);
}

static inline struct state *test_open(const struct state_params *params)
{
    struct state *state = NULL;
    struct checkpoint at;
    struct fault fault = {0};
    enum err err = state_open(params, &state, &at, &fault);
    ck_assert_msg(err == ERR_OK, "%s", fault.text);
    return state;
}

static inline struct checkpoint test_checkpoint_at(const struct state *state, uint64_t sequence)
{
    return (struct checkpoint){
        .sequence = sequence,
        .chain = {sequence, ~sequence},
        .tick_ms = (int64_t)sequence * 10,
        .ruleset = 3,
        .digest = state_digest(state),
        .positions = bytes_text("where the sources are"),
        .ruleset_bundle_at = bytes_text("bundle"),
    };
}

static inline enum checkpoint_mode test_checkpoint(struct state *state, uint64_t sequence)
{
    struct fault fault = {0};
    struct checkpoint at = test_checkpoint_at(state, sequence);
    struct snapshot *snapshot = state_snapshot_begin(state, &at);
    ck_assert_msg(snapshot_write(snapshot, &fault) == ERR_OK, "%s", fault.text);
    enum checkpoint_mode mode = snapshot_mode(snapshot);
    ck_assert_msg(snapshot_commit(snapshot, 99, &fault) == ERR_OK, "%s", fault.text);
    state_snapshot_end(state, snapshot, SNAPSHOT_COMMITTED);
    return mode;
}

static inline struct name_id test_name(struct state *state, enum name_kind kind, const char *text)
{
    return names_intern(state, kind, bytes_text(text));
}

static inline struct contact_number test_contact(struct state *state, const char *value)
{
    bool is_new;
    struct identity_key key =
        identity_key_of(state, test_name(state, NAME_IDENTIFIER, "contact_id"), bytes_text(value));
    return identity_resolve(state, &key, 1, 1000, &is_new);
}

// Sums up the older half of the plain entries, a line for each rule and score, as the fold does where nothing is
// forgotten.
static inline void test_condense(struct state *state, struct contact_number contact)
{
    uint32_t older = (ledger_count(state, contact) + 1) / 2;
    struct ledger_entry *entries =
        calloc(ledger_entries_most(state, contact) + 1, sizeof(*entries));
    struct ledger_entry entry;
    uint32_t count = 0, summed = 0, plain = 0;
    for (size_t at = 0; ledger_next(state, contact, &at, &entry);) {
        plain += entry.ref.packed != 0;
        bool is_older = plain <= older;
        uint32_t i = 0;
        while (i < summed && (entries[i].rule.value != entry.rule.value ||
                              entries[i].score.value != entry.score.value))
            i++;
        if (!is_older || i == summed)
            entries[i = count++] = (struct ledger_entry){.score = entry.score, .rule = entry.rule};
        if (!is_older) {
            entries[i] = entry;
            continue;
        }
        summed = count;
        entries[i].count += entry.count;
        entries[i].points_milli += entry.points_milli;
        entries[i].time_ms =
            entry.time_ms > entries[i].time_ms ? entry.time_ms : entries[i].time_ms;
    }
    ledger_replace(state, contact, entries, count);
    free(entries);
}

// Adds an entry, makes room for it before, and shows what there is then.
static inline void test_add_entry(
    struct state *state, struct contact_number contact, const struct ledger_entry *entry)
{
    if (ledger_count(state, contact) >= state->params.ledger_entries_max)
        test_condense(state, contact);
    ledger_add(state, contact, entry);
    score_set_shown(state, contact, entry->score, score_sum(state, contact, entry->score));
}

#endif
