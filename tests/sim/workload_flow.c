// Drawing actions, and workflows that use them.
#include "tests/sim/workload_flow.h"

#define MINUTE_MS INT64_C(60000)

enum { ACTIONS_MAX = 4, PARAMS_MAX = 6, WORKFLOWS_MAX = 6, STOPS_MAX = 2, MOVES_MAX = 3 };

static void draw_default(
    struct draw *draw, const struct rules_draw *from, struct workload_param *param)
{
    struct sim_random *random = &draw->random;
    const struct workload_rules *rules = from->rules;
    switch (sim_random_below(random, 3)) {
    case 0: {
        uint64_t at = sim_random_below(random, rules->kind_count + rules->field_count + 1);
        if (at < rules->kind_count)
            param->default_path = rules->kinds[at];
        else if (at < rules->kind_count + rules->field_count)
            param->default_path = rules->fields[at - rules->kind_count].name;
        else
            param->default_path = text_of("id");
        return;
    }
    case 1:
        if (param->type == WORKLOAD_TYPE_LIST || param->type == WORKLOAD_TYPE_MAP ||
            param->type == WORKLOAD_TYPE_ANY)
            return; // constants in a declaration are scalars
        param->default_value = draw_value(draw, param->type, VALUE_FOR_RULES);
        // What stands between quotes there is taken as it is.
        if (param->default_value.kind == WORKLOAD_TEXT && param->type == WORKLOAD_TYPE_STRING)
            param->default_value.text =
                text_of(sim_random_chance(random, 500) ? "it's = so" : "sales");
        return;
    default: return;
    }
}

// About the contact alone.
static const struct workload_given *draw_found(
    struct draw *draw, const struct rules_draw *from, enum workload_type type)
{
    struct expr_scope scope = {
        .from = from,
        .score_end = from->rules->score_count,
        .segment_end = from->rules->segment_count,
        .is_step = true,
    };
    struct workload_given *given = sim_alloc(draw->arena, sizeof(*given));
    *given = (struct workload_given){.type = type};
    given->is_template = type == WORKLOAD_TYPE_STRING && sim_random_chance(&draw->random, 500);
    given->before = draw_plain_text(draw);
    if (type == WORKLOAD_TYPE_TIMESTAMP || type == WORKLOAD_TYPE_DATE)
        given->expr = draw_moment(draw, &scope);
    else if (type == WORKLOAD_TYPE_BOOL && sim_random_chance(&draw->random, 700))
        given->expr = draw_condition(draw, &scope);
    else
        given->expr = draw_of_type(draw, &scope, given->is_template ? WORKLOAD_TYPE_DOUBLE : type);
    bool is_none = given->expr == NULL || given->expr->kind == EXPR_RUN_STARTED;
    return is_none ? NULL : given;
}

void draw_actions(const struct rules_draw *from)
{
    static const char *const names[ACTIONS_MAX] = {"send_email", "notify.team", "x-1", "call"};
    static const char *const params[PARAMS_MAX] = {"template", "to", "days", "more", "_flag", "Z9"};
    struct workload_action *actions = sim_alloc(from->arena, ACTIONS_MAX * sizeof(*actions));
    uint32_t count = 0;
    for (uint32_t i = 0; i < ACTIONS_MAX; i++) {
        struct draw draw = part_draw(from, "action", i);
        if (sim_random_chance(&draw.random, 250))
            continue;
        if (from->may_pin)
            draw = typed_draw(from, "parameters of action", i);
        struct workload_param *with = sim_alloc(from->arena, PARAMS_MAX * sizeof(*with));
        struct workload_action action = {.name = text_of(names[i]), .params = with};
        action.topic = sim_random_chance(&draw.random, 500)
                           ? text_of("Topic_1.x")
                           : text_format(from->arena, "actions.%s", names[i]);
        action.channel = sim_random_chance(&draw.random, 600)
                             ? words_pick(&draw.random, words_channels)
                             : text_of("");
        for (uint32_t j = 0; j < PARAMS_MAX; j++) {
            if (sim_random_chance(&draw.random, 500))
                continue;
            struct workload_param *param = &with[action.param_count++];
            param->name = text_of(params[j]);
            param->type = (enum workload_type)sim_random_below(&draw.random, WORKLOAD_TYPE_COUNT);
            param->is_optional = sim_random_chance(&draw.random, 500);
            draw_default(&draw, from, param);
            struct draw own = {draw.arena, sim_random_fork(&draw.random, "found")};
            if (!from->is_plain && sim_random_chance(&own.random, 200))
                param->found = draw_found(&own, from, param->type);
        }
        action.limit = draw_action_limit(from, i, &action);
        actions[count++] = action;
    }
    from->rules->actions = actions;
    from->rules->action_count = count;
}

