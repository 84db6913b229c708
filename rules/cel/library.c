// The tables of functions, parsed into overloads that the checker reads.
#include <stdlib.h>

#include "engine/base/invariant.h"
#include "engine/base/memory.h"
#include "engine/base/text.h"
#include "rules/cel/function.h"
#include "rules/cel/program_internal.h"

struct cel_library {
    struct arena arena;
    struct cel_named_function *functions; // in order of their tables
    size_t count;
    uint32_t *slots; // open addressing by name, 0: empty, else index + 1
    size_t slot_mask;
    const char **names; // that people write, for cel_library_nearest
    const char **tails; // the same, behind their last dot
    size_t name_count;
};

enum { FUNCTIONS_MAX = 256, SLOTS = 1024, PARAMS_MAX = 8 };

static const struct cel_function_row *const tables[] = {
    cel_functions_operator, cel_functions_convert, cel_functions_string, cel_functions_math,
    cel_functions_list,     cel_functions_time,    cel_functions_encode, cel_functions_own,
};

static size_t hash_name(struct bytes name)
{
    uint32_t hash = 2166136261U; // FNV-1a
    for (size_t i = 0; i < name.len; i++)
        hash = (hash ^ name.data[i]) * 16777619U;
    return hash;
}

// The slot of the name, or the empty one where it would be.
static uint32_t *slot_of(const struct cel_library *library, struct bytes name)
{
    size_t at = hash_name(name) & library->slot_mask;
    while (library->slots[at] != 0 &&
           !bytes_equal(library->functions[library->slots[at] - 1].name, name))
        at = (at + 1) & library->slot_mask;
    return &library->slots[at];
}

const struct cel_named_function *cel_library_find(
    const struct cel_library *library, struct bytes name)
{
    uint32_t slot = *slot_of(library, name);
    return slot == 0 ? NULL : &library->functions[slot - 1];
}

bool cel_library_has_space(const struct cel_library *library, struct bytes space)
{
    for (size_t i = 0; i < library->count; i++) {
        struct bytes name = library->functions[i].name;
        if (name.len > space.len && name.data[space.len] == '.' &&
            memcmp(name.data, space.data, space.len) == 0)
            return true;
    }
    return false;
}

static void count_variables(const struct cel_type *type, uint32_t *count)
{
    if (type == NULL)
        return;
    if (type->kind == CEL_TYPE_VARIABLE && type->variable + 1 > *count)
        *count = type->variable + 1;
    count_variables(type->params[0], count);
    count_variables(type->params[1], count);
}

static void add_param(struct cel_overload *overload, const struct cel_type *type)
{
    INVARIANT(type != NULL && overload->param_count < PARAMS_MAX);
    overload->params[overload->param_count++] = type;
    count_variables(type, &overload->variable_count);
}

// Reads a signature; a table that does not parse is a mistake of ours. name_out is borrowed from it.
static struct cel_overload parse_signature(
    struct arena *arena, const char *signature, struct bytes *name_out)
{
    struct cel_overload overload = {.is_fallback = signature[0] == '~'};
    struct bytes text = bytes_text(signature + overload.is_fallback);
    size_t open = 0, at = 0;
    for (size_t depth = 0; open < text.len; open++) { // the parenthesis behind the name
        struct bytes before = bytes_of(text.data, open);
        if (text.data[open] == '(' && depth == 0 && !bytes_equal_text(before, "list") &&
            !bytes_equal_text(before, "map"))
            break;
        depth += text.data[open] == '(';
        depth -= text.data[open] == ')';
    }
    const struct cel_type *receiver = cel_type_parse(arena, bytes_of(text.data, open), &at);
    if (receiver != NULL && at < open && text.data[at] == '.') {
        overload.is_member = true;
        add_param(&overload, receiver);
        at++;
    } else {
        at = 0;
    }
    *name_out = bytes_of(text.data + at, open - at);
    at = open + 1;
    while (text.data[at] != ')') {
        add_param(&overload, cel_type_parse(arena, text, &at));
        if (text.data[at] == '.') {
            overload.is_variadic = true;
            at += 3;
        }
        while (text.data[at] == ',' || text.data[at] == ' ')
            at++;
    }
    at++;
    INVARIANT(text.data[at] == ':');
    at += 2;
    overload.result = cel_type_parse(arena, text, &at);
    INVARIANT(overload.result != NULL && at == text.len);
    return overload;
}

