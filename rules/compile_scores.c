// Compiles `scores`: limits of the total, bands, groups, forgetting, what they are made of.
#include "rules/check_score.h"
#include "rules/compile_expression.h"
#include "rules/compile_history.h"
#include "rules/compile_score_rules.h"
#include "rules/parts.h"

enum { BANDS_MAX = 100 };

static void compile_total(
    struct compiler *compiler, const struct yaml_node *node, struct score_def *score)
{
    const struct yaml_node *min = yaml_get(node, "min");
    const struct yaml_node *max = yaml_get(node, "max");
    struct yaml_range range = {"'min'", -TOTAL_MILLI_MAX, TOTAL_MILLI_MAX};
    score->has_min = min != NULL && yaml_to_milli(min, &range, compiler->list, &score->min_milli);
    range.what = "'max'";
    score->has_max = max != NULL && yaml_to_milli(max, &range, compiler->list, &score->max_milli);
    if (score->has_min && score->has_max && score->min_milli > score->max_milli)
        diagnostic_add(compiler->list, DIAGNOSTIC_E0409, yaml_place(min), "'min' is above 'max'");
}

// One band; false after a diagnostic.
static bool compile_band(
    struct compiler *compiler,
    const struct yaml_entry *entry,
    const struct score_def *score,
    struct score_band *out)
{
    const struct yaml_range range = {"a band", -TOTAL_MILLI_MAX, TOTAL_MILLI_MAX};
    int64_t from_milli = 0;
    if (!compile_name_form(compiler, entry->key, NAME_FORM_PLAIN, "a band") ||
        !yaml_to_milli(entry->value, &range, compiler->list, &from_milli))
        return false;
    if (score->has_max && from_milli > score->max_milli)
        diagnostic_add(
            compiler->list, DIAGNOSTIC_E0412, yaml_place(entry->value),
            "no contact can be in band '%.*s': it starts above 'max'",
            compile_shown_len(yaml_text(entry->key)), (const char *)yaml_text(entry->key).data);
    *out = (struct score_band){compile_copy(compiler, yaml_text(entry->key)), from_milli};
    parts_add(compiler, &(struct part){PART_BAND, 0, out->name}, 0);
    return true;
}

static void compile_bands(
    struct compiler *compiler, const struct yaml_node *node, struct score_def *score)
{
    if (node == NULL || !yaml_expect(node, YAML_KIND_MAPPING, "'bands'", compiler->list))
        return;
    if (node->count > BANDS_MAX) {
        diagnostic_add(
            compiler->list, DIAGNOSTIC_E0407, yaml_place(node), "a score has at most %d bands",
            BANDS_MAX);
        return;
    }
    struct score_band *bands = arena_alloc(&compiler->ruleset->arena, node->count * sizeof(*bands));
    uint32_t count = 0;
    for (struct yaml_entry entry = yaml_first_entry(node); entry.key != NULL;
         entry = yaml_next_entry(entry)) {
        if (!compile_band(compiler, &entry, score, &bands[count]))
            continue;
        if (count > 0 && bands[count].from_milli <= bands[count - 1].from_milli)
            diagnostic_add(
                compiler->list, DIAGNOSTIC_E0408, yaml_place(entry.value),
                "band '%s' must start above '%s', the one before it",
                (const char *)bands[count].name.data, (const char *)bands[count - 1].name.data);
        count++;
    }
    score->bands = bands;
    score->band_count = count;
}

// --- groups
static void compile_group(
    struct compiler *compiler,
    const struct yaml_entry *entry,
    struct score_group *groups,
    uint32_t *count)
{
    struct yaml_range range = {"'min'", -TOTAL_MILLI_MAX, TOTAL_MILLI_MAX};
    enum keys_result keys = compile_keys(compiler, entry->value, SECTION_SCORE_GROUP);
    if (!compile_name_form(compiler, entry->key, NAME_FORM_PLAIN, "a group") || keys == KEYS_WRONG)
        return;
    struct score_group group = {.name = compile_copy(compiler, yaml_text(entry->key))};
    const struct yaml_node *min = yaml_get(entry->value, "min");
    const struct yaml_node *max = yaml_get(entry->value, "max");
    group.has_min = min != NULL && yaml_to_milli(min, &range, compiler->list, &group.min_milli);
    range.what = "'max'";
    group.has_max = max != NULL && yaml_to_milli(max, &range, compiler->list, &group.max_milli);
    if (min == NULL && max == NULL && keys == KEYS_GOOD)
        diagnostic_add(
            compiler->list, DIAGNOSTIC_E0204, yaml_place(entry->key),
            "'max' or 'min' is missing here");
    if (group.has_min && group.has_max && group.min_milli > group.max_milli)
        diagnostic_add(compiler->list, DIAGNOSTIC_E0409, yaml_place(min), "'min' is above 'max'");
    groups[(*count)++] = group;
}

