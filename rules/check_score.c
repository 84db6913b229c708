#include "rules/check_score.h"

#include "engine/base/text.h"

#define NO_BOUND INT64_MAX
// What sums saturate at: nothing more is told apart from no bound.
#define SUM_MILLI_MAX 9000000000000000LL

static int64_t sum_of(int64_t a_milli, int64_t b_milli)
{
    int64_t sum_milli;
    if (a_milli == NO_BOUND || b_milli == NO_BOUND ||
        __builtin_add_overflow(a_milli, b_milli, &sum_milli) || sum_milli > SUM_MILLI_MAX)
        return NO_BOUND;
    return sum_milli;
}

// The most that one rule gives for ever.
static int64_t most_of_rule(const struct score_rule *rule)
{
    const struct limit_def *limit = &rule->limit;
    if (rule->points == NULL && rule->points_milli <= 0)
        return 0; // what is lost of points below 0 brings them back to 0 at most
    if (rule->kind == SCORE_RULE_STATE)
        return rule->points == NULL ? rule->points_milli : NO_BOUND;
    if (limit->span != LIMIT_EVER || limit->per != NULL)
        return NO_BOUND;
    int64_t most_milli = limit->points_milli > 0 ? limit->points_milli : NO_BOUND;
    int64_t of_times_milli;
    bool is_counted =
        limit->times > 0 && rule->points == NULL &&
        !__builtin_mul_overflow(rule->points_milli, (int64_t)limit->times, &of_times_milli);
    return is_counted && of_times_milli < most_milli ? of_times_milli : most_milli;
}

static int64_t most_of_group(const struct score_group *group, int64_t sum_milli)
{
    if (group->has_max && sum_milli > group->max_milli)
        sum_milli = group->max_milli;
    return group->has_min && sum_milli < group->min_milli ? group->min_milli : sum_milli;
}

int64_t check_score_most(
    const struct score_def *score, const struct score_rule *rules, size_t rule_count)
{
    int64_t sums_milli[SCORE_GROUPS_MAX + 1] = {0}; // the last: of rules without a group
    bool is_rising = score->forget.kind == FORGET_IDLE && score->forget.points_milli > 0;
    if (score->combine != NULL || is_rising)
        return NO_BOUND;
    for (size_t i = 0; i < rule_count; i++) {
        uint32_t group = rules[i].group < score->group_count ? rules[i].group : score->group_count;
        sums_milli[group] = sum_of(sums_milli[group], most_of_rule(&rules[i]));
    }
    int64_t most_milli = sums_milli[score->group_count];
    for (uint32_t i = 0; i < score->group_count; i++)
        most_milli = sum_of(most_milli, most_of_group(&score->groups[i], sums_milli[i]));
    return score->has_min && most_milli < score->min_milli ? score->min_milli : most_milli;
}

void check_bands(
    struct compiler *compiler,
    const struct yaml_node *bands,
    const struct score_def *score,
    size_t first_rule)
{
    size_t rule_count = compiler->ruleset->rule_count - first_rule;
    if (bands == NULL || rule_count == 0) // without rules all points come by hand
        return;
    int64_t most_milli = check_score_most(score, &compiler->ruleset->rules[first_rule], rule_count);
    uint32_t i = 0;
    for (struct yaml_entry entry = yaml_first_entry(bands);
         entry.key != NULL && i < score->band_count; entry = yaml_next_entry(entry), i++) {
        if (score->bands[i].from_milli <= most_milli)
            continue;
        struct buffer most = {0};
        milli_add(&most, most_milli);
        diagnostic_add(
            compiler->list, DIAGNOSTIC_W0507, yaml_place(entry.value),
            "no rules reach band '%s': together they give at most %.*s",
            (const char *)score->bands[i].name.data, (int)most.len, (const char *)most.data);
        buffer_free(&most);
    }
}

void check_limit_points(
    struct compiler *compiler, const struct yaml_node *limit, const struct score_rule *rule)
{
    int64_t given_milli = rule->points_milli < 0 ? -rule->points_milli : rule->points_milli;
    int64_t most_milli = rule->limit.points_milli;
    if (rule->points != NULL || most_milli == 0 || given_milli <= most_milli)
        return;
    struct buffer given = {0}, most = {0};
    milli_add(&given, given_milli);
    milli_add(&most, most_milli);
    diagnostic_add(
        compiler->list, DIAGNOSTIC_W0510, yaml_place(yaml_get(limit, "points")),
        "the rule gives %.*s points at once, and the limit leaves %.*s of them", (int)given.len,
        (const char *)given.data, (int)most.len, (const char *)most.data);
    buffer_free(&given);
    buffer_free(&most);
}
