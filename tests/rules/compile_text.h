// Compiling rules that stand in a test.
#ifndef TESTS_RULES_COMPILE_TEXT_H
#define TESTS_RULES_COMPILE_TEXT_H

#include <check.h>

#include "engine/base/buffer.h"
#include "rules/ruleset.h"

// Compiles one file named "rules.yaml".
static inline enum err compile_text_into(
    const char *text, struct diagnostics *list, struct ruleset **out)
{
    struct rule_file file = {"rules.yaml", bytes_text(text)};
    struct rule_bundle bundle = {.files = &file, .count = 1};
    return ruleset_compile(&bundle, list, out);
}

// What is expected to compile without a word.
static inline struct ruleset *compile_good(const char *text)
{
    struct diagnostics list = {.count = 0};
    struct ruleset *ruleset = NULL;
    enum err err = compile_text_into(text, &list, &ruleset);
    struct buffer shown = {0};
    diagnostics_print(&list, DIAGNOSTIC_FORMAT_TEXT, &shown);
    ck_assert_msg(
        err == ERR_OK && list.count == 0, "%s\n%.*s", text, (int)shown.len,
        (const char *)shown.data);
    buffer_free(&shown);
    diagnostics_free(&list);
    return ruleset;
}

// All diagnostics of a text as they are printed; the buffer is NUL-terminated and the caller's.
static inline struct buffer compile_printed(const char *text)
{
    struct diagnostics list = {.count = 0};
    struct ruleset *ruleset = NULL;
    struct buffer shown = {0};
    enum err err = compile_text_into(text, &list, &ruleset);
    ck_assert_int_eq(err, list.error_count > 0 ? ERR_INVALID : ERR_OK);
    diagnostics_print(&list, DIAGNOSTIC_FORMAT_TEXT, &shown);
    buffer_add_u8(&shown, 0);
    ruleset_destroy(ruleset);
    diagnostics_free(&list);
    return shown;
}

// Checks codes and places of all diagnostics, "E0201 3:5, W0505 7:9"; empty: none.
static inline void assert_diagnostics(const char *name, const char *text, const char *wanted)
{
    struct diagnostics list = {.count = 0};
    struct ruleset *ruleset = NULL;
    struct buffer found = {0};
    enum err err = compile_text_into(text, &list, &ruleset);
    ck_assert_int_eq(err, list.error_count > 0 ? ERR_INVALID : ERR_OK);
    for (size_t i = 0; i < list.count; i++)
        buffer_add_format(
            &found, "%s%s %u:%u", i == 0 ? "" : ", ", diagnostic_code_text(list.items[i]->code),
            list.items[i]->line, list.items[i]->column);
    buffer_add_u8(&found, 0);
    ck_assert_msg(
        strcmp((const char *)found.data, wanted) == 0, "%s: found '%s', wanted '%s'", name,
        (const char *)found.data, wanted);
    buffer_free(&found);
    ruleset_destroy(ruleset);
    diagnostics_free(&list);
}

#endif