static void compile_groups(
    struct compiler *compiler, const struct yaml_node *node, struct score_def *score)
{
    if (node == NULL || !yaml_expect(node, YAML_KIND_MAPPING, "'groups'", compiler->list))
        return;
    if (node->count > SCORE_GROUPS_MAX) {
        diagnostic_add(
            compiler->list, DIAGNOSTIC_E0407, yaml_place(node), "a score has at most %d groups",
            SCORE_GROUPS_MAX);
        return;
    }
    struct score_group *groups =
        arena_alloc(&compiler->ruleset->arena, (node->count + 1) * sizeof(*groups));
    for (struct yaml_entry entry = yaml_first_entry(node); entry.key != NULL;
         entry = yaml_next_entry(entry))
        compile_group(compiler, &entry, groups, &score->group_count);
    score->groups = groups;
}

// --- forgetting
static void read_span(
    struct compiler *compiler, const struct yaml_node *node, const char *what, int64_t *out_ms)
{
    const struct yaml_range range = {what, 1, SPAN_MS_MAX};
    if (node != NULL)
        (void)yaml_to_duration(node, &range, compiler->list, out_ms);
}

static void compile_linear(
    struct compiler *compiler, const struct yaml_entry *entry, struct forget_def *forget)
{
    static const struct yaml_range range = {"'percent'", 1, 100000};
    enum keys_result keys = compile_keys(compiler, entry->value, SECTION_FORGET_LINEAR);
    if (keys == KEYS_WRONG)
        return;
    const struct yaml_node *percent =
        compile_required(compiler, entry->value, "percent", yaml_place(entry->key), keys);
    int64_t milli = 0;
    forget->kind = FORGET_LINEAR;
    if (percent != NULL && yaml_to_milli(percent, &range, compiler->list, &milli))
        forget->percent_milli = (int32_t)milli;
    read_span(
        compiler, compile_required(compiler, entry->value, "every", yaml_place(entry->key), keys),
        "'every'", &forget->span_ms);
}

static void compile_idle(
    struct compiler *compiler, const struct yaml_entry *entry, struct forget_def *forget)
{
    static const struct yaml_range range = {"'points'", -POINTS_MILLI_MAX, POINTS_MILLI_MAX};
    enum keys_result keys = compile_keys(compiler, entry->value, SECTION_FORGET_IDLE);
    struct place place = yaml_place(entry->key);
    if (keys == KEYS_WRONG)
        return;
    const struct yaml_node *points =
        compile_required(compiler, entry->value, "points", place, keys);
    forget->kind = FORGET_IDLE;
    if (points != NULL && yaml_to_milli(points, &range, compiler->list, &forget->points_milli) &&
        forget->points_milli == 0)
        diagnostic_add(
            compiler->list, DIAGNOSTIC_E0402, yaml_place(points),
            "'points' must not be 0: nothing would ever change");
    read_span(
        compiler, compile_required(compiler, entry->value, "after", place, keys), "'after'",
        &forget->after_ms);
    read_span(
        compiler, compile_required(compiler, entry->value, "every", place, keys), "'every'",
        &forget->span_ms);
}

