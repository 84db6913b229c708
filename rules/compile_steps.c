// Compiles the steps of a workflow into one array: their ids, what each does, and the simple kinds.
#include <stdio.h>

#include "rules/compile_flow.h"
#include "rules/compile_teams.h"
#include "rules/compile_workflows.h"

enum { NAMES_MAX = 100 };

static const char *const step_kinds[] = {
    [STEP_DO] = "do",       [STEP_TAG] = "tag",     [STEP_LIST] = "list",
    [STEP_WAIT] = "wait",   [STEP_IF] = "if",       [STEP_CHOOSE] = "choose",
    [STEP_SPLIT] = "split", [STEP_SET] = "set",     [STEP_POINTS] = "points",
    [STEP_EMIT] = "emit",   [STEP_START] = "start", [STEP_GOTO] = "goto",
    [STEP_STOP] = "stop",   [STEP_END] = "end",     [STEP_ASSIGN] = "assign",
};
enum { STEP_KIND_COUNT = sizeof(step_kinds) / sizeof(step_kinds[0]) };

// The only entry of the step that says what it does; its key is NULL after a diagnostic.
static struct yaml_entry step_kind_entry(
    struct compiler *compiler,
    const struct yaml_node *node,
    enum keys_result keys,
    enum step_kind *kind_out)
{
    struct yaml_entry found = yaml_entry_of(NULL);
    for (struct yaml_entry entry = yaml_first_entry(node); entry.key != NULL;
         entry = yaml_next_entry(entry)) {
        for (size_t j = 0; j < STEP_KIND_COUNT; j++) {
            if (!bytes_equal_text(yaml_text(entry.key), step_kinds[j]))
                continue;
            if (found.key != NULL) {
                diagnostic_add(
                    compiler->list, DIAGNOSTIC_E0215, yaml_place(entry.key),
                    "a step does one thing: '%s' needs a step of its own", step_kinds[j]);
                return yaml_entry_of(NULL);
            }
            found = entry;
            *kind_out = (enum step_kind)j;
        }
    }
    if (found.key == NULL && keys == KEYS_GOOD)
        diagnostic_add(
            compiler->list, DIAGNOSTIC_E0204, yaml_place(node),
            "a step needs what it does: 'do', 'wait', 'if', 'tag', …");
    return found;
}

// One name of a tag or a list; false after a diagnostic.
static bool compile_name(
    struct compiler *compiler, const struct yaml_node *node, enum step_kind kind, struct bytes *out)
{
    struct bytes text;
    if (!yaml_to_text(node, "a name", compiler->list, &text) ||
        compile_refuse_template(compiler, node))
        return false;
    if (kind == STEP_TAG) {
        if (!compile_name_form(compiler, node, NAME_FORM_TAG, "a tag"))
            return false;
    } else if (!compiler->has_lists) { // every name is one
        if (!compile_name_form(compiler, node, NAME_FORM_PLAIN, "a list"))
            return false;
    } else if (symbols_find(&compiler->symbols[SYMBOL_LIST], text) == NULL) {
        compile_unknown(compiler, SYMBOL_LIST, DIAGNOSTIC_E0208, node);
        return false;
    }
    *out = compile_copy(compiler, text);
    return true;
}

// A name or a list of names.
static const struct bytes *compile_names(
    struct compiler *compiler,
    const struct yaml_node *node,
    enum step_kind kind,
    uint32_t *count_out)
{
    if (node == NULL || node->is_refused)
        return NULL;
    bool is_list = node->kind == YAML_KIND_SEQUENCE;
    size_t given = is_list ? node->count : 1;
    if (given == 0 || given > NAMES_MAX) {
        diagnostic_add(
            compiler->list, given == 0 ? DIAGNOSTIC_E0410 : DIAGNOSTIC_E0407, yaml_place(node),
            "1 to %d names are needed here", NAMES_MAX);
        return NULL;
    }
    struct bytes *names = arena_alloc(&compiler->ruleset->arena, given * sizeof(*names));
    uint32_t count = 0;
    const struct yaml_node *item = is_list ? yaml_first(node) : node;
    for (size_t i = 0; i < given; i++, item = yaml_next(item))
        count += compile_name(compiler, item, kind, &names[count]) ? 1 : 0;
    *count_out = count;
    return names;
}

static void compile_change(
    struct compiler *compiler, const struct yaml_entry *entry, struct workflow_step *step)
{
    enum section section = step->kind == STEP_TAG ? SECTION_STEP_TAG : SECTION_STEP_LIST;
    enum keys_result keys = compile_keys(compiler, entry->value, section);
    if (keys == KEYS_WRONG)
        return;
    const struct yaml_node *add = yaml_get(entry->value, "add");
    const struct yaml_node *remove = yaml_get(entry->value, "remove");
    if (add == NULL && remove == NULL && keys == KEYS_GOOD)
        diagnostic_add(
            compiler->list, DIAGNOSTIC_E0204, yaml_place(entry->key),
            "'%s' needs 'add' or 'remove'", step_kinds[step->kind]);
    step->add = compile_names(compiler, add, step->kind, &step->add_count);
    step->remove = compile_names(compiler, remove, step->kind, &step->remove_count);
}

