// The examples compile, and the catalogue's examples are what its types declare.
// links: engine/os
#include <dirent.h>
#include <stdio.h>

#include "engine/event/decode.h"
#include "engine/os/os_files.h"

#include "tests/rules/compile_text.h"
#include "tests/support/suite.h"

#define EXAMPLES "rules/examples"
#define CATALOG  "rules/catalog"
enum { PATH_BYTES = 512, FILES_MAX = 256 };

// Files and directories that are compiled as one ruleset.
struct rule_files {
    struct arena arena;
    struct rule_file files[FILES_MAX];
    size_t count;
};

static void add_path(struct rule_files *all, const char *path)
{
    struct os_tree tree;
    struct fault fault;
    ck_assert_msg(os_read_tree(path, &all->arena, &tree, &fault) == ERR_OK, "%s", path);
    ck_assert_uint_le(all->count + tree.count, FILES_MAX);
    for (size_t i = 0; i < tree.count; i++)
        all->files[all->count++] = (struct rule_file){tree.files[i].path, tree.files[i].text};
}

// Compiles them without a word; how many rules, workflows and segments came of it. Frees the files.
static size_t compile_files(struct rule_files *all)
{
    struct diagnostics list = {.count = 0};
    struct ruleset *ruleset = NULL;
    struct buffer shown = {0};
    enum err err = ruleset_compile(
        &(struct rule_bundle){.files = all->files, .count = all->count}, &list, &ruleset);
    diagnostics_print(&list, DIAGNOSTIC_FORMAT_TEXT, &shown);
    ck_assert_msg(
        err == ERR_OK && list.count == 0, "%.*s", (int)shown.len, (const char *)shown.data);
    size_t count = ruleset_rule_count(ruleset) + ruleset_workflow_count(ruleset) +
                   ruleset_segment_count(ruleset);
    ruleset_destroy(ruleset);
    buffer_free(&shown);
    diagnostics_free(&list);
    arena_free(&all->arena);
    return count;
}

// What stands in a directory, each by itself; how many there were.
static size_t compile_each(const char *path)
{
    DIR *directory = opendir(path);
    size_t seen = 0;
    ck_assert_ptr_nonnull(directory);
    for (struct dirent *entry = readdir(directory); entry != NULL; entry = readdir(directory)) {
        struct rule_files all = {.count = 0};
        char child[PATH_BYTES];
        if (entry->d_name[0] == '.')
            continue;
        (void)snprintf(child, sizeof(child), "%s/%s", path, entry->d_name);
        add_path(&all, child);
        ck_assert_uint_gt(compile_files(&all), 0);
        seen++;
    }
    (void)closedir(directory);
    return seen;
}

START_TEST(each_example_compiles_by_itself)
{
    ck_assert_uint_ge(compile_each(EXAMPLES), 34);
}
END_TEST

START_TEST(each_file_of_suggested_segments_compiles_by_itself)
{
    ck_assert_uint_ge(compile_each(CATALOG), 5);
}
END_TEST

START_TEST(all_examples_compile_together)
{
    struct rule_files all = {.count = 0};
    add_path(&all, EXAMPLES);
    ck_assert_uint_gt(compile_files(&all), 0);
}
END_TEST

// Whoever has rules already takes the suggestions into them.
START_TEST(suggested_segments_compile_beside_all_examples)
{
    struct rule_files all = {.count = 0};
    add_path(&all, EXAMPLES);
    add_path(&all, CATALOG);
    ck_assert_uint_gt(compile_files(&all), 0);
}
END_TEST

START_TEST(every_built_in_event_has_a_label_and_an_example_that_decodes)
{
    const struct decode_limits limits = {1 << 20, 32, 1000, 1 << 16, 256, 50000};
    struct ruleset *ruleset = compile_good("");
    const struct catalog *catalog = ruleset_catalog(ruleset);
    struct decoder *decoder = decoder_create(&limits, catalog);
    ck_assert_uint_gt(catalog_type_count(catalog), 100);
    for (size_t i = 0; i < catalog_type_count(catalog); i++) {
        const struct event_type_def *type = catalog_type(catalog, (event_type)i);
        struct buffer json = {0};
        const char *name = (const char *)type->name.data;
        ck_assert_msg(type->label.len > 0, "%s has no label", name);
        ck_assert_msg(type->example.len > 0, "%s has no example", name);
        buffer_add_text(&json, "{\"id\":\"e-1\",\"contact\":\"c-1\",\"type\":\"");
        buffer_add_bytes(&json, type->name);
        buffer_add_text(&json, "\",\"data\":");
        buffer_add_bytes(&json, type->example);
        buffer_add_u8(&json, '}');
        struct raw_event raw = {.value = buffer_bytes(&json), .value_bytes = json.len};
        struct event event;
        struct reject reject = {.code = REJECT_NONE};
        enum reject_code code = decoder_decode(decoder, DECODE_CHECK, &raw, &event, &reject);
        ck_assert_msg(
            code == REJECT_NONE, "%.*s: %s: %s", (int)type->name.len, name, reject_name(code),
            reject.reason);
        ck_assert_uint_eq(event.type, i);
        decoder_reset(decoder);
        buffer_free(&json);
    }
    decoder_destroy(decoder);
    ruleset_destroy(ruleset);
}
END_TEST

START_TEST(every_event_the_engine_acts_on_is_in_the_catalogue)
{
    struct ruleset *ruleset = compile_good("");
    for (size_t i = BUILTIN_NONE + 1; i < BUILTIN_COUNT; i++)
        ck_assert_msg(
            catalog_builtin(ruleset_catalog(ruleset), (enum builtin)i) != EVENT_TYPE_UNKNOWN,
            "built-in event %zu", i);
    ruleset_destroy(ruleset);
}
END_TEST

Suite *test_suite(void)
{
    Suite *suite = suite_create("rules/examples");
    TCase *tcase = tcase_create("examples");
    tcase_add_test(tcase, each_example_compiles_by_itself);
    tcase_add_test(tcase, all_examples_compile_together);
    tcase_add_test(tcase, each_file_of_suggested_segments_compiles_by_itself);
    tcase_add_test(tcase, suggested_segments_compile_beside_all_examples);
    tcase_add_test(tcase, every_built_in_event_has_a_label_and_an_example_that_decodes);
    tcase_add_test(tcase, every_event_the_engine_acts_on_is_in_the_catalogue);
    suite_add_tcase(suite, tcase);
    return suite;
}
