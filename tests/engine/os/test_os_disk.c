// The real disk and clocks, on a temporary directory.
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "engine/os/os_clock.h"
#include "engine/os/os_disk.h"

#include "tests/support/suite.h"

// In the place of the C library's: that a sync was asked for can be seen by no file's content.
static unsigned files_synced;
static unsigned directories_synced;

int fdatasync(int fd)
{
    files_synced++;
    return (int)syscall(SYS_fdatasync, fd);
}

int fsync(int fd)
{
    directories_synced++;
    return (int)syscall(SYS_fsync, fd);
}

static char directory[TEST_SCRATCH_BYTES];
static char path[TEST_SCRATCH_BYTES + 16];
static struct disk disk;

static void setup(void)
{
    test_scratch_make(directory);
    (void)snprintf(path, sizeof(path), "%s/file", directory);
    disk = os_disk();
}

static void remove_entry(void *context, const char *name)
{
    (void)context;
    char entry[2 * TEST_SCRATCH_BYTES];
    (void)snprintf(entry, sizeof(entry), "%s/%s", directory, name);
    if (unlink(entry) != 0)
        (void)rmdir(entry);
}

static void teardown(void)
{
    (void)disk.ops->list(disk.self, directory, remove_entry, NULL);
    (void)rmdir(directory);
}

static struct disk_file *create(void)
{
    struct disk_file *file = NULL;
    ck_assert_int_eq(disk.ops->open(disk.self, path, DISK_CREATE, &file), ERR_OK);
    return file;
}

START_TEST(each_sync_is_asked_of_the_system)
{
    struct disk_file *file = create();
    unsigned files_before = files_synced;
    unsigned directories_before = directories_synced;
    ck_assert_int_eq(disk.ops->write_at(disk.self, file, 0, BYTES_LITERAL("hello")), ERR_OK);
    ck_assert_uint_eq(files_synced, files_before);
    ck_assert_int_eq(disk.ops->sync_data(disk.self, file), ERR_OK);
    ck_assert_uint_eq(files_synced, files_before + 1);
    disk.ops->close(disk.self, file);
    ck_assert_int_eq(disk.ops->sync_directory(disk.self, directory), ERR_OK);
    ck_assert_uint_eq(directories_synced, directories_before + 1);
}
END_TEST

START_TEST(what_is_written_is_read_after_a_sync_and_a_new_open)
{
    struct disk_file *file = create();
    ck_assert_int_eq(disk.ops->write_at(disk.self, file, 5, BYTES_LITERAL("hello")), ERR_OK);
    ck_assert_int_eq(disk.ops->sync_data(disk.self, file), ERR_OK);
    disk.ops->close(disk.self, file);
    ck_assert_int_eq(disk.ops->sync_directory(disk.self, directory), ERR_OK);

    char data[32] = {0};
    size_t got = 99;
    ck_assert_int_eq(disk.ops->open(disk.self, path, DISK_READ, &file), ERR_OK);
    ck_assert_int_eq(disk.ops->read_at(disk.self, file, 3, data, sizeof(data), &got), ERR_OK);
    ck_assert_uint_eq(got, 7);
    ck_assert_mem_eq(data, "\0\0hello", 7);
    ck_assert_int_eq(disk.ops->read_at(disk.self, file, 100, data, sizeof(data), &got), ERR_OK);
    ck_assert_uint_eq(got, 0);
    uint64_t size = 0;
    ck_assert_int_eq(disk.ops->size(disk.self, file, &size), ERR_OK);
    ck_assert_uint_eq(size, 10);
    ck_assert_int_eq(
        disk.ops->write_at(disk.self, file, 0, BYTES_LITERAL("x")), ERR_IO); // opened to read
    disk.ops->close(disk.self, file);
    disk.ops->close(disk.self, NULL);
}
END_TEST

START_TEST(modes_say_whether_a_file_must_exist)
{
    struct disk_file *file = NULL;
    ck_assert_int_eq(disk.ops->open(disk.self, path, DISK_READ, &file), ERR_MISSING);
    ck_assert_int_eq(disk.ops->open(disk.self, path, DISK_WRITE, &file), ERR_MISSING);
    ck_assert_ptr_null(file);
    ck_assert_int_eq(disk.ops->open(disk.self, path, DISK_OPEN_OR_CREATE, &file), ERR_OK);
    disk.ops->close(disk.self, file);
    file = NULL;
    ck_assert_int_eq(disk.ops->open(disk.self, path, DISK_CREATE, &file), ERR_EXISTS);
    ck_assert_ptr_null(file);
    ck_assert_int_eq(disk.ops->open(disk.self, path, DISK_OPEN_OR_CREATE, &file), ERR_OK);
    disk.ops->close(disk.self, file);
    ck_assert_int_eq(disk.ops->open(disk.self, path, DISK_WRITE, &file), ERR_OK);
    disk.ops->close(disk.self, file);
}
END_TEST

