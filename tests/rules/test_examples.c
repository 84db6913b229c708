// The examples compile, and the catalogue's examples are what its types declare.
// links: engine/os
#include <dirent.h>
#include <stdio.h>

#include "engine/event/decode.h"
#include "engine/os/os_files.h"

#include "tests/rules/compile_text.h"
#include "tests/support/suite.h"

#define EXAMPLES "rules/examples"
enum { PATH_BYTES = 512 };

// Compiles a file or a directory; how many rules and workflows came of it.
static size_t compile_path(const char *path)
{
    struct arena arena = {0};
    struct os_tree tree;
    struct fault fault;
    struct diagnostics list = {.count = 0};
    struct ruleset *ruleset = NULL;
    struct buffer shown = {0};
    ck_assert_msg(os_read_tree(path, &arena, &tree, &fault) == ERR_OK, "%s", path);
    struct rule_file *files = arena_alloc(&arena, tree.count * sizeof(*files));
    for (size_t i = 0; i < tree.count; i++)
        files[i] = (struct rule_file){tree.files[i].path, tree.files[i].text};
    enum err err = ruleset_compile(&(struct rule_bundle){files, tree.count}, &list, &ruleset);
    diagnostics_print(&list, DIAGNOSTIC_FORMAT_TEXT, &shown);
    ck_assert_msg(
        err == ERR_OK && list.count == 0, "%s:\n%.*s", path, (int)shown.len,
        (const char *)shown.data);
    size_t count = ruleset_rule_count(ruleset) + ruleset_workflow_count(ruleset);
    ruleset_destroy(ruleset);
    buffer_free(&shown);
    diagnostics_free(&list);
    arena_free(&arena);
    return count;
}

START_TEST(each_example_compiles_by_itself)
{
    DIR *directory = opendir(EXAMPLES);
    size_t seen = 0;
    ck_assert_ptr_nonnull(directory);
    for (struct dirent *entry = readdir(directory); entry != NULL; entry = readdir(directory)) {
        char path[PATH_BYTES];
        if (entry->d_name[0] == '.')
            continue;
        (void)snprintf(path, sizeof(path), EXAMPLES "/%s", entry->d_name);
        ck_assert_uint_gt(compile_path(path), 0);
        seen++;
    }
    (void)closedir(directory);
    ck_assert_uint_ge(seen, 4);
}
END_TEST

START_TEST(all_examples_compile_together)
{
    ck_assert_uint_gt(compile_path(EXAMPLES), 0);
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
    tcase_add_test(tcase, every_built_in_event_has_a_label_and_an_example_that_decodes);
    tcase_add_test(tcase, every_event_the_engine_acts_on_is_in_the_catalogue);
    suite_add_tcase(suite, tcase);
    return suite;
}
