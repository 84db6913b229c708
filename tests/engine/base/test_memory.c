// Allocation, arenas, broken invariants, faults.
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "engine/base/arena.h"
#include "engine/base/err.h"
#include "engine/base/invariant.h"
#include "engine/base/memory.h"

#include "tests/support/suite.h"

START_TEST(size_zero_gives_memory_too)
{
    void *none = mem_alloc(0);
    ck_assert_ptr_nonnull(none);
    none = mem_resize(none, 0);
    ck_assert_ptr_nonnull(none);
    free(none);
    void *zero = mem_zero(0, 8);
    ck_assert_ptr_nonnull(zero);
    free(zero);
}
END_TEST

START_TEST(tables_are_zero_aligned_and_given_back)
{
    static const size_t sizes[] = {0, 1, 64, 1000000, (2 << 20) - 1, 2 << 20, (6 << 20) + 1};
    for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
        uint8_t *table = mem_table(sizes[i]);
        ck_assert_uint_eq((uintptr_t)table % 64, 0);
        for (size_t at = 0; at < sizes[i]; at += 4095)
            ck_assert_uint_eq(table[at], 0);
        memset(table, 0xff, sizes[i]); // all of it is ours
        mem_table_free(table, sizes[i]);
    }
    mem_table_free(NULL, 5);
}
END_TEST

START_TEST(text_is_copied_and_ended)
{
    char *text = mem_text("hello", 4);
    ck_assert_str_eq(text, "hell");
    free(text);
    text = mem_text(NULL, 0);
    ck_assert_str_eq(text, "");
    free(text);
}
END_TEST

// Runs a function that must not return, in a process of its own, quietly; returns its wait status.
static int status_of(void (*run)(void))
{
    pid_t child = fork();
    ck_assert_int_ge(child, 0);
    if (child == 0) {
        (void)close(STDERR_FILENO);
        run();
        _exit(0);
    }
    int status = 0;
    ck_assert_int_eq(waitpid(child, &status, 0), child);
    return status;
}

static bool has_stopped(int status)
{
    return (WIFEXITED(status) && WEXITSTATUS(status) == 70) ||
           (WIFSIGNALED(status) && WTERMSIG(status) == SIGABRT);
}

static void break_invariant(void)
{
    INVARIANT(1 > 2);
}

static void ask_for_everything(void)
{
    size_t volatile all = SIZE_MAX / 2;
    free(mem_zero(all, all));
}

START_TEST(a_broken_invariant_ends_the_process)
{
    ck_assert(has_stopped(status_of(break_invariant)));
}
END_TEST

START_TEST(no_memory_ends_the_process)
{
    ck_assert(
        !(WIFEXITED(status_of(ask_for_everything)) &&
          WEXITSTATUS(status_of(ask_for_everything)) == 0));
}
END_TEST

static void on_abort(int number)
{
    (void)number;
    _exit(99);
}

static void ask_for_a_large_table(void)
{
    (void)signal(SIGABRT, on_abort);
    mem_table_free(mem_table(SIZE_MAX / 4), SIZE_MAX / 4);
}

// Whoever handles SIGABRT notes the input in hand, and that is not the reason.
START_TEST(no_memory_is_not_taken_for_a_broken_invariant)
{
    int status = status_of(ask_for_a_large_table);
    ck_assert(WIFEXITED(status));
    ck_assert_int_eq(WEXITSTATUS(status), 70);
}
END_TEST

START_TEST(arena_memory_is_aligned_and_does_not_overlap)
{
    struct arena arena = {0};
    uint8_t *parts[300];
    for (unsigned i = 0; i < 300; i++) {
        size_t size = (size_t)i * 37;
        parts[i] = arena_alloc(&arena, size);
        ck_assert_uint_eq((uintptr_t)parts[i] % 16, 0);
        memset(parts[i], (int)(i & 255), size);
    }
    for (unsigned i = 0; i < 300; i++) {
        for (size_t j = 0; j < (size_t)i * 37; j++)
            ck_assert_uint_eq(parts[i][j], i & 255);
    }
    ck_assert_uint_ge(arena.used_bytes, 299U * 300U / 2U * 37U);
    arena_free(&arena);
    ck_assert_ptr_null(arena.first);
}
END_TEST

// It goes on in huge pages; what is too large for one has memory of its own.
START_TEST(a_large_arena_is_one_too)
{
    enum { PARTS = 4000, PART_BYTES = 5000, LARGE_BYTES = 3 << 20 };
    struct arena arena = {0};
    uint8_t *parts[PARTS], *large = NULL;
    for (int round = 0; round < 2; round++) {
        for (int i = 0; i < PARTS; i++) {
            if (i == PARTS / 2)
                large = memset(arena_alloc(&arena, LARGE_BYTES), 0xff, LARGE_BYTES);
            parts[i] = memset(arena_alloc(&arena, PART_BYTES), i & 127, PART_BYTES);
            ck_assert_uint_eq((uintptr_t)parts[i] % 16, 0);
        }
        for (int i = 0; i < PARTS; i++) {
            int same = 0;
            while (same < PART_BYTES && parts[i][same] == (i & 127))
                same++;
            ck_assert_int_eq(same, PART_BYTES);
        }
        ck_assert_uint_eq(large[0] & large[LARGE_BYTES - 1], 0xff);
        arena_clear(&arena);
    }
    arena_free(&arena);
    ck_assert_ptr_null(arena.first);
}
END_TEST

