// Every call that reading a tree of rules, and looking at it again, makes to the system fails once, and for ever: all
// rules or an error.
// links: engine/base engine/port engine/os
#define _GNU_SOURCE // RTLD_NEXT
#include <dirent.h>
#include <dlfcn.h>
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "engine/os/os_files.h"

#include "tests/support/call_sites.h"
#include "tests/support/suite.h"

// --- the door to the system
static struct {
    unsigned fail_at; // 0: nothing
    int failure;
    bool is_armed, is_for_ever;
    unsigned calls, failures;
} door;

static bool door_fails(const char *name, const void *from)
{
    if (!door.is_armed)
        return false;
    door.calls++;
    bool is_due = door.calls == door.fail_at || (door.is_for_ever && door.calls > door.fail_at);
    call_sites_note(name, from, is_due);
    door.failures += is_due;
    if (is_due)
        errno = door.failure;
    return is_due;
}

static void find_real(const char *name, void *to)
{
    void *found = dlsym(RTLD_NEXT, name);
    if (found == NULL)
        abort();
    memcpy(to, &found, sizeof(found));
}

#define DOOR(type, name, parameters, arguments, failed)     \
    type name parameters                                    \
    {                                                       \
        static type(*real) parameters;                      \
        if (real == NULL)                                   \
            find_real(#name, &real);                        \
        if (door_fails(#name, __builtin_return_address(0))) \
            return failed;                                  \
        return real arguments;                              \
    }

DOOR(DIR *, opendir, (const char *path), (path), NULL)
DOOR(struct dirent *, readdir, (DIR * directory), (directory), NULL)
DOOR(int, stat, (const char *path, struct stat *about), (path, about), -1)
DOOR(int, lstat, (const char *path, struct stat *about), (path, about), -1)
DOOR(int, fstat, (int fd, struct stat *about), (fd, about), -1)

ssize_t read(int fd, void *to, size_t len)
{
    static ssize_t (*real)(int, void *, size_t);
    if (real == NULL)
        find_real("read", &real);
    return door_fails("read", __builtin_return_address(0)) ? -1 : real(fd, to, len);
}

int open(const char *path, int flags, ...);
int open(const char *path, int flags, ...)
{
    static int (*real)(const char *, int, ...);
    va_list rest;
    va_start(rest, flags);
    unsigned mode = va_arg(rest, unsigned);
    va_end(rest);
    if (real == NULL)
        find_real("open", &real);
    return door_fails("open", __builtin_return_address(0)) ? -1 : real(path, flags, mode);
}

// --- a tree of rules
enum { RULE_FILES = 4 };
static const char *const names[RULE_FILES] = {
    "a.yaml", "b.yml", "deeper/c.yaml", "deeper/still/d.yaml"};
static char root[TEST_SCRATCH_BYTES];

static void make_tree(void)
{
    char path[TEST_SCRATCH_BYTES + 32];
    test_scratch_make(root);
    (void)snprintf(path, sizeof(path), "%s/deeper", root);
    ck_assert_int_eq(mkdir(path, 0700), 0);
    (void)snprintf(path, sizeof(path), "%s/deeper/still", root);
    ck_assert_int_eq(mkdir(path, 0700), 0);
    for (unsigned i = 0; i < RULE_FILES; i++) {
        (void)snprintf(path, sizeof(path), "%s/%s", root, names[i]);
        FILE *file = fopen(path, "w");
        ck_assert_ptr_nonnull(file);
        ck_assert_int_gt(fprintf(file, "scores: {s%u: {}}\n", i), 0);
        ck_assert_int_eq(fclose(file), 0);
    }
}

static unsigned files_open(void)
{
    unsigned count = 0;
    for (int fd = 0; fd < 256; fd++)
        count += lseek(fd, 0, SEEK_CUR) >= 0 || errno != EBADF;
    return count;
}

// One reading; false when no call failed.
static bool read_once(unsigned fail_at, int failure, bool is_for_ever)
{
    struct arena arena = {0};
    struct os_tree tree = {.files = NULL};
    struct fault fault = {ERR_OK, ""};
    unsigned before = files_open();
    door.fail_at = fail_at;
    door.failure = failure;
    door.is_for_ever = is_for_ever;
    door.calls = door.failures = 0;
    door.is_armed = true;
    struct os_tree_mark mark = {0, 0};
    enum err err = os_read_tree(root, &arena, &tree, &fault);
    bool is_read = err == ERR_OK;
    if (is_read)
        err = os_mark_tree(root, &mark, &fault);
    door.is_armed = false;
    ck_assert_uint_eq(files_open(), before);
    if (err == ERR_OK) {
        ck_assert_msg(
            tree.count == RULE_FILES, "call %u: %zu files and no error", fail_at, tree.count);
        for (unsigned i = 0; i < RULE_FILES; i++)
            ck_assert_str_eq(tree.files[i].path, names[i]);
        ck_assert_msg(mark.files == tree.mark.files, "call %u: another mark", fail_at);
    } else {
        ck_assert_msg(door.failures > 0, "%s", fault.text);
        ck_assert_msg(strstr(fault.text, root) != NULL, "call %u: \"%s\"", fail_at, fault.text);
        ck_assert(is_read || tree.files == NULL);
        ck_assert_uint_eq(mark.files, 0);
    }
    arena_free(&arena);
    return door.failures > 0;
}

START_TEST(all_rules_or_an_error)
{
    static const int failures[] = {EIO, EACCES, EMFILE, ENOMEM};
    unsigned rounds = 0;
    make_tree();
    for (size_t i = 0; i < sizeof(failures) / sizeof(failures[0]); i++) {
        for (unsigned ever = 0; ever < 2; ever++) {
            for (unsigned n = 1; read_once(n, failures[i], ever == 1); n++)
                rounds++;
        }
    }
    (void)printf("  %-22s %9u rounds\n", "rule files", rounds);
    ck_assert_uint_gt(rounds, 100);
}
END_TEST

START_TEST(each_place_that_calls_the_system_saw_a_failure)
{
    static const char *const files[] = {"engine/os/os_files.c", NULL};
    static const char *const operations[] = {"open",    "fstat",   "lstat", "stat",
                                             "opendir", "readdir", "read",  NULL};
    ck_assert_uint_eq(
        call_sites_report(&(struct call_area){"reading rules", files, "", operations}), 0);
}
END_TEST

Suite *test_suite(void)
{
    call_sites_begin();
    Suite *suite = suite_create("failures of reading rules");
    TCase *tcase = tcase_create("failures");
    tcase_add_test(tcase, all_rules_or_an_error);
    tcase_add_test(tcase, each_place_that_calls_the_system_saw_a_failure);
    suite_add_tcase(suite, tcase);
    return suite;
}
