// What a random expression comes to: each part in its turn, as the specification says it.
#include <string.h>

#include "tests/rules/cel/random_tree.h"

struct frame {
    const char *name;
    struct naive value;
    const struct frame *outer;
};

struct walk {
    struct arena *arena;
    const struct frame *frame; // innermost name
};

static struct naive walk(struct walk *walk_at, const struct tree *tree);

static struct naive *items_of(struct walk *at, size_t count)
{
    return arena_alloc(at->arena, count * sizeof(struct naive) + 1);
}

static struct naive text_of(struct walk *at, const char *name)
{
    size_t len = strlen(name);
    uint32_t *points = arena_alloc(at->arena, len * sizeof(*points) + 1);
    for (size_t i = 0; i < len; i++)
        points[i] = (uint32_t)name[i];
    return (struct naive){.kind = NAIVE_STRING, .points = points, .count = len};
}

// All the parts, then the function; the first error is the result.
static struct naive walk_call(struct walk *at, const struct tree *tree)
{
    struct naive args[TREE_CHILDREN_MAX];
    bool has_failed = false;
    for (size_t i = 0; i < tree->child_count; i++) {
        args[i] = walk(at, tree->children[i]);
        has_failed = has_failed || args[i].kind == NAIVE_ERROR;
    }
    if (has_failed)
        return naive_error();
    if (tree->form == FORM_LIST)
        return naive_list(at->arena, args, tree->child_count);
    if (tree->form == FORM_MAP)
        return naive_map(at->arena, args, tree->child_count);
    return tree->row->function(at->arena, args, tree->child_count);
}

// One that decides is the result whatever the other is, an error too.
static struct naive decide(struct naive a, struct naive b, bool decides)
{
    if (a.kind == NAIVE_BOOL && a.boolean == decides)
        return a;
    if (b.kind == NAIVE_BOOL && b.boolean == decides)
        return b;
    return a.kind == NAIVE_BOOL && b.kind == NAIVE_BOOL ? naive_bool(!decides) : naive_error();
}

static struct naive walk_condition(struct walk *at, const struct tree *tree)
{
    struct naive condition = walk(at, tree->children[0]);
    if (condition.kind != NAIVE_BOOL)
        return naive_error();
    return walk(at, tree->children[condition.boolean ? 1 : 2]);
}

static struct naive walk_member(struct walk *at, const struct tree *tree)
{
    struct naive map = walk(at, tree->children[0]), found;
    if (map.kind != NAIVE_MAP)
        return naive_error();
    bool has = naive_find(map, text_of(at, tree->name[0]), &found);
    if (tree->form == FORM_HAS)
        return naive_bool(has);
    return has ? found : naive_error();
}

static struct naive walk_local(const struct walk *at, const struct tree *tree)
{
    const struct frame *frame = at->frame;
    while (strcmp(frame->name, tree->name[0]) != 0)
        frame = frame->outer;
    return frame->value;
}

static struct naive walk_bind(struct walk *at, const struct tree *tree)
{
    struct frame frame = {tree->name[0], walk(at, tree->children[0]), at->frame};
    struct walk inner = {at->arena, &frame};
    return walk(&inner, tree->children[1]);
}

// --- macros
// A body with the macro's names being element i of the range.
static struct naive walk_body(
    struct walk *at, const struct tree *tree, struct naive range, size_t i, size_t body)
{
    bool is_map = range.kind == NAIVE_MAP;
    struct naive element = is_map ? range.items[2 * i] : range.items[i];
    struct frame first = {tree->name[0], element, at->frame};
    if (tree->name_count == 2 && !is_map)
        first.value = naive_int((int64_t)i);
    struct frame second = {tree->name[1], is_map ? range.items[2 * i + 1] : element, &first};
    struct walk inner = {at->arena, tree->name_count == 2 ? &second : &first};
    return walk(&inner, tree->children[body]);
}

static struct naive walk_quantifier(struct walk *at, const struct tree *tree, struct naive range)
{
    bool decides = tree->form == FORM_EXISTS;
    struct naive result = naive_bool(!decides);
    for (size_t i = 0; i < range.count; i++)
        result = decide(result, walk_body(at, tree, range, i, 1), decides);
    return result;
}

