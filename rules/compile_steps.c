// Compiles the steps of a workflow: do, tag, list.
#include <stdio.h>

#include "rules/compiler.h"

enum { STEPS_MAX = 1000, NAMES_MAX = 100, NUMBER_CHARS = 12 };

static const char *const step_kinds[] = {"do", "tag", "list"};
enum { STEP_KIND_COUNT = sizeof(step_kinds) / sizeof(step_kinds[0]) };

static bool is_later_kind(struct bytes word)
{
    const struct section_def *def = section_def_of(SECTION_STEP);
    for (size_t i = 0; i < def->later_count; i++) {
        if (bytes_equal_text(word, def->later[i]))
            return true;
    }
    return false;
}

// True after E0301 when the step is of a kind of a later version; what else it holds is not looked at.
static bool refuse_later_kind(struct compiler *compiler, const struct yaml_node *node)
{
    if (node->kind == YAML_KIND_SCALAR && is_later_kind(yaml_text(node))) { // "- end"
        compile_not_yet(compiler, yaml_place(node), yaml_text(node));
        return true;
    }
    for (struct yaml_entry entry = yaml_first_entry(node); entry.key != NULL;
         entry = yaml_next_entry(entry)) {
        if (!is_later_kind(yaml_text(entry.key)))
            continue;
        compile_not_yet(compiler, yaml_place(entry.key), yaml_text(entry.key));
        return true;
    }
    return false;
}

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
            "a step needs 'do', 'tag' or 'list'");
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
    struct compiler *compiler,
    const struct yaml_node *node,
    const struct yaml_entry *entry,
    struct workflow_step *step)
{
    struct bytes name;
    if (!yaml_to_text(entry->value, "'do'", compiler->list, &name))
        return;
    const struct symbol *symbol = symbols_find(&compiler->symbols[SYMBOL_ACTION], name);
    if (symbol == NULL) {
        compile_unknown(compiler, SYMBOL_ACTION, DIAGNOSTIC_E0209, entry->value);
        return;
    }
    step->action = (uint32_t)symbol->index;
    compile_with(
        compiler, yaml_get(node, "with"), yaml_place(entry->value),
        &compiler->ruleset->actions[symbol->index], step);
}

// The id as given, else the number of the step.
static struct bytes compile_id(
    struct compiler *compiler, const struct yaml_node *node, struct symbols *ids, uint32_t number)
{
    char digits[NUMBER_CHARS];
    struct bytes text;
    int len = snprintf(digits, sizeof(digits), "%u", number);
    struct bytes otherwise = bytes_of(digits, (size_t)len);
    if (node == NULL || !yaml_to_text(node, "'id'", compiler->list, &text) ||
        !compile_name_form(compiler, node, NAME_FORM_PLAIN, "a step"))
        return compile_copy(compiler, otherwise);
    const struct symbol *first = symbols_find(ids, text);
    if (first == NULL) {
        symbols_add(ids, &(struct symbol){text, yaml_place(node), number});
    } else {
        diagnostic_add(
            compiler->list, DIAGNOSTIC_E0205, yaml_place(node), "step '%.*s' is defined twice",
            compile_shown_len(text), (const char *)text.data);
        diagnostic_note(compiler->list, first->place, "it is defined here first");
    }
    return compile_copy(compiler, text);
}

static void compile_step(
    struct compiler *compiler,
    const struct yaml_node *node,
    struct symbols *ids,
    uint32_t number,
    struct workflow_step *step)
{
    step->place = compile_place(compiler, node);
    step->id = compile_id(compiler, yaml_get(node, "id"), ids, number);
    if (refuse_later_kind(compiler, node))
        return;
    enum keys_result keys = compile_keys(compiler, node, SECTION_STEP);
    if (keys == KEYS_WRONG)
        return;
    struct yaml_entry entry = step_kind_entry(compiler, node, keys, &step->kind);
    if (entry.key == NULL)
        return;
    const struct yaml_node *with = yaml_get_key(node, "with");
    if (with != NULL && step->kind != STEP_DO)
        diagnostic_add(
            compiler->list, DIAGNOSTIC_E0215, yaml_place(with), "'with' is for 'do', not for '%s'",
            step_kinds[step->kind]);
    if (step->kind == STEP_DO)
        compile_do(compiler, node, &entry, step);
    else
        compile_change(compiler, &entry, step);
}

void compile_steps(
    struct compiler *compiler, const struct yaml_node *node, struct workflow_def *workflow)
{
    if (!yaml_expect(node, YAML_KIND_SEQUENCE, "'steps'", compiler->list))
        return;
    if (node->count == 0 || node->count > STEPS_MAX) {
        diagnostic_add(
            compiler->list, node->count == 0 ? DIAGNOSTIC_E0410 : DIAGNOSTIC_E0407,
            yaml_place(node), "a workflow has 1 to %d steps", STEPS_MAX);
        return;
    }
    struct workflow_step *steps =
        arena_alloc(&compiler->ruleset->arena, node->count * sizeof(*steps));
    memset(steps, 0, node->count * sizeof(*steps));
    struct symbols ids = {0};
    uint32_t number = 0;
    for (const struct yaml_node *item = yaml_first(node); item != NULL; item = yaml_next(item)) {
        compile_step(compiler, item, &ids, number + 1, &steps[number]);
        number++;
    }
    symbols_free(&ids);
    workflow->steps = steps;
    workflow->step_count = (uint32_t)node->count;
}
