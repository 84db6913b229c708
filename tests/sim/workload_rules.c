// Drawing rulesets. Variants of one seed share names and most of their content.
#include "tests/sim/workload_internal.h"

enum { SCORES_MAX = 4, RULES_MAX = 5, FIELDS_MAX = 9, BANDS_MAX = 4, FILES_MAX = 3 };

// The stream of one part of the ruleset: its own in one of five later variants.
struct draw part_draw(const struct rules_draw *from, const char *label, uint32_t number)
{
    struct sim_random random = sim_random_fork(from->seed, label);
    random = sim_random_fork_number(&random, number);
    if (from->variant > 0) {
        struct sim_random own = sim_random_fork_number(&random, from->variant);
        if (sim_random_chance(&own, 200))
            random = own;
    }
    return (struct draw){from->arena, random};
}

struct text draw_trigger(struct draw *draw, const struct rules_draw *from, bool may_follow)
{
    static const char *const often_at[] = {"email.opened",  "page.viewed",     "order.placed",
                                           "link.clicked",  "contact.updated", "contact.tag_added",
                                           "form.submitted"};
    static const struct words often = {often_at, 7};
    static const uint32_t weights[] = {40, 35, 25};
    size_t kind = sim_random_pick(&draw->random, weights, may_follow ? 3 : 2);
    if (kind == 0)
        return words_pick(&draw->random, often);
    if (kind == 2)
        return words_pick(&draw->random, words_derived_types);
    const struct workload_rules *rules = from->rules;
    struct text name = rules->events[sim_random_below(&draw->random, rules->event_count)].name;
    for (size_t i = 0; i < words_derived_types.count && !may_follow; i++) {
        if (text_is(name, words_derived_types.at[i]))
            return words_pick(&draw->random, often);
    }
    return name;
}

static void draw_kinds(const struct rules_draw *from)
{
    static const char *const sets[][6] = {
        {"contact_id", "email", "phone", "anonymous_id"},
        {"contact_id", "email", "phone", "anonymous_id", "crm_id"},
        {"email", "contact_id", "anonymous_id"},
        {"crm_id", "contact_id", "anonymous_id", "email", "phone"},
        {"email", "phone"},
    };
    static const uint32_t weights[] = {60, 15, 10, 10, 5};
    struct draw draw = part_draw(from, "kinds", 0);
    const char *const *set = sets[sim_random_pick(&draw.random, weights, 5)];
    struct text *kinds = sim_alloc(from->arena, 6 * sizeof(*kinds));
    uint32_t count = 0;
    for (; set[count] != NULL; count++)
        kinds[count] = text_of(set[count]);
    from->rules->kinds = kinds;
    from->rules->kind_count = count;
}

static void draw_fields(const struct rules_draw *from)
{
    static const struct text one_of[] = {{"free", 4}, {"pro", 3}, {"a\"b", 3}};
    struct workload_contact_field *fields = sim_alloc(from->arena, FIELDS_MAX * sizeof(*fields));
    uint32_t count = 0;
    for (uint32_t i = 0; i < words_fields.count; i++) {
        struct draw draw = part_draw(from, "field", i);
        if (sim_random_chance(&draw.random, 400))
            continue;
        struct workload_contact_field field = {
            .name = text_of(words_fields.at[i]),
            .type = (enum workload_type)sim_random_below(&draw.random, WORKLOAD_TYPE_COUNT),
        };
        if (field.type == WORKLOAD_TYPE_STRING && sim_random_chance(&draw.random, 400)) {
            field.one_of = one_of;
            field.one_of_count = 3;
        }
        fields[count++] = field;
    }
    from->rules->fields = fields;
    from->rules->field_count = count;
}

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
    if (type == NULL || type->field_count == 0 || sim_random_chance(&draw->random, 150))
        return words_pick(&draw->random, nested);
    struct text name = type->fields[sim_random_below(&draw->random, type->field_count)].name;
    return text_is(name, "odd name!") ? text_of("reason") : name;
}

