// Drawing the steps of workflows.
#include "tests/sim/workload_flow.h"

#define DAY_MS INT64_C(86400000)

enum {
    NAMES_MAX = 3,
    DEPTH_MAX = 2,
    STEPS_MAX = 8,
    GIVEN_MAX = 8,
    WAYS_MAX = 4,
    PREFIX_BYTES = 80
};

static const struct workload_step *draw_list(
    struct steps_draw *draw, struct text prefix, uint32_t depth, uint32_t *count_out);

// --- values
struct text draw_plain_text(struct draw *draw)
{
    static const char *const at[] = {"Hi ", "no. ", "", "a {b} ", "\"it\": "};
    return text_of(at[sim_random_below(&draw->random, 5)]);
}

struct workload_given draw_given(struct steps_draw *draw, enum workload_type type)
{
    static const enum workload_type shown[] = {
        WORKLOAD_TYPE_STRING, WORKLOAD_TYPE_INT, WORKLOAD_TYPE_DOUBLE, WORKLOAD_TYPE_BOOL,
        WORKLOAD_TYPE_TIMESTAMP};
    struct sim_random *random = &draw->draw->random;
    struct workload_given given = {.type = type};
    bool is_text = type == WORKLOAD_TYPE_STRING || type == WORKLOAD_TYPE_ANY;
    if (!draw->from->is_plain && sim_random_chance(random, 350)) {
        enum workload_type of = is_text ? shown[sim_random_below(random, 5)] : type;
        given.expr = draw_of_type(draw->draw, &draw->scope, of);
        given.is_template = is_text;
        given.before = draw_plain_text(draw->draw);
    }
    if (given.expr == NULL)
        given.constant = draw_value(draw->draw, type, VALUE_FOR_RULES);
    return given;
}

static struct workload_given *make_given(struct steps_draw *draw, struct workload_step *step)
{
    struct workload_given *given = sim_alloc(draw->from->arena, GIVEN_MAX * sizeof(*given));
    step->given = given;
    return given;
}

// One that may be delayed only where the workflow may wait; NULL where there is no other.
static const struct workload_action *find_action(const struct steps_draw *draw, uint64_t from)
{
    const struct workload_rules *rules = draw->from->rules;
    for (uint64_t i = 0; i < rules->action_count; i++) {
        const struct workload_action *action = &rules->actions[(from + i) % rules->action_count];
        if (draw->may_wait || !action_may_delay(rules, action->name))
            return action;
    }
    return NULL;
}

// Whom it reaches, where the action says to whom it goes.
static void draw_recipient(
    struct steps_draw *draw, const struct workload_action *action, struct workload_step *step)
{
    struct draw own = {draw->draw->arena, sim_random_fork(&draw->draw->random, "recipient")};
    struct workload_given *with = (struct workload_given *)(uintptr_t)step->given;
    struct steps_draw of = *draw;
    of.draw = &own;
    uint32_t at = 0;
    step->says_contact = sim_random_chance(&own.random, 100);
    for (uint32_t i = 0; i < action->param_count; i++) {
        if (!text_is(action->params[i].name, "to") || step->says_contact ||
            !sim_random_chance(&own.random, 400))
            continue;
        step->recipient =
            sim_random_chance(&own.random, 500) ? WORKLOAD_TO_STAFF : WORKLOAD_TO_ADDRESS;
        while (at < step->given_count && !text_is(with[at].name, "to"))
            at++;
        if (at < step->given_count)
            continue;
        with[at] = draw_given(&of, action->params[i].type);
        with[at].name = action->params[i].name;
        step->given_count++;
    }
}

static void draw_do(struct steps_draw *draw, struct workload_step *step)
{
    const struct workload_rules *rules = draw->from->rules;
    struct sim_random *random = &draw->draw->random;
    const struct workload_action *action =
        find_action(draw, sim_random_below(random, rules->action_count));
    struct workload_given *with = make_given(draw, step);
    step->of = action->name;
    for (uint32_t i = 0; i < action->param_count; i++) {
        const struct workload_param *param = &action->params[i];
        bool is_needed = !param->is_optional && param->found == NULL &&
                         param->default_path.len == 0 &&
                         param->default_value.kind == WORKLOAD_ABSENT;
        if (!is_needed && sim_random_chance(random, 500))
            continue;
        with[step->given_count] = draw_given(draw, param->type);
        with[step->given_count++].name = param->name;
    }
    draw_recipient(draw, action, step);
}

