// Compiles `workflows`: what starts them, whether again, and their steps.
#include "rules/compile_expression.h"
#include "rules/compile_triggers.h"
#include "rules/compiler.h"

static enum workflow_reenter compile_reenter(
    struct compiler *compiler, const struct yaml_node *node)
{
    static const char *const names[] = {"never", "always"};
    static const struct yaml_words words = {"'reenter'", names, sizeof(names) / sizeof(names[0])};
    if (node == NULL)
        return WORKFLOW_REENTER_NEVER;
    size_t count = 0;
    const char *const *later = reenter_later(&count);
    for (size_t i = 0; i < count; i++) {
        if (node->kind == YAML_KIND_SCALAR && bytes_equal_text(yaml_text(node), later[i])) {
            compile_not_yet(compiler, yaml_place(node), yaml_text(node));
            return WORKFLOW_REENTER_NEVER;
        }
    }
    const struct yaml_node *after = yaml_get_key(node, "after");
    if (after != NULL) {
        compile_not_yet(compiler, yaml_place(after), yaml_text(after));
        return WORKFLOW_REENTER_NEVER;
    }
    size_t word = 0;
    (void)yaml_to_word(node, &words, compiler->list, &word);
    return word == 0 ? WORKFLOW_REENTER_NEVER : WORKFLOW_REENTER_ALWAYS;
}

static void compile_workflow(struct compiler *compiler, const struct yaml_entry *entry)
{
    struct ruleset *ruleset = compiler->ruleset;
    const struct yaml_node *node = entry->value;
    size_t index = ruleset->workflow_count;
    if (!compile_define(compiler, SYMBOL_WORKFLOW, entry->key, NAME_FORM_PLAIN, index))
        return;
    enum keys_result keys = compile_keys(compiler, node, SECTION_WORKFLOW);
    if (keys == KEYS_WRONG)
        return;
    struct workflow_def workflow = {
        .name = compile_copy(compiler, yaml_text(entry->key)),
        .label = compile_text(compiler, node, "label"),
        .on = EVENT_TYPE_UNKNOWN,
        .reenter = compile_reenter(compiler, yaml_get(node, "reenter")),
        .place = compile_place(compiler, entry->key),
    };
    const struct yaml_node *on =
        compile_required(compiler, node, "on", yaml_place(entry->key), keys);
    const struct yaml_node *steps =
        compile_required(compiler, node, "steps", yaml_place(entry->key), keys);
    if (on != NULL)
        (void)compile_triggers(compiler, on, "'on'", &workflow.on);
    const struct yaml_node *condition = yaml_get(node, "if");
    compile_owner(compiler, "workflows", workflow.name);
    if (condition != NULL)
        workflow.condition =
            compile_expression(compiler, condition, "'if'", workflow.on, EXPRESSION_CONDITION);
    if (steps != NULL)
        compile_steps(compiler, steps, &workflow);
    ruleset->workflows = compile_grow(
        ruleset->workflows, &ruleset->workflow_cap, index, sizeof(*ruleset->workflows));
    ruleset->workflows[ruleset->workflow_count++] = workflow;
}

void compile_workflows(struct compiler *compiler, const struct yaml_node *node)
{
    if (!yaml_expect(node, YAML_KIND_MAPPING, "'workflows'", compiler->list))
        return;
    for (struct yaml_entry entry = yaml_first_entry(node); entry.key != NULL;
         entry = yaml_next_entry(entry))
        compile_workflow(compiler, &entry);
}
