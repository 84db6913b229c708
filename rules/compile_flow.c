// Where the steps of a workflow go on, and whether that makes sense.
#include "rules/compile_flow.h"

#include <stdlib.h>

#include "engine/base/memory.h"
#include "rules/parts.h"

uint32_t flow_add(struct flow *flow, const struct yaml_node *node, uint32_t parent, const char *id)
{
    if (flow->count == FLOW_STEPS_MAX) {
        if (!flow->is_full)
            diagnostic_add(
                flow->compiler->list, DIAGNOSTIC_E0407, yaml_place(node),
                "a workflow has at most %d steps, nested ones among them", FLOW_STEPS_MAX);
        flow->is_full = true;
        return STEP_NONE;
    }
    uint32_t at = flow->count++;
    flow->steps[at] = (struct workflow_step){
        .id = compile_copy(flow->compiler, bytes_text(id)),
        .next = FLOW_PARENTS,
        .then_at = FLOW_PARENTS,
        .else_at = FLOW_PARENTS,
        .goto_at = STEP_NONE,
        .emits = EVENT_TYPE_UNKNOWN,
        .place = compile_place(flow->compiler, node),
    };
    flow->nodes[at] = node;
    flow->parents[at] = parent;
    return at;
}

void flow_goto(struct flow *flow, uint32_t step, const struct yaml_node *node)
{
    flow->gotos[flow->goto_count++] = (struct flow_goto){step, node};
}

const struct rule_expression *flow_expression(
    struct flow *flow, const struct yaml_node *node, const char *what, enum expression_use use)
{
    const struct step_expression as = {
        .on = flow->step_on, .run_on = flow->workflow->on, .use = use};
    return compile_step_expression(flow->compiler, node, what, &as);
}

// --- where steps go on
static void set_next(struct flow *flow, uint32_t at, uint32_t *place)
{
    if (*place == FLOW_PARENTS)
        *place = flow->steps[at].next;
}

static void link_next(struct flow *flow)
{
    for (uint32_t i = 0; i < flow->count; i++) { // a step stands behind the one around it
        struct workflow_step *step = &flow->steps[i];
        if (step->next == FLOW_PARENTS)
            step->next =
                flow->parents[i] == STEP_NONE ? STEP_NONE : flow->steps[flow->parents[i]].next;
        set_next(flow, i, &step->then_at);
        set_next(flow, i, &step->else_at);
        for (uint32_t j = 0; j < step->branch_count; j++)
            set_next(flow, i, (uint32_t *)(uintptr_t)&step->branches[j].at);
    }
}

static void link_gotos(struct flow *flow)
{
    struct compiler *compiler = flow->compiler;
    size_t number = ruleset_version_count(compiler->ruleset); // by which its steps are known
    if (flow->goto_count > 0)
        parts_add_steps(compiler, number, flow->steps, flow->count);
    for (uint32_t i = 0; i < flow->goto_count; i++) {
        struct bytes name;
        const struct flow_goto *to = &flow->gotos[i];
        if (!yaml_to_text(to->node, "'goto'", compiler->list, &name))
            continue;
        const struct part part = {PART_STEP, number, name};
        size_t known = parts_find(compiler, &part);
        uint32_t found = known == PART_NONE ? STEP_NONE : (uint32_t)known;
        if (found == STEP_NONE) {
            size_t count = 0;
            const char *const *names = symbols_names(&flow->ids, &compiler->scratch, &count);
            struct unknown_word unknown = {"step", name, names, count};
            diagnostic_add_unknown(
                compiler->list, DIAGNOSTIC_E0225, yaml_place(to->node), &unknown);
        } else if (to->step == STEP_NONE) {
            flow->workflow->on_error_at = found;
        } else {
            flow->steps[to->step].goto_at = found;
        }
    }
}

// --- the graph: calls each with every step that may come behind one
typedef void edge_fn(struct flow *flow, uint32_t from, uint32_t to, void *context);

static bool is_real_wait(const struct workflow_step *step)
{
    return step->kind == STEP_WAIT &&
           (step->wait.kind == WAIT_TIME || step->wait.kind == WAIT_EVENT);
}

