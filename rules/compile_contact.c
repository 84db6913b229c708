// Compiles `contact`: kinds of identifier and declared fields.
#include "engine/base/invariant.h"
#include "rules/compiler.h"
#include "rules/declaration.h"
#include "rules/parts.h"
#include "rules/scope.h"

// The kinds as given; false after a diagnostic.
static bool read_identifiers(
    struct compiler *compiler, const struct yaml_node *node, struct bytes *kinds)
{
    bool is_good = true;
    size_t i = 0;
    for (const struct yaml_node *item = yaml_first(node); item != NULL;
         item = yaml_next(item), i++) {
        if (!yaml_to_text(item, "a kind of identifier", compiler->list, &kinds[i]) ||
            !compile_name_form(compiler, item, NAME_FORM_FIELD, "a kind of identifier")) {
            is_good = false;
            continue;
        }
        for (size_t j = 0; j < i; j++) {
            if (!bytes_equal(kinds[j], kinds[i]))
                continue;
            diagnostic_add(
                compiler->list, DIAGNOSTIC_E0205, yaml_place(item),
                "identifier '%.*s' is given twice", compile_shown_len(kinds[i]),
                (const char *)kinds[i].data);
            is_good = false;
        }
    }
    return is_good;
}

static void compile_identifiers(struct compiler *compiler, const struct yaml_node *node)
{
    struct bytes kinds[IDENTIFIER_KINDS_MAX] = {{NULL, 0}};
    if (!yaml_expect(node, YAML_KIND_SEQUENCE, "'identifiers'", compiler->list))
        return;
    if (compiler->identifiers_place.source != NULL) {
        diagnostic_add(
            compiler->list, DIAGNOSTIC_E0205, yaml_place(node), "'identifiers' is given twice");
        diagnostic_note(compiler->list, compiler->identifiers_place, "it is given here first");
        return;
    }
    compiler->identifiers_place = yaml_place(node);
    if (node->count == 0) {
        diagnostic_add(
            compiler->list, DIAGNOSTIC_E0410, yaml_place(node), "at least one kind of identifier");
        return;
    }
    if (node->count > IDENTIFIER_KINDS_MAX) {
        diagnostic_add(
            compiler->list, DIAGNOSTIC_E0407, yaml_place(node), "at most %d kinds of identifier",
            IDENTIFIER_KINDS_MAX);
        return;
    }
    if (!read_identifiers(compiler, node, kinds))
        return;
    enum err err = catalog_set_identifiers(compiler->ruleset->catalog, kinds, node->count);
    INVARIANT(err == ERR_OK); // number, names and repetitions are checked above
}

static void compile_one_of(
    struct compiler *compiler, const struct yaml_node *node, struct field_def *field)
{
    if (node == NULL || !yaml_expect(node, YAML_KIND_SEQUENCE, "'one_of'", compiler->list))
        return;
    struct bytes *values = arena_alloc(&compiler->ruleset->arena, node->count * sizeof(*values));
    uint32_t count = 0;
    for (const struct yaml_node *item = yaml_first(node); item != NULL; item = yaml_next(item)) {
        struct bytes text;
        if (!yaml_to_text(item, "a value of 'one_of'", compiler->list, &text))
            continue;
        values[count++] = compile_copy(compiler, text);
        parts_add(compiler, &(struct part){PART_VALUE, compiler->ruleset->field_count, text}, 0);
    }
    if (node->count == 0)
        diagnostic_add(compiler->list, DIAGNOSTIC_E0410, yaml_place(node), "'one_of' is empty");
    if (field->type != DATA_STRING)
        diagnostic_add(
            compiler->list, DIAGNOSTIC_E0215, yaml_place(node),
            "'one_of' is for fields of type string");
    field->one_of = values;
    field->one_of_count = count;
}

static void compile_contact_field(struct compiler *compiler, const struct yaml_entry *entry)
{
    struct ruleset *ruleset = compiler->ruleset;
    size_t index = ruleset->field_count;
    if (!compile_define(compiler, SYMBOL_FIELD, entry->key, NAME_FORM_FIELD, index))
        return;
    struct bytes name = yaml_text(entry->key);
    if (scope_contact_has(name))
        diagnostic_add(
            compiler->list, DIAGNOSTIC_E0216, yaml_place(entry->key),
            "every contact has '%.*s' already, a field needs another name", compile_shown_len(name),
            (const char *)name.data);
    enum keys_result keys = compile_keys(compiler, entry->value, SECTION_FIELD);
    if (keys == KEYS_WRONG)
        return;
    struct field_def field = {
        .name = compile_copy(compiler, yaml_text(entry->key)), .type = DATA_ANY};
    const struct yaml_node *type =
        compile_required(compiler, entry->value, "type", yaml_place(entry->key), keys);
    struct bytes word;
    if (type != NULL && yaml_to_text(type, "'type'", compiler->list, &word))
        (void)declaration_type(compiler, type, word, &field.type);
    field.label = compile_text(compiler, entry->value, "label");
    compile_one_of(compiler, yaml_get(entry->value, "one_of"), &field);
    ruleset->fields =
        compile_grow(ruleset->fields, &ruleset->field_cap, index, sizeof(*ruleset->fields));
    ruleset->fields[ruleset->field_count++] = field;
}

void compile_contact(struct compiler *compiler, const struct yaml_node *node)
{
    if (compile_keys(compiler, node, SECTION_CONTACT) == KEYS_WRONG)
        return;
    const struct yaml_node *identifiers = yaml_get(node, "identifiers");
    const struct yaml_node *fields = yaml_get(node, "fields");
    if (identifiers != NULL)
        compile_identifiers(compiler, identifiers);
    if (fields == NULL || !yaml_expect(fields, YAML_KIND_MAPPING, "'fields'", compiler->list))
        return;
    for (struct yaml_entry entry = yaml_first_entry(fields); entry.key != NULL;
         entry = yaml_next_entry(entry))
        compile_contact_field(compiler, &entry);
}

void compile_contact_finish(struct compiler *compiler)
{
    const struct symbols *fields = &compiler->symbols[SYMBOL_FIELD];
    for (size_t i = 0; i < fields->count; i++) {
        const struct symbol *field = &fields->items[i];
        if (catalog_identifier_find(compiler->ruleset->catalog, field->name) ==
            IDENTIFIER_KINDS_MAX)
            continue;
        diagnostic_add(
            compiler->list, DIAGNOSTIC_E0216, field->place,
            "'%.*s' is a kind of identifier, a field needs another name",
            compile_shown_len(field->name), (const char *)field->name.data);
    }
}
