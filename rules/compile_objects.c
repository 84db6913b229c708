// Compiles `objects`: what a contact has, by which key, and which events say what of it.
#include "engine/base/hash.h"
#include "rules/compile_expression.h"
#include "rules/compile_history.h"
#include "rules/compile_triggers.h"
#include "rules/compiler.h"

struct bytes object_member_name(enum object_member member)
{
    switch (member) {
    case OBJECT_KEY: return BYTES_LITERAL("key");
    case OBJECT_CREATED: return BYTES_LITERAL("created");
    case OBJECT_UPDATED: return BYTES_LITERAL("updated");
    case OBJECT_MEMBER_COUNT: break;
    }
    return BYTES_LITERAL("");
}

bool object_declares(const struct object_def *object, struct bytes name)
{
    for (uint32_t i = 0; i < object->field_count; i++) {
        if (bytes_equal(object->fields[i].name, name))
            return true;
    }
    return false;
}

static void compile_fields(
    struct compiler *compiler, const struct yaml_node *node, struct object_def *object)
{
    if (!yaml_expect(node, YAML_KIND_MAPPING, "'fields'", compiler->list))
        return;
    if (node->count == 0 || node->count > OBJECT_FIELDS_MAX) {
        diagnostic_add(
            compiler->list, node->count == 0 ? DIAGNOSTIC_E0410 : DIAGNOSTIC_E0407,
            yaml_place(node), "'fields' names %d fields at most, and one at least",
            OBJECT_FIELDS_MAX);
        return;
    }
    struct object_field *fields =
        arena_alloc(&compiler->ruleset->arena, node->count * sizeof(*fields));
    uint64_t layout = 0;
    for (struct yaml_entry entry = yaml_first_entry(node); entry.key != NULL;
         entry = yaml_next_entry(entry)) {
        if (!compile_name_form(compiler, entry.key, NAME_FORM_FIELD, "a field"))
            continue;
        struct object_field *field = &fields[object->field_count++];
        field->name = compile_copy(compiler, yaml_text(entry.key));
        field->value = compile_expression(
            compiler, entry.value, (const char *)field->name.data, object->on, EXPRESSION_OBJECT);
        layout = hash_u64(field->name, layout);
    }
    object->fields = fields;
    object->layout = (uint32_t)layout;
}

// "object opportunity": no counter is called so.
static struct bytes kept_name(struct compiler *compiler, struct bytes name)
{
    struct buffer kept = {0};
    buffer_add_text(&kept, "object ");
    buffer_add_bytes(&kept, name);
    struct bytes copy = compile_copy(compiler, buffer_bytes(&kept));
    buffer_free(&kept);
    return copy;
}

static void compile_object(struct compiler *compiler, const struct yaml_entry *entry)
{
    struct ruleset *ruleset = compiler->ruleset;
    size_t index = ruleset->object_count;
    if (!compile_define(compiler, SYMBOL_OBJECT, entry->key, NAME_FORM_PLAIN, index))
        return;
    enum keys_result keys = compile_keys(compiler, entry->value, SECTION_OBJECT);
    if (keys == KEYS_WRONG)
        return;
    struct object_def object = {
        .name = compile_copy(compiler, yaml_text(entry->key)),
        .kept_as = kept_name(compiler, yaml_text(entry->key)),
        .label = compile_text(compiler, entry->value, "label"),
        .index = (uint32_t)index,
        .on = EVENT_TYPE_UNKNOWN,
        .is_from_now = compile_from_now(compiler, entry->value),
        .hash = compile_hash(entry->value),
        .place = compile_place(compiler, entry->key),
    };
    const struct place place = yaml_place(entry->key);
    const struct yaml_node *on = compile_required(compiler, entry->value, "on", place, keys);
    const struct yaml_node *key = compile_required(compiler, entry->value, "key", place, keys);
    const struct yaml_node *fields =
        compile_required(compiler, entry->value, "fields", place, keys);
    compile_owner(compiler, "objects", object.name);
    bool is_about_events = on != NULL && compile_triggers(compiler, on, "'on'", &object.on);
    if (key != NULL && is_about_events)
        object.key = compile_expression(compiler, key, "'key'", object.on, EXPRESSION_OBJECT_KEY);
    if (fields != NULL)
        compile_fields(compiler, fields, &object);
    ruleset->objects = compile_grow(ruleset->objects, &ruleset->object_cap, index, sizeof(object));
    ruleset->objects[ruleset->object_count++] = object;
}

void compile_objects(struct compiler *compiler, const struct yaml_node *node)
{
    if (!yaml_expect(node, YAML_KIND_MAPPING, "'objects'", compiler->list))
        return;
    for (struct yaml_entry entry = yaml_first_entry(node); entry.key != NULL;
         entry = yaml_next_entry(entry))
        compile_object(compiler, &entry);
}