static void draw_set(struct steps_draw *draw, struct workload_step *step)
{
    const struct workload_rules *rules = draw->from->rules;
    struct sim_random *random = &draw->draw->random;
    struct workload_given *given = make_given(draw, step);
    for (uint32_t i = 0; i <= rules->field_count && step->given_count < 2; i++) {
        bool is_stage = i == rules->field_count;
        if (!is_stage && !sim_random_chance(random, 300))
            continue;
        if (is_stage && step->given_count > 0 && !sim_random_chance(random, 300))
            continue;
        struct workload_given *one = &given[step->given_count++];
        *one = draw_given(draw, is_stage ? WORKLOAD_TYPE_STRING : rules->fields[i].type);
        if (sim_random_chance(random, 150))
            *one = (struct workload_given){.constant = {.kind = WORKLOAD_NULL}};
        else if (is_stage && one->expr == NULL)
            one->constant.text = words_pick(random, words_stages);
        one->name = is_stage ? text_of("stage") : rules->fields[i].name;
    }
}

static void draw_points(struct steps_draw *draw, struct workload_step *step)
{
    const struct workload_rules *rules = draw->from->rules;
    struct sim_random *random = &draw->draw->random;
    struct workload_given *given = make_given(draw, step);
    step->of = text_of("");
    for (uint32_t i = 0; i < rules->score_count; i++) {
        if (rules->scores[i].combine == NULL &&
            (step->of.len == 0 || sim_random_chance(random, 500)))
            step->of = rules->scores[i].name;
    }
    step->given_count = 1;
    given[0] = (struct workload_given){
        .type = WORKLOAD_TYPE_DOUBLE,
        .constant = sim_value_of_int("", sim_random_between(random, -10, 30))};
    if (!draw->from->is_plain && sim_random_chance(random, 400))
        given[0].expr = draw_of_type(draw->draw, &draw->scope, WORKLOAD_TYPE_DOUBLE);
}

static bool may_be_emitted(struct text type)
{
    static const char *const own[] = {"contact.", "event.", "segment.", "score.", "run.",
                                      "tag.",     "list.",  "field.",   "action."};
    for (size_t i = 0; i < sizeof(own) / sizeof(own[0]); i++) {
        struct text prefix = text_of(own[i]);
        if (type.len > prefix.len && text_equal((struct text){type.at, prefix.len}, prefix))
            return false;
    }
    return true;
}

static void draw_emit(struct steps_draw *draw, struct workload_step *step)
{
    const struct workload_rules *rules = draw->from->rules;
    struct sim_random *random = &draw->draw->random;
    const struct workload_event_type *type = NULL;
    for (int i = 0; i < 20 && (type == NULL || !may_be_emitted(type->name)); i++)
        type = &rules->events[sim_random_below(random, rules->event_count)];
    if (!may_be_emitted(type->name))
        type = rules_event(rules, text_of("email.opened"));
    struct workload_given *given = make_given(draw, step);
    step->of = type->name;
    for (uint32_t i = 0; i < type->field_count && step->given_count < GIVEN_MAX; i++) {
        if (sim_random_chance(random, 300))
            continue;
        given[step->given_count] = draw_given(draw, type->fields[i].type);
        given[step->given_count++].name = type->fields[i].name;
    }
}

static const struct text *draw_names(struct draw *draw, struct words words, uint32_t *count_out)
{
    uint32_t count = (uint32_t)sim_random_between(&draw->random, 1, NAMES_MAX);
    struct text *names = sim_alloc(draw->arena, count * sizeof(*names));
    for (uint32_t i = 0; i < count; i++)
        names[i] = words_pick(&draw->random, words);
    *count_out = count;
    return names;
}

static void draw_change(struct steps_draw *draw, struct workload_step *step)
{
    struct words words = step->kind == WORKLOAD_STEP_TAG ? words_tags : words_lists;
    uint64_t which = sim_random_below(&draw->draw->random, 4);
    if (which != 0)
        step->add = draw_names(draw->draw, words, &step->add_count);
    if (which == 0 || which == 3)
        step->remove = draw_names(draw->draw, words, &step->remove_count);
}

