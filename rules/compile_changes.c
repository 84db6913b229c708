// Compiles what steps change or say: `set`, `points`, `emit`.
#include <stdio.h>

#include "rules/compile_flow.h"
#include "rules/compile_members.h"

enum { WHAT_BYTES = 140 };

static const struct field_def *find_field(const struct compiler *compiler, struct bytes name)
{
    const struct ruleset *ruleset = compiler->ruleset;
    const struct symbol *symbol = symbols_find(&compiler->symbols[SYMBOL_FIELD], name);
    bool is_known = symbol != NULL && symbol->index < ruleset->field_count &&
                    bytes_equal(ruleset->fields[symbol->index].name, name);
    return is_known ? &ruleset->fields[symbol->index] : NULL;
}

// What `set` names: contact.NAME, or NAME without the contact.
enum named { IS_CONTACTS, IS_BARE };

static void report_member(
    struct compiler *compiler, const struct yaml_node *key, struct bytes name, enum named named)
{
    bool is_member = find_field(compiler, name) != NULL || bytes_equal_text(name, "stage");
    if (named == IS_BARE) {
        diagnostic_add(
            compiler->list, DIAGNOSTIC_E0203, yaml_place(key),
            "unknown member '%.*s': 'set' changes contact.FIELD and contact.stage%s%.*s%s",
            compile_shown_len(name), (const char *)name.data,
            is_member ? ", did you mean 'contact." : "", is_member ? compile_shown_len(name) : 0,
            (const char *)name.data, is_member ? "'?" : "");
        return;
    }
    size_t count = 0;
    const char *const *names =
        symbols_names(&compiler->symbols[SYMBOL_FIELD], &compiler->scratch, &count);
    const struct unknown_word unknown = {"field", name, names, count};
    diagnostic_add_unknown(compiler->list, DIAGNOSTIC_E0203, yaml_place(key), &unknown);
}

static bool compile_assignment(
    struct flow *flow, const struct yaml_entry *entry, struct step_assignment *out)
{
    static const char prefix[] = "contact.";
    const size_t prefix_len = sizeof(prefix) - 1;
    struct compiler *compiler = flow->compiler;
    struct bytes name = yaml_text(entry->key);
    bool is_contacts = name.len > prefix_len && memcmp(name.data, prefix, prefix_len) == 0;
    if (is_contacts)
        name = bytes_of(name.data + prefix_len, name.len - prefix_len);
    const struct field_def *field = is_contacts ? find_field(compiler, name) : NULL;
    bool is_stage = is_contacts && bytes_equal_text(name, "stage");
    if (field == NULL && !is_stage) {
        report_member(compiler, entry->key, name, is_contacts ? IS_CONTACTS : IS_BARE);
        return false;
    }
    char what[WHAT_BYTES];
    out->name = compile_copy(compiler, name);
    (void)snprintf(what, sizeof(what), "'%s'", (const char *)out->name.data);
    if (yaml_is_null(entry->value)) {
        out->value = (struct step_value){.constant = {.kind = VALUE_NULL}};
        return true;
    }
    return compile_step_value(
        flow, entry->value, what, field == NULL ? DATA_STRING : field->type, &out->value);
}

void compile_set(struct flow *flow, const struct yaml_entry *entry, uint32_t at)
{
    struct compiler *compiler = flow->compiler;
    const struct yaml_node *node = entry->value;
    if (!yaml_expect(node, YAML_KIND_MAPPING, "'set'", compiler->list))
        return;
    struct step_assignment *assignments =
        arena_alloc(&compiler->ruleset->arena, (node->count + 1) * sizeof(*assignments));
    uint32_t count = 0;
    for (struct yaml_entry each = yaml_first_entry(node); each.key != NULL;
         each = yaml_next_entry(each))
        count += compile_assignment(flow, &each, &assignments[count]) ? 1 : 0;
    flow->steps[at].assignments = assignments;
    flow->steps[at].assignment_count = count;
}