START_TEST(a_cleared_arena_gives_the_same_memory_again)
{
    struct arena arena = {0};
    void *first = arena_alloc(&arena, 100);
    (void)arena_alloc(&arena, 10000000); // a block of its own
    (void)arena_alloc(&arena, 100);
    arena_clear(&arena);
    ck_assert_uint_eq(arena.used_bytes, 0);
    ck_assert_ptr_eq(arena_alloc(&arena, 100), first);
    uint8_t *large = arena_alloc(&arena, 9000000);
    memset(large, 1, 9000000);
    arena_free(&arena);
}
END_TEST

START_TEST(arena_copies_are_copies)
{
    struct arena arena = {0};
    char text[] = "abc";
    struct bytes copy = arena_copy(&arena, bytes_text(text));
    char *ended = arena_text(&arena, bytes_of(text, 2));
    text[0] = 'x';
    ck_assert(bytes_equal_text(copy, "abc"));
    ck_assert_str_eq(ended, "ab");
    ck_assert_uint_eq(arena_copy(&arena, bytes_of(NULL, 0)).len, 0);
    ck_assert_str_eq(arena_text(&arena, bytes_of(NULL, 0)), "");
    arena_clear(&arena);
    arena_free(&arena);
    arena_clear(&arena); // an empty one
    arena_free(&arena);
}
END_TEST

START_TEST(codes_have_names_and_texts)
{
    ck_assert_str_eq(err_name(ERR_LIMIT), "ERR_LIMIT");
    ck_assert_str_eq(err_text(ERR_NOSPACE), "no space left on the device");
    ck_assert_str_eq(err_name(ERR_STATE), "ERR_STATE");
}
END_TEST

START_TEST(fault_text_grows_outward)
{
    struct fault fault = {0};
    ck_assert_int_eq(fault_set(&fault, ERR_IO, "read of %d bytes", 7), ERR_IO);
    ck_assert_int_eq(fault_wrap(&fault, ERR_CORRUPT, "file %s", "a"), ERR_CORRUPT);
    ck_assert_str_eq(fault.text, "file a: read of 7 bytes");
    ck_assert_int_eq(fault.err, ERR_CORRUPT);
    ck_assert_int_eq(fault_set(&fault, ERR_END, "again: %s", fault.text), ERR_END);
    ck_assert_str_eq(fault.text, "again: file a: read of 7 bytes");
    ck_assert_int_eq(fault_set(NULL, ERR_IO, "x"), ERR_IO);
    ck_assert_int_eq(fault_wrap(NULL, ERR_IO, "x"), ERR_IO);
}
END_TEST

START_TEST(fault_text_is_cut_at_its_size)
{
    struct fault fault = {0};
    char text[2 * FAULT_TEXT_BYTES];
    memset(text, 'a', sizeof(text));
    for (size_t len = FAULT_TEXT_BYTES - 5; len < FAULT_TEXT_BYTES + 5; len++) {
        text[len] = '\0';
        (void)fault_set(&fault, ERR_IO, "tail");
        (void)fault_wrap(&fault, ERR_IO, "%s", text);
        ck_assert_uint_lt(strlen(fault.text), FAULT_TEXT_BYTES);
        (void)fault_set(&fault, ERR_IO, "%s", text);
        (void)fault_wrap(&fault, ERR_IO, "front");
        ck_assert_uint_eq(strlen(fault.text), FAULT_TEXT_BYTES - 1);
        text[len] = 'a';
    }
}
END_TEST

Suite *test_suite(void)
{
    Suite *suite = suite_create("memory");
    TCase *memory = tcase_create("memory");
    tcase_add_test(memory, size_zero_gives_memory_too);
    tcase_add_test(memory, tables_are_zero_aligned_and_given_back);
    tcase_add_test(memory, text_is_copied_and_ended);
    tcase_add_test(memory, a_broken_invariant_ends_the_process);
    tcase_add_test(memory, no_memory_ends_the_process);
    tcase_add_test(memory, no_memory_is_not_taken_for_a_broken_invariant);
    suite_add_tcase(suite, memory);
    TCase *arena = tcase_create("arena");
    tcase_add_test(arena, arena_memory_is_aligned_and_does_not_overlap);
    tcase_add_test(arena, a_large_arena_is_one_too);
    tcase_add_test(arena, a_cleared_arena_gives_the_same_memory_again);
    tcase_add_test(arena, arena_copies_are_copies);
    suite_add_tcase(suite, arena);
    TCase *faults = tcase_create("faults");
    tcase_add_test(faults, codes_have_names_and_texts);
    tcase_add_test(faults, fault_text_grows_outward);
    tcase_add_test(faults, fault_text_is_cut_at_its_size);
    suite_add_tcase(suite, faults);
    return suite;
}
