// Each bomb is refused, or taken, as it should be, and within the memory that it may cost.
//
// The time is measured by make bombs, and is below 50 ms. Here it is bounded by ten times as much, for machines that are
// slow or busy, and where nothing is optimised or a sanitizer looks on far above what that takes: nothing grows with the
// square of an input.
// links: engine/base engine/event config rules engine/fold projections engine/journal engine/run
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "engine/base/memory.h"

#include "tests/bombs/bombs.h"
#include "tests/bombs/heap.h"
#include "tests/support/suite.h"

#if defined(__OPTIMIZE__) && !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
enum { CPU_MS_MAX = 500 };
#else
enum { CPU_MS_MAX = 2000 };
#endif

START_TEST(a_bomb_costs_no_more_than_it_may)
{
    const struct bomb *bomb = bomb_at((size_t)_i);
    char outcome[BOMB_OUTCOME_BYTES];
    struct buffer input = {0};
    bomb_make(bomb, &input);
    bool is_counted = heap_is_counted();
    bomb_parse(bomb->parser, buffer_bytes(&input), outcome); // what is made once is not counted
    heap_begin();
    clock_t begin = clock();
    bomb_parse(bomb->parser, buffer_bytes(&input), outcome);
    double ms = (double)(clock() - begin) * 1000 / CLOCKS_PER_SEC;
    size_t bytes = heap_peak_bytes();
    buffer_free(&input);
    const char *parser = bomb_parser_name(bomb->parser);
    ck_assert_msg(
        strcmp(outcome, bomb->want) == 0, "%s, %s: %s instead of %s", parser, bomb->name, outcome,
        bomb->want);
    ck_assert_msg(
        bytes <= bomb_memory_max(bomb->parser), "%s, %s: %zu bytes", parser, bomb->name, bytes);
    ck_assert_msg(ms <= CPU_MS_MAX, "%s, %s: %.0f ms", parser, bomb->name, ms);
    ck_assert_int_eq(is_counted, bytes > 0 || bomb->parser == BOMB_PACKED);
}
END_TEST

START_TEST(memory_is_counted)
{
    if (!heap_is_counted()) {
        test_skip("memory cannot be counted under this sanitizer");
        return;
    }
    heap_begin();
    void *memory = mem_alloc(1000000);
    ck_assert_uint_ge(heap_peak_bytes(), 1000000);
    memory = mem_resize(memory, 3000000);
    free(memory);
    size_t peak = heap_peak_bytes();
    ck_assert_uint_ge(peak, 3000000);
    ck_assert_uint_le(peak, 4100000);
    heap_begin();
    ck_assert_uint_eq(heap_peak_bytes(), 0);
}
END_TEST

Suite *test_suite(void)
{
    Suite *suite = suite_create("bombs");
    TCase *tcase = tcase_create("bombs");
    tcase_add_test(tcase, memory_is_counted);
    tcase_add_loop_test(tcase, a_bomb_costs_no_more_than_it_may, 0, (int)bomb_count());
    suite_add_tcase(suite, tcase);
    return suite;
}