// The number of arguments from which on a function asks the host.
static uint32_t host_args_min(struct bytes name)
{
    if (bytes_equal_text(name, "age") || bytes_equal_text(name, "local"))
        return 0;
    bool is_part_of_time = name.len > 3 && memcmp(name.data, "get", 3) == 0;
    return is_part_of_time ? 2 : UINT32_MAX;
}

static struct cel_named_function named_function(struct bytes name, cel_function *function)
{
    struct op op = op_of_function(name);
    return (struct cel_named_function){
        .name = name,
        .function = function,
        .op_code = op.code,
        .op_mask = op.mask,
        .host_args_min = host_args_min(name),
        .is_told_by_kinds = true};
}

// Whether plain types may be what the overload takes without being written there.
static bool has_open_param(const struct cel_overload *overload)
{
    for (uint32_t i = 0; i < overload->param_count; i++) {
        enum cel_type_kind kind = overload->params[i]->kind;
        if (kind == CEL_TYPE_DYN || kind == CEL_TYPE_VARIABLE)
            return true;
    }
    return overload->is_variadic;
}

static void add_row(struct cel_library *library, const struct cel_function_row *row)
{
    struct bytes name;
    struct cel_overload overload = parse_signature(&library->arena, row->signature, &name);
    uint32_t *slot = slot_of(library, name);
    if (*slot == 0) {
        INVARIANT(library->count < FUNCTIONS_MAX);
        library->functions[library->count++] = named_function(name, row->function);
        *slot = (uint32_t)library->count;
    }
    struct cel_named_function *function = &library->functions[*slot - 1];
    INVARIANT(function->function == row->function);
    struct cel_overload *overloads =
        arena_alloc(&library->arena, (function->overload_count + 1) * sizeof(*overloads));
    if (function->overload_count > 0)
        memcpy(overloads, function->overloads, function->overload_count * sizeof(*overloads));
    overloads[function->overload_count++] = overload;
    if (has_open_param(&overload))
        function->is_told_by_kinds = false;
    function->overloads = overloads;
}

static void add_names(struct cel_library *library)
{
    library->names = arena_alloc(&library->arena, library->count * sizeof(char *));
    library->tails = arena_alloc(&library->arena, library->count * sizeof(char *));
    for (size_t i = 0; i < library->count; i++) {
        struct bytes name = library->functions[i].name;
        if (name.data[0] < 'a' || name.data[0] > 'z')
            continue; // an operator
        const char *text = arena_text(&library->arena, name), *dot = strrchr(text, '.');
        library->names[library->name_count] = text;
        library->tails[library->name_count++] = dot == NULL ? text : dot + 1;
    }
}

struct cel_library *cel_library_new(void)
{
    struct cel_library *library = mem_zero(1, sizeof(*library));
    library->functions = mem_zero(FUNCTIONS_MAX, sizeof(*library->functions));
    library->slots = mem_zero(SLOTS, sizeof(*library->slots));
    library->slot_mask = SLOTS - 1;
    for (size_t i = 0; i < sizeof(tables) / sizeof(tables[0]); i++) {
        for (const struct cel_function_row *row = tables[i]; row->signature != NULL; row++)
            add_row(library, row);
    }
    add_names(library);
    return library;
}

void cel_library_free(struct cel_library *library)
{
    if (library == NULL)
        return;
    arena_free(&library->arena);
    free(library->functions);
    free(library->slots);
    free(library);
}

const char *cel_library_nearest(const struct cel_library *library, struct bytes name, size_t *steps)
{
    const char *nearest = text_nearest_bounded(name, library->names, library->name_count, steps);
    const char *tail = nearest == NULL
                           ? text_nearest_bounded(name, library->tails, library->name_count, steps)
                           : NULL;
    for (size_t i = 0; i < library->name_count && tail != NULL; i++) {
        if (library->tails[i] == tail)
            return library->names[i]; // math.floor for floor
    }
    return nearest;
}
