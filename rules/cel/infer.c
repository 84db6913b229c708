#include "rules/cel/infer.h"

#include "rules/cel/value_ops.h"

enum { HEIGHT_MAX = CEL_NESTING_MAX };

static void *grow(
    struct arena *arena, void *items, uint32_t *cap, uint32_t count, size_t item_bytes)
{
    uint32_t wanted = *cap == 0 ? 16 : *cap * 2;
    while (wanted < count)
        wanted *= 2;
    void *larger = arena_alloc(arena, wanted * item_bytes);
    if (*cap > 0)
        memcpy(larger, items, *cap * item_bytes);
    *cap = wanted;
    return larger;
}

// --- variables
uint32_t infer_reserve(struct infer *infer, uint32_t count)
{
    uint32_t first = infer->count;
    if (infer->count + count > infer->cap)
        infer->variables = grow(
            infer->arena, infer->variables, &infer->cap, infer->count + count,
            sizeof(*infer->variables));
    for (uint32_t i = 0; i < count; i++)
        infer->variables[infer->count++] = (struct infer_variable){.bound = NULL};
    return first;
}

const struct cel_type *infer_fresh(struct infer *infer)
{
    return cel_type_variable(infer->arena, infer_reserve(infer, 1));
}

const struct cel_type *infer_head(const struct infer *infer, const struct cel_type *type)
{
    while (type->kind == CEL_TYPE_VARIABLE && infer->variables[type->variable].bound != NULL)
        type = infer->variables[type->variable].bound;
    return type;
}

// The last variable of those that stand for each other.
static uint32_t last_variable(const struct infer *infer, const struct cel_type *type)
{
    uint32_t variable = type->variable;
    const struct cel_type *bound = infer->variables[variable].bound;
    while (bound != NULL && bound->kind == CEL_TYPE_VARIABLE) {
        variable = bound->variable;
        bound = infer->variables[variable].bound;
    }
    return variable;
}

static struct infer_variable *change(struct infer *infer, uint32_t variable)
{
    if (infer->undo_count == infer->undo_cap)
        infer->undo = grow(
            infer->arena, infer->undo, &infer->undo_cap, infer->undo_count + 1,
            sizeof(*infer->undo));
    infer->undo[infer->undo_count++] = (struct infer_undo){variable, infer->variables[variable]};
    return &infer->variables[variable];
}

// --- making types
// The same type with other parameters.
static const struct cel_type *with_params(
    struct infer *infer,
    const struct cel_type *type,
    const struct cel_type *first,
    const struct cel_type *second)
{
    if (first == type->params[0] && second == type->params[1])
        return type;
    struct cel_type *other = arena_alloc(infer->arena, sizeof(*other));
    *other = *type;
    other->params[0] = first;
    other->params[1] = second;
    return other;
}

const struct cel_type *infer_map(
    struct infer *infer, const struct cel_type *key, const struct cel_type *value)
{
    key = infer_head(infer, key);
    if (key->kind == CEL_TYPE_VARIABLE)
        infer->variables[key->variable].is_key = true;
    return cel_type_map(infer->arena, key, value);
}

const struct cel_type *infer_instance(
    struct infer *infer, const struct cel_type *type, uint32_t first)
{
    if (type == NULL)
        return NULL;
    if (type->kind == CEL_TYPE_VARIABLE)
        return cel_type_variable(infer->arena, first + type->variable);
    const struct cel_type *instance = with_params( // signatures nest as deep as they are written
        infer, type, infer_instance(infer, type->params[0], first),
        infer_instance(infer, type->params[1], first));
    if (type->kind == CEL_TYPE_MAP && type->params[0]->kind == CEL_TYPE_VARIABLE)
        infer->variables[first + type->params[0]->variable].is_key = true;
    return instance;
}

// --- comparing. Types are walked down to HEIGHT_MAX: there are no values of deeper ones.
static bool is_same(
    const struct infer *infer, const struct cel_type *a, const struct cel_type *b, uint32_t depth)
{
    if (a == b || depth > HEIGHT_MAX)
        return true;
    if (a == NULL || b == NULL)
        return false;
    a = infer_head(infer, a);
    b = infer_head(infer, b);
    return a == b || (a->kind == b->kind && a->variable == b->variable && a->object == b->object &&
                      is_same(infer, a->params[0], b->params[0], depth + 1) &&
                      is_same(infer, a->params[1], b->params[1], depth + 1));
}

