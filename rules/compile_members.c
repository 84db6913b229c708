#include "rules/compile_members.h"

#include <stdio.h>

void compile_undeclared_member(
    struct compiler *compiler, const struct yaml_node *key, const struct event_type_def *type)
{
    enum { WHAT_BYTES = 160 };
    const char *known[DATA_FIELDS_MAX];
    struct arena arena = {0};
    char what[WHAT_BYTES];
    for (size_t i = 0; i < type->field_count; i++)
        known[i] = arena_text(&arena, type->fields[i].name);
    (void)snprintf(
        what, sizeof(what), "member of the data of '%.*s':", compile_shown_len(type->name),
        (const char *)type->name.data);
    struct unknown_word unknown = {what, yaml_text(key), known, type->field_count};
    diagnostic_add_unknown(compiler->list, DIAGNOSTIC_W0505, yaml_place(key), &unknown);
    arena_free(&arena);
}

static bool has_member(const struct yaml_node *data, struct bytes name)
{
    struct yaml_entry entry = data == NULL ? yaml_entry_of(NULL) : yaml_first_entry(data);
    for (; entry.key != NULL; entry = yaml_next_entry(entry)) {
        if (bytes_equal(yaml_text(entry.key), name))
            return !yaml_is_null(entry.value);
    }
    return false;
}

void compile_missing_members(
    struct compiler *compiler,
    const struct yaml_node *data,
    struct place place,
    const struct event_type_def *type,
    enum diagnostic_code code)
{
    for (size_t i = 0; i < type->field_count; i++) {
        struct bytes name = type->fields[i].name;
        if (!type->fields[i].is_optional && !has_member(data, name))
            diagnostic_add(
                compiler->list, code, place, "'%.*s' needs '%.*s' in 'data'",
                compile_shown_len(type->name), (const char *)type->name.data,
                compile_shown_len(name), (const char *)name.data);
    }
}
