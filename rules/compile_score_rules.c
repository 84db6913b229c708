// What counts in a score, how much, and how often.
#include "rules/compile_score_rules.h"

#include "engine/base/buffer.h"
#include "rules/check_score.h"
#include "rules/compile_expression.h"
#include "rules/compile_triggers.h"

void compile_span(
    struct compiler *compiler,
    const struct yaml_node *node,
    enum limit_span *span_out,
    int64_t *span_ms_out)
{
    static const char *const words[] = {"day", "week", "month", "year"};
    static const enum limit_span spans[] = {LIMIT_DAY, LIMIT_WEEK, LIMIT_MONTH, LIMIT_YEAR};
    enum { SPAN_COUNT = sizeof(words) / sizeof(words[0]) };
    static const struct yaml_range range = {"'every'", 1, SPAN_MS_MAX};
    bool is_word = node->kind == YAML_KIND_SCALAR && !node->is_refused && !yaml_is_null(node);
    struct bytes text = is_word ? yaml_text(node) : BYTES_LITERAL("");
    for (size_t i = 0; i < SPAN_COUNT; i++) {
        if (bytes_equal_text(text, words[i])) {
            *span_out = spans[i];
            return;
        }
    }
    if (text.len > 0 && memchr("0123456789-", text.data[0], 11) == NULL) {
        const struct unknown_word unknown = {"value of 'every':", text, words, SPAN_COUNT};
        diagnostic_add_unknown(compiler->list, DIAGNOSTIC_E0214, yaml_place(node), &unknown);
        diagnostic_note(compiler->list, PLACE_NONE, "or a duration like 30d, 36h or 10s");
        return;
    }
    if (yaml_to_duration(node, &range, compiler->list, span_ms_out))
        *span_out = LIMIT_ROLLING;
}

static void compile_limit(
    struct compiler *compiler, const struct yaml_entry *entry, struct score_rule *rule)
{
    static const struct yaml_range times_range = {"'times'", 1, INT32_MAX};
    static const struct yaml_range points_range = {"'points'", 1, TOTAL_MILLI_MAX};
    enum keys_result keys = compile_keys(compiler, entry->value, SECTION_SCORE_LIMIT);
    if (keys == KEYS_WRONG)
        return;
    const struct yaml_node *times = yaml_get(entry->value, "times");
    const struct yaml_node *points = yaml_get(entry->value, "points");
    const struct yaml_node *per = yaml_get(entry->value, "per");
    const struct yaml_node *every = yaml_get(entry->value, "every");
    int64_t count = 0;
    if (times == NULL && points == NULL && keys == KEYS_GOOD)
        diagnostic_add(
            compiler->list, DIAGNOSTIC_E0204, yaml_place(entry->key),
            "'times' or 'points' is missing here");
    if (times != NULL && yaml_to_int(times, &times_range, compiler->list, &count))
        rule->limit.times = (uint32_t)count;
    if (points != NULL)
        (void)yaml_to_milli(points, &points_range, compiler->list, &rule->limit.points_milli);
    if (per != NULL)
        rule->limit.per = compile_expression(compiler, per, "'per'", rule->on, EXPRESSION_KEY);
    if (every != NULL)
        compile_span(compiler, every, &rule->limit.span, &rule->limit.span_ms);
}

static void compile_points(
    struct compiler *compiler, const struct yaml_node *node, struct score_rule *rule)
{
    static const struct yaml_range range = {"'points'", -POINTS_MILLI_MAX, POINTS_MILLI_MAX};
    struct bytes text = yaml_text(node);
    bool is_state = rule->kind == SCORE_RULE_STATE;
    bool is_number = true;
    for (size_t i = 0; i < text.len; i++)
        is_number = is_number && memchr("0123456789.+-_eE", text.data[i], 16) != NULL &&
                    (i == 0 || memchr("+-", text.data[i], 2) == NULL);
    if (node->kind == YAML_KIND_SCALAR && !yaml_is_null(node) && !is_number)
        rule->points =
            is_state
                ? compile_contact_expression(compiler, node, "'points'", EXPRESSION_LIVE_POINTS)
                : compile_expression(compiler, node, "'points'", rule->on, EXPRESSION_POINTS);
    else
        (void)yaml_to_milli(node, &range, compiler->list, &rule->points_milli);
}

