// What another user could read or could have put there is refused by name.
#define _GNU_SOURCE // RTLD_NEXT
#include <dirent.h>
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "engine/os/os_private.h"

#include "tests/support/suite.h"

static unsigned readdir_fails_at; // 0: never

struct dirent *readdir(DIR *stream)
{
    static struct dirent *(*real)(DIR *);
    if (real == NULL) {
        void *found = dlsym(RTLD_NEXT, "readdir");
        memcpy(&real, &found, sizeof(found));
    }
    if (readdir_fails_at == 0 || --readdir_fails_at > 0)
        return real(stream);
    errno = EIO;
    return NULL;
}

static char directory[TEST_SCRATCH_BYTES];
static struct fault fault;

static const char *path_of(const char *name)
{
    static char path[2 * TEST_SCRATCH_BYTES];
    (void)snprintf(path, sizeof(path), "%s/%s", directory, name);
    return path;
}

static void make_file(const char *name, mode_t mode)
{
    int fd = open(path_of(name), O_CREAT | O_EXCL | O_RDWR, 0600);
    ck_assert_int_ge(fd, 0);
    ck_assert_int_eq(fchmod(fd, mode), 0);
    ck_assert_int_eq(close(fd), 0);
}

static void make_directory(const char *name, mode_t mode)
{
    ck_assert_int_eq(mkdir(path_of(name), 0700), 0);
    ck_assert_int_eq(chmod(path_of(name), mode), 0);
}

static mode_t mode_of(const char *name)
{
    struct stat status;
    ck_assert_int_eq(stat(path_of(name), &status), 0);
    return status.st_mode & 07777;
}

static void setup(void)
{
    test_scratch_make(directory);
    ck_assert_int_eq(chmod(directory, 0700), 0);
    make_directory("shard-0000", 0700);
    make_directory("shard-0000/journal", 0700);
    make_file("shard-0000/journal/1.journal", 0600);
    make_file("meta", 0600);
    fault = (struct fault){.err = ERR_OK};
}

static bool wants_all_but_notes(const char *name)
{
    return strcmp(name, "notes") != 0;
}

static void assert_refused(const char *name, const char *because)
{
    ck_assert_int_eq(os_private_check(directory, NULL, &fault), ERR_INVALID);
    ck_assert_msg(
        strstr(fault.text, name[0] == 0 ? directory : path_of(name)) != NULL, "%s", fault.text);
    ck_assert_msg(strstr(fault.text, because) != NULL, "%s", fault.text);
}

START_TEST(what_is_ours_alone_is_taken)
{
    ck_assert_int_eq(os_private_check(directory, NULL, &fault), ERR_OK);
    ck_assert_int_eq(os_private_check(path_of("nowhere"), NULL, &fault), ERR_MISSING);
}
END_TEST

static const struct lax_case {
    const char *name;
    mode_t mode;
} lax[] = {
    {".", 0750},
    {".", 0701},
    {"shard-0000", 0755},
    {"meta", 0640},
    {"meta", 0604},
    {"shard-0000/journal", 0710},
    {"shard-0000/journal/1.journal", 0602},
};

START_TEST(what_others_may_use_is_refused_and_left_as_it_is)
{
    const struct lax_case *row = &lax[_i];
    ck_assert_int_eq(chmod(path_of(row->name), row->mode), 0);
    assert_refused(row->name[0] == '.' ? "" : row->name, "others than its owner");
    ck_assert_uint_eq(mode_of(row->name), row->mode);
}
END_TEST

START_TEST(an_empty_directory_is_closed_to_others)
{
    make_directory("shard-0001", 0755);
    make_directory("shard-0001/lost+found", 0755); // a file system of its own
    ck_assert_int_eq(os_private_check(directory, NULL, &fault), ERR_OK);
    ck_assert_uint_eq(mode_of("shard-0001"), 0700);
}
END_TEST

START_TEST(a_link_is_refused_wherever_it_points)
{
    ck_assert_int_eq(symlink("meta", path_of("lock")), 0);
    assert_refused("lock", "symbolic link");
    ck_assert_int_eq(unlink(path_of("lock")), 0);
    ck_assert_int_eq(symlink("shard-0000", path_of("shard-0001")), 0);
    assert_refused("shard-0001", "symbolic link");
}
END_TEST

START_TEST(what_is_no_file_is_refused)
{
    ck_assert_int_eq(mkfifo(path_of("lock"), 0600), 0);
    assert_refused("lock", "neither a directory nor a regular file");
}
END_TEST

START_TEST(what_belongs_to_another_user_is_refused)
{
    if (geteuid() != 0) {
        test_skip("giving a file away needs root");
        return;
    }
    ck_assert_int_eq(chown(path_of("shard-0000/journal/1.journal"), 65534, 65534), 0);
    assert_refused("shard-0000/journal/1.journal", "belongs to user 65534");
    ck_assert_int_eq(chown(path_of("shard-0000/journal/1.journal"), 0, 0), 0);
    make_directory("shard-0001", 0755); // empty, but not ours to close
    ck_assert_int_eq(chown(path_of("shard-0001"), 65534, 65534), 0);
    assert_refused("shard-0001", "belongs to user 65534");
}
END_TEST

// Else what was not read would count as ours alone.
START_TEST(a_directory_that_is_not_read_to_its_end_is_not_trusted)
{
    unsigned calls = 0;
    for (bool has_failed = true; has_failed; calls++) {
        readdir_fails_at = calls + 1;
        enum err err = os_private_check(directory, NULL, &fault);
        has_failed = readdir_fails_at == 0;
        readdir_fails_at = 0;
        ck_assert_msg(err == (has_failed ? ERR_IO : ERR_OK), "call %u: %s", calls, err_name(err));
    }
    ck_assert_uint_gt(calls, 10); // three directories, each with two more than it seems
}
END_TEST

START_TEST(what_is_not_wanted_is_not_looked_at)
{
    make_file("shard-0000/notes", 0644);
    assert_refused("shard-0000/notes", "others than its owner");
    ck_assert_int_eq(os_private_check(directory, wants_all_but_notes, &fault), ERR_OK);
}
END_TEST

START_TEST(depth_has_a_limit)
{
    char name[8 * OS_PRIVATE_DEPTH_MAX] = "d";
    for (unsigned i = 0; i <= OS_PRIVATE_DEPTH_MAX; i++) {
        make_directory(name, 0700);
        size_t len = strlen(name);
        (void)snprintf(name + len, sizeof(name) - len, "/d");
    }
    ck_assert_int_eq(os_private_check(directory, NULL, &fault), ERR_LIMIT);
}
END_TEST

Suite *test_suite(void)
{
    Suite *suite = suite_create("os_private");
    TCase *tcase = tcase_create("private");
    tcase_add_checked_fixture(tcase, setup, NULL);
    tcase_add_test(tcase, what_is_ours_alone_is_taken);
    tcase_add_loop_test(
        tcase, what_others_may_use_is_refused_and_left_as_it_is, 0, sizeof(lax) / sizeof(lax[0]));
    tcase_add_test(tcase, an_empty_directory_is_closed_to_others);
    tcase_add_test(tcase, a_link_is_refused_wherever_it_points);
    tcase_add_test(tcase, what_is_no_file_is_refused);
    tcase_add_test(tcase, what_belongs_to_another_user_is_refused);
    tcase_add_test(tcase, a_directory_that_is_not_read_to_its_end_is_not_trusted);
    tcase_add_test(tcase, what_is_not_wanted_is_not_looked_at);
    tcase_add_test(tcase, depth_has_a_limit);
    suite_add_tcase(suite, tcase);
    return suite;
}
