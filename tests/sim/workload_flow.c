// Drawing actions, and workflows that use them.
#include "tests/sim/workload_internal.h"

enum { ACTIONS_MAX = 4, PARAMS_MAX = 6, WORKFLOWS_MAX = 6, STEPS_MAX = 5, NAMES_MAX = 3 };

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
        }
        actions[count++] = action;
    }
    from->rules->actions = actions;
    from->rules->action_count = count;
}

static void draw_with(
    struct draw *draw, const struct workload_action *action, struct workload_step *step)
{
    struct workload_value *with = sim_alloc(draw->arena, (action->param_count + 1) * sizeof(*with));
    for (uint32_t i = 0; i < action->param_count; i++) {
        const struct workload_param *param = &action->params[i];
        bool is_needed = !param->is_optional && param->default_path.len == 0 &&
                         param->default_value.kind == WORKLOAD_ABSENT;
        if (!is_needed && sim_random_chance(&draw->random, 500))
            continue;
        with[step->with_count] = draw_value(draw, param->type, VALUE_FOR_RULES);
        with[step->with_count++].name = param->name;
    }
    step->with = with;
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

static struct workload_step draw_step(
    struct draw *draw, const struct rules_draw *from, uint32_t number)
{
    static const char *const ids[STEPS_MAX] = {"first", "second", "s-3", "last.one", "z"};
    static const uint32_t weights[] = {60, 25, 15};
    const struct workload_rules *rules = from->rules;
    struct workload_step step = {
        .kind = (enum workload_step_kind)sim_random_pick(&draw->random, weights, 3),
        .id = sim_random_chance(&draw->random, 400) ? text_of(ids[number - 1])
                                                    : text_format(from->arena, "%u", number),
    };
    if (step.kind == WORKLOAD_STEP_DO && rules->action_count == 0)
        step.kind = WORKLOAD_STEP_TAG;
    if (step.kind == WORKLOAD_STEP_DO) {
        const struct workload_action *action =
            &rules->actions[sim_random_below(&draw->random, rules->action_count)];
        step.action = action->name;
        draw_with(draw, action, &step);
        return step;
    }
    struct words words = step.kind == WORKLOAD_STEP_TAG ? words_tags : words_lists;
    uint64_t which = sim_random_below(&draw->random, 4);
    if (which != 0)
        step.add = draw_names(draw, words, &step.add_count);
    if (which == 0 || which == 3)
        step.remove = draw_names(draw, words, &step.remove_count);
    return step;
}

void draw_workflows(const struct rules_draw *from)
{
    static const char *const names[WORKFLOWS_MAX] = {"welcome", "a-flow",    "zz",
                                                     "b.2",     "welcome-2", "m_3"};
    struct workload_workflow *flows = sim_alloc(from->arena, WORKFLOWS_MAX * sizeof(*flows));
    uint32_t count = 0;
    for (uint32_t i = 0; i < WORKFLOWS_MAX; i++) {
        struct draw draw = part_draw(from, "workflow", i);
        if (sim_random_chance(&draw.random, 350))
            continue;
        struct workload_step *steps = sim_alloc(from->arena, STEPS_MAX * sizeof(*steps));
        struct workload_workflow flow = {.name = text_of(names[i]), .steps = steps};
        bool may_follow = sim_random_chance(&draw.random, 500);
        flow.on = draw_trigger(&draw, from, may_follow && !(from->is_calm && i % 2 == 0));
        flow.may_reenter = sim_random_chance(&draw.random, 600);
        struct expr_scope scope = {
            .from = from,
            .event = rules_event(from->rules, flow.on),
            .score_end = from->rules->score_count,
            .segment_end = from->rules->segment_count,
        };
        if (!from->is_plain && sim_random_chance(&draw.random, 300))
            flow.condition = draw_condition(&draw, &scope);
        flow.step_count = (uint32_t)sim_random_between(&draw.random, 1, STEPS_MAX);
        for (uint32_t j = 0; j < flow.step_count; j++)
            steps[j] = draw_step(&draw, from, j + 1);
        flows[count++] = flow;
    }
    from->rules->workflows = flows;
    from->rules->workflow_count = count;
}