static void compile_do(
    struct flow *flow, const struct yaml_node *node, const struct yaml_entry *entry, uint32_t at)
{
    struct compiler *compiler = flow->compiler;
    struct bytes name;
    if (!yaml_to_text(entry->value, "'do'", compiler->list, &name))
        return;
    const struct symbol *symbol = symbols_find(&compiler->symbols[SYMBOL_ACTION], name);
    if (symbol == NULL) {
        compile_unknown(compiler, SYMBOL_ACTION, DIAGNOSTIC_E0209, entry->value);
        return;
    }
    flow->steps[at].action = (uint32_t)symbol->index;
    compile_with(flow, node, yaml_place(entry->value), at);
}

// --- ids
// A step without an id has its number, behind that of the step around it.
static void number_id(const char *prefix, uint32_t number, char *out)
{
    if (prefix[0] == '\0')
        (void)snprintf(out, FLOW_ID_BYTES, "%u", number);
    else
        (void)snprintf(out, FLOW_ID_BYTES, "%.300s.%u", prefix, number);
}

static void give_id(struct flow *flow, const struct yaml_node *node, uint32_t at)
{
    struct compiler *compiler = flow->compiler;
    struct bytes text;
    if (node == NULL || !yaml_to_text(node, "'id'", compiler->list, &text) ||
        !compile_name_form(compiler, node, NAME_FORM_PLAIN, "a step"))
        return;
    const struct symbol *first = symbols_find(&flow->ids, text);
    if (first == NULL) {
        symbols_add(&flow->ids, &(struct symbol){text, yaml_place(node), at});
    } else {
        diagnostic_add(
            compiler->list, DIAGNOSTIC_E0205, yaml_place(node), "step '%.*s' is defined twice",
            compile_shown_len(text), (const char *)text.data);
        diagnostic_note(compiler->list, first->place, "it is defined here first");
    }
    flow->steps[at].id = compile_copy(compiler, text);
}

// Expressions from here on are the step's.
static void own_expressions(struct flow *flow, uint32_t at)
{
    struct buffer owner = {0};
    buffer_add_bytes(&owner, flow->workflow->name);
    buffer_add_u8(&owner, '/');
    buffer_add_bytes(&owner, flow->steps[at].id);
    compile_owner(flow->compiler, "workflows", buffer_bytes(&owner));
    buffer_free(&owner);
}

// --- steps
static void compile_start(struct flow *flow, const struct yaml_entry *entry, uint32_t at)
{
    struct compiler *compiler = flow->compiler;
    struct bytes name;
    const struct yaml_node *of = entry->value;
    if (of->kind == YAML_KIND_MAPPING) {
        enum keys_result keys = compile_keys(compiler, of, SECTION_STEP_START);
        if (keys == KEYS_WRONG)
            return;
        of = compile_required(compiler, of, "workflow", yaml_place(entry->key), keys);
    }
    if (of == NULL || !yaml_to_text(of, "'start'", compiler->list, &name))
        return;
    flow->steps[at].workflow = compile_copy(compiler, name);
    compile_started(compiler, of);
}

static void compile_stop_step(struct flow *flow, const struct yaml_entry *entry, uint32_t at)
{
    struct bytes why;
    if (yaml_to_text(entry->value, "'stop'", flow->compiler->list, &why))
        flow->steps[at].why = compile_copy(flow->compiler, why);
}

static void compile_kind(
    struct flow *flow, const struct yaml_node *node, const struct yaml_entry *entry, uint32_t at)
{
    struct compiler *compiler = flow->compiler;
    switch (flow->steps[at].kind) {
    case STEP_DO: compile_do(flow, node, entry, at); break;
    case STEP_TAG:
    case STEP_LIST: compile_change(compiler, entry, &flow->steps[at]); break;
    case STEP_WAIT:
        compile_wait(flow, node, entry, at);
        compile_if(flow, node, entry, at);
        break;
    case STEP_IF: compile_if(flow, node, entry, at); break;
    case STEP_CHOOSE: compile_choose(flow, entry, at); break;
    case STEP_SPLIT: compile_split(flow, entry, at); break;
    case STEP_SET: compile_set(flow, entry, at); break;
    case STEP_POINTS: compile_step_points(flow, entry, at); break;
    case STEP_EMIT: compile_emit(flow, entry, at); break;
    case STEP_START: compile_start(flow, entry, at); break;
    case STEP_GOTO: flow_goto(flow, at, entry->value); break;
    case STEP_STOP: compile_stop_step(flow, entry, at); break;
    case STEP_END: break;
    case STEP_ASSIGN: compile_assign(flow, entry, at); break;
    }
}

