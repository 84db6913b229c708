#include "rules/cel/infer.h"

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

uint32_t infer_reserve(struct infer *infer, uint32_t count)
{
    uint32_t first = infer->count;
    if (infer->count + count > infer->cap)
        infer->bound = grow(
            infer->arena, infer->bound, &infer->cap, infer->count + count, sizeof(*infer->bound));
    for (uint32_t i = 0; i < count; i++)
        infer->bound[infer->count++] = NULL;
    return first;
}

const struct cel_type *infer_fresh(struct infer *infer)
{
    return cel_type_variable(infer->arena, infer_reserve(infer, 1));
}

static bool has_variable(const struct cel_type *type)
{
    return type != NULL && (type->kind == CEL_TYPE_VARIABLE || has_variable(type->params[0]) ||
                            has_variable(type->params[1]));
}

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

const struct cel_type *infer_instance(
    struct infer *infer, const struct cel_type *type, uint32_t first)
{
    if (!has_variable(type))
        return type;
    if (type->kind == CEL_TYPE_VARIABLE)
        return cel_type_variable(infer->arena, first + type->variable);
    return with_params(
        infer, type, type->params[0] == NULL ? NULL : infer_instance(infer, type->params[0], first),
        type->params[1] == NULL ? NULL : infer_instance(infer, type->params[1], first));
}

const struct cel_type *infer_resolve(
    struct infer *infer, const struct cel_type *type, enum infer_left left)
{
    while (type->kind == CEL_TYPE_VARIABLE && infer->bound[type->variable] != NULL)
        type = infer->bound[type->variable];
    if (type->kind == CEL_TYPE_VARIABLE)
        return left == INFER_LEFT_IS_DYN ? &cel_type_dyn : type;
    if (!has_variable(type))
        return type;
    return with_params(
        infer, type, type->params[0] == NULL ? NULL : infer_resolve(infer, type->params[0], left),
        type->params[1] == NULL ? NULL : infer_resolve(infer, type->params[1], left));
}

static void bind(struct infer *infer, uint32_t variable, const struct cel_type *type)
{
    if (infer->undo_count == infer->undo_cap)
        infer->undo = grow(
            infer->arena, infer->undo, &infer->undo_cap, infer->undo_count + 1,
            sizeof(*infer->undo));
    infer->undo[infer->undo_count++] = (struct infer_undo){variable, infer->bound[variable]};
    infer->bound[variable] = type;
}

// Whether the variable does not occur in what the type stands for.
static bool is_free_of(struct infer *infer, uint32_t variable, const struct cel_type *type)
{
    if (type == NULL)
        return true;
    if (type->kind == CEL_TYPE_VARIABLE)
        return type->variable != variable &&
               is_free_of(infer, variable, infer->bound[type->variable]);
    return is_free_of(infer, variable, type->params[0]) &&
           is_free_of(infer, variable, type->params[1]);
}

static bool is_open(const struct cel_type *type)
{
    return type->kind == CEL_TYPE_DYN || type->kind == CEL_TYPE_VARIABLE;
}

// Whether a holds whatever b holds.
static bool is_as_general(const struct cel_type *a, const struct cel_type *b)
{
    if (is_open(a))
        return true;
    if (is_open(b) || a->kind != b->kind)
        return false;
    for (int i = 0; i < 2; i++) {
        if (a->params[i] != NULL && b->params[i] != NULL &&
            !is_as_general(a->params[i], b->params[i]))
            return false;
    }
    return true;
}

static const struct cel_type *more_general(const struct cel_type *a, const struct cel_type *b)
{
    return is_as_general(a, b) ? a : b;
}

static bool assign(struct infer *infer, const struct cel_type *from, const struct cel_type *to);

// What taking a type as what a variable stands for comes to.
enum taken { TAKEN, REFUSED, REFUSED_AS_BOUND };

static enum taken take(
    struct infer *infer, const struct cel_type *type, const struct cel_type *variable)
{
    if (type->kind == CEL_TYPE_VARIABLE && type->variable == variable->variable)
        return TAKEN;
    const struct cel_type *bound = infer->bound[variable->variable];
    if (bound == NULL) {
        if (!is_free_of(infer, variable->variable, type))
            return REFUSED;
        bind(infer, variable->variable, type);
        return TAKEN;
    }
    if (cel_type_equal(type, bound))
        return TAKEN;
    if (!assign(infer, type, bound))
        return REFUSED_AS_BOUND;
    const struct cel_type *general = more_general(type, bound);
    if (general != bound && is_free_of(infer, variable->variable, general))
        bind(infer, variable->variable, general);
    return TAKEN;
}

// An object is a map of strings to anything.
static const struct cel_type *as_map(struct infer *infer, const struct cel_type *type)
{
    if (type->kind != CEL_TYPE_OBJECT)
        return type;
    return cel_type_map(infer->arena, &cel_type_string, &cel_type_dyn);
}

static bool assign(struct infer *infer, const struct cel_type *from, const struct cel_type *to)
{
    if (to->kind == CEL_TYPE_VARIABLE) {
        enum taken taken = take(infer, from, to);
        if (taken != REFUSED)
            return taken == TAKEN;
    }
    if (from->kind == CEL_TYPE_VARIABLE)
        return take(infer, to, from) == TAKEN;
    if (from->kind == CEL_TYPE_DYN || to->kind == CEL_TYPE_DYN)
        return true;
    from = as_map(infer, from);
    to = as_map(infer, to);
    if (from->kind != to->kind)
        return false;
    if (from->kind == CEL_TYPE_TYPE)
        return true;
    for (int i = 0; i < 2; i++) {
        if (from->params[i] != NULL && !assign(infer, from->params[i], to->params[i]))
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
    uint32_t mark = infer->undo_count;
    bool fits = true;
    for (uint32_t i = 0; i < count && fits; i++)
        fits = assign(infer, from[i], to[i]);
    while (!fits && infer->undo_count > mark) {
        infer->undo_count--;
        infer->bound[infer->undo[infer->undo_count].variable] =
            infer->undo[infer->undo_count].before;
    }
    if (mark == 0)
        infer->undo_count = 0;
    return fits;
}

const struct cel_type *infer_join(
    struct infer *infer, const struct cel_type *a, const struct cel_type *b)
{
    bool are_objects = a->kind == CEL_TYPE_OBJECT && b->kind == CEL_TYPE_OBJECT;
    if ((are_objects && a->object != b->object) || !infer_assign(infer, &a, &b, 1))
        return &cel_type_dyn;
    return more_general(
        infer_resolve(infer, a, INFER_LEFT_STAYS), infer_resolve(infer, b, INFER_LEFT_STAYS));
}