static struct naive walk_exists_one(struct walk *at, const struct tree *tree, struct naive range)
{
    size_t found = 0;
    for (size_t i = 0; i < range.count; i++) {
        struct naive is_one = walk_body(at, tree, range, i, 1);
        if (is_one.kind != NAIVE_BOOL)
            return naive_error();
        found += is_one.boolean;
    }
    return naive_bool(found == 1);
}

// filter, map and the transforms: the elements that the predicate keeps, or what becomes of them.
static struct naive walk_elements(struct walk *at, const struct tree *tree, struct naive range)
{
    bool is_map = tree->form == FORM_TRANSFORM_MAP;
    bool has_predicate = tree->form == FORM_FILTER || tree->child_count == 3;
    struct naive *items = items_of(at, 2 * range.count);
    size_t count = 0;
    for (size_t i = 0; i < range.count; i++) {
        struct naive keeps = naive_bool(true);
        struct naive key = range.kind == NAIVE_MAP ? range.items[2 * i] : naive_int((int64_t)i);
        if (has_predicate)
            keeps = walk_body(at, tree, range, i, 1);
        if (keeps.kind != NAIVE_BOOL)
            return naive_error();
        if (!keeps.boolean)
            continue;
        if (is_map)
            items[count++] = key;
        items[count] = range.kind == NAIVE_MAP ? key : range.items[i];
        if (tree->form != FORM_FILTER)
            items[count] = walk_body(at, tree, range, i, tree->child_count - 1);
        if (items[count++].kind == NAIVE_ERROR)
            return naive_error();
    }
    return is_map ? naive_map(at->arena, items, count) : naive_list(at->arena, items, count);
}

static struct naive walk_sort_by(struct walk *at, const struct tree *tree, struct naive range)
{
    struct naive *keys = items_of(at, range.count);
    for (size_t i = 0; i < range.count; i++) {
        keys[i] = walk_body(at, tree, range, i, 1);
        if (keys[i].kind == NAIVE_ERROR)
            return naive_error();
    }
    if (range.kind == NAIVE_LIST)
        return naive_sort_by(at->arena, range.items, keys, range.count);
    struct naive *sorted = items_of(at, range.count);
    for (size_t i = 0; i < range.count; i++)
        sorted[i] = range.items[2 * i];
    return naive_sort_by(at->arena, sorted, keys, range.count);
}

static struct naive walk_macro(struct walk *at, const struct tree *tree)
{
    struct naive range = walk(at, tree->children[0]);
    if (range.kind != NAIVE_LIST && range.kind != NAIVE_MAP)
        return naive_error();
    if (tree->form == FORM_ALL || tree->form == FORM_EXISTS)
        return walk_quantifier(at, tree, range);
    if (tree->form == FORM_EXISTS_ONE)
        return walk_exists_one(at, tree, range);
    return tree->form == FORM_SORT_BY ? walk_sort_by(at, tree, range)
                                      : walk_elements(at, tree, range);
}

static struct naive walk(struct walk *at, const struct tree *tree)
{
    switch (tree->form) {
    case FORM_LITERAL: return tree->literal;
    case FORM_LOCAL: return walk_local(at, tree);
    case FORM_AND:
    case FORM_OR:
        return decide(
            walk(at, tree->children[0]), walk(at, tree->children[1]), tree->form == FORM_OR);
    case FORM_CONDITION: return walk_condition(at, tree);
    case FORM_SELECT:
    case FORM_HAS: return walk_member(at, tree);
    case FORM_BIND: return walk_bind(at, tree);
    case FORM_ALL:
    case FORM_EXISTS:
    case FORM_EXISTS_ONE:
    case FORM_FILTER:
    case FORM_TRANSFORM:
    case FORM_TRANSFORM_MAP:
    case FORM_SORT_BY: return walk_macro(at, tree);
    case FORM_LIST:
    case FORM_MAP:
    case FORM_BINARY:
    case FORM_PREFIX:
    case FORM_CALL:
    case FORM_METHOD:
    case FORM_INDEX: return walk_call(at, tree);
    }
    return naive_error();
}

struct naive tree_walk(struct arena *arena, const struct tree *tree)
{
    struct walk at = {arena, NULL};
    return walk(&at, tree);
}
