// Printing counters, scores and segments as YAML.
#include "tests/sim/workload_draw.h"

void expression_print(const struct workload_expr *expr, struct sim_text *to)
{
    struct sim_text text = {NULL, 0, 0};
    expr_print(expr, &text);
    sim_add_json_text(to, sim_text_view(&text)); // a JSON string is a double-quoted YAML scalar
    sim_text_free(&text);
}

static void print_span(const char *key, int64_t span_ms, struct sim_text *to)
{
    if (span_ms % 86400000 == 0)
        sim_add_format(to, "%s: %lldd", key, (long long)(span_ms / 86400000));
    else
        sim_add_format(to, "%s: %lldms", key, (long long)span_ms);
}

static void print_milli(const char *key, int64_t milli, struct sim_text *to)
{
    sim_add_format(to, "%s: ", key);
    sim_add_milli(to, milli);
}

// --- counters
static void print_counter(const struct workload_counter *counter, struct sim_text *to)
{
    static const char *const keys[] = {"count", "sum",   "min",  "max",
                                       "avg",   "first", "last", "distinct"};
    sim_add_chars(to, "  ");
    sim_add(to, counter->name);
    sim_add_format(to, ": {%s: ", keys[counter->kind]);
    if (counter->kind != WORKLOAD_COUNT) {
        expression_print(counter->value, to);
        sim_add_chars(to, ", on: ");
    }
    sim_add(to, counter->on);
    if (counter->condition != NULL) {
        sim_add_chars(to, ", if: ");
        expression_print(counter->condition, to);
    }
    if (counter->within_ms > 0)
        print_span(", within", counter->within_ms, to);
    sim_add_chars(to, "}\n");
}

void counters_print(const struct workload_rules *rules, uint32_t file, struct sim_text *to)
{
    for (uint32_t i = 0; i < rules->counter_count; i++) {
        if (print_begins(i, rules->counter_count, rules, file))
            sim_add_chars(to, "counters:\n");
        if (print_is_here(i, rules->counter_count, rules, file))
            print_counter(&rules->counters[i], to);
    }
}

// --- scores
static void print_limit(const struct workload_limit *limit, struct sim_text *to)
{
    static const char *const words[] = {"", "", "day", "week", "month", "year"};
    const char *before = ", limit: {";
    if (limit->times > 0) {
        sim_add_format(to, "%stimes: %u", before, limit->times);
        before = ", ";
    }
    if (limit->points_milli > 0) {
        sim_add_chars(to, before);
        print_milli("points", limit->points_milli, to);
    }
    if (limit->per.len > 0) {
        sim_add_chars(to, ", per: data.");
        sim_add(to, limit->per);
    }
    if (limit->span == WORKLOAD_ROLLING)
        print_span(", every", limit->span_ms, to);
    else if (limit->span != WORKLOAD_EVER)
        sim_add_format(to, ", every: %s", words[limit->span]);
    sim_add_byte(to, '}');
}

static void print_score_rule(
    const struct workload_score *score, const struct workload_score_rule *rule, struct sim_text *to)
{
    sim_add_chars(to, "      - {name: ");
    sim_add(to, rule->name);
    if (rule->state != NULL) {
        sim_add_chars(to, ", while: ");
        expression_print(rule->state, to);
    } else {
        sim_add_chars(to, ", on: ");
        sim_add(to, rule->on);
    }
    if (rule->condition != NULL) {
        sim_add_chars(to, ", if: ");
        expression_print(rule->condition, to);
    }
    sim_add_chars(to, ", points: ");
    if (rule->points != NULL)
        expression_print(rule->points, to);
    else
        sim_add_milli(to, rule->points_milli);
    if (rule->group < score->group_count) {
        sim_add_chars(to, ", group: ");
        sim_add(to, score->groups[rule->group].name);
    }
    if (rule->limit.times > 0 || rule->limit.points_milli > 0)
        print_limit(&rule->limit, to);
    sim_add_chars(to, "}\n");
}

