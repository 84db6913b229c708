// Drawing counters, scores and segments.
#include "tests/sim/workload_flow.h"

#define DAY_MS INT64_C(86400000)

enum {
    COUNTERS_MAX = 7,
    SCORES_MAX = 4,
    SEGMENTS_MAX = 5,
    RULES_MAX = 6,
    BANDS_MAX = 4,
    GROUPS_MAX = 3,
};

static const struct workload_event_type *type_of(const struct rules_draw *from, struct text name)
{
    return on_event(from, name);
}

int64_t draw_span(const struct rules_draw *from, struct sim_random *random)
{
    static const int64_t units_ms[] = {1, 1000, 60000, 3600000, 86400000};
    uint64_t kind = sim_random_below(random, 10);
    int64_t span_ms = from->step_ms * sim_random_between(random, 1, 60);
    if (kind < 2)
        span_ms = sim_random_between(random, 1, 60) * 1000;
    else if (kind < 4)
        span_ms = sim_random_between(random, 1, 40) * units_ms[sim_random_below(random, 5)];
    if (sim_random_chance(random, 150))
        span_ms += sim_random_between(random, -1, 1);
    return span_ms < 1 ? 1 : span_ms;
}

// What live things set off may set them off again when it has gone: at most once a day, lest time is full of it.
bool is_derived_type(struct text type)
{
    for (size_t i = 0; i < words_derived_types.count; i++) {
        if (on_is(type, text_of(words_derived_types.at[i])))
            return true;
    }
    return false;
}

bool is_membership_type(struct text type)
{
    return text_is(type, "segment.entered") || text_is(type, "tag.added") ||
           text_is(type, "list.added");
}

// --- counters
static struct workload_counter draw_one_counter(const struct rules_draw *from, struct draw *draw)
{
    struct workload_counter counter = {
        .on =
            draw_triggers(draw, from, sim_random_chance(&draw->random, from->is_calm ? 150 : 400)),
        .kind = (enum workload_counter_kind)sim_random_below(&draw->random, 8),
        .type = WORKLOAD_TYPE_INT,
    };
    struct expr_scope scope = {
        .from = from, .event = type_of(from, counter.on), .is_of_counter = true};
    switch (counter.kind) {
    case WORKLOAD_COUNT: break;
    case WORKLOAD_SUM:
    case WORKLOAD_MIN:
    case WORKLOAD_MAX:
    case WORKLOAD_AVG:
        counter.type = WORKLOAD_TYPE_DOUBLE;
        counter.value = draw_summed(draw, &scope);
        break;
    case WORKLOAD_FIRST:
    case WORKLOAD_LAST: counter.value = draw_kept(draw, &scope, &counter.type); break;
    case WORKLOAD_DISTINCT: {
        enum workload_type ignored;
        counter.value = draw_kept(draw, &scope, &ignored);
        break;
    }
    }
    if (sim_random_chance(&draw->random, 350))
        counter.condition = draw_condition(draw, &scope);
    if (sim_random_chance(&draw->random, 600))
        counter.within_ms =
            draw_span(from, &draw->random) + (is_derived_type(counter.on) ? DAY_MS : 0);
    return counter;
}

void draw_counters(const struct rules_draw *from)
{
    static const char *const names[COUNTERS_MAX] = {"opens", "spend",    "last_one", "a-b",
                                                    "c.2",   "pages_7d", "z"};
    struct workload_counter *counters = sim_alloc(from->arena, COUNTERS_MAX * sizeof(*counters));
    uint32_t count = 0;
    for (uint32_t i = 0; i < COUNTERS_MAX; i++) {
        struct draw draw = part_draw(from, "counter", i);
        if (from->is_plain || sim_random_chance(&draw.random, 400))
            continue;
        counters[count] = draw_one_counter(from, &draw);
        counters[count++].name = text_of(names[i]);
    }
    from->rules->counters = counters;
    from->rules->counter_count = count;
}