// What stands beside a kind that it does not belong to.
static void refuse_strangers(struct flow *flow, const struct yaml_node *node, enum step_kind kind)
{
    static const struct {
        const char *key, *of;
    } belongings[] = {
        {"with", "'do'"}, {"to", "'do'"}, {"then", "'if' and 'wait'"}, {"else", "'if' and 'wait'"}};
    for (size_t i = 0; i < sizeof(belongings) / sizeof(belongings[0]); i++) {
        const struct yaml_node *key = yaml_get_key(node, belongings[i].key);
        bool is_own = i < 2 ? kind == STEP_DO : kind == STEP_IF || kind == STEP_WAIT;
        if (key != NULL && !is_own)
            diagnostic_add(
                flow->compiler->list, DIAGNOSTIC_E0215, yaml_place(key),
                "'%s' is for %s, not for '%s'", belongings[i].key, belongings[i].of,
                step_kinds[kind]);
    }
}

static void compile_step(struct flow *flow, const struct yaml_node *node, uint32_t at)
{
    struct compiler *compiler = flow->compiler;
    struct workflow_step *step = &flow->steps[at];
    if (node->kind == YAML_KIND_SCALAR && bytes_equal_text(yaml_text(node), "end")) { // "- end"
        step->kind = STEP_END;
        return;
    }
    give_id(flow, yaml_get(node, "id"), at);
    own_expressions(flow, at);
    enum keys_result keys = compile_keys(compiler, node, SECTION_STEP);
    if (keys == KEYS_WRONG)
        return;
    struct yaml_entry entry = step_kind_entry(compiler, node, keys, &step->kind);
    if (entry.key == NULL)
        return;
    refuse_strangers(flow, node, step->kind);
    compile_kind(flow, node, &entry, at);
}

uint32_t flow_list(
    struct flow *flow, const struct yaml_node *node, uint32_t parent, const char *prefix)
{
    struct compiler *compiler = flow->compiler;
    if (node == NULL || node->is_refused ||
        !yaml_expect(node, YAML_KIND_SEQUENCE, "a list of steps", compiler->list) ||
        node->count == 0)
        return FLOW_PARENTS;
    if (node->count > FLOW_STEPS_MAX) {
        diagnostic_add(
            compiler->list, DIAGNOSTIC_E0407, yaml_place(node), "a workflow has 1 to %d steps",
            FLOW_STEPS_MAX);
        return FLOW_PARENTS;
    }
    uint32_t first = FLOW_PARENTS;
    uint32_t last = STEP_NONE;
    uint32_t number = 0;
    for (const struct yaml_node *item = yaml_first(node); item != NULL; item = yaml_next(item)) {
        char id[FLOW_ID_BYTES];
        number_id(prefix, ++number, id);
        uint32_t at = flow_add(flow, item, parent, id);
        if (at == STEP_NONE)
            break;
        if (last == STEP_NONE)
            first = at;
        else
            flow->steps[last].next = at;
        last = at;
        compile_step(flow, item, at);
    }
    return first;
}

// Room for the steps of the workflow in hand, the same for all of a ruleset.
static void use_room(struct flow *flow)
{
    struct compiler *compiler = flow->compiler;
    struct flow_room *room = compiler->flow_room;
    if (room == NULL) {
        room = arena_alloc(&compiler->scratch, sizeof(*room));
        compiler->flow_room = room;
    }
    flow->steps = room->steps;
    flow->nodes = room->nodes;
    flow->parents = room->parents;
    flow->gotos = room->gotos;
}

void compile_steps(
    struct compiler *compiler, const struct yaml_node *node, struct workflow_def *workflow)
{
    if (!yaml_expect(node, YAML_KIND_SEQUENCE, "'steps'", compiler->list))
        return;
    if (node->count == 0) {
        diagnostic_add(
            compiler->list, DIAGNOSTIC_E0410, yaml_place(node), "a workflow has 1 to %d steps",
            FLOW_STEPS_MAX);
        return;
    }
    struct flow flow = {
        .compiler = compiler,
        .workflow = workflow,
        .step_on = workflow->has_waits ? EVENT_TYPE_UNKNOWN : workflow->on,
    };
    use_room(&flow);
    (void)flow_list(&flow, node, STEP_NONE, "");
    if (workflow->on_error == ON_ERROR_GOTO)
        flow_goto(&flow, STEP_NONE, compiler->on_error_goto);
    flow_link(&flow);
    symbols_free(&flow.ids);
    struct workflow_step *steps =
        arena_alloc(&compiler->ruleset->arena, flow.count * sizeof(*steps) + 1);
    memcpy(steps, flow.steps, flow.count * sizeof(*steps));
    workflow->steps = steps;
    workflow->step_count = flow.count;
}
