// What a unit test program and tests/support/main.c owe each other.
#ifndef TESTS_SUPPORT_SUITE_H
#define TESTS_SUPPORT_SUITE_H

#include <stdint.h>

#include <check.h>

// Each test program defines this: a new suite with all its cases. main() owns the result.
Suite *test_suite(void);

// The seed of this run, printed first; TEST_SEED=N in the environment repeats it.
uint64_t test_seed(void);

// Makes a new, empty directory and writes its absolute path. What a test leaves there goes when the
// program ends.
enum { TEST_SCRATCH_BYTES = 256 };
void test_scratch_make(char out[TEST_SCRATCH_BYTES]);

// Counts the running test as skipped and prints why. The test returns right after it.
void test_skip(const char *reason);

// For main() alone: makes the directory that holds all those, and removes it.
void test_scratch_prepare(void);
void test_scratch_remove_all(void);

// For main() alone: prepares the count of skips, and reads it.
void test_skip_prepare(void);
int test_skip_count(void);

#endif
