// Compiles `because` of an expectation: workflows, and rules with their score's name or without.
#include "rules/compile_tests.h"

void test_rules_free(struct test_rules *rules)
{
    symbols_free(&rules->whole);
    symbols_free(&rules->alone);
    symbols_free(&rules->several);
}

static void add_alone(struct test_rules *rules, const struct symbol *symbol)
{
    if (symbols_find(&rules->alone, symbol->name) == NULL)
        symbols_add(&rules->alone, symbol);
    else if (symbols_find(&rules->several, symbol->name) == NULL)
        symbols_add(&rules->several, symbol);
}

static void make_rules(const struct ruleset *ruleset, struct test_rules *rules)
{
    for (size_t i = 0; i < ruleset->rule_count; i++) {
        const struct score_rule *rule = &ruleset->rules[i];
        const struct symbol whole = {rule->state_name, PLACE_NONE, i};
        if (rule->state_name.len == 0)
            continue; // its name is refused
        if (symbols_find(&rules->whole, rule->state_name) == NULL)
            symbols_add(&rules->whole, &whole);
        add_alone(rules, &(struct symbol){rule->name, PLACE_NONE, i});
    }
    rules->is_made = true;
}

// NULL: there is none, or there are several of which it cannot be told.
static const struct score_rule *find_rule(struct test_work *work, struct bytes name)
{
    const struct ruleset *ruleset = work->compiler->ruleset;
    struct test_rules *rules = work->rules;
    if (!rules->is_made)
        make_rules(ruleset, rules);
    const struct symbol *found = symbols_find(&rules->whole, name);
    if (found == NULL && symbols_find(&rules->several, name) == NULL)
        found = symbols_find(&rules->alone, name);
    return found == NULL ? NULL : &ruleset->rules[found->index];
}

static void report_cause(struct compiler *compiler, const struct yaml_node *node)
{
    const struct ruleset *ruleset = compiler->ruleset;
    const char *known[2 * SYMBOLS_NAMED_MAX];
    size_t count = 0;
    size_t workflow_count = 0;
    const char *const *workflows =
        symbols_names(&compiler->symbols[SYMBOL_WORKFLOW], &compiler->scratch, &workflow_count);
    for (size_t i = 0; i < workflow_count; i++)
        known[count++] = workflows[i];
    for (size_t i = 0; i < ruleset->rule_count && i < SYMBOLS_NAMED_MAX; i++) {
        if (ruleset->rules[i].state_name.len > 0)
            known[count++] = (const char *)ruleset->rules[i].state_name.data;
    }
    struct unknown_word unknown = {"workflow or rule", yaml_text(node), known, count};
    diagnostic_add_unknown(compiler->list, DIAGNOSTIC_E0224, yaml_place(node), &unknown);
}

void compile_causes(
    struct test_work *work, const struct yaml_node *node, struct test_expectation *out)
{
    struct compiler *compiler = work->compiler;
    if (node == NULL || !yaml_expect(node, YAML_KIND_SEQUENCE, "'because'", compiler->list))
        return;
    struct test_cause *causes =
        arena_alloc(&compiler->ruleset->arena, node->count * sizeof(*causes) + 1);
    out->causes = causes;
    for (const struct yaml_node *item = yaml_first(node); item != NULL; item = yaml_next(item)) {
        struct bytes name;
        if (!yaml_to_text(item, "a workflow or rule", compiler->list, &name))
            continue;
        bool is_workflow = symbols_find(&compiler->symbols[SYMBOL_WORKFLOW], name) != NULL;
        const struct score_rule *rule = is_workflow ? NULL : find_rule(work, name);
        if (is_workflow)
            causes[out->cause_count++] =
                (struct test_cause){TEST_CAUSE_WORKFLOW, compile_copy(compiler, name)};
        else if (rule != NULL)
            causes[out->cause_count++] = (struct test_cause){TEST_CAUSE_RULE, rule->state_name};
        else
            report_cause(compiler, item);
    }
}
