// Compiles `scores`: limits of the total, bands, rules.
#include "engine/base/buffer.h"
#include "rules/compiler.h"

enum { BANDS_MAX = 100 };

#define TOTAL_MILLI_MAX  9000000000000000LL // milli_parse takes no more
#define POINTS_MILLI_MAX 1000000000LL       // a million points

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

// `per: data.message` as "message". The event may carry more than its type declares.
static void compile_per(
    struct compiler *compiler, const struct yaml_node *node, struct score_rule *rule)
{
    const struct bytes scope = BYTES_LITERAL("data.");
    struct bytes path;
    if (!yaml_to_text(node, "'per'", compiler->list, &path))
        return;
    bool is_path = path.len > scope.len && memcmp(path.data, scope.data, scope.len) == 0;
    for (size_t i = 0; i < path.len && is_path; i++)
        is_path = path.data[i] > ' ' && path.data[i] != 0x7F &&
                  memchr("()[]{}+*/<>=!?&|,\"'", path.data[i], 19) == NULL &&
                  (path.data[i] != '.' || (i + 1 < path.len && path.data[i + 1] != '.'));
    if (!is_path) {
        diagnostic_add(
            compiler->list, DIAGNOSTIC_E0302, yaml_place(node),
            "'per' must be data.NAME, other expressions are not supported yet");
        return;
    }
    path = bytes_of(path.data + scope.len, path.len - scope.len);
    rule->limit_per = compile_copy(compiler, path);
    if (rule->on == EVENT_TYPE_UNKNOWN)
        return;
    const struct event_type_def *type = catalog_type(compiler->ruleset->catalog, rule->on);
    const uint8_t *dot = memchr(path.data, '.', path.len);
    struct bytes first = bytes_of(path.data, dot == NULL ? path.len : (size_t)(dot - path.data));
    const struct data_field *field = catalog_field(type, first);
    if (field == NULL)
        diagnostic_add(
            compiler->list, DIAGNOSTIC_W0505, yaml_place(node), "%.*s does not declare data.%.*s",
            (int)type->name.len, (const char *)type->name.data, compile_shown_len(first),
            (const char *)first.data);
    else if (dot != NULL && field->type != DATA_MAP && field->type != DATA_ANY)
        diagnostic_add(
            compiler->list, DIAGNOSTIC_W0505, yaml_place(node),
            "data.%.*s of %.*s is %s, nothing is inside it", compile_shown_len(first),
            (const char *)first.data, (int)type->name.len, (const char *)type->name.data,
            data_type_name(field->type));
}

static void compile_limit(
    struct compiler *compiler, const struct yaml_entry *entry, struct score_rule *rule)
{
    const struct yaml_range range = {"'times'", 1, INT32_MAX};
    enum keys_result keys = compile_keys(compiler, entry->value, SECTION_SCORE_LIMIT);
    if (keys == KEYS_WRONG)
        return;
    const struct yaml_node *times =
        compile_required(compiler, entry->value, "times", yaml_place(entry->key), keys);
    const struct yaml_node *per = yaml_get(entry->value, "per");
    int64_t count = 0;
    if (times != NULL && yaml_to_int(times, &range, compiler->list, &count))
        rule->limit_times = (uint32_t)count;
    if (per != NULL)
        compile_per(compiler, per, rule);
}

static void compile_points(
    struct compiler *compiler, const struct yaml_node *node, struct score_rule *rule)
{
    static const struct yaml_range range = {"'points'", -POINTS_MILLI_MAX, POINTS_MILLI_MAX};
    struct bytes text = yaml_text(node);
    bool is_number = true;
    for (size_t i = 0; i < text.len; i++)
        is_number = is_number && memchr("0123456789.+-_eE", text.data[i], 16) != NULL &&
                    (i == 0 || memchr("+-", text.data[i], 2) == NULL);
    if (node->kind == YAML_KIND_SCALAR && !yaml_is_null(node) && !is_number)
        rule->points = compile_expression(compiler, node, "'points'", rule->on, EXPRESSION_POINTS);
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

static void compile_rule(
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
        .limit_per = BYTES_LITERAL(""),
        .place = compile_place(compiler, node),
    };
    const struct yaml_node *name = compile_required(compiler, node, "name", yaml_place(node), keys);
    const struct yaml_node *on = compile_required(compiler, node, "on", yaml_place(node), keys);
    const struct yaml_node *points =
        compile_required(compiler, node, "points", yaml_place(node), keys);
    if (name != NULL)
        compile_rule_name(compiler, name, score, names, &rule);
    if (on != NULL)
        (void)compile_trigger(compiler, on, "'on'", &rule.on);
    if (points != NULL)
        compile_points(compiler, points, &rule);
    for (struct yaml_entry entry = yaml_first_entry(node); entry.key != NULL;
         entry = yaml_next_entry(entry)) {
        if (bytes_equal_text(yaml_text(entry.key), "limit"))
            compile_limit(compiler, &entry, &rule);
        if (bytes_equal_text(yaml_text(entry.key), "if"))
            rule.condition =
                compile_expression(compiler, entry.value, "'if'", rule.on, EXPRESSION_CONDITION);
    }
    ruleset->rules =
        compile_grow(ruleset->rules, &ruleset->rule_cap, ruleset->rule_count, sizeof(rule));
    ruleset->rules[ruleset->rule_count++] = rule;
}

static void compile_score(struct compiler *compiler, const struct yaml_entry *entry)
{
    struct ruleset *ruleset = compiler->ruleset;
    size_t index = ruleset->score_count;
    if (!compile_define(compiler, SYMBOL_SCORE, entry->key, NAME_FORM_PLAIN, index) ||
        compile_keys(compiler, entry->value, SECTION_SCORE) == KEYS_WRONG)
        return;
    struct score_def score = {
        .name = compile_copy(compiler, yaml_text(entry->key)),
        .label = compile_text(compiler, entry->value, "label"),
        .place = compile_place(compiler, entry->key),
    };
    compile_total(compiler, entry->value, &score);
    compile_bands(compiler, yaml_get(entry->value, "bands"), &score);
    const struct yaml_node *rules = yaml_get(entry->value, "rules");
    if (rules != NULL && yaml_expect(rules, YAML_KIND_SEQUENCE, "'rules'", compiler->list)) {
        struct symbols names = {0};
        for (const struct yaml_node *rule = yaml_first(rules); rule != NULL; rule = yaml_next(rule))
            compile_rule(compiler, rule, &score, &names);
        symbols_free(&names);
    }
    ruleset->scores =
        compile_grow(ruleset->scores, &ruleset->score_cap, index, sizeof(*ruleset->scores));
    ruleset->scores[ruleset->score_count++] = score;
}

void compile_scores(struct compiler *compiler, const struct yaml_node *node)
{
    if (!yaml_expect(node, YAML_KIND_MAPPING, "'scores'", compiler->list))
        return;
    for (struct yaml_entry entry = yaml_first_entry(node); entry.key != NULL;
         entry = yaml_next_entry(entry))
        compile_score(compiler, &entry);
}
