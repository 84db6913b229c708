// The pages about rules keep up with the tables.
#include <stdio.h>
#include <stdlib.h>

#include "config/diagnostic_codes.h"
#include "engine/base/buffer.h"
#include "rules/vocabulary.h"

#include "tests/support/suite.h"

static void read_page(const char *path, struct buffer *to)
{
    FILE *file = fopen(path, "rb");
    ck_assert_msg(file != NULL, "%s: run from the top of the tree", path);
    size_t got = 1;
    while (got > 0) {
        got = fread(buffer_reserve(to, 4096), 1, 4096, file);
        to->len += got;
    }
    buffer_add_u8(to, 0);
    (void)fclose(file);
}

static void errors_markdown(struct buffer *to)
{
    buffer_add_text(
        to,
        "# Errors and warnings\n\n"
        "<!-- Generated from config/diagnostic_codes: UPDATE=1 build/tests/rules/test_pages -->\n\n"
        "`engagectl help CODE` prints the same. E is an error of rules, W a warning, C an error of "
        "the "
        "daemon's\nconfiguration. A code keeps its meaning for ever.\n");
    for (int i = 0; i < DIAGNOSTIC_CODE_COUNT; i++) {
        enum diagnostic_code code = (enum diagnostic_code)i;
        const char *text = diagnostic_code_text(code);
        buffer_add_format(
            to, "\n## %s\n\n**%s.** %s\n", text, diagnostic_code_title(code),
            diagnostic_explain(bytes_text(text)));
    }
}

START_TEST(the_page_of_errors_is_the_generated_one)
{
    static const char path[] = "docs/errors.md";
    struct buffer want = {0};
    struct buffer have = {0};
    errors_markdown(&want);
    if (getenv("UPDATE") != NULL) {
        FILE *file = fopen(path, "wb");
        ck_assert_ptr_nonnull(file);
        ck_assert_uint_eq(fwrite(want.data, 1, want.len, file), want.len);
        ck_assert_int_eq(fclose(file), 0);
    }
    buffer_add_u8(&want, 0);
    read_page(path, &have);
    ck_assert_msg(
        bytes_equal(buffer_bytes(&have), buffer_bytes(&want)),
        "%s is out of date: UPDATE=1 build/tests/rules/test_pages writes it", path);
    buffer_free(&have);
    buffer_free(&want);
}
END_TEST

// As `key` in the text, or key: in an example.
static bool is_mentioned(const char *page, const char *key)
{
    struct buffer quoted = {0};
    struct buffer used = {0};
    buffer_add_format(&quoted, "`%s", key);
    buffer_add_u8(&quoted, 0);
    buffer_add_format(&used, "%s:", key);
    buffer_add_u8(&used, 0);
    bool is_found = strstr(page, (const char *)quoted.data) != NULL ||
                    strstr(page, (const char *)used.data) != NULL;
    buffer_free(&quoted);
    buffer_free(&used);
    return is_found;
}

START_TEST(the_page_of_the_language_has_every_key)
{
    struct buffer page = {0};
    read_page("docs/language.md", &page);
    const char *text = (const char *)page.data;
    const char *later = strstr(text, "## Not yet");
    ck_assert_ptr_nonnull(later);
    for (size_t i = 0; i < SECTION_COUNT; i++) {
        const struct section_def *def = section_def_of((enum section)i);
        for (size_t j = 0; j < def->key_count; j++)
            ck_assert_msg(
                is_mentioned(text, def->keys[j].name), "'%s' of %s", def->keys[j].name, def->what);
        for (size_t j = 0; j < def->later_count; j++)
            ck_assert_msg(
                is_mentioned(later, def->later[j]), "'%s' of %s", def->later[j], def->what);
    }
    buffer_free(&page);
}
END_TEST

Suite *test_suite(void)
{
    Suite *suite = suite_create("rules/pages");
    TCase *tcase = tcase_create("pages");
    tcase_add_test(tcase, the_page_of_errors_is_the_generated_one);
    tcase_add_test(tcase, the_page_of_the_language_has_every_key);
    suite_add_tcase(suite, tcase);
    return suite;
}