// --- rules of scores
static int64_t draw_points(struct sim_random *random)
{
    static const uint32_t weights[] = {50, 20, 20, 5, 5};
    switch (sim_random_pick(random, weights, 5)) {
    case 0: return sim_random_between(random, 1, 20) * 1000;
    case 1: return sim_random_between(random, -20, 0) * 1000;
    case 2: return sim_random_between(random, -20000, 40000);
    case 3: return 1000000000;
    default: return sim_random_between(random, -1, 1);
    }
}

static struct text draw_per(struct draw *draw, const struct workload_event_type *type)
{
    static const char *const nested_at[] = {"fields.plan", "more.a", "answers.b"};
    static const struct words nested = {nested_at, 3};
    if (type == NULL || type->field_count == 0 || sim_random_chance(&draw->random, 150)) {
        struct text path = words_pick(&draw->random, nested);
        for (uint32_t i = 0; type != NULL && i < type->field_count; i++) {
            struct text name = type->fields[i].name;
            bool is_outer = path.len > name.len && path.at[name.len] == '.' &&
                            text_equal(name, (struct text){path.at, name.len});
            if (is_outer && type->fields[i].is_loose)
                return text_of("");
            if (is_outer && type->fields[i].type != WORKLOAD_TYPE_MAP &&
                type->fields[i].type != WORKLOAD_TYPE_ANY)
                return name; // it has no members
        }
        return path;
    }
    const struct workload_data_field *field =
        &type->fields[sim_random_below(&draw->random, type->field_count)];
    if (field->is_loose)
        return text_of(""); // it may be of several types
    return text_is(field->name, "odd name!") ? text_of("reason") : field->name;
}

static void draw_limit(
    const struct rules_draw *from, struct draw *draw, struct workload_score_rule *rule)
{
    struct sim_random *random = &draw->random;
    struct workload_limit *limit = &rule->limit;
    if (sim_random_chance(random, 600))
        limit->per = draw_per(draw, type_of(from, rule->on));
    bool has_points = !from->is_plain && sim_random_chance(random, 350);
    if (has_points)
        limit->points_milli = sim_random_between(random, 1, 60000);
    if (!has_points || sim_random_chance(random, 300))
        limit->times = (uint32_t)sim_random_between(random, 1, 4);
    if (from->is_plain || sim_random_chance(random, 350))
        return;
    limit->span = (enum workload_span)sim_random_between(random, WORKLOAD_ROLLING, WORKLOAD_YEAR);
    if (limit->span == WORKLOAD_ROLLING)
        limit->span_ms = draw_span(from, random);
}

static struct workload_score_rule draw_event_rule(
    const struct rules_draw *from, struct draw *draw, const struct workload_score *score)
{
    struct sim_random *random = &draw->random;
    struct workload_score_rule rule = {
        .on = draw_triggers(draw, from, sim_random_chance(random, from->is_calm ? 150 : 500)),
        .points_milli = draw_points(random),
        .group = (uint32_t)sim_random_below(random, score->group_count + 1),
    };
    bool is_slow = score->span_ms >= DAY_MS && score->after_ms >= DAY_MS;
    if (score->forget != WORKLOAD_KEEP && !is_slow && is_derived_type(rule.on))
        rule.on = text_of("email.opened");
    struct expr_scope scope = {
        .from = from,
        .event = type_of(from, rule.on),
        .score_end = from->rules->score_count,
        .segment_end = from->rules->segment_count,
    };
    if (!from->is_plain && sim_random_chance(random, 350))
        rule.condition = draw_condition(draw, &scope);
    if (!from->is_plain && sim_random_chance(random, 200))
        rule.points = draw_number(draw, &scope);
    if (sim_random_chance(random, 450))
        draw_limit(from, draw, &rule);
    return rule;
}