static void compile_forget(
    struct compiler *compiler, const struct yaml_node *node, struct forget_def *forget)
{
    bool is_none =
        node != NULL && node->kind == YAML_KIND_SCALAR && bytes_equal_text(yaml_text(node), "none");
    if (node == NULL || is_none)
        return;
    if (compile_keys(compiler, node, SECTION_FORGET) == KEYS_WRONG) {
        if (!node->is_refused)
            diagnostic_note(compiler->list, PLACE_NONE, "or the word none");
        return;
    }
    struct yaml_entry entry = yaml_first_entry(node);
    if (entry.key == NULL || node->count != 1) {
        diagnostic_add(
            compiler->list, DIAGNOSTIC_E0215, yaml_place(node),
            "a score forgets in one way: half_life, linear, expire or idle");
        return;
    }
    struct bytes way = yaml_text(entry.key);
    if (bytes_equal_text(way, "half_life")) {
        forget->kind = FORGET_HALF_LIFE;
        read_span(compiler, entry.value, "'half_life'", &forget->span_ms);
    } else if (bytes_equal_text(way, "expire")) {
        forget->kind = FORGET_EXPIRE;
        read_span(compiler, entry.value, "'expire'", &forget->span_ms);
    } else if (bytes_equal_text(way, "linear")) {
        compile_linear(compiler, &entry, forget);
    } else if (bytes_equal_text(way, "idle")) {
        compile_idle(compiler, &entry, forget);
    }
}

// --- a score
// What comes from other scores has nothing of its own.
static void compile_combine(
    struct compiler *compiler, const struct yaml_node *node, struct score_def *score)
{
    static const char *const others[] = {"rules", "forget", "groups"};
    for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++) {
        const struct yaml_node *key = yaml_get_key(node, others[i]);
        if (key != NULL)
            diagnostic_add(
                compiler->list, DIAGNOSTIC_E0215, yaml_place(key),
                "a score with 'combine' has no '%s': it comes from other scores", others[i]);
    }
    score->combine = compile_contact_expression(
        compiler, yaml_get(node, "combine"), "'combine'", EXPRESSION_LIVE_POINTS);
}

static void compile_rules(
    struct compiler *compiler, const struct yaml_node *rules, struct score_def *score)
{
    struct symbols names = {0};
    if (!yaml_expect(rules, YAML_KIND_SEQUENCE, "'rules'", compiler->list))
        return;
    for (const struct yaml_node *rule = yaml_first(rules); rule != NULL; rule = yaml_next(rule))
        compile_score_rule(compiler, rule, score, &names);
    symbols_free(&names);
}

static void compile_score(struct compiler *compiler, const struct yaml_entry *entry)
{
    struct ruleset *ruleset = compiler->ruleset;
    size_t index = ruleset->score_count;
    size_t errors_before = compiler->list->error_count;
    if (!compile_define(compiler, SYMBOL_SCORE, entry->key, NAME_FORM_PLAIN, index) ||
        compile_keys(compiler, entry->value, SECTION_SCORE) == KEYS_WRONG)
        return;
    struct score_def score = {
        .name = compile_copy(compiler, yaml_text(entry->key)),
        .label = compile_text(compiler, entry->value, "label"),
        .is_from_now = compile_from_now(compiler, entry->value),
        .hash = compile_hash(entry->value),
        .place = compile_place(compiler, entry->key),
    };
    compile_total(compiler, entry->value, &score);
    compile_bands(compiler, yaml_get(entry->value, "bands"), &score);
    compile_groups(compiler, yaml_get(entry->value, "groups"), &score);
    compile_forget(compiler, yaml_get(entry->value, "forget"), &score.forget);
    compile_owner(compiler, "scores", score.name);
    const struct yaml_node *rules = yaml_get(entry->value, "rules");
    size_t first_rule = ruleset->rule_count;
    if (yaml_get(entry->value, "combine") != NULL)
        compile_combine(compiler, entry->value, &score);
    else if (rules != NULL)
        compile_rules(compiler, rules, &score);
    if (compiler->list->error_count == errors_before)
        check_bands(compiler, yaml_get(entry->value, "bands"), &score, first_rule);
    ruleset->scores =
        compile_grow(ruleset->scores, &ruleset->score_cap, index, sizeof(*ruleset->scores));
    ruleset->scores[ruleset->score_count++] = score;
}

void compile_scores(struct compiler *compiler, const struct yaml_node *node)
{
    struct ruleset *ruleset = compiler->ruleset;
    if (!yaml_expect(node, YAML_KIND_MAPPING, "'scores'", compiler->list))
        return;
    ruleset->scores = compile_reserve(
        ruleset->scores, &ruleset->score_cap, ruleset->score_count + node->count,
        sizeof(*ruleset->scores));
    for (struct yaml_entry entry = yaml_first_entry(node); entry.key != NULL;
         entry = yaml_next_entry(entry))
        compile_score(compiler, &entry);
}
