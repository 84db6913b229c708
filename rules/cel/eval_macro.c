// Macros: a loop over a list or a map with code that is run for each element.
#include "rules/cel/program_internal.h"

// What a macro is about to become.
struct walk {
    struct cel_eval *eval;
    const struct cel_program *program;
    const struct macro_code *macro;
    struct cel_value range;
    struct cel_value *names; // on the stack
    struct cel_value *top;   // behind them
    struct cel_value result; // of all, exists
    struct cel_value *items; // of filter, map, sortBy
    struct cel_value *keys;  // of sortBy
    struct cel_pair *pairs;  // of transformMap
    size_t pair_cap;
    size_t count, found;
    bool is_decided;
};

static size_t range_count(struct cel_eval *eval, struct cel_value range)
{
    return range.kind == CEL_LIST ? range.as.list->count : cel_map_count(eval, range.as.map);
}

static void set_names(struct walk *walk, size_t index)
{
    struct cel_value value;
    if (walk->range.kind == CEL_LIST) {
        value = cel_list_at(walk->eval, walk->range.as.list, index);
        walk->names[0] = walk->macro->has_two ? cel_int((int64_t)index) : value;
    } else {
        cel_map_at(walk->eval, walk->range.as.map, index, &walk->names[0], &value);
    }
    if (walk->macro->has_two)
        walk->names[1] = value;
}

// The walk ends with this value.
static void decide(struct walk *walk, struct cel_value value)
{
    walk->result = value;
    walk->is_decided = true;
}

static struct cel_value as_bool(struct walk *walk, const char *name, struct cel_value value)
{
    return value.kind == CEL_BOOL || value.kind == CEL_ERROR
               ? value
               : cel_fail_overload(walk->eval, name, &value, 1);
}

// all and exists: the one that decides wins over errors.
static void take_quantifier(struct walk *walk, bool decides, struct cel_value value)
{
    value = as_bool(walk, decides ? "exists" : "all", value);
    if (value.kind == CEL_ERROR)
        walk->result = value;
    else if (value.as.boolean == decides)
        decide(walk, value);
}

static void take_one(struct walk *walk, struct cel_value value)
{
    value = as_bool(walk, "exists_one", value);
    if (value.kind == CEL_ERROR)
        decide(walk, value);
    else
        walk->found += value.as.boolean;
}

static void take_filter(struct walk *walk, struct cel_value value)
{
    value = as_bool(walk, "filter", value);
    if (value.kind == CEL_ERROR)
        decide(walk, value);
    else if (value.as.boolean)
        walk->items[walk->count++] = walk->names[0];
}

// Room for more pairs than the range has elements: a transform may give several each.
static void reserve_pairs(struct walk *walk, size_t more)
{
    if (walk->count + more <= walk->pair_cap)
        return;
    size_t cap = (walk->count + more) * 2;
    struct cel_pair *pairs = arena_alloc(&walk->eval->arena, cap * sizeof(*pairs));
    if (walk->count > 0)
        memcpy(pairs, walk->pairs, walk->count * sizeof(*pairs));
    walk->pairs = pairs;
    walk->pair_cap = cap;
}

static void take_entries(struct walk *walk, struct cel_value value)
{
    if (value.kind != CEL_MAP) {
        decide(
            walk,
            cel_fail(
                walk->eval, CEL_ERROR_ARGUMENT, "transformMapEntry() needs a map for each, not %s",
                cel_kind_name(value.kind)));
        return;
    }
    size_t count = cel_map_count(walk->eval, value.as.map);
    if (!cel_spend(walk->eval, count))
        return; // which ends the evaluation
    reserve_pairs(walk, count);
    for (size_t i = 0; i < count; i++) {
        struct cel_pair *pair = &walk->pairs[walk->count++];
        cel_map_at(walk->eval, value.as.map, i, &pair->key, &pair->value);
    }
}

