// Memory of contact records by itself: what is counted, and what moves when pages are emptied.
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "engine/base/memory.h"
#include "projections/slab.h"

#include "tests/support/suite.h"

enum { OBJECTS = 60000, OBJECT_BYTES = 50, KEPT_EACH = 16 };

static struct slab slab;
static uint8_t **objects; // by owner
static unsigned moves;

static void on_moved(void *context, uint64_t owner, void *to)
{
    ck_assert_ptr_eq(context, &slab);
    ck_assert_uint_lt(owner, OBJECTS + 1);
    objects[owner] = to;
    moves++;
}

static void set_up(void)
{
    objects = mem_zero(OBJECTS + 1, sizeof(*objects));
    slab = (struct slab){0};
    moves = 0;
    for (uint64_t owner = 1; owner <= OBJECTS; owner++) {
        objects[owner] = slab_alloc(&slab, OBJECT_BYTES, owner);
        memset(objects[owner], (int)(owner % 251), OBJECT_BYTES);
    }
}

static void tear_down(void)
{
    slab_destroy(&slab);
    free(objects);
}

static bool is_kept(uint64_t owner)
{
    return owner % KEPT_EACH == 0;
}

static void thin_out(void)
{
    for (uint64_t owner = 1; owner <= OBJECTS; owner++) {
        if (!is_kept(owner))
            slab_free(&slab, objects[owner], OBJECT_BYTES);
    }
}

START_TEST(what_is_in_use_is_counted_however_it_moves)
{
    const uint64_t capacity = slab_capacity(OBJECT_BYTES);
    ck_assert_uint_eq(slab.object_bytes, OBJECTS * capacity);
    thin_out();
    ck_assert_uint_eq(slab.object_bytes, OBJECTS / KEPT_EACH * capacity);
    uint64_t page_bytes = slab.page_bytes;
    for (unsigned i = 0; i < 1000; i++)
        slab_compact(&slab, on_moved, &slab);
    ck_assert_uint_gt(moves, 0);
    ck_assert_uint_lt(slab.page_bytes, page_bytes);
    ck_assert_uint_eq(slab.object_bytes, OBJECTS / KEPT_EACH * capacity);
    for (uint64_t owner = KEPT_EACH; owner <= OBJECTS; owner += KEPT_EACH) {
        for (size_t i = 0; i < OBJECT_BYTES; i++)
            ck_assert_uint_eq(objects[owner][i], owner % 251);
        slab_free(&slab, objects[owner], OBJECT_BYTES);
    }
    ck_assert_uint_eq(slab.object_bytes, 0);
    ck_assert_uint_eq(slab.page_bytes, 0);
}
END_TEST

START_TEST(what_was_freed_is_given_out_again)
{
    uint64_t page_bytes = slab.page_bytes;
    thin_out();
    for (uint64_t owner = 1; owner <= OBJECTS; owner++) {
        if (!is_kept(owner))
            objects[owner] = slab_alloc(&slab, OBJECT_BYTES, owner);
    }
    ck_assert_uint_eq(slab.page_bytes, page_bytes);
    ck_assert_uint_eq(slab.object_bytes, OBJECTS * slab_capacity(OBJECT_BYTES));
}
END_TEST

Suite *test_suite(void)
{
    Suite *suite = suite_create("slab");
    TCase *tcase = tcase_create("slab");
    tcase_add_checked_fixture(tcase, set_up, tear_down);
    tcase_add_test(tcase, what_is_in_use_is_counted_however_it_moves);
    tcase_add_test(tcase, what_was_freed_is_given_out_again);
    suite_add_tcase(suite, tcase);
    return suite;
}
