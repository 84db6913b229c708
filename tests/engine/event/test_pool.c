// The pool of decoded events: what it gives stays where it is, and comes back.
#include <string.h>

#include <check.h>

#include "engine/base/hash.h"
#include "engine/event/pool.h"

#include "tests/support/suite.h"

enum { BLOCK_BYTES = 512 * 1024, PIECES = 400 };

START_TEST(the_tail_is_given_back)
{
    struct pool pool = {0};
    uint8_t *first = pool_alloc(&pool, 1000);
    pool_trim(&pool, first + 100);
    uint8_t *second = pool_alloc(&pool, 16);
    ck_assert_ptr_eq(second, first + 112); // aligned
    pool_trim(&pool, second + 16);
    ck_assert_ptr_eq(pool_alloc(&pool, 1), second + 16);
    pool_free(&pool);
}
END_TEST

START_TEST(the_last_one_grows_in_place)
{
    struct pool pool = {0};
    uint8_t *first = pool_alloc(&pool, 100);
    memset(first, 'a', 100);
    ck_assert_ptr_eq(pool_resize(&pool, first, 100, 5000), first);
    uint8_t *second = pool_alloc(&pool, 16);
    uint8_t *moved = pool_resize(&pool, first, 5000, 6000);
    ck_assert_ptr_ne(moved, first);
    ck_assert(moved > second);
    ck_assert_uint_eq(moved[99], 'a');
    // More than a block: elsewhere, with what was in it.
    uint8_t *large = pool_resize(&pool, moved, 6000, BLOCK_BYTES * 3);
    ck_assert_uint_eq(large[99], 'a');
    memset(large, 'b', BLOCK_BYTES * 3);
    ck_assert_uint_eq(pool_copy(&pool, (struct bytes){0}).len, 0);
    pool_free(&pool);
}
END_TEST

START_TEST(a_rewind_keeps_what_was_before)
{
    struct pool pool = {0};
    pool_rewind(&pool, pool_mark(&pool));
    pool_reset(&pool);
    struct pool_mark empty = pool_mark(&pool);
    uint8_t *kept = pool_alloc(&pool, 64);
    memset(kept, 'k', 64);
    for (int turn = 0; turn < 3; turn++) {
        struct pool_mark mark = pool_mark(&pool);
        for (int i = 0; i < 3; i++)
            memset(pool_alloc(&pool, BLOCK_BYTES / 2 + 1), 'x', BLOCK_BYTES / 2 + 1);
        memset(pool_alloc(&pool, BLOCK_BYTES * 2), 'y', BLOCK_BYTES * 2);
        pool_rewind(&pool, mark);
        ck_assert_ptr_eq(pool_alloc(&pool, 16), kept + 64);
        pool_rewind(&pool, mark);
        ck_assert_uint_eq(kept[63], 'k');
    }
    pool_rewind(&pool, empty);
    ck_assert_ptr_eq(pool_alloc(&pool, 64), kept);
    pool_free(&pool);
    pool_free(&pool);
}
END_TEST

START_TEST(pieces_do_not_overlap)
{
    struct pool pool = {0};
    uint64_t state = test_seed();
    struct piece {
        uint8_t *at;
        size_t len;
    } pieces[PIECES];
    for (int turn = 0; turn < 3; turn++) {
        for (size_t i = 0; i < PIECES; i++) {
            state = hash_mix(state);
            size_t len = 1 + (size_t)(state % (i % 50 == 49 ? BLOCK_BYTES * 2 : 9000));
            pieces[i] = (struct piece){pool_alloc(&pool, len), len};
            ck_assert_uint_eq((uintptr_t)pieces[i].at % 16, 0);
            if (state >> 63 == 1) {
                pieces[i].len = len / 2 + 1;
                pool_trim(&pool, pieces[i].at + pieces[i].len);
            }
            memset(pieces[i].at, (int)(i & 0xff), pieces[i].len);
        }
        for (size_t i = 0; i < PIECES; i++) {
            ck_assert_uint_eq(pieces[i].at[0], i & 0xff);
            ck_assert_int_eq(memcmp(pieces[i].at, pieces[i].at + 1, pieces[i].len - 1), 0);
        }
        pool_reset(&pool);
    }
    pool_free(&pool);
}
END_TEST

Suite *test_suite(void)
{
    Suite *suite = suite_create("pool");
    TCase *cases = tcase_create("memory");
    tcase_add_test(cases, the_tail_is_given_back);
    tcase_add_test(cases, the_last_one_grows_in_place);
    tcase_add_test(cases, a_rewind_keeps_what_was_before);
    tcase_add_test(cases, pieces_do_not_overlap);
    suite_add_tcase(suite, cases);
    return suite;
}
