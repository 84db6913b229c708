#include "rules/compile_triggers.h"

#include "rules/event_set.h"

// Adds the type that an item names, unless an item before it does. False after a diagnostic.
static bool add_type(
    struct compiler *compiler,
    const struct yaml_node *item,
    const char *what,
    struct symbols *seen,
    event_type *out)
{
    struct bytes name;
    if (item->kind != YAML_KIND_SCALAR) {
        (void)yaml_to_text(item, "an event type", compiler->list, &name);
        return false;
    }
    if (!compile_trigger(compiler, item, what, out))
        return false;
    name = yaml_text(item);
    const struct symbol *first = symbols_find(seen, name);
    if (first == NULL) {
        symbols_add(seen, &(struct symbol){name, yaml_place(item), 0});
        return true;
    }
    diagnostic_add(
        compiler->list, DIAGNOSTIC_E0205, yaml_place(item), "event '%.*s' is given twice",
        compile_shown_len(name), (const char *)name.data);
    diagnostic_note(compiler->list, first->place, "it is given here first");
    return false;
}

bool compile_triggers(
    struct compiler *compiler, const struct yaml_node *node, const char *what, event_type *out)
{
    if (node->kind != YAML_KIND_SEQUENCE)
        return compile_trigger(compiler, node, what, out);
    if (node->count == 0) {
        diagnostic_add(
            compiler->list, DIAGNOSTIC_E0410, yaml_place(node), "%s names no event", what);
        return false;
    }
    struct symbols seen = {0};
    event_type *types = arena_alloc(&compiler->scratch, node->count * sizeof(*types));
    uint32_t count = 0;
    for (const struct yaml_node *item = yaml_first(node); item != NULL; item = yaml_next(item))
        count += add_type(compiler, item, what, &seen, &types[count]);
    symbols_free(&seen);
    if (count < node->count)
        return false;
    *out = count == 1 ? types[0] : event_set_of(compiler->ruleset, types, count);
    return true;
}