// What it reads comes before its score: there are no rings.
static struct workload_score_rule draw_state_rule(
    const struct rules_draw *from, struct draw *draw, uint32_t score, uint32_t segment_end)
{
    struct sim_random *random = &draw->random;
    struct expr_scope scope = {.from = from, .score_end = score, .segment_end = segment_end};
    struct workload_score_rule rule = {
        .points_milli = draw_points(random),
        .group = (uint32_t)sim_random_below(random, from->rules->scores[score].group_count + 1),
        .state = draw_condition(draw, &scope),
    };
    if (sim_random_chance(random, 250))
        rule.points = draw_number(draw, &scope);
    return rule;
}

static void draw_score_rules(
    const struct rules_draw *from, uint32_t place, uint32_t score, uint32_t segment_end)
{
    struct workload_score_rule *rules = sim_alloc(from->arena, RULES_MAX * sizeof(*rules));
    struct workload_score *of = (struct workload_score *)(uintptr_t)&from->rules->scores[score];
    uint32_t count = 0;
    for (uint32_t i = 0; i < RULES_MAX; i++) {
        struct draw draw = part_draw(from, "rule", place * RULES_MAX + i);
        if (sim_random_chance(&draw.random, 350))
            continue;
        bool is_state = !from->is_plain && sim_random_chance(&draw.random, 250);
        rules[count] = is_state ? draw_state_rule(from, &draw, score, segment_end)
                                : draw_event_rule(from, &draw, of);
        rules[count++].name = text_format(from->arena, "rule-%u", i);
    }
    of->rules = rules;
    of->rule_count = count;
}

// --- scores
static void draw_bands(struct draw *draw, struct workload_score *score)
{
    static const char *const names[BANDS_MAX] = {"cold", "warm", "hot", "on-fire.2"};
    struct workload_band *bands = sim_alloc(draw->arena, BANDS_MAX * sizeof(*bands));
    int64_t from_milli = sim_random_between(&draw->random, -30, 5) * 1000;
    for (uint32_t i = 0; i < BANDS_MAX && sim_random_chance(&draw->random, 750); i++) {
        if (score->has_max && from_milli > score->max_milli)
            break;
        bands[score->band_count++] = (struct workload_band){text_of(names[i]), from_milli};
        from_milli += sim_random_chance(&draw->random, 800)
                          ? sim_random_between(&draw->random, 1, 40) * 1000
                          : sim_random_between(&draw->random, 1, 3000);
    }
    score->bands = bands;
}

static void draw_groups(struct draw *draw, struct workload_score *score)
{
    static const char *const names[GROUPS_MAX] = {"email", "web", "g-3"};
    struct workload_group *groups = sim_alloc(draw->arena, GROUPS_MAX * sizeof(*groups));
    for (uint32_t i = 0; i < GROUPS_MAX && sim_random_chance(&draw->random, 500); i++) {
        struct workload_group group = {
            .name = text_of(names[i]),
            .has_min = sim_random_chance(&draw->random, 400),
            .min_milli = sim_random_between(&draw->random, -20000, 1000),
            .max_milli = sim_random_between(&draw->random, 1000, 40000),
        };
        group.has_max = !group.has_min || sim_random_chance(&draw->random, 600);
        groups[score->group_count++] = group;
    }
    score->groups = groups;
}

static void draw_forget(
    const struct rules_draw *from, struct draw *draw, struct workload_score *score)
{
    static const int32_t percents_milli[] = {50000, 33333, 10000, 100000, 7, 25500};
    struct sim_random *random = &draw->random;
    score->forget = (enum workload_forget)sim_random_between(random, WORKLOAD_KEEP, WORKLOAD_IDLE);
    score->span_ms = draw_span(from, random);
    score->after_ms = draw_span(from, random);
    score->percent_milli = percents_milli[sim_random_below(random, 6)];
    score->idle_milli = sim_random_chance(random, 800) ? -sim_random_between(random, 1, 8000)
                                                       : sim_random_between(random, 1, 2000);
}