START_TEST(nobody_else_may_read_what_is_created)
{
    mode_t old = umask(0);
    disk.ops->close(disk.self, create());
    char sub[TEST_SCRATCH_BYTES + 32];
    (void)snprintf(sub, sizeof(sub), "%s/sub", directory);
    ck_assert_int_eq(disk.ops->make_directory(disk.self, sub), ERR_OK);
    (void)umask(old);
    struct stat status;
    ck_assert_int_eq(stat(path, &status), 0);
    ck_assert_uint_eq(status.st_mode & 0777, 0600);
    ck_assert_int_eq(stat(sub, &status), 0);
    ck_assert_uint_eq(status.st_mode & 0777, 0700);
}
END_TEST

// A program that is started shall not get the journal or the lock with it.
START_TEST(no_descriptor_is_inherited)
{
    struct disk_file *file = create();
    ck_assert_int_eq(disk.ops->allocate(disk.self, file, 4096), ERR_OK); // has a second descriptor
    unsigned found = 0;
    for (int fd = 3; fd < 64; fd++) {
        char link[64];
        char target[TEST_SCRATCH_BYTES + 32];
        (void)snprintf(link, sizeof(link), "/proc/self/fd/%d", fd);
        ssize_t len = readlink(link, target, sizeof(target) - 1);
        if (len < 0 || strncmp(target, directory, strlen(directory)) != 0)
            continue;
        found++;
        ck_assert_int_ne(fcntl(fd, F_GETFD) & FD_CLOEXEC, 0);
    }
    ck_assert_uint_ge(found, 1);
    disk.ops->close(disk.self, file);
}
END_TEST

START_TEST(a_directory_may_exist_but_not_be_something_else)
{
    char sub[TEST_SCRATCH_BYTES + 32];
    (void)snprintf(sub, sizeof(sub), "%s/sub", directory);
    ck_assert_int_eq(disk.ops->make_directory(disk.self, sub), ERR_OK);
    ck_assert_int_eq(disk.ops->make_directory(disk.self, sub), ERR_OK);
    disk.ops->close(disk.self, create());
    ck_assert_int_eq(disk.ops->make_directory(disk.self, path), ERR_EXISTS);
    char deep[TEST_SCRATCH_BYTES + 32];
    (void)snprintf(deep, sizeof(deep), "%s/no/deep", directory);
    ck_assert_int_eq(disk.ops->make_directory(disk.self, deep), ERR_MISSING);
}
END_TEST

START_TEST(only_regular_files_are_opened_and_links_only_to_read)
{
    struct disk_file *file = NULL;
    ck_assert_int_eq(disk.ops->open(disk.self, directory, DISK_READ, &file), ERR_IO);
    ck_assert_int_eq(mkfifo(path, 0600), 0);
    ck_assert_int_eq(disk.ops->open(disk.self, path, DISK_READ, &file), ERR_IO);
    ck_assert_int_eq(disk.ops->open(disk.self, path, DISK_WRITE, &file), ERR_IO);
    ck_assert_int_eq(unlink(path), 0);

    disk.ops->close(disk.self, create());
    char link[TEST_SCRATCH_BYTES + 32];
    (void)snprintf(link, sizeof(link), "%s/link", directory);
    ck_assert_int_eq(symlink(path, link), 0);
    ck_assert_int_eq(disk.ops->open(disk.self, link, DISK_WRITE, &file), ERR_IO);
    ck_assert_int_eq(disk.ops->open(disk.self, link, DISK_OPEN_OR_CREATE, &file), ERR_IO);
    ck_assert_int_eq(disk.ops->open(disk.self, link, DISK_CREATE, &file), ERR_EXISTS);
    ck_assert_ptr_null(file);
    ck_assert_int_eq(disk.ops->open(disk.self, link, DISK_READ, &file), ERR_OK);
    disk.ops->close(disk.self, file);
}
END_TEST

START_TEST(a_second_lock_is_refused_until_the_first_is_closed)
{
    struct disk_file *first = create();
    struct disk_file *second = NULL;
    ck_assert_int_eq(disk.ops->open(disk.self, path, DISK_WRITE, &second), ERR_OK);
    ck_assert_int_eq(disk.ops->lock(disk.self, first), ERR_OK);
    ck_assert_int_eq(disk.ops->lock(disk.self, second), ERR_BUSY);
    disk.ops->close(disk.self, first);
    ck_assert_int_eq(disk.ops->lock(disk.self, second), ERR_OK);
    disk.ops->close(disk.self, second);
}
END_TEST