// --- waits
void draw_window(struct draw *draw, struct workload_window *out)
{
    static const char *const zones[] = {"Europe/Berlin", "America/New_York", "Asia/Ho_Chi_Minh",
                                        "UTC",           "+07:00",           "No/Where"};
    struct sim_random *random = &draw->random;
    *out = (struct workload_window){.days = 0};
    bool has_hours = sim_random_chance(random, 700);
    if (!has_hours || sim_random_chance(random, 500))
        out->days = 1 + (uint32_t)sim_random_below(random, 127);
    while (has_hours && out->start_minute == out->stop_minute) {
        out->start_minute = (uint32_t)sim_random_below(random, 48) * 30;
        out->stop_minute = (uint32_t)sim_random_below(random, 49) * 30;
    }
    if (sim_random_chance(random, 500))
        out->zone = text_of(zones[sim_random_below(random, 6)]);
}

struct workload_wait draw_wait(struct steps_draw *draw)
{
    static const uint32_t weights[] = {35, 15, 12, 13, 25};
    struct sim_random *random = &draw->draw->random;
    struct workload_wait wait = {
        .kind = (enum workload_wait_kind)sim_random_pick(random, weights, 5),
        .span_ms = draw_span(draw->from, random),
        .minute = (uint32_t)sim_random_below(random, 96) * 15,
    };
    wait.span_ms += draw->goes_on ? DAY_MS : 0;
    if (wait.kind == WORKLOAD_WAIT_UNTIL)
        wait.until = draw_moment(draw->draw, &draw->scope);
    if (wait.kind == WORKLOAD_WAIT_WINDOW)
        draw_window(draw->draw, &wait.window);
    if (wait.kind != WORKLOAD_WAIT_EVENT)
        return wait;
    wait.on = draw_triggers(draw->draw, draw->from, sim_random_chance(random, 300));
    if (sim_random_chance(random, 300))
        wait.span_ms = 0;
    struct expr_scope scope = draw->scope;
    scope.event = on_event(draw->from, wait.on);
    if (!draw->from->is_plain && sim_random_chance(random, 400))
        wait.condition = draw_condition(draw->draw, &scope);
    struct draw own = {draw->draw->arena, sim_random_fork(random, "already")};
    if (!draw->from->is_plain && sim_random_chance(&own.random, 250))
        wait.already = draw_condition(&own, &draw->scope);
    return wait;
}

// --- ways
static void draw_way(
    struct steps_draw *draw, struct text prefix, uint32_t depth, struct workload_way *way)
{
    way->steps = draw_list(draw, prefix, depth + 1, &way->step_count);
}

static struct text behind(
    struct steps_draw *draw, const struct workload_step *step, const char *what)
{
    return text_format(draw->from->arena, "%.*s.%s", (int)step->id.len, step->id.at, what);
}

static void draw_two_ways(struct steps_draw *draw, struct workload_step *step, uint32_t depth)
{
    struct sim_random *random = &draw->draw->random;
    struct workload_way *ways = sim_alloc(draw->from->arena, 2 * sizeof(*ways));
    bool has_then = sim_random_chance(random, 800);
    if (has_then)
        draw_way(draw, behind(draw, step, "then"), depth, &ways[0]);
    if (!has_then || sim_random_chance(random, 500))
        draw_way(draw, behind(draw, step, "else"), depth, &ways[1]);
    step->ways = ways;
    step->way_count = 2;
}

static void draw_choices(struct steps_draw *draw, struct workload_step *step, uint32_t depth)
{
    struct workload_way *ways = sim_alloc(draw->from->arena, WAYS_MAX * sizeof(*ways));
    uint32_t count = (uint32_t)sim_random_between(&draw->draw->random, 1, WAYS_MAX - 1);
    for (uint32_t i = 0; i < count; i++) {
        char number[16] = {(char)('1' + i), '\0'};
        ways[i].condition = draw_condition(draw->draw, &draw->scope);
        draw_way(draw, behind(draw, step, number), depth, &ways[i]);
    }
    if (sim_random_chance(&draw->draw->random, 500))
        draw_way(draw, behind(draw, step, "else"), depth, &ways[count++]);
    step->ways = ways;
    step->way_count = count;
}

static void draw_split(struct steps_draw *draw, struct workload_step *step, uint32_t depth)
{
    static const char *const names[WAYS_MAX] = {"a", "b-2", "control", "z.z"};
    struct sim_random *random = &draw->draw->random;
    struct workload_way *ways = sim_alloc(draw->from->arena, WAYS_MAX * sizeof(*ways));
    step->way_count = (uint32_t)sim_random_between(random, 1, WAYS_MAX);
    for (uint32_t i = 0; i < step->way_count; i++) {
        ways[i].name = text_of(names[i]);
        ways[i].share = (uint32_t)sim_random_between(random, 1, 50);
        if (sim_random_chance(random, 800))
            draw_way(draw, behind(draw, step, names[i]), depth, &ways[i]);
    }
    step->ways = ways;
}

