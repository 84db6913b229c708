// What an event's type may match is found by the value of a member as going through all of it would find it.
#include <stdlib.h>
#include <string.h>

#include "engine/base/hash.h"
#include "engine/fold/matching.h"
#include "rules/expression.h"

#include "tests/support/suite.h"

enum { CONDITIONS_MAX = 600, VALUES = 40, ROUNDS = 3000, OPEN = 7 /* each n-th needs no value */ };

static struct matching {
    struct arena arena;
    struct candidates candidates;
    struct rule_expression conditions[CONDITIONS_MAX];
    const struct rule_expression *listed[CONDITIONS_MAX];
    uint32_t count;
    struct match_set set;
    uint64_t random;
} matching;

static void setup(void)
{
    matching = (struct matching){.random = test_seed()};
}

static void teardown(void)
{
    candidates_free(&matching.candidates);
    arena_free(&matching.arena);
}

static uint64_t draw(uint64_t below)
{
    matching.random += UINT64_C(0x9e3779b97f4a7c15);
    return hash_mix(matching.random) % below;
}

static uint64_t hash_of(int64_t value)
{
    return value_hash(value_int(value), 0);
}

static void clear(void)
{
    arena_clear(&matching.arena);
    matching.count = 0;
}

static void add(enum guard_kind kind, uint64_t hash)
{
    ck_assert_uint_lt(matching.count, CONDITIONS_MAX);
    struct rule_expression *condition = &matching.conditions[matching.count];
    *condition = (struct rule_expression){
        .guard = {.kind = kind, .member = BYTES_LITERAL("m"), .hash = hash}};
    matching.listed[matching.count++] = condition;
}

static void make_set(void)
{
    matching.set = match_set_of(&matching.arena, matching.listed, matching.count, 1U << GUARD_DATA);
}

// An event whose member m has the value.
static void expect_found(int64_t value)
{
    const struct value_pair pair = {BYTES_LITERAL("m"), value_int(value)};
    const uint64_t hash = hash_of(value);
    const struct candidates *candidates = &matching.candidates;
    candidates_find(&matching.candidates, NULL, &matching.set, value_map_of(&pair, 1));
    uint32_t found = 0;
    for (uint32_t i = 0; i < matching.count; i++) {
        const struct rule_guard *guard = &matching.conditions[i].guard;
        if (guard->kind == GUARD_DATA && guard->hash != hash)
            continue;
        ck_assert_uint_lt(found, candidates->count);
        ck_assert_uint_eq(candidates->places[found], i);
        found++;
    }
    ck_assert_uint_eq(candidates->count, found);
}

// A list of one to three beside every hash that may be confused with the one that is asked for.
START_TEST(neighbours_of_a_hash_are_not_taken_for_it)
{
    for (int64_t value = 0; value < VALUES; value++) {
        const uint64_t hash = hash_of(value);
        const uint64_t hashes[] = {hash, hash - 1,   hash + 1, hash ^ UINT64_C(1) << 63,
                                   0,    UINT64_MAX, hash};
        enum { COUNT = sizeof(hashes) / sizeof(hashes[0]) };
        for (unsigned subset = 0; subset < 1U << COUNT; subset++) {
            clear();
            for (unsigned i = 0; i < COUNT; i++)
                if ((subset >> i & 1) != 0)
                    add(GUARD_DATA, hashes[i]);
            make_set();
            expect_found(value);
        }
    }
}
END_TEST

static int compare_hashes(const void *a, const void *b)
{
    const uint64_t left = *(const uint64_t *)a, right = *(const uint64_t *)b;
    return (left > right) - (left < right);
}

// The smallest and the largest of all hashes, and those that are smaller and larger than all in the list.
START_TEST(the_ends_of_a_list_are_found_and_nothing_beyond)
{
    int64_t sorted[VALUES];
    uint64_t hashes[VALUES];
    for (int64_t value = 0; value < VALUES; value++)
        hashes[value] = hash_of(value);
    qsort(hashes, VALUES, sizeof(hashes[0]), compare_hashes);
    for (int64_t value = 0; value < VALUES; value++) {
        uint32_t at = 0;
        while (hashes[at] != hash_of(value))
            at++;
        sorted[at] = value;
    }
    for (uint32_t first = 0; first < VALUES; first++) {
        for (uint32_t end = first + 1; end <= VALUES; end++) {
            clear();
            for (uint32_t i = end; i-- > first;)
                add(GUARD_DATA, hashes[i]);
            make_set();
            for (uint32_t i = 0; i < VALUES; i++)
                expect_found(sorted[i]);
        }
    }
}
END_TEST

START_TEST(many_of_one_hash_are_all_found)
{
    for (uint32_t count = 1; count <= 70; count++) {
        clear();
        for (uint32_t i = 0; i < count; i++)
            add(GUARD_DATA, hash_of(1));
        make_set();
        expect_found(1);
        expect_found(2);
        add(GUARD_DATA, hash_of(2));
        make_set();
        expect_found(1);
        expect_found(2);
    }
}
END_TEST

// Many have hashes that agree in their highest bits.
START_TEST(what_is_found_is_what_all_looked_at_would_give)
{
    for (unsigned round = 0; round < ROUNDS; round++) {
        const uint64_t count = draw(draw(10) == 0 ? CONDITIONS_MAX : 20);
        const uint64_t values = 1 + draw(2 * VALUES);
        clear();
        for (uint64_t i = 0; i < count; i++) {
            const uint64_t hash = hash_of((int64_t)draw(values));
            add(draw(OPEN) == 0 ? GUARD_NONE : GUARD_DATA,
                draw(4) == 0 ? hash ^ draw(1 << 20) : hash);
        }
        make_set();
        for (int64_t value = 0; value < 2 * VALUES; value += 1 + (int64_t)draw(8))
            expect_found(value);
    }
}
END_TEST

Suite *test_suite(void)
{
    Suite *suite = suite_create("matching");
    TCase *cases = tcase_create("by hash");
    tcase_set_timeout(cases, 60);
    tcase_add_checked_fixture(cases, setup, teardown);
    tcase_add_test(cases, neighbours_of_a_hash_are_not_taken_for_it);
    tcase_add_test(cases, the_ends_of_a_list_are_found_and_nothing_beyond);
    tcase_add_test(cases, many_of_one_hash_are_all_found);
    tcase_add_test(cases, what_is_found_is_what_all_looked_at_would_give);
    suite_add_tcase(suite, cases);
    return suite;
}