static void take(struct walk *walk, struct cel_value value)
{
    bool is_quantifier = walk->macro->macro <= CEL_MACRO_FILTER;
    if (value.kind == CEL_ERROR && !is_quantifier) {
        decide(walk, value);
        return;
    }
    switch (walk->macro->macro) {
    case CEL_MACRO_ALL: take_quantifier(walk, false, value); return;
    case CEL_MACRO_EXISTS: take_quantifier(walk, true, value); return;
    case CEL_MACRO_EXISTS_ONE: take_one(walk, value); return;
    case CEL_MACRO_FILTER: take_filter(walk, value); return;
    case CEL_MACRO_MAP: walk->items[walk->count++] = value; return;
    case CEL_MACRO_SORT_BY:
        walk->keys[walk->count] = value;
        walk->items[walk->count++] = walk->names[0];
        return;
    case CEL_MACRO_TRANSFORM_MAP:
        walk->pairs[walk->count++] = (struct cel_pair){walk->names[0], value};
        return;
    case CEL_MACRO_TRANSFORM_MAP_ENTRY: take_entries(walk, value); return;
    }
}

static struct cel_value map_of_walk(struct walk *walk)
{
    struct cel_value map;
    size_t wrong;
    if (cel_map_of(&walk->eval->arena, walk->pairs, walk->count, &map, &wrong))
        return eval_limit_nesting(walk->eval, map);
    return eval_fail_map(walk->eval, walk->pairs[wrong].key);
}

static struct cel_value result_of(struct walk *walk)
{
    if (walk->is_decided)
        return walk->result;
    switch (walk->macro->macro) {
    case CEL_MACRO_ALL:
    case CEL_MACRO_EXISTS: return walk->result;
    case CEL_MACRO_EXISTS_ONE: return cel_bool(walk->found == 1);
    case CEL_MACRO_FILTER:
    case CEL_MACRO_MAP:
        return eval_limit_nesting(
            walk->eval, cel_list_of(&walk->eval->arena, walk->items, walk->count));
    case CEL_MACRO_SORT_BY: return cel_sort(walk->eval, walk->items, walk->keys, walk->count);
    case CEL_MACRO_TRANSFORM_MAP:
    case CEL_MACRO_TRANSFORM_MAP_ENTRY: return map_of_walk(walk);
    }
    return walk->result;
}

// Room for a result with as many elements as the range. False when that costs too much.
static bool walk_begin(struct walk *walk)
{
    size_t count = range_count(walk->eval, walk->range);
    struct arena *arena = &walk->eval->arena;
    walk->result = cel_bool(walk->macro->macro == CEL_MACRO_ALL);
    if (walk->macro->macro <= CEL_MACRO_EXISTS_ONE)
        return true;
    if (!cel_spend(walk->eval, count / 4))
        return false;
    if (walk->macro->macro >= CEL_MACRO_TRANSFORM_MAP)
        reserve_pairs(walk, count + 1);
    else
        walk->items = arena_alloc(arena, (count + 1) * sizeof(*walk->items));
    if (walk->macro->macro == CEL_MACRO_SORT_BY)
        walk->keys = arena_alloc(arena, (count + 1) * sizeof(*walk->keys));
    return true;
}

// Whether the element passes the predicate in front of a transform; false also when that fails.
static bool passes(struct walk *walk)
{
    struct cel_value value = as_bool(walk, "map", walk->top[0]);
    if (value.kind == CEL_ERROR)
        decide(walk, value);
    return value.kind == CEL_BOOL && value.as.boolean;
}

bool program_run_macro(
    struct cel_eval *eval,
    const struct cel_program *program,
    const struct macro_code *macro,
    struct cel_value *top)
{
    struct walk walk = {
        .eval = eval,
        .program = program,
        .macro = macro,
        .range = top[-1],
        .names = top,
        .top = top + (macro->has_two ? 2 : 1)};
    if (walk.range.kind == CEL_ERROR)
        return true;
    if (walk.range.kind != CEL_LIST && walk.range.kind != CEL_MAP) {
        top[-1] = cel_fail(
            eval, CEL_ERROR_NO_OVERLOAD, "a macro walks a list or a map, not a %s",
            cel_kind_name(walk.range.kind));
        return true;
    }
    if (!walk_begin(&walk))
        return false;
    size_t count = range_count(eval, walk.range);
    for (size_t i = 0; i < count && !walk.is_decided; i++) {
        set_names(&walk, i);
        if (macro->has_predicate) {
            if (!program_run(eval, program, macro->predicate, macro->body, walk.top))
                return false;
            eval->at = macro->predicate_at;
            if (!passes(&walk))
                continue;
        }
        if (!program_run(eval, program, macro->body, macro->end, walk.top))
            return false;
        eval->at = macro->body_at;
        take(&walk, walk.top[0]);
    }
    eval->at = macro->at;
    top[-1] = result_of(&walk);
    return true;
}