// --- one step
static enum workload_step_kind draw_kind(struct steps_draw *draw, uint32_t depth)
{
    const struct workload_rules *rules = draw->from->rules;
    bool has_score = false;
    for (uint32_t i = 0; i < rules->score_count; i++)
        has_score = has_score || rules->scores[i].combine == NULL;
    bool may_nest = depth < DEPTH_MAX;
    const uint32_t weights[] = {
        [WORKLOAD_STEP_DO] = find_action(draw, 0) != NULL ? 40 : 0,
        [WORKLOAD_STEP_TAG] = 14,
        [WORKLOAD_STEP_LIST] = 6,
        [WORKLOAD_STEP_SET] = 8,
        [WORKLOAD_STEP_POINTS] = has_score && draw->may_score ? 6 : 0,
        [WORKLOAD_STEP_EMIT] = draw->may_emit ? 6 : 0,
        [WORKLOAD_STEP_START] = draw->startable_count > 0 ? 6 : 0,
        [WORKLOAD_STEP_IF] = may_nest ? 9 : 0,
        [WORKLOAD_STEP_CHOOSE] = may_nest ? 5 : 0,
        [WORKLOAD_STEP_SPLIT] = may_nest ? 6 : 0,
        [WORKLOAD_STEP_WAIT] = draw->may_wait ? 24 : 0,
        [WORKLOAD_STEP_GOTO] = depth > 0 && draw->may_leave ? 8 : 0,
        [WORKLOAD_STEP_STOP] = depth > 0 ? 3 : 0,
        [WORKLOAD_STEP_END] = depth > 0 ? 3 : 0,
    };
    return (enum workload_step_kind)sim_random_pick(
        &draw->draw->random, weights, sizeof(weights) / sizeof(weights[0]));
}

static void draw_what(struct steps_draw *draw, struct workload_step *step, uint32_t depth)
{
    struct sim_random *random = &draw->draw->random;
    switch (step->kind) {
    case WORKLOAD_STEP_DO: draw_do(draw, step); break;
    case WORKLOAD_STEP_TAG:
    case WORKLOAD_STEP_LIST: draw_change(draw, step); break;
    case WORKLOAD_STEP_SET: draw_set(draw, step); break;
    case WORKLOAD_STEP_POINTS: draw_points(draw, step); break;
    case WORKLOAD_STEP_EMIT: draw_emit(draw, step); break;
    case WORKLOAD_STEP_START:
        step->of = draw->startable[sim_random_below(random, draw->startable_count)];
        break;
    case WORKLOAD_STEP_IF:
        step->condition = draw_condition(draw->draw, &draw->scope);
        draw_two_ways(draw, step, depth);
        break;
    case WORKLOAD_STEP_CHOOSE: draw_choices(draw, step, depth); break;
    case WORKLOAD_STEP_SPLIT: draw_split(draw, step, depth); break;
    case WORKLOAD_STEP_WAIT:
        step->wait = draw_wait(draw);
        if (step->wait.kind == WORKLOAD_WAIT_EVENT && depth < DEPTH_MAX &&
            sim_random_chance(random, 600))
            draw_two_ways(draw, step, depth);
        break;
    case WORKLOAD_STEP_GOTO: step->of = text_of("last"); break;
    case WORKLOAD_STEP_STOP: step->of = text_of("enough"); break;
    case WORKLOAD_STEP_END: break;
    case WORKLOAD_STEP_ASSIGN: draw_assign(draw->draw, draw->from->rules, step); break;
    }
}

static void give_id(
    struct steps_draw *draw, struct workload_step *step, struct text prefix, uint32_t number)
{
    static const char *const ids[] = {"first", "second", "s-3", "last.one", "z"};
    draw->count++;
    step->has_id = step->kind != WORKLOAD_STEP_END && sim_random_chance(&draw->draw->random, 400);
    if (!step->has_id && prefix.len == 0)
        step->id = text_format(draw->from->arena, "%u", number);
    else if (!step->has_id)
        step->id = text_format(draw->from->arena, "%.*s.%u", (int)prefix.len, prefix.at, number);
    else if (prefix.len == 0 && number <= sizeof(ids) / sizeof(ids[0]))
        step->id = text_of(ids[number - 1]);
    else
        step->id = text_format(draw->from->arena, "n-%u", draw->count);
}

