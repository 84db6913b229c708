// Compiles `objects` of an expectation: objects by name, key and field.
#include <stdio.h>

#include "rules/compile_kept.h"
#include "rules/compile_tests.h"
#include "rules/literal.h"

enum { WHAT_BYTES = 160 };

// What is shown of an object: its fields, and its times.
static bool is_field(const struct object_def *object, struct bytes name)
{
    return object_declares(object, name) || bytes_equal(name, object_member_name(OBJECT_CREATED)) ||
           bytes_equal(name, object_member_name(OBJECT_UPDATED));
}

static void report_field(
    struct compiler *compiler, const struct yaml_node *key, const struct object_def *object)
{
    const char *known[OBJECT_FIELDS_MAX + OBJECT_MEMBER_COUNT];
    size_t count = 0;
    for (uint32_t i = 0; i < object->field_count; i++)
        known[count++] = (const char *)object->fields[i].name.data;
    known[count++] = (const char *)object_member_name(OBJECT_CREATED).data;
    known[count++] = (const char *)object_member_name(OBJECT_UPDATED).data;
    struct unknown_word unknown = {"field", yaml_text(key), known, count};
    diagnostic_add_unknown(compiler->list, DIAGNOSTIC_E0203, yaml_place(key), &unknown);
}

// What is expected of one field; false after a diagnostic.
static bool read_field(
    struct compiler *compiler,
    const struct yaml_entry *entry,
    const struct object_def *object,
    struct test_value *out)
{
    char what[WHAT_BYTES];
    struct bytes name = yaml_text(entry->key);
    if (!is_field(object, name)) {
        report_field(compiler, entry->key, object);
        return false;
    }
    *out = (struct test_value){compile_copy(compiler, name), {.kind = VALUE_NULL}};
    if (yaml_is_null(entry->value))
        return true;
    (void)snprintf(what, sizeof(what), "'%s'", (const char *)out->name.data);
    const char *kept_what = arena_text(&compiler->scratch, bytes_text(what));
    if (!object_declares(object, name)) // one of its times
        return compile_test_moment(compiler, entry->value, kept_what, &out->value);
    const struct rule_expression *of = NULL;
    for (uint32_t i = 0; i < object->field_count; i++)
        of = bytes_equal(object->fields[i].name, name) ? object->fields[i].value : of;
    compile_kept_later(compiler, &(struct kept_value){entry->value, kept_what, of, &out->value});
    return true;
}

static void read_object(
    struct compiler *compiler, const struct yaml_entry *entry, struct test_object *out)
{
    const struct object_def *object = &compiler->ruleset->objects[out->object];
    out->key = compile_copy(compiler, yaml_text(entry->key));
    out->is_there = !yaml_is_null(entry->value);
    if (!out->is_there ||
        !yaml_expect(entry->value, YAML_KIND_MAPPING, "the object", compiler->list))
        return;
    struct test_value *fields =
        arena_alloc(&compiler->ruleset->arena, entry->value->count * sizeof(*fields) + 1);
    out->fields.items = fields;
    for (struct yaml_entry field = yaml_first_entry(entry->value); field.key != NULL;
         field = yaml_next_entry(field)) {
        if (read_field(compiler, &field, object, &fields[out->fields.count]))
            out->fields.count++;
    }
}

static uint32_t count_objects(const struct yaml_node *node)
{
    uint32_t count = 0;
    for (struct yaml_entry entry = yaml_first_entry(node); entry.key != NULL;
         entry = yaml_next_entry(entry))
        count += (uint32_t)entry.value->count;
    return count;
}

void compile_test_objects(
    struct compiler *compiler, const struct yaml_node *node, struct test_expectation *out)
{
    if (node == NULL || !yaml_expect(node, YAML_KIND_MAPPING, "'objects'", compiler->list))
        return;
    struct test_object *objects =
        arena_alloc(&compiler->ruleset->arena, count_objects(node) * sizeof(*objects) + 1);
    out->objects = objects;
    for (struct yaml_entry kind = yaml_first_entry(node); kind.key != NULL;
         kind = yaml_next_entry(kind)) {
        const struct symbol *symbol =
            test_symbol_find(compiler, SYMBOL_OBJECT, DIAGNOSTIC_E0233, kind.key);
        if (symbol == NULL ||
            !yaml_expect(kind.value, YAML_KIND_MAPPING, "objects by key", compiler->list))
            continue;
        for (struct yaml_entry entry = yaml_first_entry(kind.value); entry.key != NULL;
             entry = yaml_next_entry(entry)) {
            struct test_object *object = &objects[out->object_count++];
            *object = (struct test_object){.object = (uint32_t)symbol->index};
            read_object(compiler, &entry, object);
        }
    }
}