// --- workflows
static struct draw flow_draw(const struct rules_draw *from, uint32_t number, bool *is_there_out)
{
    struct draw draw = part_draw(from, "workflow", number);
    *is_there_out = !sim_random_chance(&draw.random, 350);
    return draw;
}

// Those behind it, so that none starts itself.
static void find_startable(
    const struct rules_draw *from, uint32_t number, const char *const *names, struct steps_draw *to)
{
    struct text *startable = sim_alloc(from->arena, WORKFLOWS_MAX * sizeof(*startable));
    for (uint32_t i = number + 1; i < WORKFLOWS_MAX; i++) {
        bool is_there = false;
        (void)flow_draw(from, i, &is_there);
        if (is_there && draw_starter(from, i) == WORKLOAD_ON_EVENT)
            startable[to->startable_count++] = text_of(names[i]);
    }
    to->startable = startable;
}

// What goes on by itself, by time and by what follows from its own steps, has one run at most, lest time is full of it.
static void draw_entry(
    const struct rules_draw *from, struct steps_draw *draw, struct workload_workflow *flow)
{
    struct sim_random *random = &draw->draw->random;
    if (sim_random_chance(random, draw->goes_on ? 0 : 500)) {
        flow->reenter = WORKLOAD_REENTER_ALWAYS;
    } else if (sim_random_chance(random, 600)) {
        flow->reenter =
            sim_random_chance(random, 600) ? WORKLOAD_REENTER_AFTER_END : WORKLOAD_REENTER_AFTER;
        flow->reenter_ms = draw_span(from, random);
    }
    if (draw->goes_on || from->is_plain || !sim_random_chance(random, 250) ||
        flow->starter != WORKLOAD_ON_EVENT || (flow->includes && !is_membership_type(flow->on)))
        return;
    struct expr_scope scope = {.from = from, .event = on_event(from, flow->on)};
    enum workload_type ignored;
    flow->key = draw_kept(draw->draw, &scope, &ignored);
}

static void draw_overdue(
    const struct rules_draw *from, uint32_t number, struct workload_workflow *flow)
{
    struct draw draw = part_draw(from, "overdue", number);
    struct sim_random *random = &draw.random;
    if (!sim_random_chance(random, 400))
        return;
    flow->overdue = (enum workload_overdue)sim_random_between(
        random, WORKLOAD_OVERDUE_SKIP, WORKLOAD_OVERDUE_SPREAD);
    flow->overdue_ms = MINUTE_MS + draw_span(from, random);
}

// From any step, or one that there is none of any more, to any of the first level.
static void draw_edit(
    const struct rules_draw *from, uint32_t number, struct workload_workflow *flow, bool may_wait)
{
    static const char *const gone[] = {"first", "second", "s-3", "1", "2", "3", "4", "n-3"};
    struct draw draw = part_draw(from, "edit", number);
    struct draw pin = part_draw(from, "pin", number);
    struct sim_random *random = &draw.random;
    if (from->may_pin && sim_random_chance(&pin.random, 600)) {
        flow->edit = WORKLOAD_EDIT_PIN;
        return;
    }
    struct workload_move *moves = sim_alloc(from->arena, MOVES_MAX * sizeof(*moves));
    if (sim_random_chance(random, 200))
        flow->edit = WORKLOAD_EDIT_CANCEL;
    if (!may_wait || !sim_random_chance(random, 400))
        return;
    uint64_t first = sim_random_below(random, sizeof(gone) / sizeof(gone[0]));
    flow->edit = WORKLOAD_EDIT_MOVE;
    flow->moves = moves;
    flow->move_count = (uint32_t)sim_random_between(random, 1, MOVES_MAX);
    for (uint32_t i = 0; i < flow->move_count; i++)
        moves[i] = (struct workload_move){
            text_of(gone[(first + i) % (sizeof(gone) / sizeof(gone[0]))]),
            flow->steps[sim_random_below(random, flow->step_count)].id};
    flow->has_waits = true;
}

// Contacts that are there are asked for when it is new: without an event, but for memberships.
static bool draw_includes(
    const struct rules_draw *from, uint32_t number, struct workload_workflow *flow, bool may_follow)
{
    static const char *const memberships_at[] = {"tag.added", "list.added", "segment.entered"};
    static const struct words memberships = {memberships_at, 3};
    struct draw draw = part_draw(from, "existing", number);
    struct sim_random own = sim_random_fork(&draw.random, "memberships");
    if (flow->starter != WORKLOAD_ON_EVENT || from->is_plain || on_is_several(flow->on))
        return false;
    bool is_by_membership = may_follow && sim_random_chance(&own, 120);
    if (is_by_membership)
        flow->on = words_pick(&own, memberships);
    return is_by_membership || sim_random_chance(&draw.random, 250);
}