START_TEST(files_grow_shrink_move_and_go)
{
    struct disk_file *file = create();
    uint64_t size = 0;
    ck_assert_int_eq(disk.ops->allocate(disk.self, file, 8192), ERR_OK);
    ck_assert_int_eq(disk.ops->allocate(disk.self, file, 0), ERR_OK);
    ck_assert_int_eq(disk.ops->size(disk.self, file, &size), ERR_OK);
    ck_assert_uint_eq(size, 8192);
    ck_assert_int_eq(disk.ops->truncate(disk.self, file, 100), ERR_OK);
    ck_assert_int_eq(disk.ops->size(disk.self, file, &size), ERR_OK);
    ck_assert_uint_eq(size, 100);
    disk.ops->close(disk.self, file);

    char moved[TEST_SCRATCH_BYTES + 32];
    (void)snprintf(moved, sizeof(moved), "%s/moved", directory);
    ck_assert_int_eq(disk.ops->rename(disk.self, path, moved), ERR_OK);
    ck_assert_int_eq(disk.ops->rename(disk.self, path, moved), ERR_MISSING);
    ck_assert_int_eq(disk.ops->remove(disk.self, moved), ERR_OK);
    ck_assert_int_eq(disk.ops->remove(disk.self, moved), ERR_MISSING);
}
END_TEST

static void count_name(void *context, const char *name)
{
    unsigned *count = context;
    ck_assert(strcmp(name, "file") == 0 || strcmp(name, "sub") == 0);
    ++*count;
}

START_TEST(a_listing_has_every_entry_once)
{
    char sub[TEST_SCRATCH_BYTES + 32];
    (void)snprintf(sub, sizeof(sub), "%s/sub", directory);
    disk.ops->close(disk.self, create());
    ck_assert_int_eq(disk.ops->make_directory(disk.self, sub), ERR_OK);
    unsigned count = 0;
    ck_assert_int_eq(disk.ops->list(disk.self, directory, count_name, &count), ERR_OK);
    ck_assert_uint_eq(count, 2);
    ck_assert_int_eq(disk.ops->list(disk.self, "/tmp/none/such", count_name, &count), ERR_MISSING);
    ck_assert_int_eq(disk.ops->sync_directory(disk.self, "/tmp/none/such"), ERR_MISSING);
    uint64_t free_bytes = 0;
    ck_assert_int_eq(disk.ops->free_bytes(disk.self, directory, &free_bytes), ERR_OK);
    ck_assert_uint_gt(free_bytes, 0);
    ck_assert_int_eq(disk.ops->free_bytes(disk.self, "/tmp/none/such", &free_bytes), ERR_MISSING);
}
END_TEST

// Runs in a process of its own: limits and mounts must not touch the other tests.
static int run_apart(int (*run)(void))
{
    pid_t child = fork();
    ck_assert_int_ge(child, 0);
    if (child == 0)
        _exit(run());
    int status = 0;
    ck_assert_int_eq(waitpid(child, &status, 0), child);
    return WIFEXITED(status) ? WEXITSTATUS(status) : 100;
}

enum { APART_GOOD = 0, APART_SKIP = 1, APART_BAD = 2 };

static int write_beyond_limit(void)
{
    struct rlimit limit = {4096, 4096};
    (void)signal(SIGXFSZ, SIG_IGN);
    if (setrlimit(RLIMIT_FSIZE, &limit) != 0)
        return APART_SKIP;
    struct disk_file *file = NULL;
    uint8_t data[3000] = {0};
    if (disk.ops->open(disk.self, path, DISK_CREATE, &file) != ERR_OK)
        return APART_BAD;
    struct bytes bytes = bytes_of(data, sizeof(data));
    bool is_good = disk.ops->write_at(disk.self, file, 0, bytes) == ERR_OK &&
                   disk.ops->write_at(disk.self, file, 3000, bytes) == ERR_NOSPACE &&
                   disk.ops->truncate(disk.self, file, 5000) == ERR_NOSPACE &&
                   disk.ops->allocate(disk.self, file, 8192) == ERR_NOSPACE;
    disk.ops->close(disk.self, file);
    return is_good ? APART_GOOD : APART_BAD;
}

