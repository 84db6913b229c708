#include "rules/compile_edits.h"

#include <stdlib.h>

#include "engine/base/memory.h"
#include "rules/event_set.h"
#include "rules/parts.h"

#define OVERDUE_MS_MAX (INT64_C(3653) * 86400000) // ten years

// --- existing
bool workflow_asks_membership(const struct ruleset *ruleset, const struct workflow_def *workflow)
{
    if (workflow->on == EVENT_TYPE_UNKNOWN || workflow->on >= EVENT_SET_FIRST)
        return false;
    enum builtin builtin = catalog_type(ruleset_catalog(ruleset), workflow->on)->builtin;
    return builtin == BUILTIN_SEGMENT_ENTERED || builtin == BUILTIN_TAG_ADDED ||
           builtin == BUILTIN_LIST_ADDED;
}

void compile_existing(
    struct compiler *compiler, const struct yaml_node *node, struct workflow_def *workflow)
{
    static const char *const names[] = {"ignore", "include"};
    static const struct yaml_words words = {"'existing'", names, 2};
    const struct yaml_node *existing = yaml_get(node, "existing");
    size_t word = 0;
    if (existing == NULL || !yaml_to_word(existing, &words, compiler->list, &word))
        return;
    bool is_set = workflow->on >= EVENT_SET_FIRST && workflow->on != EVENT_TYPE_UNKNOWN;
    if (word == 1 && (is_set || workflow->trigger != TRIGGER_EVENT)) {
        diagnostic_add(
            compiler->list, DIAGNOSTIC_E0215, yaml_place(existing),
            "'existing: include' is for a workflow that one event type starts");
        return;
    }
    workflow->has_existing = word == 1;
}

const struct rule_expression *compile_entry(
    struct compiler *compiler,
    const struct yaml_node *node,
    const char *what,
    const struct workflow_def *workflow,
    enum expression_use use)
{
    bool has_event =
        !workflow->has_existing || workflow_asks_membership(compiler->ruleset, workflow);
    return has_event ? compile_expression(compiler, node, what, workflow->on, use)
                     : compile_contact_expression(compiler, node, what, use);
}

// --- overdue
void compile_overdue(
    struct compiler *compiler, const struct yaml_node *node, struct workflow_def *workflow)
{
    static const char *const names[] = {"run", "skip"};
    static const struct yaml_words words = {"'overdue'", names, 2};
    size_t word = 0;
    workflow->overdue_ms = OVERDUE_LEAST_MS;
    if (node == NULL)
        return;
    if (node->kind != YAML_KIND_MAPPING) {
        if (yaml_to_word(node, &words, compiler->list, &word))
            workflow->overdue = word == 0 ? OVERDUE_RUN : OVERDUE_SKIP;
        return;
    }
    enum keys_result keys = compile_keys(compiler, node, SECTION_OVERDUE);
    if (keys == KEYS_WRONG)
        return;
    const struct yaml_node *after = yaml_get(node, "skip_after");
    const struct yaml_node *spread = yaml_get(node, "spread");
    if ((after == NULL) == (spread == NULL)) {
        if (keys == KEYS_GOOD)
            diagnostic_add(
                compiler->list, after == NULL ? DIAGNOSTIC_E0204 : DIAGNOSTIC_E0215,
                yaml_place(node), "'overdue' has one of 'skip_after' and 'spread'");
        return;
    }
    // What is late by less is not overdue.
    const struct yaml_range range = {
        after != NULL ? "'skip_after'" : "'spread'", after != NULL ? OVERDUE_LEAST_MS : 1,
        OVERDUE_MS_MAX};
    workflow->overdue = after != NULL ? OVERDUE_SKIP : OVERDUE_SPREAD;
    (void)yaml_to_duration(
        after != NULL ? after : spread, &range, compiler->list, &workflow->overdue_ms);
}

// --- edit
static void report_unknown_step(
    struct compiler *compiler, const struct yaml_node *id, const struct workflow_def *workflow)
{
    uint32_t count = diagnostics_is_full(compiler->list) ? 0 : workflow->step_count;
    const char **names = mem_alloc((count + 1) * sizeof(*names));
    for (uint32_t i = 0; i < count; i++)
        names[i] = (const char *)workflow->steps[i].id.data; // a copy ends with a 0
    struct unknown_word unknown = {"step", yaml_text(id), names, count};
    diagnostic_add_unknown(compiler->list, DIAGNOSTIC_E0225, yaml_place(id), &unknown);
    free(names);
}

static void compile_moves(
    struct compiler *compiler, const struct yaml_node *node, struct workflow_def *workflow)
{
    if (!yaml_expect(node, YAML_KIND_MAPPING, "'move'", compiler->list))
        return;
    size_t number = ruleset_version_count(compiler->ruleset); // by which its steps are known
    parts_add_steps(compiler, number, workflow->steps, workflow->step_count);
    struct workflow_move *moves =
        arena_alloc(&compiler->ruleset->arena, (node->count + 1) * sizeof(*moves));
    for (struct yaml_entry entry = yaml_first_entry(node); entry.key != NULL;
         entry = yaml_next_entry(entry)) {
        struct bytes id;
        if (!yaml_to_text(entry.value, "a step", compiler->list, &id))
            continue;
        const struct part part = {PART_STEP, number, id};
        size_t to = parts_find(compiler, &part);
        if (to == PART_NONE) {
            report_unknown_step(compiler, entry.value, workflow);
            continue;
        }
        moves[workflow->move_count++] =
            (struct workflow_move){compile_copy(compiler, yaml_text(entry.key)), (uint32_t)to};
    }
    workflow->moves = moves;
}

void compile_edit(
    struct compiler *compiler, const struct yaml_node *node, struct workflow_def *workflow)
{
    static const char *const names[] = {"follow", "pin", "cancel"};
    static const enum workflow_edit edits[] = {EDIT_FOLLOW, EDIT_PIN, EDIT_CANCEL};
    static const struct yaml_words words = {"'edit'", names, sizeof(names) / sizeof(names[0])};
    size_t word = 0;
    if (node == NULL)
        return;
    if (node->kind != YAML_KIND_MAPPING) {
        if (yaml_to_word(node, &words, compiler->list, &word))
            workflow->edit = edits[word];
        return;
    }
    enum keys_result keys = compile_keys(compiler, node, SECTION_EDIT);
    if (keys == KEYS_WRONG)
        return;
    const struct yaml_node *move = compile_required(compiler, node, "move", yaml_place(node), keys);
    workflow->edit = EDIT_MOVE;
    if (move != NULL)
        compile_moves(compiler, move, workflow);
}