// All of a score but what it is made of.
static struct workload_score draw_score(const struct rules_draw *from, struct draw *draw)
{
    struct workload_score score = {
        .has_min = sim_random_chance(&draw->random, 400),
        .has_max = sim_random_chance(&draw->random, 400),
        .min_milli = sim_random_between(&draw->random, -50, 0) * 1000,
        .max_milli = sim_random_between(&draw->random, 1, 80) * 1000,
    };
    draw_bands(draw, &score);
    if (!from->is_plain)
        draw_groups(draw, &score);
    if (from->may_forget)
        draw_forget(from, draw, &score);
    return score;
}

// What is there, so that all may be read by what is drawn next.
struct places {
    uint32_t scores[SCORES_MAX], segments[SEGMENTS_MAX];
};

static void draw_what_is_there(const struct rules_draw *from, struct places *places)
{
    static const char *const names[SCORES_MAX] = {"engagement", "fit", "z.risk_9", "interest"};
    static const char *const segment_names[SEGMENTS_MAX] = {
        "hot-leads", "lapsed", "stuck", "a.1", "zz"};
    struct workload_score *scores = sim_alloc(from->arena, SCORES_MAX * sizeof(*scores));
    struct workload_segment *segments = sim_alloc(from->arena, SEGMENTS_MAX * sizeof(*segments));
    struct workload_rules *rules = from->rules;
    rules->scores = scores;
    rules->segments = segments;
    for (uint32_t i = 0; i < SCORES_MAX; i++) {
        struct draw draw = part_draw(from, "score", i);
        if (sim_random_chance(&draw.random, 300))
            continue;
        scores[rules->score_count] = draw_score(from, &draw);
        scores[rules->score_count].name = text_of(names[i]);
        places->scores[rules->score_count++] = i;
    }
    for (uint32_t i = 0; i < SEGMENTS_MAX; i++) {
        struct draw draw = part_draw(from, "segment is there", i);
        if (from->is_plain || sim_random_chance(&draw.random, 350))
            continue;
        segments[rules->segment_count].name = text_of(segment_names[i]);
        places->segments[rules->segment_count++] = i;
    }
}

static void draw_made_of(const struct rules_draw *from, uint32_t place, uint32_t score)
{
    struct draw draw = part_draw(from, "combine", place);
    struct workload_score *of = (struct workload_score *)(uintptr_t)&from->rules->scores[score];
    uint32_t segment_end = from->rules->segment_count; // but the last, which may read all scores
    segment_end = segment_end == 0 ? 0 : segment_end - 1;
    segment_end = score < segment_end ? score : segment_end;
    if (from->is_plain || score == 0 || !sim_random_chance(&draw.random, 300)) {
        draw_score_rules(from, place, score, segment_end);
        return;
    }
    struct expr_scope scope = {.from = from, .score_end = score, .segment_end = segment_end};
    of->forget = WORKLOAD_KEEP;
    of->group_count = 0;
    of->combine = draw_combination(&draw, &scope);
}

static void draw_segment(const struct rules_draw *from, uint32_t place, uint32_t segment)
{
    struct draw draw = part_draw(from, "segment", place);
    struct workload_segment *of =
        (struct workload_segment *)(uintptr_t)&from->rules->segments[segment];
    uint32_t score_end = segment + 1;
    if (segment + 1 == from->rules->segment_count || score_end > from->rules->score_count)
        score_end = from->rules->score_count;
    struct expr_scope scope = {.from = from, .score_end = score_end, .segment_end = segment};
    of->condition = draw_with_objects(from, place, draw_condition(&draw, &scope));
    if (sim_random_chance(&draw.random, 300))
        of->for_ms = draw_span(from, &draw.random);
    if (sim_random_chance(&draw.random, 200))
        of->known_for_ms = draw_span(from, &draw.random);
}

// In turns, each reading those before it: score 0, segment 0, score 1, segment 1…
void draw_live(const struct rules_draw *from)
{
    struct places places;
    draw_what_is_there(from, &places);
    for (uint32_t i = 0; i < SCORES_MAX || i < SEGMENTS_MAX; i++) {
        if (i < from->rules->score_count)
            draw_made_of(from, places.scores[i], i);
        if (i < from->rules->segment_count)
            draw_segment(from, places.segments[i], i);
    }
}
