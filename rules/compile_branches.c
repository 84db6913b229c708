// Compiles what parts the ways of runs: `if`, `choose`, `split`.
#include <stdio.h>

#include "rules/compile_flow.h"

enum { BRANCHES_MAX = 100, SHARE_MAX = 1000000 };

static void add_id(const struct flow *flow, uint32_t at, const char *behind, char *out)
{
    struct bytes id = flow->steps[at].id;
    (void)snprintf(
        out, FLOW_ID_BYTES, "%.*s.%s", (int)(id.len < 300 ? id.len : 300), (const char *)id.data,
        behind);
}

static uint32_t branch(
    struct flow *flow, const struct yaml_node *list, uint32_t at, const char *behind)
{
    char prefix[FLOW_ID_BYTES];
    add_id(flow, at, behind, prefix);
    return flow_list(flow, list, at, prefix);
}

void compile_if(
    struct flow *flow, const struct yaml_node *node, const struct yaml_entry *entry, uint32_t at)
{
    if (flow->steps[at].kind == STEP_IF)
        flow->steps[at].condition =
            flow_expression(flow, entry->value, "'if'", EXPRESSION_CONDITION);
    uint32_t then_at = branch(flow, yaml_get(node, "then"), at, "then");
    uint32_t else_at = branch(flow, yaml_get(node, "else"), at, "else");
    flow->steps[at].then_at = then_at;
    flow->steps[at].else_at = else_at;
    if (flow->steps[at].kind == STEP_IF && yaml_get_key(node, "then") == NULL &&
        yaml_get_key(node, "else") == NULL)
        diagnostic_add(
            flow->compiler->list, DIAGNOSTIC_E0204, yaml_place(entry->key),
            "'if' needs 'then' or 'else'");
}

// --- choose
// One choice: its condition and steps into the step `at`, which is an IF.
static void compile_choice(
    struct flow *flow, const struct yaml_node *node, uint32_t at, const char *name)
{
    struct compiler *compiler = flow->compiler;
    enum keys_result keys = compile_keys(compiler, node, SECTION_CHOICE);
    if (keys == KEYS_WRONG)
        return;
    const struct yaml_node *condition =
        compile_required(compiler, node, "if", yaml_place(node), keys);
    const struct yaml_node *steps =
        compile_required(compiler, node, "steps", yaml_place(node), keys);
    flow->steps[at].kind = STEP_IF;
    if (condition != NULL)
        flow->steps[at].condition = flow_expression(flow, condition, "'if'", EXPRESSION_CONDITION);
    uint32_t then_at = flow_list(flow, steps, at, name);
    flow->steps[at].then_at = then_at;
}

// The last one may be {else: steps}.
static bool is_else(const struct yaml_node *node)
{
    return node != NULL && node->kind == YAML_KIND_MAPPING && node->count == 1 &&
           yaml_get_key(node, "else") != NULL;
}

void compile_choose(struct flow *flow, const struct yaml_entry *entry, uint32_t at)
{
    struct compiler *compiler = flow->compiler;
    const struct yaml_node *node = entry->value;
    if (!yaml_expect(node, YAML_KIND_SEQUENCE, "'choose'", compiler->list))
        return;
    if (node->count == 0 || is_else(yaml_first(node))) {
        diagnostic_add(
            compiler->list, DIAGNOSTIC_E0410, yaml_place(node),
            "'choose' begins with a choice: {if: …, steps: […]}");
        return;
    }
    uint32_t last = at;
    uint32_t number = 0;
    for (const struct yaml_node *item = yaml_first(node); item != NULL; item = yaml_next(item)) {
        char digits[16];
        char name[FLOW_ID_BYTES];
        (void)snprintf(digits, sizeof(digits), "%u", ++number);
        if (is_else(item) && yaml_next(item) == NULL) {
            uint32_t else_at = branch(flow, yaml_get(item, "else"), at, "else");
            flow->steps[last].else_at = else_at;
            return;
        }
        add_id(flow, at, digits, name);
        uint32_t own = number == 1 ? at : flow_add(flow, item, at, name);
        if (own == STEP_NONE)
            return;
        if (own != at)
            flow->steps[last].else_at = own;
        last = own;
        compile_choice(flow, item, own, name);
    }
}

// --- split
static void compile_branch(
    struct flow *flow,
    const struct yaml_node *node,
    uint32_t at,
    struct symbols *names,
    struct step_branch *out)
{
    struct compiler *compiler = flow->compiler;
    const struct yaml_range range = {"'share'", 1, SHARE_MAX};
    struct bytes text;
    int64_t share = 1;
    enum keys_result keys = compile_keys(compiler, node, SECTION_BRANCH);
    if (keys == KEYS_WRONG)
        return;
    const struct yaml_node *name = compile_required(compiler, node, "name", yaml_place(node), keys);
    const struct yaml_node *of = compile_required(compiler, node, "share", yaml_place(node), keys);
    if (of != NULL)
        (void)yaml_to_int(of, &range, compiler->list, &share);
    out->share = (uint32_t)share;
    if (name == NULL || !yaml_to_text(name, "'name'", compiler->list, &text) ||
        !compile_name_form(compiler, name, NAME_FORM_PLAIN, "a branch"))
        return;
    const struct symbol *first = symbols_find(names, text);
    if (first != NULL) {
        diagnostic_add(
            compiler->list, DIAGNOSTIC_E0205, yaml_place(name), "branch '%.*s' is defined twice",
            compile_shown_len(text), (const char *)text.data);
        return;
    }
    symbols_add(names, &(struct symbol){text, yaml_place(name), 0});
    out->name = compile_copy(compiler, text);
    out->at = branch(flow, yaml_get(node, "steps"), at, (const char *)out->name.data);
}

void compile_split(struct flow *flow, const struct yaml_entry *entry, uint32_t at)
{
    struct compiler *compiler = flow->compiler;
    const struct yaml_node *node = entry->value;
    if (!yaml_expect(node, YAML_KIND_SEQUENCE, "'split'", compiler->list))
        return;
    if (node->count == 0 || node->count > BRANCHES_MAX) {
        diagnostic_add(
            compiler->list, node->count == 0 ? DIAGNOSTIC_E0410 : DIAGNOSTIC_E0407,
            yaml_place(node), "'split' has 1 to %d branches", BRANCHES_MAX);
        return;
    }
    struct step_branch *branches =
        arena_alloc(&compiler->ruleset->arena, node->count * sizeof(*branches));
    struct symbols names = {0};
    uint32_t count = 0;
    for (const struct yaml_node *item = yaml_first(node); item != NULL; item = yaml_next(item)) {
        branches[count] = (struct step_branch){.share = 1, .at = FLOW_PARENTS};
        compile_branch(flow, item, at, &names, &branches[count++]);
    }
    symbols_free(&names);
    flow->steps[at].branches = branches;
    flow->steps[at].branch_count = count;
}