static void each_edge(struct flow *flow, uint32_t at, edge_fn *each, void *context)
{
    const struct workflow_step *step = &flow->steps[at];
    bool is_event_wait = step->kind == STEP_WAIT && step->wait.kind == WAIT_EVENT;
    if (step->kind == STEP_IF || is_event_wait) {
        each(flow, at, step->then_at, context);
        each(flow, at, step->else_at, context);
    } else if (step->kind == STEP_SPLIT) {
        for (uint32_t i = 0; i < step->branch_count; i++)
            each(flow, at, step->branches[i].at, context);
    } else if (step->kind == STEP_GOTO) {
        each(flow, at, step->goto_at, context);
    } else if (step->kind != STEP_STOP && step->kind != STEP_END) {
        each(flow, at, step->next, context);
    }
}

struct walk {
    uint32_t *stack;
    uint32_t count;
    bool *is_seen;
    bool passes_waits;
};

static void push(struct flow *flow, uint32_t from, uint32_t to, void *context)
{
    (void)from;
    struct walk *walk = context;
    if (to >= flow->count || walk->is_seen[to])
        return;
    walk->is_seen[to] = true;
    walk->stack[walk->count++] = to;
}

// What comes behind a step without a wait: of one that is none where something is true already, 'then'.
static void push_unwaited(struct flow *flow, uint32_t at, struct walk *walk)
{
    const struct workflow_step *step = &flow->steps[at];
    if (!is_real_wait(step))
        each_edge(flow, at, push, walk);
    else if (step->wait.kind == WAIT_EVENT && step->wait.already != NULL)
        push(flow, at, step->then_at, walk);
}

// What can be reached behind a step; without passing a wait, or with it.
static void reach(struct flow *flow, uint32_t from, struct walk *walk)
{
    uint32_t at = from;
    for (;;) {
        if (walk->passes_waits)
            each_edge(flow, at, push, walk);
        else
            push_unwaited(flow, at, walk);
        if (walk->count == 0)
            return;
        at = walk->stack[--walk->count];
    }
}

static void check_loops(struct flow *flow, struct walk *walk)
{
    walk->passes_waits = false;
    for (uint32_t i = 0; i < flow->count; i++) {
        const struct workflow_step *step = &flow->steps[i];
        if (step->kind != STEP_GOTO || step->goto_at >= flow->count)
            continue;
        memset(walk->is_seen, 0, flow->count * sizeof(bool));
        reach(flow, i, walk);
        if (walk->is_seen[i])
            diagnostic_add(
                flow->compiler->list, DIAGNOSTIC_E0227, yaml_place(flow->nodes[i]),
                "this goes back to '%.*s' without a wait in between",
                compile_shown_len(flow->steps[step->goto_at].id),
                (const char *)flow->steps[step->goto_at].id.data);
    }
}

static void check_reached(struct flow *flow, struct walk *walk)
{
    walk->passes_waits = true;
    memset(walk->is_seen, 0, flow->count * sizeof(bool));
    walk->is_seen[0] = true;
    reach(flow, 0, walk);
    if (flow->workflow->on_error == ON_ERROR_GOTO)
        push(flow, 0, flow->workflow->on_error_at, walk);
    while (walk->count > 0)
        reach(flow, walk->stack[--walk->count], walk);
    for (uint32_t i = 0; i < flow->count; i++) {
        if (walk->is_seen[i])
            continue;
        diagnostic_add(
            flow->compiler->list, DIAGNOSTIC_W0511, yaml_place(flow->nodes[i]),
            "no run comes to step '%.*s'", compile_shown_len(flow->steps[i].id),
            (const char *)flow->steps[i].id.data);
        return; // those behind it neither
    }
}

void flow_link(struct flow *flow)
{
    link_next(flow);
    link_gotos(flow);
    if (flow->count == 0)
        return;
    struct walk walk = {
        .stack = mem_zero(flow->count + 1, sizeof(uint32_t)),
        .is_seen = mem_zero(flow->count, sizeof(bool)),
    };
    check_loops(flow, &walk);
    if (flow->compiler->list->error_count == flow->compiler->errors_before)
        check_reached(flow, &walk);
    free(walk.stack);
    free(walk.is_seen);
}
