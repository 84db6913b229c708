// What a unit test program and tests/support/main.c owe each other.
#ifndef TESTS_SUPPORT_SUITE_H
#define TESTS_SUPPORT_SUITE_H

#include <stdint.h>

#include <check.h>

// Each test program defines this: a new suite with all its cases. main() owns the result.
Suite *test_suite(void);

// The seed of this run, printed first; TEST_SEED=N in the environment repeats it.
uint64_t test_seed(void);

// Counts the running test as skipped and prints why. The test returns right after it.
void test_skip(const char *reason);

// For main() alone: prepares the count of skips, and reads it.
void test_skip_prepare(void);
int test_skip_count(void);

#endif
