// Compiles `workflows`: what starts them, whether again, and their steps.
#include "rules/compile_workflows.h"

#include <stdlib.h>

#include "rules/compile_channels.h"
#include "rules/compile_edits.h"
#include "rules/compile_flow.h"
#include "rules/compile_history.h"
#include "rules/compile_time_trigger.h"
#include "rules/compile_triggers.h"
#include "rules/window.h"

#define REENTER_MS_MAX (INT64_C(36525) * 86400000) // a hundred years

static void compile_reenter(
    struct compiler *compiler, const struct yaml_node *node, struct workflow_def *workflow)
{
    static const char *const names[] = {"never", "always", "after_end"};
    static const enum workflow_reenter kinds[] = {
        WORKFLOW_REENTER_NEVER, WORKFLOW_REENTER_ALWAYS, WORKFLOW_REENTER_AFTER_END};
    static const struct yaml_words words = {"'reenter'", names, sizeof(names) / sizeof(names[0])};
    const struct yaml_range range = {"'after'", 1, REENTER_MS_MAX};
    size_t word = 0;
    if (node == NULL)
        return;
    if (node->kind != YAML_KIND_MAPPING) {
        if (yaml_to_word(node, &words, compiler->list, &word))
            workflow->reenter = kinds[word];
        return;
    }
    enum keys_result keys = compile_keys(compiler, node, SECTION_REENTER);
    if (keys == KEYS_WRONG)
        return;
    const struct yaml_node *after =
        compile_required(compiler, node, "after", yaml_place(node), keys);
    workflow->reenter = WORKFLOW_REENTER_AFTER;
    if (after != NULL)
        (void)yaml_to_duration(after, &range, compiler->list, &workflow->reenter_ms);
}

static void compile_on_error(
    struct compiler *compiler, const struct yaml_node *node, struct workflow_def *workflow)
{
    static const char *const names[] = {"stop", "continue"};
    static const struct yaml_words words = {"'on_error'", names, 2};
    size_t word = 0;
    compiler->on_error_goto = NULL;
    if (node == NULL)
        return;
    if (node->kind != YAML_KIND_MAPPING) {
        if (yaml_to_word(node, &words, compiler->list, &word))
            workflow->on_error = word == 0 ? ON_ERROR_STOP : ON_ERROR_CONTINUE;
        return;
    }
    enum keys_result keys = compile_keys(compiler, node, SECTION_ON_ERROR);
    if (keys == KEYS_WRONG)
        return;
    compiler->on_error_goto = compile_required(compiler, node, "goto", yaml_place(node), keys);
    if (compiler->on_error_goto != NULL)
        workflow->on_error = ON_ERROR_GOTO;
}

// --- stops
static bool compile_stop(
    struct compiler *compiler,
    const struct yaml_node *node,
    const struct workflow_def *workflow,
    struct workflow_stop *out)
{
    enum keys_result keys = compile_keys(compiler, node, SECTION_STOP);
    if (keys == KEYS_WRONG)
        return false;
    const struct yaml_node *on = yaml_get(node, "on");
    const struct yaml_node *condition = yaml_get(node, "if");
    *out = (struct workflow_stop){.on = EVENT_TYPE_UNKNOWN};
    if (on == NULL && condition == NULL) {
        if (keys == KEYS_GOOD)
            diagnostic_add(
                compiler->list, DIAGNOSTIC_E0204, yaml_place(node), "a stop needs 'on' or 'if'");
        return false;
    }
    if (on != NULL && !compile_triggers(compiler, on, "'on'", &out->on))
        return false;
    const struct step_expression as = {
        .on = out->on,
        .run_on = workflow->on,
        .use = on == NULL ? EXPRESSION_STOP : EXPRESSION_CONDITION};
    if (condition != NULL)
        out->condition = compile_step_expression(compiler, condition, "'stop'", &as);
    return condition == NULL || out->condition != NULL;
}

// One that is about the contact is looked at by time, too.
static void add_state_stop(
    struct ruleset *ruleset, struct workflow_def *workflow, struct workflow_stop *stop)
{
    ruleset->state_stops = compile_grow(
        ruleset->state_stops, &ruleset->state_stop_cap, ruleset->state_stop_count,
        sizeof(*ruleset->state_stops));
    stop->state = (uint32_t)ruleset->state_stop_count;
    ruleset->state_stops[ruleset->state_stop_count++] = stop->condition;
    workflow->has_state_stop = true;
}