bool infer_same(struct infer *infer, const struct cel_type *a, const struct cel_type *b)
{
    return is_same(infer, a, b, 0);
}

// Whether the variable does not occur in what the type stands for.
static bool is_free_of(
    const struct infer *infer, uint32_t variable, const struct cel_type *type, uint32_t depth)
{
    if (type == NULL || depth > HEIGHT_MAX)
        return true;
    type = infer_head(infer, type);
    if (type->kind == CEL_TYPE_VARIABLE)
        return type->variable != variable;
    return is_free_of(infer, variable, type->params[0], depth + 1) &&
           is_free_of(infer, variable, type->params[1], depth + 1);
}

// An object is a map of strings to anything.
static const struct cel_type *as_map(const struct cel_type *type)
{
    static const struct cel_type map = {
        .kind = CEL_TYPE_MAP, .params = {&cel_type_string, &cel_type_dyn}};
    return type->kind == CEL_TYPE_OBJECT ? &map : type;
}

// The type of what is of one of two types that fit each other; a itself where that is as general. Fields of two
// objects are never mixed up: what may be either is a map.
static const struct cel_type *general(
    struct infer *infer, const struct cel_type *a, const struct cel_type *b, uint32_t depth)
{
    const struct cel_type *of = infer_head(infer, a), *other = infer_head(infer, b);
    if (of == other || of->kind == CEL_TYPE_DYN)
        return a;
    if (of->kind == CEL_TYPE_OBJECT && other->kind == CEL_TYPE_OBJECT &&
        of->object == other->object)
        return a;
    of = as_map(of);
    other = as_map(other);
    if (of->kind != other->kind || depth > HEIGHT_MAX)
        return &cel_type_dyn;
    if (of->kind == CEL_TYPE_TYPE && (of->params[0] == NULL || other->params[0] == NULL))
        return &cel_type_type;
    const struct cel_type *params[2] = {of->params[0], of->params[1]};
    for (int i = 0; i < 2; i++) {
        if (params[i] != NULL && other->params[i] != NULL)
            params[i] = general(infer, params[i], other->params[i], depth + 1);
    }
    of = with_params(infer, of, params[0], params[1]);
    return of == infer_head(infer, a) ? a : of;
}

// --- assigning
static bool assign(
    struct infer *infer, const struct cel_type *from, const struct cel_type *to, uint32_t depth);

static bool may_be_key(const struct cel_type *type)
{
    return type->params[0] == NULL && type->kind != CEL_TYPE_OBJECT;
}

// Two variables that nothing is known of become one: the younger stands for the older.
static void unite(struct infer *infer, const struct cel_type *a, const struct cel_type *b)
{
    const struct cel_type *older = a->variable < b->variable ? a : b;
    const struct cel_type *younger = older == a ? b : a;
    if (infer->variables[younger->variable].is_key)
        change(infer, older->variable)->is_key = true;
    change(infer, younger->variable)->bound = older;
}

// Takes the type as what a variable stands for, or as one more that it must hold.
static bool take(
    struct infer *infer,
    const struct cel_type *type,
    const struct cel_type *variable,
    uint32_t depth)
{
    uint32_t last = last_variable(infer, variable);
    const struct cel_type *bound = infer->variables[last].bound;
    type = infer_head(infer, type);
    if (bound != NULL) {
        if (!assign(infer, type, bound, depth))
            return false;
        const struct cel_type *both = general(infer, bound, type, depth);
        if (both != bound && is_free_of(infer, last, both, 0))
            change(infer, last)->bound = both;
        return true;
    }
    if (type->kind == CEL_TYPE_VARIABLE) {
        if (type->variable != last)
            unite(infer, type, infer_head(infer, variable));
        return true;
    }
    if (!is_free_of(infer, last, type, 0) || (infer->variables[last].is_key && !may_be_key(type)))
        return false;
    change(infer, last)->bound = type;
    return true;
}

