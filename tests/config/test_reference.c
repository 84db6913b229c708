// The committed reference and the JSON Schema are those of the table.
#include <stdio.h>
#include <stdlib.h>

#include "config/config.h"
#include "config/schema.h"
#include "config/yaml_tree.h"

#include "tests/support/suite.h"

static const char reference_path[] = "docs/configuration.md";

static void read_file(const char *path, struct buffer *to)
{
    FILE *file = fopen(path, "rb");
    ck_assert_msg(file != NULL, "%s: run from the top of the tree", path);
    size_t got = 1;
    while (got > 0) {
        got = fread(buffer_reserve(to, 4096), 1, 4096, file);
        to->len += got;
    }
    (void)fclose(file);
}

START_TEST(the_committed_reference_is_the_generated_one)
{
    struct buffer want = {0};
    config_reference_markdown(&want);
    if (getenv("UPDATE") != NULL) {
        FILE *file = fopen(reference_path, "wb");
        ck_assert_ptr_nonnull(file);
        ck_assert_uint_eq(fwrite(want.data, 1, want.len, file), want.len);
        ck_assert_int_eq(fclose(file), 0);
    }
    struct buffer have = {0};
    read_file(reference_path, &have);
    ck_assert_msg(
        bytes_equal(buffer_bytes(&have), buffer_bytes(&want)),
        "%s is out of date: UPDATE=1 build/tests/config/test_reference writes it", reference_path);
    buffer_free(&have);
    buffer_free(&want);
}
END_TEST

// JSON is YAML: our own parser reads the schema back.
START_TEST(every_key_is_in_the_schema)
{
    struct buffer text = {0};
    struct arena arena = {0};
    struct diagnostics list = {0};
    config_schema_json(&text);
    const struct yaml_node *root = yaml_tree_parse(&arena, "schema", buffer_bytes(&text), &list);
    ck_assert_msg(root != NULL, "%s", list.count > 0 ? list.items[0]->message : "");
    ck_assert_uint_eq(list.error_count, 0);
    size_t count = 0;
    const struct config_row *rows = config_rows(&count);
    for (size_t i = 0; i < count; i++) {
        const struct yaml_node *node = yaml_first(yaml_get(root, "allOf"));
        const char *at = rows[i].path;
        while (*at != '\0') {
            char part[64] = {0};
            size_t len = strcspn(at, ".");
            memcpy(part, at, len);
            node = yaml_get(yaml_get(node, "properties"), part);
            ck_assert_msg(node != NULL, "%s", rows[i].path);
            at += len + (at[len] == '.');
        }
        ck_assert(bytes_equal_text(yaml_text(yaml_get(node, "description")), rows[i].meaning));
        bool is_needed = rows[i].need == CONFIG_WITH_GROUP;
        ck_assert(!is_needed || yaml_get(node, "default") == NULL);
    }
    diagnostics_free(&list);
    arena_free(&arena);
    buffer_free(&text);
}
END_TEST

Suite *test_suite(void)
{
    Suite *suite = suite_create("reference");
    TCase *tcase = tcase_create("reference");
    tcase_add_test(tcase, the_committed_reference_is_the_generated_one);
    tcase_add_test(tcase, every_key_is_in_the_schema);
    suite_add_tcase(suite, tcase);
    return suite;
}
