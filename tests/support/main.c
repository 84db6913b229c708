// The main of every unit test program: runs its suite and prints how many tests passed.
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include <check.h>

#include "tests/support/suite.h"

// TEST_SEED repeats a run; otherwise every run has its own.
static uint64_t seed_choose(void)
{
    const char *given = getenv("TEST_SEED");
    if (given != NULL && given[0] != '\0')
        return strtoull(given, NULL, 0);

    struct timespec now;
    (void)clock_gettime(CLOCK_REALTIME, &now);
    return ((uint64_t)now.tv_sec << 20) ^ (uint64_t)now.tv_nsec;
}

static uint64_t seed_kept;

uint64_t test_seed(void)
{
    return seed_kept;
}

int main(int argc, char **argv)
{
    const char *name = argc > 0 ? argv[0] : "test";
    seed_kept = seed_choose();
    (void)printf("%s seed=%" PRIu64 "\n", name, seed_kept);
    (void)fflush(stdout);
    test_skip_prepare();
    test_scratch_prepare();

    SRunner *runner = srunner_create(test_suite());
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    int run = srunner_ntests_run(runner);
    srunner_free(runner);
    test_scratch_remove_all();

    int skipped = test_skip_count();
    (void)printf("%d passed, %d failed, %d skipped\n", run - failed - skipped, failed, skipped);
    return failed == 0 && run > 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