static void print_forget(const struct workload_score *score, struct sim_text *to)
{
    switch (score->forget) {
    case WORKLOAD_KEEP: return;
    case WORKLOAD_HALF_LIFE: print_span("    forget: {half_life", score->span_ms, to); break;
    case WORKLOAD_EXPIRE: print_span("    forget: {expire", score->span_ms, to); break;
    case WORKLOAD_LINEAR:
        print_milli("    forget: {linear: {percent", score->percent_milli, to);
        print_span(", every", score->span_ms, to);
        sim_add_byte(to, '}');
        break;
    case WORKLOAD_IDLE:
        print_span("    forget: {idle: {after", score->after_ms, to);
        print_milli(", points", score->idle_milli, to);
        print_span(", every", score->span_ms, to);
        sim_add_byte(to, '}');
        break;
    }
    sim_add_chars(to, "}\n");
}

static void print_groups(const struct workload_score *score, struct sim_text *to)
{
    if (score->group_count > 0)
        sim_add_chars(to, "    groups:\n");
    for (uint32_t i = 0; i < score->group_count; i++) {
        const struct workload_group *group = &score->groups[i];
        sim_add_chars(to, "      ");
        sim_add(to, group->name);
        sim_add_chars(to, ": {");
        if (group->has_min)
            print_milli("min", group->min_milli, to);
        if (group->has_max)
            print_milli(group->has_min ? ", max" : "max", group->max_milli, to);
        sim_add_chars(to, "}\n");
    }
}

static void print_score(const struct workload_score *score, struct sim_text *to)
{
    sim_add_chars(to, "  ");
    sim_add(to, score->name);
    sim_add_chars(to, ":\n    label: A score\n");
    if (score->has_min) {
        print_milli("    min", score->min_milli, to);
        sim_add_byte(to, '\n');
    }
    if (score->has_max) {
        print_milli("    max", score->max_milli, to);
        sim_add_byte(to, '\n');
    }
    print_forget(score, to);
    print_groups(score, to);
    if (score->band_count > 0)
        sim_add_chars(to, "    bands:\n");
    for (uint32_t i = 0; i < score->band_count; i++) {
        sim_add_chars(to, "      ");
        sim_add(to, score->bands[i].name);
        print_milli("", score->bands[i].from_milli, to);
        sim_add_byte(to, '\n');
    }
    if (score->combine != NULL) {
        sim_add_chars(to, "    combine: ");
        expression_print(score->combine, to);
        sim_add_byte(to, '\n');
    }
    if (score->rule_count > 0)
        sim_add_chars(to, "    rules:\n");
    for (uint32_t i = 0; i < score->rule_count; i++)
        print_score_rule(score, &score->rules[i], to);
}

void scores_print(const struct workload_rules *rules, uint32_t file, struct sim_text *to)
{
    for (uint32_t i = 0; i < rules->score_count; i++) {
        if (print_begins(i, rules->score_count, rules, file))
            sim_add_chars(to, "scores:\n");
        if (print_is_here(i, rules->score_count, rules, file))
            print_score(&rules->scores[i], to);
    }
}

// --- segments
static void print_segment(const struct workload_segment *segment, struct sim_text *to)
{
    sim_add_chars(to, "  ");
    sim_add(to, segment->name);
    sim_add_chars(to, ": {if: ");
    expression_print(segment->condition, to);
    if (segment->known_for_ms > 0)
        print_span(", known_for", segment->known_for_ms, to);
    if (segment->for_ms > 0)
        print_span(", for", segment->for_ms, to);
    sim_add_chars(to, "}\n");
}

void segments_print(const struct workload_rules *rules, uint32_t file, struct sim_text *to)
{
    for (uint32_t i = 0; i < rules->segment_count; i++) {
        if (print_begins(i, rules->segment_count, rules, file))
            sim_add_chars(to, "segments:\n");
        if (print_is_here(i, rules->segment_count, rules, file))
            print_segment(&rules->segments[i], to);
    }
}
