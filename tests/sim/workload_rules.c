// Drawing rulesets. Variants of one seed share names and most of their content.
#include "tests/sim/workload_flow.h"

enum { FIELDS_MAX = 9, FILES_MAX = 3 };

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

struct draw typed_draw(const struct rules_draw *from, const char *label, uint32_t number)
{
    struct rules_draw first = *from;
    first.variant = from->may_pin ? 0 : from->variant;
    return part_draw(&first, label, number);
}

static struct text draw_any_trigger(
    struct draw *draw, const struct rules_draw *from, bool may_follow)
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

// When time alone changes a score, it is announced with the next thing that happens to it: only its bands are exact.
struct text draw_trigger(struct draw *draw, const struct rules_draw *from, bool may_follow)
{
    struct text trigger = draw_any_trigger(draw, from, may_follow);
    return from->may_forget && text_is(trigger, "score.changed") ? text_of("score.band_changed")
                                                                 : trigger;
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
    struct rules_draw first = *from;
    first.variant = from->has_event_clock ? 0 : from->variant;
    struct draw draw = part_draw(&first, "kinds", 0);
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
        if (from->may_pin)
            draw = typed_draw(from, "type of field", i);
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

// All of what makes history, as if it stood in one file.
static void keep_history(const struct rules_draw *from)
{
    struct workload_rules rules = *from->rules;
    struct sim_text text = {NULL, 0, 0};
    rules.file_count = 1;
    history_print(&rules, 0, &text);
    from->rules->history = text_copy(from->arena, sim_text_view(&text));
    sim_text_free(&text);
}

// The clock of the wall goes on from frame to frame, and now and then by as long as ids are remembered.
static int64_t find_horizon(const struct workload_shape *shape)
{
    enum { FRAME_INPUTS = 20, FRAME_MS = 30000, LEAP_FRAMES = 10 };
    int64_t events_ms = shape->inputs * shape->step_ms;
    if (shape->future_permille > 0)
        events_ms += 2 * shape->dedup_window_ms;
    int64_t frame_ms = FRAME_MS + shape->dedup_window_ms / LEAP_FRAMES;
    return shape->clock == WORKLOAD_CLOCK_EVENT ? events_ms
                                                : (shape->inputs / FRAME_INPUTS + 1) * frame_ms;
}

void draw_rules(struct workload *workload, const struct sim_random *random)
{
    uint32_t count = workload->shape.variants;
    struct sim_random calm = sim_random_fork(random, "calm");
    bool is_calm = sim_random_chance(&calm, 700);
    bool is_plain = sim_random_chance(&calm, 150);
    // What condensed entries lose by time is told otherwise than what single ones do.
    bool is_condensed = workload->shape.ledger_entries_max < WORKLOAD_LEDGER_ENTRIES_AMPLE;
    bool may_forget = !is_condensed && !is_plain && sim_random_chance(&calm, 650);
    struct sim_random pins = sim_random_fork(random, "pins");
    bool may_pin = count > 1 && sim_random_chance(&pins, 500);
    workload->may_pin = may_pin;
    workload->variants = sim_alloc(&workload->arena, count * sizeof(*workload->variants));
    for (uint32_t i = 0; i < count; i++) {
        struct workload_rules *rules = &workload->variants[i];
        struct rules_draw from = {
            .arena = &workload->arena,
            .seed = random,
            .variant = i,
            .is_calm = is_calm,
            .is_plain = is_plain,
            .is_alone = count == 1,
            .may_pin = may_pin,
            .may_forget = may_forget,
            .has_event_clock = workload->shape.clock == WORKLOAD_CLOCK_EVENT,
            .step_ms = workload->shape.step_ms,
            .horizon_ms = find_horizon(&workload->shape),
            .rules = rules,
        };
        struct draw draw = typed_draw(&from, "events", 0);
        struct sim_random own = typed_draw(&from, "own events", 0).random;
        rules->events = draw_event_types(&draw, &own, &rules->event_count);
        draw_implies(&from);
        draw_kinds(&from);
        draw_fields(&from);
        struct draw lists = part_draw(&from, "lists", 0);
        rules->has_lists = sim_random_chance(&lists.random, 500);
        draw_objects(&from);
        draw_counters(&from);
        draw_live(&from);
        draw_teams(&from);
        draw_actions(&from);
        draw_channels(&from);
        draw_workflows(&from);
        draw_objects_heard(&from);
        print_files(&from);
        keep_history(&from);
    }
}

bool workload_may_pin(const struct workload *workload)
{
    return workload->may_pin;
}