static const struct workload_step *draw_list(
    struct steps_draw *draw, struct text prefix, uint32_t depth, uint32_t *count_out)
{
    uint32_t count = (uint32_t)sim_random_between(&draw->draw->random, 1, depth == 0 ? 5 : 2);
    struct workload_step *steps = sim_alloc(draw->from->arena, STEPS_MAX * sizeof(*steps));
    for (uint32_t i = 0; i < count; i++) {
        struct sim_random own = sim_random_fork(&draw->draw->random, "assigns");
        steps[i].kind = draw_kind(draw, depth);
        if (steps[i].kind == WORKLOAD_STEP_TAG && draw->from->rules->team_count > 0 &&
            sim_random_chance(&own, 350))
            steps[i].kind = WORKLOAD_STEP_ASSIGN;
        give_id(draw, &steps[i], prefix, i + 1);
        draw_what(draw, &steps[i], depth);
    }
    *count_out = count;
    return steps;
}

// --- the workflow's
static bool has_wait(
    const struct workload_rules *rules, const struct workload_step *steps, uint32_t count)
{
    for (uint32_t i = 0; i < count; i++) {
        if (steps[i].kind == WORKLOAD_STEP_WAIT ||
            (steps[i].kind == WORKLOAD_STEP_DO && action_may_delay(rules, steps[i].of)))
            return true;
        for (uint32_t j = 0; j < steps[i].way_count; j++) {
            if (has_wait(rules, steps[i].ways[j].steps, steps[i].ways[j].step_count))
                return true;
        }
    }
    return false;
}

static struct workload_step *add_step(
    struct steps_draw *draw, struct workload_workflow *flow, const char *id)
{
    struct workload_step *step =
        (struct workload_step *)(uintptr_t)&flow->steps[flow->step_count++];
    step->has_id = true;
    step->id = text_of(id);
    draw->count++;
    return step;
}

// A day at least, and then back to the first step.
static void add_loop(struct steps_draw *draw, struct workload_workflow *flow)
{
    struct workload_way *ways = sim_alloc(draw->from->arena, 2 * sizeof(*ways));
    struct workload_step *back = sim_alloc(draw->from->arena, sizeof(*back));
    struct text first = flow->steps[0].id;
    struct workload_step *wait = add_step(draw, flow, "a-while");
    wait->kind = WORKLOAD_STEP_WAIT;
    wait->wait.kind =
        sim_random_chance(&draw->draw->random, 500) ? WORKLOAD_WAIT_SPAN : WORKLOAD_WAIT_AT;
    wait->wait.span_ms = DAY_MS + draw_span(draw->from, &draw->draw->random);
    wait->wait.minute = 9 * 60;
    struct workload_step *again = add_step(draw, flow, "again");
    again->kind = WORKLOAD_STEP_IF;
    again->condition = draw_condition(draw->draw, &draw->scope);
    *back = (struct workload_step){
        .kind = WORKLOAD_STEP_GOTO, .id = text_of("again.then.1"), .of = first};
    ways[0].steps = back;
    ways[0].step_count = 1;
    again->ways = ways;
    again->way_count = 2;
}

void draw_flow_steps(struct steps_draw *draw, struct workload_workflow *flow, bool may_loop)
{
    struct sim_random *random = &draw->draw->random;
    bool has_loop = may_loop && draw->may_wait && sim_random_chance(random, 150);
    draw->may_leave = sim_random_chance(random, 300);
    flow->steps = draw_list(draw, text_of(""), 0, &flow->step_count);
    if (has_loop)
        add_loop(draw, flow);
    if (draw->may_leave) {
        struct workload_step *last = add_step(draw, flow, "last");
        last->kind = WORKLOAD_STEP_TAG;
        draw_change(draw, last);
    }
    if (draw->may_leave && sim_random_chance(random, 500)) {
        flow->on_error = WORKLOAD_ERROR_GOES_TO;
        flow->rescue = text_of("last");
    } else if (sim_random_chance(random, 400)) {
        flow->on_error = WORKLOAD_ERROR_CONTINUES;
    }
    flow->has_waits =
        flow->has_window || has_wait(draw->from->rules, flow->steps, flow->step_count);
}
