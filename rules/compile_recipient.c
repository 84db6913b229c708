// Compiles `to` of a step that does an action: whom it reaches, where that is not the contact.
#include "rules/compile_flow.h"
#include "rules/compile_with.h"

#define TO_PARAM "to"

static bool compile_address(
    struct flow *flow,
    const struct yaml_node *node,
    const char *what,
    uint32_t at,
    struct step_param *out)
{
    struct compiler *compiler = flow->compiler;
    const struct action_def *action = &compiler->ruleset->actions[flow->steps[at].action];
    uint32_t param = action_param_find(action, BYTES_LITERAL(TO_PARAM));
    if (param == action->param_count) {
        diagnostic_add(
            compiler->list, DIAGNOSTIC_E0217, yaml_place(node),
            "'%s' has no parameter 'to' that could say whom it is for",
            (const char *)action->name.data);
        return false;
    }
    out->param = param;
    return compile_step_value(flow, node, what, action->params[param].type, &out->value);
}

bool compile_recipient(
    struct flow *flow, const struct yaml_node *node, uint32_t at, struct step_param *out)
{
    static const char *const names[] = {"contact"};
    static const struct yaml_words words = {"'to'", names, 1};
    struct compiler *compiler = flow->compiler;
    size_t word = 0;
    if (node->kind != YAML_KIND_MAPPING) {
        (void)yaml_to_word(node, &words, compiler->list, &word);
        return false;
    }
    enum keys_result keys = compile_keys(compiler, node, SECTION_STEP_TO);
    const struct yaml_node *staff = yaml_get(node, "staff");
    const struct yaml_node *address = yaml_get(node, "address");
    if ((staff == NULL) == (address == NULL)) {
        if (keys == KEYS_GOOD)
            diagnostic_add(
                compiler->list, staff == NULL ? DIAGNOSTIC_E0204 : DIAGNOSTIC_E0215,
                yaml_place(node), "'to' has one of 'staff' and 'address', or is contact");
        return false;
    }
    flow->steps[at].recipient = staff != NULL ? RECIPIENT_STAFF : RECIPIENT_ADDRESS;
    return staff != NULL ? compile_address(flow, staff, "'staff'", at, out)
                         : compile_address(flow, address, "'address'", at, out);
}
