// The rules that stand in the pages compile as they are printed there, each block by itself.
#include <stdio.h>
#include <string.h>

#include "tests/rules/compile_text.h"
#include "tests/support/suite.h"

#define FENCE "```"

static const struct {
    const char *path;
    size_t blocks_min;
} pages[] = {
    {"docs/coming-from.md", 6},
    {"README.md", 1},
};

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

START_TEST(rules_in_pages_compile)
{
    struct buffer page = {0};
    size_t blocks = 0;
    read_page(pages[_i].path, &page);
    char *at = strstr((char *)page.data, "\n" FENCE "yaml\n");
    while (at != NULL) {
        char *text = at + strlen("\n" FENCE "yaml\n");
        char *end = strstr(text, "\n" FENCE);
        ck_assert_msg(end != NULL, "%s: a block without an end", pages[_i].path);
        *end = '\0';
        struct ruleset *ruleset = compile_good(text);
        ck_assert_uint_gt(ruleset_rule_count(ruleset) + ruleset_segment_count(ruleset), 0);
        ruleset_destroy(ruleset);
        blocks++;
        at = strstr(end + 1, "\n" FENCE "yaml\n");
    }
    ck_assert_uint_ge(blocks, pages[_i].blocks_min);
    buffer_free(&page);
}
END_TEST

Suite *test_suite(void)
{
    Suite *suite = suite_create("rules/blocks");
    TCase *tcase = tcase_create("blocks");
    tcase_add_loop_test(tcase, rules_in_pages_compile, 0, sizeof(pages) / sizeof(pages[0]));
    suite_add_tcase(suite, tcase);
    return suite;
}
