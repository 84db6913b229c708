// Directories for tests, all below one that main() removes, however the tests ended.
#define _XOPEN_SOURCE 700 // nftw, realpath
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tests/support/suite.h"

enum { PATH_BYTES = TEST_SCRATCH_BYTES - 16, FILES_OPEN_MAX = 16 };

static char base[PATH_BYTES];

void test_scratch_prepare(void)
{
    const char *given = getenv("TMPDIR");
    char *root = realpath(given != NULL && given[0] != '\0' ? given : "/tmp", NULL);
    int len = root == NULL ? -1 : snprintf(base, sizeof(base), "%s/test-XXXXXX", root);
    free(root);
    if (len < 0 || (size_t)len >= sizeof(base) || mkdtemp(base) == NULL) {
        perror("no directory for tests below TMPDIR");
        exit(EXIT_FAILURE);
    }
}

void test_scratch_make(char out[TEST_SCRATCH_BYTES])
{
    (void)snprintf(out, TEST_SCRATCH_BYTES, "%s/XXXXXX", base);
    ck_assert_ptr_nonnull(mkdtemp(out));
}

static int remove_one(const char *path, const struct stat *about, int type, struct FTW *walk)
{
    (void)about;
    (void)type;
    (void)walk;
    (void)remove(path);
    return 0;
}

void test_scratch_remove_all(void)
{
    if (chdir("/") != 0) // a test may have been inside
        return;
    (void)nftw(base, remove_one, FILES_OPEN_MAX, FTW_DEPTH | FTW_PHYS | FTW_MOUNT);
}
