// Names that live in state, interned to small numbers in fold order.
#include "projections/names.h"

#include <stdlib.h>

#include "engine/base/invariant.h"
#include "engine/base/memory.h"
#include "projections/state_internal.h"

enum { PLACES_LEAST = 64 };

static uint64_t name_hash(const struct state *state, enum name_kind kind, struct bytes text)
{
    return hash_u64(text, hash_mix(state->params.seed ^ (uint64_t)kind));
}

// What a name adds to the digest.
static uint64_t name_sum(uint64_t hash, uint32_t id)
{
    return hash_mix(hash + hash_mix(id));
}

// The place of the name, or the free place where it belongs.
static uint32_t *names_place(
    const struct names *names, enum name_kind kind, struct bytes text, uint64_t hash)
{
    uint32_t mask = names->place_count - 1;
    for (uint32_t i = (uint32_t)hash & mask;; i = (i + 1) & mask) {
        uint32_t id = names->places[i];
        if (id == 0)
            return &names->places[i];
        const struct name *name = &names->names[id];
        if (name->hash == hash && name->kind == kind && bytes_equal(name->text, text))
            return &names->places[i];
    }
}

static void names_grow_places(struct names *names)
{
    free(names->places);
    names->place_count = names->place_count == 0 ? PLACES_LEAST : names->place_count * 2;
    names->places = mem_zero(names->place_count, sizeof(*names->places));
    for (uint32_t id = 1; id <= names->count; id++) {
        const struct name *name = &names->names[id];
        *names_place(names, name->kind, name->text, name->hash) = id;
    }
}

struct name_id names_find(const struct state *state, enum name_kind kind, struct bytes text)
{
    const struct names *names = &state->names;
    if (names->place_count == 0)
        return (struct name_id){0};
    return (struct name_id){*names_place(names, kind, text, name_hash(state, kind, text))};
}

// Gives a name that is not there yet the next number.
struct name_id names_add(struct state *state, enum name_kind kind, struct bytes text)
{
    struct names *names = &state->names;
    if ((names->count + 1) * 2 > names->place_count)
        names_grow_places(names);
    if (names->count + 1 >= names->cap) {
        names->cap = names->cap == 0 ? PLACES_LEAST : names->cap * 2;
        names->names = mem_resize(names->names, names->cap * sizeof(*names->names));
    }
    uint64_t hash = name_hash(state, kind, text);
    uint32_t id = ++names->count;
    names->names[id] = (struct name){kind, hash, arena_copy(&names->texts, text)};
    *names_place(names, kind, text, hash) = id;
    names->sum += name_sum(hash, id);
    return (struct name_id){id};
}

struct name_id names_intern(struct state *state, enum name_kind kind, struct bytes text)
{
    INVARIANT(state->is_in_frame);
    struct name_id found = names_find(state, kind, text);
    if (found.value != 0)
        return found;
    if (state->names.count >= NAMES_MAX || text.len > NAME_BYTES_MAX) {
        state->names.refused++;
        return (struct name_id){0};
    }
    return names_add(state, kind, text);
}

struct bytes names_text(const struct state *state, struct name_id id)
{
    if (id.value == 0 || id.value > state->names.count)
        return (struct bytes){0};
    return state->names.names[id.value].text;
}

uint64_t names_recomputed(const struct state *state)
{
    uint64_t sum = 0;
    for (uint32_t id = 1; id <= state->names.count; id++) {
        const struct name *name = &state->names.names[id];
        sum += name_sum(name_hash(state, name->kind, name->text), id);
    }
    return sum;
}

void names_free(struct names *names)
{
    free(names->names);
    free(names->places);
    arena_free(&names->texts);
    *names = (struct names){0};
}