static uint32_t draw_score_rules(
    const struct rules_draw *from, uint32_t score, struct workload_score_rule *rules)
{
    uint32_t count = 0;
    for (uint32_t i = 0; i < RULES_MAX; i++) {
        struct draw draw = part_draw(from, "rule", score * RULES_MAX + i);
        if (sim_random_chance(&draw.random, 350))
            continue;
        struct workload_score_rule rule = {
            .name = text_format(from->arena, "rule-%u", i),
            .on = draw_trigger(
                &draw, from, sim_random_chance(&draw.random, from->is_calm ? 150 : 500)),
            .points_milli = draw_points(&draw.random),
        };
        if (sim_random_chance(&draw.random, 500)) {
            rule.limit_times = (uint32_t)sim_random_between(&draw.random, 1, 4);
            if (sim_random_chance(&draw.random, 600))
                rule.per = draw_per(&draw, rules_event(from->rules, rule.on));
        }
        rules[count++] = rule;
    }
    return count;
}

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

static void draw_scores(const struct rules_draw *from)
{
    static const char *const names[SCORES_MAX] = {"engagement", "fit", "z.risk_9", "interest"};
    struct workload_score *scores = sim_alloc(from->arena, SCORES_MAX * sizeof(*scores));
    uint32_t count = 0;
    for (uint32_t i = 0; i < SCORES_MAX; i++) {
        struct draw draw = part_draw(from, "score", i);
        if (sim_random_chance(&draw.random, 300))
            continue;
        struct workload_score score = {
            .name = text_of(names[i]),
            .has_min = sim_random_chance(&draw.random, 400),
            .has_max = sim_random_chance(&draw.random, 400),
            .min_milli = sim_random_between(&draw.random, -50, 0) * 1000,
            .max_milli = sim_random_between(&draw.random, 1, 80) * 1000,
        };
        draw_bands(&draw, &score);
        struct workload_score_rule *rules = sim_alloc(from->arena, RULES_MAX * sizeof(*rules));
        score.rule_count = draw_score_rules(from, i, rules);
        score.rules = rules;
        scores[count++] = score;
    }
    from->rules->scores = scores;
    from->rules->score_count = count;
}

// The files, printed. One variant in three is in one file only.
static void print_files(const struct rules_draw *from)
{
    static const char *const paths[FILES_MAX] = {"a.yaml", "b/deep.yaml", "c.yaml"};
    struct draw draw = part_draw(from, "files", 0);
    uint32_t count = (uint32_t)sim_random_between(&draw.random, 1, FILES_MAX);
    struct workload_file *files = sim_alloc(from->arena, count * sizeof(*files));
    from->rules->file_count = count;
    for (uint32_t i = 0; i < count; i++) {
        struct sim_text text = {NULL, 0, 0};
        rules_print(from->rules, i, &text);
        files[i].path = paths[i];
        files[i].text = text_copy(from->arena, sim_text_view(&text));
        sim_text_free(&text);
    }
    from->rules->files = files;
}

void draw_rules(struct workload *workload, const struct sim_random *random)
{
    uint32_t count = workload->shape.variants;
    struct sim_random calm = sim_random_fork(random, "calm");
    bool is_calm = sim_random_chance(&calm, 700);
    workload->variants = sim_alloc(&workload->arena, count * sizeof(*workload->variants));
    for (uint32_t i = 0; i < count; i++) {
        struct workload_rules *rules = &workload->variants[i];
        struct rules_draw from = {&workload->arena, random, i, is_calm, rules};
        struct draw draw = part_draw(&from, "events", 0);
        struct sim_random own = part_draw(&from, "own events", 0).random;
        rules->events = draw_event_types(&draw, &own, &rules->event_count);
        draw_kinds(&from);
        draw_fields(&from);
        draw_scores(&from);
        struct draw lists = part_draw(&from, "lists", 0);
        rules->has_lists = sim_random_chance(&lists.random, 500);
        draw_actions(&from);
        draw_workflows(&from);
        print_files(&from);
    }
}