// About the contact, and mostly about what time alone changes: the clock, windows, scores that forget, segments.
static const struct workload_expr *draw_stop_state(struct steps_draw *draw)
{
    const struct rules_draw *from = draw->from;
    struct draw own = {draw->draw->arena, sim_random_fork(&draw->draw->random, "timed stop")};
    struct expr_scope state = {
        .from = from, .segment_end = from->rules->segment_count, .is_step = true};
    const struct workload_expr *plain = draw_state(draw->draw, &state);
    if (from->is_plain || sim_random_chance(&own.random, 250))
        return plain;
    struct expr_scope timed = {
        .from = from,
        .run_event = draw->scope.run_event,
        .score_end = from->rules->score_count,
        .segment_end = from->rules->segment_count,
        .is_of_stop = true,
    };
    return draw_ending(&own, &timed);
}

static void draw_stops(struct steps_draw *draw, struct workload_workflow *flow)
{
    const struct rules_draw *from = draw->from;
    struct sim_random *random = &draw->draw->random;
    struct workload_stop *stops = sim_alloc(from->arena, STOPS_MAX * sizeof(*stops));
    flow->stops = stops;
    while (flow->stop_count < STOPS_MAX && sim_random_chance(random, 250)) {
        struct workload_stop *stop = &stops[flow->stop_count++];
        if (from->is_alone && sim_random_chance(random, 500)) {
            stop->condition = draw_stop_state(draw);
            continue;
        }
        struct sim_random own = sim_random_fork(random, "stop by state");
        stop->on = draw_triggers(draw->draw, from, sim_random_chance(random, 300));
        struct expr_scope scope = draw->scope;
        scope.event = on_event(from, stop->on);
        if (!from->is_plain && sim_random_chance(random, 500))
            stop->condition = draw_condition(draw->draw, &scope);
        if (sim_random_chance(&own, draw->may_wait ? 400 : 100))
            *stop = (struct workload_stop){.condition = draw_stop_state(draw)};
    }
}

static void draw_workflow(
    const struct rules_draw *from, struct steps_draw *draw, struct workload_workflow *flow)
{
    struct sim_random *random = &draw->draw->random;
    struct expr_scope scope = {
        .from = from,
        .event = on_event(from, flow->on),
        .score_end = from->rules->score_count,
        .segment_end = from->rules->segment_count,
        .is_step = true,
    };
    if (flow->includes && !is_membership_type(flow->on))
        scope.event = NULL;
    if (!from->is_plain && sim_random_chance(random, 300))
        flow->condition = draw_condition(draw->draw, &scope);
    scope.event = on_event(from, flow->on);
    draw->may_wait = sim_random_chance(random, 550) || flow->includes;
    draw->may_emit = sim_random_chance(random, 300) && !is_derived_type(flow->on) &&
                     flow->starter != WORKLOAD_ON_IDLE;
    draw->goes_on = draw->may_wait && (draw->may_emit || is_derived_type(flow->on));
    draw->may_score = !from->may_forget || !is_derived_type(flow->on);
    if (!draw->may_emit)
        draw->startable_count = 0;
    flow->has_window = draw->may_wait && sim_random_chance(random, 200);
    if (flow->has_window)
        draw_window(draw->draw, &flow->window);
    draw_entry(from, draw, flow);
    scope.run_event = scope.event;
    if (draw->may_wait)
        scope.event = NULL;
    draw->scope = scope;
    draw_stops(draw, flow);
    draw_flow_steps(draw, flow, flow->reenter != WORKLOAD_REENTER_ALWAYS && flow->key == NULL);
}

void draw_workflows(const struct rules_draw *from)
{
    static const char *const names[WORKFLOWS_MAX] = {"welcome", "a-flow",    "zz",
                                                     "b.2",     "welcome-2", "m_3"};
    struct workload_workflow *flows = sim_alloc(from->arena, WORKFLOWS_MAX * sizeof(*flows));
    uint32_t count = 0;
    for (uint32_t i = 0; i < WORKFLOWS_MAX; i++) {
        bool is_there = false;
        struct draw draw = flow_draw(from, i, &is_there);
        if (!is_there)
            continue;
        struct steps_draw steps = {.draw = &draw, .from = from};
        struct workload_workflow *flow = &flows[count++];
        bool may_follow = sim_random_chance(&draw.random, 500) && !(from->is_calm && i % 2 == 0);
        flow->name = text_of(names[i]);
        flow->on = draw_triggers(&draw, from, may_follow);
        draw_time_trigger(from, i, flow);
        find_startable(from, i, names, &steps);
        flow->includes = draw_includes(from, i, flow, may_follow);
        draw_workflow(from, &steps, flow);
        flow->has_waits = flow->has_waits || flow->includes;
        draw_edit(from, i, flow, steps.may_wait);
        draw_overdue(from, i, flow);
    }
    from->rules->workflows = flows;
    from->rules->workflow_count = count;
}
