// Compiles `lists`: the names that workflows may add contacts to.
#include "rules/compiler.h"

void compile_lists(struct compiler *compiler, const struct yaml_node *node)
{
    struct ruleset *ruleset = compiler->ruleset;
    if (!yaml_expect(node, YAML_KIND_MAPPING, "'lists'", compiler->list))
        return;
    compiler->has_lists = true;
    for (struct yaml_entry entry = yaml_first_entry(node); entry.key != NULL;
         entry = yaml_next_entry(entry)) {
        if (!compile_define(compiler, SYMBOL_LIST, entry.key, NAME_FORM_PLAIN, ruleset->list_count))
            continue;
        // A list without anything to say about it may be written `newsletter:`.
        if (!yaml_is_null(entry.value) &&
            compile_keys(compiler, entry.value, SECTION_LIST) != KEYS_WRONG)
            (void)compile_text(compiler, entry.value, "label");
        ruleset->lists = compile_grow(
            ruleset->lists, &ruleset->list_cap, ruleset->list_count, sizeof(*ruleset->lists));
        ruleset->lists[ruleset->list_count++] = compile_copy(compiler, yaml_text(entry.key));
    }
}
