// Compiles `events`: types, their data, their examples, into the catalogue.
#include "engine/base/memory.h"
#include "rules/compile_implied.h"
#include "rules/compiler.h"
#include "rules/declaration.h"
#include "rules/literal.h"

// One field of data; false after a diagnostic.
static bool compile_field(
    struct compiler *compiler, const struct yaml_entry *entry, struct data_field *out)
{
    struct declaration declared;
    if (!compile_name_form(compiler, entry->key, NAME_FORM_TAG, "a field") ||
        !declaration_parse(compiler, entry->value, "a declaration", &declared))
        return false;
    if (declared.has_default) {
        diagnostic_add(
            compiler->list, DIAGNOSTIC_E0202, yaml_place(entry->value),
            "the data of an event has no defaults");
        return false;
    }
    *out = (struct data_field){yaml_text(entry->key), declared.type, declared.is_optional};
    return true;
}

// The engine relies on the types of its own events' data.
static bool may_replace(
    struct compiler *compiler,
    const struct event_type_def *old,
    const struct data_field *field,
    const struct yaml_node *key)
{
    const struct data_field *before = catalog_field(old, field->name);
    if (old->builtin == BUILTIN_NONE || before == NULL || before->type == field->type)
        return true;
    diagnostic_add(
        compiler->list, DIAGNOSTIC_E0216, yaml_place(key),
        "'%.*s' of %.*s is %s, the engine itself reads it", compile_shown_len(field->name),
        (const char *)field->name.data, (int)old->name.len, (const char *)old->name.data,
        data_type_name(before->type));
    return false;
}

static void put_field(
    struct event_type_def *type, struct data_field *fields, struct data_field field)
{
    for (size_t i = 0; i < type->field_count; i++) {
        if (bytes_equal(fields[i].name, field.name)) {
            fields[i] = field;
            return;
        }
    }
    fields[type->field_count++] = field;
}

// The fields of an older definition, if any, with those of this one over them.
static void compile_data(
    struct compiler *compiler,
    const struct yaml_node *node,
    const struct event_type_def *old,
    struct event_type_def *type)
{
    size_t old_count = old == NULL ? 0 : old->field_count;
    size_t new_count = node == NULL ? 0 : node->count;
    if (node != NULL && !yaml_expect(node, YAML_KIND_MAPPING, "'data'", compiler->list))
        new_count = 0;
    if (old_count + new_count > DATA_FIELDS_MAX) {
        diagnostic_add(
            compiler->list, DIAGNOSTIC_E0407, yaml_place(node),
            "an event has at most %d fields of data", DATA_FIELDS_MAX);
        new_count = 0;
    }
    struct data_field *fields =
        arena_alloc(&compiler->scratch, (old_count + new_count) * sizeof(*fields));
    type->fields = fields;
    type->field_count = old_count;
    if (old_count > 0)
        memcpy(fields, old->fields, old_count * sizeof(*fields));
    struct yaml_entry entry = yaml_entry_of(NULL);
    if (new_count > 0)
        entry = yaml_first_entry(node);
    for (; entry.key != NULL; entry = yaml_next_entry(entry)) {
        struct data_field field;
        if (compile_field(compiler, &entry, &field) &&
            (old == NULL || may_replace(compiler, old, &field, entry.key)))
            put_field(type, fields, field);
    }
}

static const struct data_field *field_of(const struct event_type_def *type, struct bytes name)
{
    for (size_t i = 0; i < type->field_count; i++) {
        if (bytes_equal(type->fields[i].name, name))
            return &type->fields[i];
    }
    return NULL;
}

// An example must be what the decoder would accept.
static void check_example(
    struct compiler *compiler, const struct yaml_node *node, const struct event_type_def *type)
{
    for (struct yaml_entry entry = yaml_first_entry(node); entry.key != NULL;
         entry = yaml_next_entry(entry)) {
        const struct data_field *field = field_of(type, yaml_text(entry.key));
        struct value value;
        if (field == NULL)
            diagnostic_add_unknown(
                compiler->list, DIAGNOSTIC_E0203, yaml_place(entry.key),
                &(struct unknown_word){"field", yaml_text(entry.key), NULL, 0});
        else
            (void)literal_value(compiler, entry.value, "the example", field->type, &value);
    }
    for (size_t i = 0; i < type->field_count; i++) {
        const char *name = arena_text(&compiler->scratch, type->fields[i].name);
        if (!type->fields[i].is_optional && yaml_get(node, name) == NULL)
            diagnostic_add(
                compiler->list, DIAGNOSTIC_E0204, yaml_place(node), "the example lacks '%s'", name);
    }
}

static void compile_example(
    struct compiler *compiler, const struct yaml_node *node, struct event_type_def *type)
{
    if (!yaml_expect(node, YAML_KIND_MAPPING, "'example'", compiler->list))
        return;
    struct buffer json = {0};
    literal_add_json(&json, node);
    type->example = arena_copy(&compiler->scratch, buffer_bytes(&json));
    buffer_free(&json);
    check_example(compiler, node, type);
}

static void compile_event(struct compiler *compiler, const struct yaml_entry *entry)
{
    struct catalog *catalog = compiler->ruleset->catalog;
    if (!compile_define(compiler, SYMBOL_EVENT, entry->key, NAME_FORM_EVENT, 0) ||
        compile_keys(compiler, entry->value, SECTION_EVENT) == KEYS_WRONG)
        return;
    event_type found = catalog_find(catalog, yaml_text(entry->key));
    const struct event_type_def *old =
        found == EVENT_TYPE_UNKNOWN ? NULL : catalog_type(catalog, found);
    const struct yaml_node *data = yaml_get(entry->value, "data");
    const struct yaml_node *example = yaml_get(entry->value, "example");
    struct event_type_def type = {
        .name = yaml_text(entry->key),
        .label = compile_text(compiler, entry->value, "label"),
        .group = old == NULL ? compiler->group : old->group,
    };
    if (old != NULL && type.label.len == 0)
        type.label = old->label;
    if (old != NULL && data == NULL)
        type.example = old->example; // still one
    compile_data(compiler, data, old, &type);
    if (example != NULL)
        compile_example(compiler, example, &type);
    enum err err = catalog_put_type(catalog, &type, &found);
    const struct yaml_node *implies = yaml_get(entry->value, "implies");
    if (err != ERR_OK)
        diagnostic_add(
            compiler->list, DIAGNOSTIC_E0407, yaml_place(entry->key), "at most %d event types",
            CATALOG_TYPES_MAX);
    else if (implies != NULL)
        compile_implies(compiler, implies, found);
}

void compile_events(struct compiler *compiler, const struct yaml_node *node)
{
    compile_section(compiler, node, "'events'", compile_event);
}