static void compile_stops(
    struct compiler *compiler, const struct yaml_node *node, struct workflow_def *workflow)
{
    if (node == NULL || !yaml_expect(node, YAML_KIND_SEQUENCE, "'stop'", compiler->list))
        return;
    struct workflow_stop *stops =
        arena_alloc(&compiler->ruleset->arena, (node->count + 1) * sizeof(*stops));
    for (const struct yaml_node *item = yaml_first(node); item != NULL; item = yaml_next(item)) {
        struct workflow_stop *stop = &stops[workflow->stop_count];
        if (!compile_stop(compiler, item, workflow, stop))
            continue;
        workflow->stop_count++;
        if (stop->on == EVENT_TYPE_UNKNOWN)
            add_state_stop(compiler->ruleset, workflow, stop);
    }
    workflow->stops = stops;
}

// Whether an action may be delayed.
static bool may_delay(const struct compiler *compiler, const struct yaml_node *name)
{
    if (name == NULL || name->kind != YAML_KIND_SCALAR)
        return false;
    const struct ruleset *ruleset = compiler->ruleset;
    const struct symbol *action = symbols_find(&compiler->symbols[SYMBOL_ACTION], yaml_text(name));
    return action != NULL && action->index < ruleset->action_count &&
           compile_may_delay(ruleset, &ruleset->actions[action->index]);
}

// Whether some step may wait, as far as it is written.
static bool has_wait(const struct compiler *compiler, const struct yaml_node *node, unsigned depth)
{
    static const char *const nested[] = {"then", "else", "steps", "choose", "split"};
    if (node == NULL || depth > 40)
        return false;
    for (const struct yaml_node *item = yaml_first(node); item != NULL; item = yaml_next(item)) {
        if (yaml_get_key(item, "wait") != NULL || may_delay(compiler, yaml_get(item, "do")))
            return true;
        for (size_t i = 0; i < sizeof(nested) / sizeof(nested[0]); i++) {
            if (has_wait(compiler, yaml_get(item, nested[i]), depth + 1))
                return true;
        }
    }
    return false;
}

// --- workflows that others start
void compile_started(struct compiler *compiler, const struct yaml_node *name)
{
    compiler->started = compile_grow(
        compiler->started, &compiler->started_cap, compiler->started_count,
        sizeof(*compiler->started));
    compiler->started[compiler->started_count++] = name;
}

void compile_workflows_finish(struct compiler *compiler)
{
    for (size_t i = 0; i < compiler->started_count; i++) {
        const struct yaml_node *name = compiler->started[i];
        if (symbols_find(&compiler->symbols[SYMBOL_WORKFLOW], yaml_text(name)) == NULL)
            compile_unknown(compiler, SYMBOL_WORKFLOW, DIAGNOSTIC_E0224, name);
    }
    free(compiler->started);
    compiler->started = NULL;
    compiler->started_count = 0;
    compiler->started_cap = 0;
}

// Whether the action goes to the contact on a channel whose quiet hours cover the window.
static bool is_quiet(
    const struct ruleset *ruleset,
    const struct workflow_step *step,
    const struct workflow_window *window)
{
    if (step->action >= ruleset->action_count) // one that was refused, where there are none
        return false;
    const struct action_def *action = &ruleset->actions[step->action];
    if (step->recipient != RECIPIENT_CONTACT || action->channel_at == ACTION_NO_CHANNEL)
        return false;
    const struct channel_def *channel = &ruleset->channels[action->channel_at];
    return channel->has_quiet && window_is_within(window, &channel->quiet);
}

// Every action waits for the window, and may not be sent while it is open.
static void check_quiet(
    struct compiler *compiler, const struct yaml_node *node, const struct workflow_def *workflow)
{
    const struct ruleset *ruleset = compiler->ruleset;
    const struct channel_def *channel = NULL;
    for (uint32_t i = 0; i < workflow->step_count; i++) {
        const struct workflow_step *step = &workflow->steps[i];
        if (step->kind != STEP_DO)
            continue;
        if (!is_quiet(ruleset, step, &workflow->window))
            return;
        channel = &ruleset->channels[ruleset->actions[step->action].channel_at];
    }
    if (channel == NULL)
        return;
    diagnostic_add(
        compiler->list, DIAGNOSTIC_W0512, yaml_place(node),
        "this window is open during the quiet hours of '%.*s' only: nothing is ever sent",
        compile_shown_len(channel->name), (const char *)channel->name.data);
    diagnostic_note(
        compiler->list, symbols_find(&compiler->symbols[SYMBOL_CHANNEL], channel->name)->place,
        "its quiet hours are here");
}

