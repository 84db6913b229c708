// Compiles `with`: the values of an action's parameters, checked against their declaration.
#include "rules/compile_with.h"

#include <stdio.h>

#include "engine/base/invariant.h"
#include "rules/compile_default.h"
#include "rules/compile_flow.h"

enum { WHAT_BYTES = 140 };

uint32_t action_param_find(const struct action_def *action, struct bytes name)
{
    for (uint32_t i = 0; i < action->param_count; i++) {
        if (bytes_equal(action->params[i].name, name))
            return i;
    }
    return action->param_count;
}

void compile_unknown_param(
    struct compiler *compiler, const struct yaml_node *key, const struct action_def *action)
{
    const char *known[ACTION_PARAMS_MAX];
    INVARIANT(action->param_count <= ACTION_PARAMS_MAX);
    for (uint32_t i = 0; i < action->param_count; i++)
        known[i] = (const char *)action->params[i].name.data;
    char what[WHAT_BYTES];
    (void)snprintf(what, sizeof(what), "parameter of '%s':", (const char *)action->name.data);
    struct unknown_word unknown = {what, yaml_text(key), known, action->param_count};
    diagnostic_add_unknown(compiler->list, DIAGNOSTIC_E0217, yaml_place(key), &unknown);
}

static void report_missing(
    struct compiler *compiler,
    const struct workflow_step *step,
    const struct yaml_node *node,
    struct place place)
{
    const struct action_def *action = &compiler->ruleset->actions[step->action];
    const struct symbol *symbol = symbols_find(&compiler->symbols[SYMBOL_ACTION], action->name);
    INVARIANT(symbol != NULL);
    for (uint32_t i = 0; i < action->param_count; i++) {
        const struct action_param *param = &action->params[i];
        const char *name = (const char *)param->name.data;
        if (param->is_optional || action_param_has_default(param) || yaml_get(node, name) != NULL ||
            (step->recipient != RECIPIENT_CONTACT && bytes_equal_text(param->name, "to")))
            continue;
        diagnostic_add(
            compiler->list, DIAGNOSTIC_E0204, place, "'%s' needs '%s' in 'with'",
            (const char *)action->name.data, name);
        diagnostic_note(compiler->list, symbol->place, "it is declared here");
    }
}

static void refuse_twice(struct compiler *compiler, const struct yaml_node *with)
{
    const struct yaml_node *to = with == NULL ? NULL : yaml_get_key(with, "to");
    if (to != NULL)
        diagnostic_add(
            compiler->list, DIAGNOSTIC_E0215, yaml_place(to),
            "the step says by its own 'to' whom it is for");
}

void compile_with(struct flow *flow, const struct yaml_node *step, struct place place, uint32_t at)
{
    struct compiler *compiler = flow->compiler;
    const struct action_def *action = &compiler->ruleset->actions[flow->steps[at].action];
    const struct yaml_node *node = yaml_get(step, "with");
    const struct yaml_node *to = yaml_get(step, "to");
    if (node != NULL && !yaml_expect(node, YAML_KIND_MAPPING, "'with'", compiler->list))
        return;
    size_t given = node == NULL ? 0 : node->count;
    struct step_param *with = arena_alloc(&compiler->ruleset->arena, (given + 1) * sizeof(*with));
    uint32_t count = 0;
    bool has_unknown = false;
    struct yaml_entry entry = yaml_entry_of(NULL);
    if (node != NULL)
        entry = yaml_first_entry(node);
    for (; entry.key != NULL; entry = yaml_next_entry(entry)) {
        uint32_t index = action_param_find(action, yaml_text(entry.key));
        if (index == action->param_count) {
            compile_unknown_param(compiler, entry.key, action);
            has_unknown = true;
            continue;
        }
        char what[WHAT_BYTES];
        (void)snprintf(what, sizeof(what), "'%s'", (const char *)action->params[index].name.data);
        if (compile_step_value(
                flow, entry.value, what, action->params[index].type, &with[count].value))
            with[count++].param = index;
    }
    if (to != NULL && compile_recipient(flow, to, at, &with[count]))
        count++;
    if (flow->steps[at].recipient != RECIPIENT_CONTACT)
        refuse_twice(compiler, node);
    if (!has_unknown) // what is missing may be there under a wrong name
        report_missing(compiler, &flow->steps[at], node, place);
    flow->steps[at].with = with;
    flow->steps[at].with_count = count;
}
