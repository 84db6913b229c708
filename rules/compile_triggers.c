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

// --- families: email.*
static bool is_family(struct bytes name)
{
    return name.len > 2 && memcmp(name.data + name.len - 2, ".*", 2) == 0 &&
           memchr(name.data, '*', name.len - 1) == NULL;
}

static bool is_among(const event_type *types, uint32_t count, event_type type)
{
    for (uint32_t i = 0; i < count; i++) {
        if (types[i] == type)
            return true;
    }
    return false;
}

// Adds the types of the catalogue whose names begin so, in its order, unless they are there. False after a diagnostic.
static bool add_family(
    struct compiler *compiler, const struct yaml_node *item, event_type *types, uint32_t *count)
{
    const struct catalog *catalog = compiler->ruleset->catalog;
    struct bytes name = yaml_text(item);
    size_t len = name.len - 1; // with the dot
    bool has_one = false;
    for (size_t i = 0; i < catalog_type_count(catalog); i++) {
        struct bytes type = catalog_type(catalog, (event_type)i)->name;
        if (type.len <= len || memcmp(type.data, name.data, len) != 0)
            continue;
        has_one = true;
        if (!is_among(types, *count, (event_type)i))
            types[(*count)++] = (event_type)i;
    }
    if (!has_one)
        diagnostic_add(
            compiler->list, DIAGNOSTIC_E0206, yaml_place(item), "no event is called '%.*s'",
            compile_shown_len(name), (const char *)name.data);
    return has_one;
}

static bool compile_list(
    struct compiler *compiler,
    const struct yaml_node *first,
    const char *what,
    event_type *types,
    uint32_t *count)
{
    struct symbols seen = {0};
    bool is_good = true;
    for (const struct yaml_node *item = first; item != NULL; item = yaml_next(item)) {
        if (item->kind == YAML_KIND_SCALAR && is_family(yaml_text(item))) {
            is_good = add_family(compiler, item, types, count) && is_good;
        } else if (!add_type(compiler, item, what, &seen, &types[*count])) {
            is_good = false;
        } else if (!is_among(types, *count, types[*count])) {
            ++*count;
        }
    }
    symbols_free(&seen);
    return is_good;
}

bool compile_triggers(
    struct compiler *compiler, const struct yaml_node *node, const char *what, event_type *out)
{
    bool is_list = node->kind == YAML_KIND_SEQUENCE;
    bool is_of_family = node->kind == YAML_KIND_SCALAR && is_family(yaml_text(node));
    if (!is_list && !is_of_family)
        return compile_trigger(compiler, node, what, out);
    if (is_list && node->count == 0) {
        diagnostic_add(
            compiler->list, DIAGNOSTIC_E0410, yaml_place(node), "%s names no event", what);
        return false;
    }
    size_t most = catalog_type_count(compiler->ruleset->catalog) + 1;
    event_type *types = arena_alloc(&compiler->scratch, most * sizeof(*types));
    uint32_t count = 0;
    bool is_good = is_list ? compile_list(compiler, yaml_first(node), what, types, &count)
                           : add_family(compiler, node, types, &count);
    if (!is_good)
        return false;
    *out = count == 1 ? types[0] : event_set_of(compiler->ruleset, types, count);
    return true;
}
