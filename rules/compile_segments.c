// Compiles `segments`: who belongs to them, and for how long that must have been true.
#include "rules/compile_expression.h"
#include "rules/compile_history.h"
#include "rules/compiler.h"

#define SPAN_MS_MAX INT64_C(31557600000000) // a thousand years

static void compile_segment(struct compiler *compiler, const struct yaml_entry *entry)
{
    static const struct yaml_range known_range = {"'known_for'", 1, SPAN_MS_MAX};
    static const struct yaml_range for_range = {"'for'", 1, SPAN_MS_MAX};
    struct ruleset *ruleset = compiler->ruleset;
    size_t index = ruleset->segment_count;
    if (!compile_define(compiler, SYMBOL_SEGMENT, entry->key, NAME_FORM_PLAIN, index))
        return;
    enum keys_result keys = compile_keys(compiler, entry->value, SECTION_SEGMENT);
    if (keys == KEYS_WRONG)
        return;
    struct segment_def segment = {
        .name = compile_copy(compiler, yaml_text(entry->key)),
        .label = compile_text(compiler, entry->value, "label"),
        .index = (uint32_t)index,
        .is_from_now = compile_from_now(compiler, entry->value),
        .hash = compile_hash(entry->value),
        .place = compile_place(compiler, entry->key),
    };
    const struct yaml_node *condition =
        compile_required(compiler, entry->value, "if", yaml_place(entry->key), keys);
    const struct yaml_node *known_for = yaml_get(entry->value, "known_for");
    const struct yaml_node *held_for = yaml_get(entry->value, "for");
    compile_owner(compiler, "segments", segment.name);
    if (condition != NULL)
        segment.condition =
            compile_contact_expression(compiler, condition, "'if'", EXPRESSION_LIVE);
    if (known_for != NULL)
        (void)yaml_to_duration(known_for, &known_range, compiler->list, &segment.known_for_ms);
    if (held_for != NULL)
        (void)yaml_to_duration(held_for, &for_range, compiler->list, &segment.for_ms);
    ruleset->segments =
        compile_grow(ruleset->segments, &ruleset->segment_cap, index, sizeof(segment));
    ruleset->segments[ruleset->segment_count++] = segment;
}

void compile_segments(struct compiler *compiler, const struct yaml_node *node)
{
    struct ruleset *ruleset = compiler->ruleset;
    if (!yaml_expect(node, YAML_KIND_MAPPING, "'segments'", compiler->list))
        return;
    ruleset->segments = compile_reserve(
        ruleset->segments, &ruleset->segment_cap, ruleset->segment_count + node->count,
        sizeof(*ruleset->segments));
    for (struct yaml_entry entry = yaml_first_entry(node); entry.key != NULL;
         entry = yaml_next_entry(entry))
        compile_segment(compiler, &entry);
}