START_TEST(a_file_size_limit_is_no_space)
{
    int result = run_apart(write_beyond_limit);
    if (result == APART_SKIP)
        test_skip("the file size limit cannot be set");
    else
        ck_assert_int_eq(result, APART_GOOD);
}
END_TEST

static int fill_small_disk(void)
{
    uint8_t data[4096] = {0};
    if (geteuid() != 0 || mount("tmpfs", directory, "tmpfs", 0, "size=64k") != 0)
        return APART_SKIP;
    struct disk_file *file = NULL;
    enum err err = disk.ops->open(disk.self, path, DISK_CREATE, &file);
    bool is_good = err == ERR_OK;
    for (unsigned i = 0; err == ERR_OK && i < 100; i++)
        err = disk.ops->write_at(
            disk.self, file, (uint64_t)i * sizeof(data), bytes_of(data, sizeof(data)));
    is_good = is_good && err == ERR_NOSPACE;
    is_good = is_good && disk.ops->allocate(disk.self, file, 1 << 20) == ERR_NOSPACE;
    disk.ops->close(disk.self, file);
    (void)umount(directory);
    return is_good ? APART_GOOD : APART_BAD;
}

START_TEST(a_full_disk_is_no_space)
{
    int result = run_apart(fill_small_disk);
    if (result == APART_SKIP)
        test_skip("a small file system can only be mounted by root");
    else
        ck_assert_int_eq(result, APART_GOOD);
}
END_TEST

// Standard input is a pipe that first is empty, then has less than asked for, then ends.
static int read_standard_input(void)
{
    int ends[2];
    char data[64];
    size_t got = 99;
    struct disk_file *file = NULL;
    if (pipe(ends) != 0 || dup2(ends[0], STDIN_FILENO) < 0)
        return APART_BAD;
    if (disk.ops->open(disk.self, "-", DISK_READ, &file) != ERR_OK)
        return APART_BAD;
    bool is_good = disk.ops->read_at(disk.self, file, 0, data, 64, &got) == ERR_AGAIN && got == 99;
    is_good = is_good && write(ends[1], "hello", 5) == 5;
    is_good = is_good && disk.ops->read_at(disk.self, file, 0, data, 3, &got) == ERR_OK &&
              got == 3 && memcmp(data, "hel", 3) == 0;
    is_good = is_good && disk.ops->read_at(disk.self, file, 700, data, 64, &got) == ERR_OK &&
              got == 2 && memcmp(data, "lo", 2) == 0;
    (void)close(ends[1]);
    is_good =
        is_good && disk.ops->read_at(disk.self, file, 5, data, 64, &got) == ERR_OK && got == 0;
    disk.ops->close(disk.self, file);
    is_good = is_good && fcntl(STDIN_FILENO, F_GETFD) >= 0; // not ours to close
    return is_good ? APART_GOOD : APART_BAD;
}

START_TEST(standard_input_gives_what_is_there)
{
    ck_assert_int_eq(run_apart(read_standard_input), APART_GOOD);
}
END_TEST

START_TEST(clocks_tell_plausible_times)
{
    struct clock clock = os_clock();
    int64_t before_us = clock.ops->mono_us(clock.self);
    ck_assert_int_gt(clock.ops->wall_ms(clock.self), 1600000000000);
    ck_assert_int_ge(clock.ops->mono_us(clock.self), before_us);
}
END_TEST

Suite *test_suite(void)
{
    Suite *suite = suite_create("os");
    TCase *tcase = tcase_create("disk");
    tcase_add_checked_fixture(tcase, setup, teardown);
    tcase_add_test(tcase, what_is_written_is_read_after_a_sync_and_a_new_open);
    tcase_add_test(tcase, modes_say_whether_a_file_must_exist);
    tcase_add_test(tcase, nobody_else_may_read_what_is_created);
    tcase_add_test(tcase, no_descriptor_is_inherited);
    tcase_add_test(tcase, a_directory_may_exist_but_not_be_something_else);
    tcase_add_test(tcase, only_regular_files_are_opened_and_links_only_to_read);
    tcase_add_test(tcase, a_second_lock_is_refused_until_the_first_is_closed);
    tcase_add_test(tcase, files_grow_shrink_move_and_go);
    tcase_add_test(tcase, a_listing_has_every_entry_once);
    tcase_add_test(tcase, a_file_size_limit_is_no_space);
    tcase_add_test(tcase, a_full_disk_is_no_space);
    tcase_add_test(tcase, standard_input_gives_what_is_there);
    tcase_add_test(tcase, each_sync_is_asked_of_the_system);
    tcase_add_test(tcase, clocks_tell_plausible_times);
    suite_add_tcase(suite, tcase);
    return suite;
}
