// Counts the tests that could not run here, across the processes Check forks.
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>

#include "tests/support/suite.h"

static atomic_int *skips; // shared memory: a test may run in a process of its own

void test_skip_prepare(void)
{
    void *page =
        mmap(NULL, sizeof(*skips), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (page == MAP_FAILED)
        abort();
    skips = page;
    atomic_init(skips, 0);
}

void test_skip(const char *reason)
{
    (void)printf("skipped: %s\n", reason);
    (void)fflush(stdout);
    (void)atomic_fetch_add(skips, 1);
}

int test_skip_count(void)
{
    return atomic_load(skips);
}