void compile_step_points(struct flow *flow, const struct yaml_entry *entry, uint32_t at)
{
    struct compiler *compiler = flow->compiler;
    struct bytes name;
    enum keys_result keys = compile_keys(compiler, entry->value, SECTION_STEP_POINTS);
    if (keys == KEYS_WRONG)
        return;
    const struct yaml_node *score =
        compile_required(compiler, entry->value, "score", yaml_place(entry->key), keys);
    const struct yaml_node *add =
        compile_required(compiler, entry->value, "add", yaml_place(entry->key), keys);
    if (add != NULL)
        (void)compile_step_value(flow, add, "'add'", DATA_DOUBLE, &flow->steps[at].points);
    if (score == NULL || !yaml_to_text(score, "'score'", compiler->list, &name))
        return;
    const struct symbol *symbol = symbols_find(&compiler->symbols[SYMBOL_SCORE], name);
    if (symbol == NULL) {
        compile_unknown(compiler, SYMBOL_SCORE, DIAGNOSTIC_E0222, score);
        return;
    }
    flow->steps[at].score = (uint32_t)symbol->index;
    if (compiler->ruleset->scores[symbol->index].combine != NULL)
        diagnostic_add(
            compiler->list, DIAGNOSTIC_E0215, yaml_place(score),
            "'%.*s' is combined of other scores: nothing can be added to it",
            compile_shown_len(name), (const char *)name.data);
}

// --- emit
static enum data_type type_of_field(
    const struct event_type_def *type, struct bytes name, enum data_type otherwise)
{
    for (size_t i = 0; i < type->field_count; i++) {
        if (bytes_equal(type->fields[i].name, name))
            return type->fields[i].type;
    }
    return otherwise;
}

static void compile_emit_data(
    struct flow *flow, const struct yaml_node *node, const struct event_type_def *type, uint32_t at)
{
    struct compiler *compiler = flow->compiler;
    if (node == NULL || !yaml_expect(node, YAML_KIND_MAPPING, "'data'", compiler->list))
        return;
    struct step_assignment *data =
        arena_alloc(&compiler->ruleset->arena, (node->count + 1) * sizeof(*data));
    uint32_t count = 0;
    for (struct yaml_entry each = yaml_first_entry(node); each.key != NULL;
         each = yaml_next_entry(each)) {
        char what[WHAT_BYTES];
        struct bytes name = compile_copy(compiler, yaml_text(each.key));
        (void)snprintf(what, sizeof(what), "'%s'", (const char *)name.data);
        data[count].name = name;
        if (type->field_count > 0 && catalog_field(type, name) == NULL)
            compile_undeclared_member(compiler, each.key, type); // it may carry more
        if (compile_step_value(
                flow, each.value, what, type_of_field(type, name, DATA_ANY), &data[count].value))
            count++;
    }
    flow->steps[at].assignments = data;
    flow->steps[at].assignment_count = count;
}

void compile_emit(struct flow *flow, const struct yaml_entry *entry, uint32_t at)
{
    struct compiler *compiler = flow->compiler;
    enum keys_result keys = compile_keys(compiler, entry->value, SECTION_STEP_EMIT);
    if (keys == KEYS_WRONG)
        return;
    const struct yaml_node *type =
        compile_required(compiler, entry->value, "type", yaml_place(entry->key), keys);
    if (type == NULL || !compile_trigger(compiler, type, "'type'", &flow->steps[at].emits))
        return;
    const struct event_type_def *def =
        catalog_type(compiler->ruleset->catalog, flow->steps[at].emits);
    if (def->builtin != BUILTIN_NONE) {
        diagnostic_add(
            compiler->list, DIAGNOSTIC_E0228, yaml_place(type),
            "the engine itself makes or acts on %.*s: a workflow cannot emit it",
            compile_shown_len(def->name), (const char *)def->name.data);
        return;
    }
    const struct yaml_node *data = yaml_get(entry->value, "data");
    bool is_mapping = data != NULL && data->kind == YAML_KIND_MAPPING;
    compile_emit_data(flow, data, def, at);
    if (data == NULL || is_mapping)
        compile_missing_members(
            compiler, data, yaml_place(is_mapping ? data : type), def, DIAGNOSTIC_W0513);
}