// The rule's name in the state, "score/rule"; an empty name after a diagnostic.
static void compile_rule_name(
    struct compiler *compiler,
    const struct yaml_node *node,
    const struct score_def *score,
    struct symbols *names,
    struct score_rule *rule)
{
    struct bytes name;
    if (!yaml_to_text(node, "'name'", compiler->list, &name) ||
        !compile_name_form(compiler, node, NAME_FORM_PLAIN, "a rule"))
        return;
    const struct symbol *first = symbols_find(names, name);
    if (first != NULL) {
        diagnostic_add(
            compiler->list, DIAGNOSTIC_E0205, yaml_place(node),
            "rule '%.*s' is defined twice in '%s'", compile_shown_len(name),
            (const char *)name.data, (const char *)score->name.data);
        diagnostic_note(compiler->list, first->place, "it is defined here first");
        return;
    }
    symbols_add(names, &(struct symbol){name, yaml_place(node), 0});
    struct buffer text = {0};
    buffer_add_bytes(&text, score->name);
    buffer_add_u8(&text, '/');
    buffer_add_bytes(&text, name);
    rule->name = compile_copy(compiler, name);
    rule->state_name = compile_copy(compiler, buffer_bytes(&text));
    buffer_free(&text);
}

// What an event rule has and a state rule has not.
static void refuse_in_state_rule(struct compiler *compiler, const struct yaml_node *node)
{
    static const char *const keys[] = {"on", "if", "limit"};
    for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++) {
        const struct yaml_node *key = yaml_get_key(node, keys[i]);
        if (key != NULL)
            diagnostic_add(
                compiler->list, DIAGNOSTIC_E0215, yaml_place(key),
                "a rule with 'while' has no '%s': it counts for as long as the condition is true",
                keys[i]);
    }
}

static void compile_what_counts(
    struct compiler *compiler,
    const struct yaml_node *node,
    enum keys_result keys,
    struct score_rule *rule)
{
    const struct yaml_node *state = yaml_get(node, "while");
    const struct yaml_node *on = yaml_get(node, "on");
    const struct yaml_node *condition = yaml_get(node, "if");
    if (state != NULL) {
        refuse_in_state_rule(compiler, node);
        rule->kind = SCORE_RULE_STATE;
        rule->state = compile_contact_expression(compiler, state, "'while'", EXPRESSION_LIVE);
        return;
    }
    if (on == NULL && keys == KEYS_GOOD)
        diagnostic_add(
            compiler->list, DIAGNOSTIC_E0204, yaml_place(node), "'on' or 'while' is missing here");
    if (on != NULL)
        (void)compile_triggers(compiler, on, "'on'", &rule->on);
    if (condition != NULL)
        rule->condition =
            compile_expression(compiler, condition, "'if'", rule->on, EXPRESSION_CONDITION);
}

static void compile_group_of(
    struct compiler *compiler,
    const struct yaml_node *node,
    const struct score_def *score,
    struct score_rule *rule)
{
    struct bytes name;
    if (!yaml_to_text(node, "'group'", compiler->list, &name))
        return;
    const char **names = arena_alloc(&compiler->scratch, (score->group_count + 1) * sizeof(*names));
    for (uint32_t i = 0; i < score->group_count; i++) {
        names[i] = (const char *)score->groups[i].name.data;
        if (bytes_equal(score->groups[i].name, name)) {
            rule->group = i;
            return;
        }
    }
    struct unknown_word unknown = {"group", name, names, score->group_count};
    diagnostic_add_unknown(compiler->list, DIAGNOSTIC_E0219, yaml_place(node), &unknown);
}

void compile_score_rule(
    struct compiler *compiler,
    const struct yaml_node *node,
    const struct score_def *score,
    struct symbols *names)
{
    struct ruleset *ruleset = compiler->ruleset;
    enum keys_result keys = compile_keys(compiler, node, SECTION_SCORE_RULE);
    if (keys == KEYS_WRONG)
        return;
    struct score_rule rule = {
        .score = (uint32_t)ruleset->score_count,
        .index = (uint32_t)ruleset->rule_count,
        .on = EVENT_TYPE_UNKNOWN,
        .group = SCORE_NO_GROUP,
        .place = compile_place(compiler, node),
    };
    const struct yaml_node *name = compile_required(compiler, node, "name", yaml_place(node), keys);
    const struct yaml_node *points =
        compile_required(compiler, node, "points", yaml_place(node), keys);
    const struct yaml_node *group = yaml_get(node, "group");
    if (name != NULL)
        compile_rule_name(compiler, name, score, names, &rule);
    compile_owner(compiler, "scores", rule.state_name);
    compile_what_counts(compiler, node, keys, &rule);
    if (points != NULL)
        compile_points(compiler, points, &rule);
    if (group != NULL)
        compile_group_of(compiler, group, score, &rule);
    for (struct yaml_entry entry = yaml_first_entry(node); entry.key != NULL;
         entry = yaml_next_entry(entry)) {
        if (!bytes_equal_text(yaml_text(entry.key), "limit") || rule.kind != SCORE_RULE_EVENT)
            continue;
        compile_limit(compiler, &entry, &rule);
        check_limit_points(compiler, entry.value, &rule);
    }
    ruleset->rules =
        compile_grow(ruleset->rules, &ruleset->rule_cap, ruleset->rule_count, sizeof(rule));
    ruleset->rules[ruleset->rule_count++] = rule;
}
