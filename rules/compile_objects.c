// Compiles `objects`: what a contact has, by which key, and which events say what of it.
#include "engine/base/hash.h"
#include "rules/compile_expression.h"
#include "rules/compile_history.h"
#include "rules/compile_triggers.h"
#include "rules/compiler.h"
#include "rules/event_set.h"

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

// --- what removes it
// The place where the list or the family names the type.
static struct place place_of_type(const struct yaml_node *node, struct bytes type)
{
    const struct yaml_node *item = node->kind == YAML_KIND_SEQUENCE ? yaml_first(node) : node;
    for (; item != NULL && node->kind == YAML_KIND_SEQUENCE; item = yaml_next(item)) {
        struct bytes name = yaml_text(item);
        bool is_family = name.len > 2 && name.data[name.len - 1] == '*';
        size_t alike = is_family ? name.len - 1 : name.len;
        if ((is_family ? type.len > alike : type.len == alike) &&
            memcmp(name.data, type.data, alike) == 0)
            break;
    }
    return yaml_place(item == NULL ? node : item);
}

// Whether no type does both.
static bool is_apart(
    struct compiler *compiler,
    const struct object_def *object,
    const struct yaml_node *on,
    const struct yaml_node *removed_by)
{
    const struct ruleset *ruleset = compiler->ruleset;
    struct event_types removing = ruleset_types_on(ruleset, &object->removed_by);
    for (uint32_t i = 0; i < removing.count; i++) {
        if (!ruleset_is_on(ruleset, object->on, removing.items[i]))
            continue;
        struct bytes name = catalog_type(ruleset->catalog, removing.items[i])->name;
        diagnostic_add(
            compiler->list, DIAGNOSTIC_E0234, place_of_type(removed_by, name),
            "event '%.*s' is in 'on' as well, and cannot both make an object and remove it",
            compile_shown_len(name), (const char *)name.data);
        diagnostic_note(compiler->list, place_of_type(on, name), "it is in 'on' here");
        return false;
    }
    return true;
}

// All types that are about the object: `key` is asked of each.
static void join_types(struct compiler *compiler, struct object_def *object)
{
    struct event_types on = ruleset_types_on(compiler->ruleset, &object->on);
    struct event_types removing = ruleset_types_on(compiler->ruleset, &object->removed_by);
    event_type *types =
        arena_alloc(&compiler->scratch, (on.count + removing.count) * sizeof(*types));
    memcpy(types, on.items, on.count * sizeof(*types));
    memcpy(types + on.count, removing.items, removing.count * sizeof(*types));
    object->about = event_set_of(compiler->ruleset, types, on.count + removing.count);
}

// False after a diagnostic.
static bool compile_removal(
    struct compiler *compiler,
    const struct yaml_node *node,
    const struct yaml_node *on,
    struct object_def *object)
{
    if (!compile_triggers(compiler, node, "'removed_by'", &object->removed_by))
        return false;
    if (object->on == EVENT_TYPE_UNKNOWN)
        return true; // said already
    if (!is_apart(compiler, object, on, node))
        return false;
    join_types(compiler, object);
    return true;
}

// --- objects
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
        .removed_by = EVENT_TYPE_UNKNOWN,
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
    const struct yaml_node *removed_by = yaml_get(entry->value, "removed_by");
    object.about = object.on;
    if (removed_by != NULL && !compile_removal(compiler, removed_by, on, &object))
        is_about_events = false;
    if (key != NULL && is_about_events)
        object.key =
            compile_expression(compiler, key, "'key'", object.about, EXPRESSION_OBJECT_KEY);
    if (fields != NULL)
        compile_fields(compiler, fields, &object);
    ruleset->objects = compile_grow(ruleset->objects, &ruleset->object_cap, index, sizeof(object));
    ruleset->objects[ruleset->object_count++] = object;
}

void compile_objects(struct compiler *compiler, const struct yaml_node *node)
{
    compile_section(compiler, node, "'objects'", compile_object);
}
