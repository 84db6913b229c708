#include "rules/compile_implied.h"

#include <stdlib.h>

#include "rules/parts.h"
#include "rules/ruleset_data.h"

void compile_implies(struct compiler *compiler, const struct yaml_node *node, event_type type)
{
    compiler->implications = compile_grow(
        compiler->implications, &compiler->implication_cap, compiler->implication_count,
        sizeof(*compiler->implications));
    compiler->implications[compiler->implication_count++] = (struct implication){node, type};
}

// A member that both types have, where they say what they have.
static bool is_of_both(
    struct compiler *compiler,
    const struct yaml_node *node,
    struct bytes member,
    event_type implying,
    event_type implied)
{
    const event_type types[] = {implying, implied};
    for (size_t i = 0; i < 2; i++) {
        const struct event_type_def *type = catalog_type(compiler->ruleset->catalog, types[i]);
        if (catalog_field(type, member) != NULL)
            continue;
        const char **known =
            arena_alloc(&compiler->scratch, (type->field_count + 1) * sizeof(*known));
        for (size_t f = 0; f < type->field_count; f++)
            known[f] = arena_text(&compiler->scratch, type->fields[f].name);
        struct buffer what = {0};
        buffer_add_text(&what, "data of ");
        buffer_add_bytes(&what, type->name);
        buffer_add_u8(&what, 0);
        diagnostic_add_unknown(
            compiler->list, DIAGNOSTIC_E0203, yaml_place(node),
            &(struct unknown_word){(const char *)what.data, member, known, type->field_count});
        buffer_free(&what);
        return false;
    }
    return true;
}

// "data.message" -> "message"
static bool member_of(struct compiler *compiler, const struct yaml_node *node, struct bytes *out)
{
    static const char before[] = "data.";
    const size_t len = sizeof(before) - 1;
    struct bytes text;
    if (!yaml_to_text(node, "'same'", compiler->list, &text))
        return false;
    if (text.len > len && memcmp(text.data, before, len) == 0) {
        *out = bytes_of(text.data + len, text.len - len);
        return true;
    }
    diagnostic_add(
        compiler->list, DIAGNOSTIC_E0240, yaml_place(node),
        "'%.*s' is no member of the data: expected data.NAME", compile_shown_len(text),
        (const char *)text.data);
    return false;
}

static uint32_t members_of(
    struct compiler *compiler,
    const struct yaml_node *same,
    event_type implying,
    event_type implied,
    struct bytes *members)
{
    bool is_list = same->kind == YAML_KIND_SEQUENCE;
    const struct yaml_node *item = is_list ? yaml_first(same) : same;
    uint32_t count = 0;
    if (is_list && (same->count == 0 || same->count > IMPLIED_MEMBERS_MAX)) {
        diagnostic_add(
            compiler->list, DIAGNOSTIC_E0240, yaml_place(same),
            "'same' names %d members at most, and one at least", IMPLIED_MEMBERS_MAX);
        return 0;
    }
    while (item != NULL) {
        if (!member_of(compiler, item, &members[count]) ||
            !is_of_both(compiler, item, members[count], implying, implied))
            return 0;
        count++;
        item = is_list ? yaml_next(item) : NULL;
    }
    return count;
}

// The one of that type and those members, made where there is none.
static uint32_t implied_of(
    struct compiler *compiler, event_type type, const struct bytes *members, uint32_t count)
{
    struct ruleset *ruleset = compiler->ruleset;
    struct buffer name = {0};
    buffer_add_bytes(&name, catalog_type(ruleset->catalog, type)->name);
    buffer_add_text(&name, " by");
    for (uint32_t i = 0; i < count; i++) {
        buffer_add_u8(&name, ' ');
        buffer_add_bytes(&name, members[i]);
    }
    const struct part part = {PART_IMPLIED, 0, buffer_bytes(&name)};
    size_t known = parts_find(compiler, &part);
    uint32_t at = (uint32_t)(known == PART_NONE ? ruleset->implied_count : known);
    if (known == PART_NONE) {
        parts_add(compiler, &part, at);
        struct bytes *kept = arena_alloc(&ruleset->arena, count * sizeof(*kept));
        for (uint32_t i = 0; i < count; i++)
            kept[i] = compile_copy(compiler, members[i]);
        ruleset->implied =
            compile_grow(ruleset->implied, &ruleset->implied_cap, at, sizeof(*ruleset->implied));
        ruleset->implied[ruleset->implied_count++] = (struct implied_def){
            .name = compile_copy(compiler, buffer_bytes(&name)),
            .type = type,
            .members = kept,
            .member_count = count,
            .index = at,
        };
    }
    buffer_free(&name);
    return at;
}

static void add_pair(struct ruleset *ruleset, event_type implying, uint32_t implied)
{
    ruleset->implications = compile_grow(
        ruleset->implications, &ruleset->implication_cap, ruleset->implication_count,
        sizeof(*ruleset->implications));
    ruleset->implications[ruleset->implication_count++] =
        (struct implication_pair){implying, implied};
}

static void compile_implication(
    struct compiler *compiler, const struct yaml_entry *entry, event_type implying)
{
    struct bytes members[IMPLIED_MEMBERS_MAX];
    event_type implied = EVENT_TYPE_UNKNOWN;
    enum keys_result keys = compile_keys(compiler, entry->value, SECTION_IMPLIED);
    if (keys == KEYS_WRONG || !compile_trigger(compiler, entry->key, "'implies'", &implied))
        return;
    const struct event_type_def *def = catalog_type(compiler->ruleset->catalog, implied);
    if (implied == implying || def->builtin != BUILTIN_NONE) {
        diagnostic_add(
            compiler->list, DIAGNOSTIC_E0240, yaml_place(entry->key),
            implied == implying ? "%.*s cannot imply itself"
                                : "the engine itself makes or acts on %.*s: nothing can imply it",
            compile_shown_len(def->name), (const char *)def->name.data);
        return;
    }
    const struct yaml_node *same =
        compile_required(compiler, entry->value, "same", yaml_place(entry->key), keys);
    if (same == NULL)
        return;
    uint32_t count = members_of(compiler, same, implying, implied, members);
    if (count > 0)
        add_pair(compiler->ruleset, implying, implied_of(compiler, implied, members, count));
}

void compile_implies_finish(struct compiler *compiler)
{
    for (size_t i = 0; i < compiler->implication_count; i++) {
        const struct implication *implication = &compiler->implications[i];
        if (!yaml_expect(implication->node, YAML_KIND_MAPPING, "'implies'", compiler->list))
            continue;
        for (struct yaml_entry entry = yaml_first_entry(implication->node); entry.key != NULL;
             entry = yaml_next_entry(entry))
            compile_implication(compiler, &entry, implication->type);
    }
    free(compiler->implications);
    compiler->implications = NULL;
    compiler->implication_count = 0;
}
