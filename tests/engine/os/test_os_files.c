// The mark of a tree of files: the same while nothing changes, another one with every change of a set of rules.
// links: engine/base engine/port
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "engine/os/os_files.h"

#include "tests/support/suite.h"

enum { PATH_BYTES = TEST_SCRATCH_BYTES + 64 };

static char root[TEST_SCRATCH_BYTES];

static const char *path_of(const char *name)
{
    static char paths[4][PATH_BYTES];
    static unsigned next;
    char *path = paths[next++ % 4];
    (void)snprintf(path, PATH_BYTES, "%s/%s", root, name);
    return path;
}

static void write_file(const char *name, const char *text)
{
    FILE *file = fopen(path_of(name), "w");
    ck_assert_ptr_nonnull(file);
    ck_assert_int_ge(fputs(text, file), 0);
    ck_assert_int_eq(fclose(file), 0);
}

static struct timespec time_of_a_change(void)
{
    struct stat stat_now;
    write_file("now.txt", "now");
    ck_assert_int_eq(stat(path_of("now.txt"), &stat_now), 0);
    return stat_now.st_ctim;
}

// Until the file system's clock has moved on, however coarse it is: a change has another time than those before it.
static void wait_for_another_time(void)
{
    struct timespec before = time_of_a_change();
    struct timespec now = before;
    while (now.tv_sec == before.tv_sec && now.tv_nsec == before.tv_nsec) {
        (void)usleep(1000);
        now = time_of_a_change();
    }
}

static void setup(void)
{
    test_scratch_make(root);
    ck_assert_int_eq(mkdir(path_of("deeper"), 0700), 0);
    ck_assert_int_eq(mkdir(path_of(".set-1"), 0700), 0);
    ck_assert_int_eq(mkdir(path_of(".set-2"), 0700), 0);
    write_file("a.yaml", "a: 1\n");
    write_file("deeper/b.yml", "b: 1\n");
    write_file(".set-1/c.yaml", "c: 1\n");
    write_file(".set-2/c.yaml", "c: 2\n");
    ck_assert_int_eq(symlink(".set-1", path_of(".now")), 0); // as a volume of Kubernetes has it
    ck_assert_int_eq(symlink(".now/c.yaml", path_of("c.yaml")), 0);
    wait_for_another_time();
}

static void change_nothing(void)
{
}
static void change_text_of_the_same_length(void)
{
    write_file("deeper/b.yml", "b: 2\n");
}
static void change_length(void)
{
    write_file("a.yaml", "a: 10\n");
}
static void add_file(void)
{
    write_file("deeper/d.yaml", "");
}
static void add_what_is_no_rule(void)
{
    write_file("deeper/d.txt", "");
}
static void remove_file(void)
{
    ck_assert_int_eq(unlink(path_of("a.yaml")), 0);
}
static void put_another_in_its_place(void)
{
    write_file("new", "a: 2\n");
    ck_assert_int_eq(rename(path_of("new"), path_of("a.yaml")), 0);
}
static void rename_file(void)
{
    ck_assert_int_eq(rename(path_of("a.yaml"), path_of("b.yaml")), 0);
}
static void swap_names(void)
{
    ck_assert_int_eq(rename(path_of("a.yaml"), path_of("x")), 0);
    ck_assert_int_eq(rename(path_of("deeper/b.yml"), path_of("a.yaml")), 0);
    ck_assert_int_eq(rename(path_of("x"), path_of("deeper/b.yml")), 0);
}
static void turn_link(void)
{
    ck_assert_int_eq(symlink(".set-2", path_of(".next")), 0);
    ck_assert_int_eq(rename(path_of(".next"), path_of(".now")), 0);
}

static const struct change_case {
    const char *name;
    void (*change)(void);
    bool is_seen;
} cases[] = {
    {"nothing", change_nothing, false},
    {"a text of the same length", change_text_of_the_same_length, true},
    {"a longer text", change_length, true},
    {"one file more", add_file, true},
    {"a file that is no rules", add_what_is_no_rule, false},
    {"one file less", remove_file, true},
    {"another file in its place", put_another_in_its_place, true},
    {"another name", rename_file, true},
    {"two names exchanged", swap_names, true},
    {"a link that leads elsewhere", turn_link, true},
};

START_TEST(a_change_of_the_set_gives_another_mark)
{
    const struct change_case *given = &cases[_i];
    struct arena arena = {0};
    struct os_tree tree;
    struct os_tree_mark after;
    struct fault fault;
    setup();
    ck_assert_int_eq(os_read_tree(root, &arena, &tree, &fault), ERR_OK);
    ck_assert_uint_eq(tree.count, 3);
    given->change();
    ck_assert_int_eq(os_mark_tree(root, &after, &fault), ERR_OK);
    ck_assert_msg((after.files != tree.mark.files) == given->is_seen, "%s", given->name);
    ck_assert_int_ge(after.changed_ms, given->is_seen ? tree.mark.changed_ms : 0);
    arena_free(&arena);
}
END_TEST

START_TEST(a_tree_that_is_gone_has_no_mark)
{
    struct os_tree_mark mark;
    struct fault fault;
    setup();
    ck_assert_int_eq(os_mark_tree(path_of("elsewhere"), &mark, &fault), ERR_MISSING);
    ck_assert_ptr_nonnull(strstr(fault.text, "elsewhere"));
}
END_TEST

Suite *test_suite(void)
{
    Suite *suite = suite_create("os files");
    TCase *tcase = tcase_create("marks");
    tcase_add_loop_test(
        tcase, a_change_of_the_set_gives_another_mark, 0, sizeof(cases) / sizeof(cases[0]));
    tcase_add_test(tcase, a_tree_that_is_gone_has_no_mark);
    suite_add_tcase(suite, tcase);
    return suite;
}
