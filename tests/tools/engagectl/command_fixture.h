// The fixture of a command's test: a working directory of its own, and what the last run of engagectl wrote.
#ifndef TESTS_TOOLS_ENGAGECTL_COMMAND_FIXTURE_H
#define TESTS_TOOLS_ENGAGECTL_COMMAND_FIXTURE_H

#include <stdlib.h>

#include "tests/support/suite.h"
#include "tests/tools/engagectl/captured.h"

static struct captured captured;
static char fixture_directory[TEST_SCRATCH_BYTES];

// Makes the directory and enters it, so that the paths that are shown are short.
static inline void fixture_enter(void)
{
    test_scratch_make(fixture_directory);
    ck_assert_int_eq(chdir(fixture_directory), 0);
}

static inline void fixture_leave(void)
{
    char command[TEST_SCRATCH_BYTES + 16];
    (void)snprintf(command, sizeof(command), "rm -rf '%s'", fixture_directory);
    ck_assert_int_eq(chdir("/"), 0);
    ck_assert_int_eq(system(command), 0);
}

static inline void fixture_write(const char *path, const char *text)
{
    FILE *file = fopen(path, "w");
    ck_assert_ptr_nonnull(file);
    ck_assert_int_ge(fputs(text, file), 0);
    ck_assert_int_eq(fclose(file), 0);
}

#endif
