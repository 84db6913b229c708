#include "rules/compile_triggers.h"

#include <stdlib.h>

#include "rules/event_set.h"

struct named_type {
    struct bytes name;
    event_type type;
};

// What is made once, in the compiler's scratch, when the first list or family is met: all types are known then.
struct trigger_room {
    event_type *types; // of the list in hand
    uint32_t count;
    uint32_t *seen_by;        // by type: the list that it was last in
    uint32_t list;            // the number of the one in hand
    struct named_type *named; // all, by name; NULL: not yet
    size_t named_count;
    size_t family_types; // what families stood for so far
    size_t set_fields;   // what the types of all sets declare
};

static struct trigger_room *room_of(struct compiler *compiler)
{
    if (compiler->trigger_room != NULL)
        return compiler->trigger_room;
    size_t count = catalog_type_count(compiler->ruleset->catalog) + 1;
    struct arena *scratch = &compiler->scratch;
    struct trigger_room *room = arena_alloc(scratch, sizeof(*room));
    *room = (struct trigger_room){
        .types = arena_alloc(scratch, count * sizeof(*room->types)),
        .seen_by = arena_alloc(scratch, count * sizeof(*room->seen_by))};
    memset(room->seen_by, 0, count * sizeof(*room->seen_by));
    compiler->trigger_room = room;
    return room;
}

// Unless it is in the list already.
static void add_once(struct trigger_room *room, event_type type)
{
    if (room->seen_by[type] == room->list)
        return;
    room->seen_by[type] = room->list;
    room->types[room->count++] = type;
}

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

static int compare_names(const void *a, const void *b)
{
    const struct named_type *first = a, *second = b;
    return bytes_compare(first->name, second->name);
}

static int compare_types(const void *a, const void *b)
{
    event_type first = *(const event_type *)a, second = *(const event_type *)b;
    return (first > second) - (first < second);
}

static void sort_names(struct compiler *compiler, struct trigger_room *room)
{
    const struct catalog *catalog = compiler->ruleset->catalog;
    room->named_count = catalog_type_count(catalog);
    room->named = arena_alloc(&compiler->scratch, room->named_count * sizeof(*room->named) + 1);
    for (size_t i = 0; i < room->named_count; i++)
        room->named[i] =
            (struct named_type){catalog_type(catalog, (event_type)i)->name, (event_type)i};
    if (room->named_count > 1)
        qsort(room->named, room->named_count, sizeof(*room->named), compare_names);
}

// The first, by name, that does not come before the text.
static size_t first_from(const struct trigger_room *room, struct bytes text)
{
    size_t low = 0, high = room->named_count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (bytes_compare(room->named[middle].name, text) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

static bool is_in_family(struct bytes type, struct bytes prefix)
{
    return type.len > prefix.len && memcmp(type.data, prefix.data, prefix.len) == 0;
}

static bool is_over(const struct trigger_room *room)
{
    return room->family_types > FAMILY_TYPES_MAX;
}

// False when all families together stand for more than they may; nothing is to be added any more then.
static bool count_types(
    struct compiler *compiler,
    struct trigger_room *room,
    const struct yaml_node *item,
    size_t count)
{
    room->family_types += count;
    if (!is_over(room))
        return true;
    diagnostic_add(
        compiler->list, DIAGNOSTIC_E0407, yaml_place(item),
        "families such as '%.*s' stand for more than %d event types in all",
        compile_shown_len(yaml_text(item)), (const char *)yaml_text(item).data, FAMILY_TYPES_MAX);
    return false;
}

// Adds the types of the catalogue whose names begin so, in its order, unless they are there. False after a diagnostic.
static bool add_family(struct compiler *compiler, const struct yaml_node *item)
{
    struct trigger_room *room = room_of(compiler);
    struct bytes name = yaml_text(item);
    struct bytes prefix = bytes_of(name.data, name.len - 1); // with the dot
    if (is_over(room))                                       // said already
        return false;
    if (room->named == NULL)
        sort_names(compiler, room);
    size_t first = first_from(room, prefix), end = first;
    while (end < room->named_count && is_in_family(room->named[end].name, prefix))
        end++;
    if (first == end) {
        diagnostic_add(
            compiler->list, DIAGNOSTIC_E0206, yaml_place(item), "no event is called '%.*s'",
            compile_shown_len(name), (const char *)name.data);
        return false;
    }
    if (!count_types(compiler, room, item, end - first))
        return false;
    uint32_t before = room->count;
    for (size_t i = first; i < end; i++)
        add_once(room, room->named[i].type);
    if (room->count > before)
        qsort(room->types + before, room->count - before, sizeof(*room->types), compare_types);
    return true;
}

static bool compile_list(struct compiler *compiler, const struct yaml_node *first, const char *what)
{
    struct trigger_room *room = room_of(compiler);
    struct symbols seen = {0};
    bool is_good = true;
    for (const struct yaml_node *item = first; item != NULL; item = yaml_next(item)) {
        event_type type;
        if (item->kind == YAML_KIND_SCALAR && is_family(yaml_text(item)))
            is_good = add_family(compiler, item) && is_good;
        else if (add_type(compiler, item, what, &seen, &type))
            add_once(room, type);
        else
            is_good = false;
    }
    symbols_free(&seen);
    return is_good;
}

// Counts what the types of the list declare. False when that is more than it may be for all, which is said once.
static bool count_fields(struct compiler *compiler, const struct yaml_node *node)
{
    struct trigger_room *room = compiler->trigger_room;
    bool was_over = room->set_fields > SET_FIELDS_MAX;
    for (uint32_t i = 0; i < room->count && !was_over; i++)
        room->set_fields += catalog_type(compiler->ruleset->catalog, room->types[i])->field_count;
    if (room->set_fields <= SET_FIELDS_MAX)
        return true;
    if (!was_over)
        diagnostic_add(
            compiler->list, DIAGNOSTIC_E0407, yaml_place(node),
            "the different lists of event types declare more than %d members of data in all",
            SET_FIELDS_MAX);
    return false;
}

static bool take_set(struct compiler *compiler, const struct yaml_node *node, event_type *out)
{
    struct ruleset *ruleset = compiler->ruleset;
    size_t before = ruleset->event_set_count;
    event_type set =
        event_set_of(ruleset, compiler->trigger_room->types, compiler->trigger_room->count);
    if (ruleset->event_set_count > before && !count_fields(compiler, node))
        return false;
    *out = set;
    return true;
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
    struct trigger_room *room = room_of(compiler);
    room->list++;
    room->count = 0;
    bool is_good =
        is_list ? compile_list(compiler, yaml_first(node), what) : add_family(compiler, node);
    if (!is_good)
        return false;
    if (room->count > 1)
        return take_set(compiler, node, out);
    *out = room->types[0];
    return true;
}