bool compile_workflow(
    struct compiler *compiler,
    const struct yaml_entry *entry,
    bool is_pinned,
    struct workflow_def *out)
{
    const struct yaml_node *node = entry->value;
    enum keys_result keys = compile_keys(compiler, node, SECTION_WORKFLOW);
    if (keys == KEYS_WRONG)
        return false;
    struct workflow_def workflow = {
        .name = compile_copy(compiler, yaml_text(entry->key)),
        .label = compile_text(compiler, node, "label"),
        .hash = compile_hash(node),
        .is_pinned = is_pinned,
        .on = EVENT_TYPE_UNKNOWN,
        .place = compile_place(compiler, entry->key),
    };
    const struct yaml_node *on =
        compile_required(compiler, node, "on", yaml_place(entry->key), keys);
    const struct yaml_node *steps =
        compile_required(compiler, node, "steps", yaml_place(entry->key), keys);
    compile_owner(compiler, "workflows", workflow.name);
    if (on != NULL && on->kind == YAML_KIND_MAPPING)
        compile_time_trigger(compiler, on, &workflow);
    else if (on != NULL)
        (void)compile_triggers(compiler, on, "'on'", &workflow.on);
    if (workflow.trigger != TRIGGER_EVENT)
        workflow.reenter = WORKFLOW_REENTER_AFTER_END; // unless it says another
    const struct yaml_node *condition = yaml_get(node, "if");
    compile_existing(compiler, node, &workflow);
    if (condition != NULL)
        workflow.condition =
            compile_entry(compiler, condition, "'if'", &workflow, EXPRESSION_CONDITION);
    compile_reenter(compiler, yaml_get(node, "reenter"), &workflow);
    compile_on_error(compiler, yaml_get(node, "on_error"), &workflow);
    const struct yaml_node *key = yaml_get(node, "key");
    if (key != NULL)
        workflow.key = compile_entry(compiler, key, "'key'", &workflow, EXPRESSION_KEY);
    compile_stops(compiler, yaml_get(node, "stop"), &workflow);
    const struct yaml_node *window = yaml_get(node, "window");
    workflow.has_window =
        window != NULL && compile_window(compiler, window, SECTION_WINDOW, &workflow.window);
    // Those that enter without an event, and those that are moved, have none in hand either.
    const struct yaml_node *edit = yaml_get(node, "edit");
    bool has_moves = edit != NULL && edit->kind == YAML_KIND_MAPPING;
    workflow.has_waits = workflow.has_window || workflow.has_existing || has_moves || is_pinned ||
                         has_wait(compiler, steps, 0);
    compile_overdue(compiler, yaml_get(node, "overdue"), &workflow);
    if (steps != NULL)
        compile_steps(compiler, steps, &workflow);
    compile_edit(compiler, edit, &workflow);
    if (workflow.has_window && !is_pinned)
        check_quiet(compiler, window, &workflow);
    *out = workflow;
    return true;
}

void compile_workflow_add(struct ruleset *ruleset, const struct workflow_def *workflow)
{
    size_t count = ruleset_version_count(ruleset);
    ruleset->workflows = compile_grow(
        ruleset->workflows, &ruleset->workflow_cap, count, sizeof(*ruleset->workflows));
    ruleset->workflows[count] = *workflow;
    if (workflow->is_pinned)
        ruleset->pinned_count++;
    else
        ruleset->workflow_count++;
}

void compile_workflows(struct compiler *compiler, const struct yaml_node *node)
{
    if (!yaml_expect(node, YAML_KIND_MAPPING, "'workflows'", compiler->list))
        return;
    for (struct yaml_entry entry = yaml_first_entry(node); entry.key != NULL;
         entry = yaml_next_entry(entry)) {
        struct workflow_def workflow;
        if (compile_define(
                compiler, SYMBOL_WORKFLOW, entry.key, NAME_FORM_PLAIN,
                compiler->ruleset->workflow_count) &&
            compile_workflow(compiler, &entry, false, &workflow))
            compile_workflow_add(compiler->ruleset, &workflow);
    }
}