static bool assign(
    struct infer *infer, const struct cel_type *from, const struct cel_type *to, uint32_t depth)
{
    if (from == to || depth > HEIGHT_MAX)
        return true;
    if (to->kind == CEL_TYPE_VARIABLE)
        return take(infer, from, to, depth);
    if (from->kind == CEL_TYPE_VARIABLE)
        return take(infer, to, from, depth);
    if (from->kind == CEL_TYPE_DYN || to->kind == CEL_TYPE_DYN)
        return true;
    from = as_map(from);
    to = as_map(to);
    if (from->kind != to->kind)
        return false;
    if (from->kind == CEL_TYPE_TYPE)
        return true;
    for (int i = 0; i < 2; i++) {
        if (from->params[i] != NULL && !assign(infer, from->params[i], to->params[i], depth + 1))
            return false;
    }
    return true;
}

bool infer_assign(
    struct infer *infer,
    const struct cel_type *const *from,
    const struct cel_type *const *to,
    uint32_t count)
{
    bool fits = true;
    infer->undo_count = 0;
    for (uint32_t i = 0; i < count && fits; i++)
        fits = assign(infer, from[i], to[i], 0);
    while (!fits && infer->undo_count > 0) {
        const struct infer_undo *undo = &infer->undo[--infer->undo_count];
        infer->variables[undo->variable] = undo->before;
    }
    return fits;
}

const struct cel_type *infer_join(
    struct infer *infer, const struct cel_type *a, const struct cel_type *b)
{
    return infer_assign(infer, &a, &b, 1) ? general(infer, a, b, 0) : &cel_type_dyn;
}

// --- the end
static struct infer_settled *settled_slot(const struct infer *infer, const struct cel_type *type)
{
    uint32_t mask = infer->settled_cap - 1;
    uint32_t at = (uint32_t)(((uintptr_t)type >> 4) * UINT64_C(0x9E3779B97F4A7C15) >> 32) & mask;
    while (infer->settled[at].from != NULL && infer->settled[at].from != type)
        at = (at + 1) & mask;
    return &infer->settled[at];
}

static void remember(struct infer *infer, struct infer_settled settled)
{
    if (infer->settled_count * 2 >= infer->settled_cap) {
        struct infer_settled *before = infer->settled;
        uint32_t cap = infer->settled_cap;
        infer->settled_cap = cap == 0 ? 32 : cap * 2;
        infer->settled = arena_alloc(infer->arena, infer->settled_cap * sizeof(*infer->settled));
        for (uint32_t i = 0; i < infer->settled_cap; i++)
            infer->settled[i] = (struct infer_settled){.from = NULL};
        for (uint32_t i = 0; i < cap; i++) {
            if (before[i].from != NULL)
                *settled_slot(infer, before[i].from) = before[i];
        }
    }
    *settled_slot(infer, settled.from) = settled;
    infer->settled_count++;
}

// Each type is settled once, however many nodes have it.
static struct infer_settled settle(struct infer *infer, const struct cel_type *type, uint32_t depth)
{
    type = infer_head(infer, type);
    if (type->kind == CEL_TYPE_VARIABLE || depth >= HEIGHT_MAX)
        return (struct infer_settled){type, &cel_type_dyn, 1};
    if (type->params[0] == NULL)
        return (struct infer_settled){type, type, 1};
    if (infer->settled_cap > 0 && settled_slot(infer, type)->from == type)
        return *settled_slot(infer, type);
    struct infer_settled first = settle(infer, type->params[0], depth + 1), second = {.height = 0};
    if (type->params[1] != NULL)
        second = settle(infer, type->params[1], depth + 1);
    struct infer_settled all = {type, NULL, 1 + first.height};
    if (second.height > first.height)
        all.height = 1 + second.height;
    if (all.height > HEIGHT_MAX)
        all = (struct infer_settled){type, &cel_type_dyn, 1};
    else
        all.to = with_params(infer, type, first.to, second.to);
    remember(infer, all);
    return all;
}

const struct cel_type *infer_settle(struct infer *infer, const struct cel_type *type)
{
    bool is_settled = type->kind != CEL_TYPE_VARIABLE && type->params[0] == NULL;
    return is_settled ? type : settle(infer, type, 0).to;
}

const struct cel_type *infer_snapshot(const struct infer *infer, const struct cel_type *type)
{
    struct infer copy = *infer;
    copy.settled = NULL;
    copy.settled_count = copy.settled_cap = 0;
    return settle(&copy, type, 0).to;
}
