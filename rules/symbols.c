// A hash table of names.
#include "rules/symbols.h"

#include <stdlib.h>

#include "engine/base/hash.h"
#include "engine/base/invariant.h"
#include "engine/base/memory.h"

enum { ITEMS_MIN = 16 };

void symbols_free(struct symbols *symbols)
{
    free(symbols->items);
    free(symbols->slots);
    *symbols = (struct symbols){0};
}

// The slot that holds the name, or the empty one where it belongs.
static uint32_t *slot_of(const struct symbols *symbols, struct bytes name)
{
    size_t mask = symbols->slot_count - 1;
    size_t at = (size_t)hash_u64(name, 0) & mask;
    while (symbols->slots[at] != 0 &&
           !bytes_equal(symbols->items[symbols->slots[at] - 1].name, name))
        at = (at + 1) & mask;
    return &symbols->slots[at];
}

const struct symbol *symbols_find(const struct symbols *symbols, struct bytes name)
{
    if (symbols->count == 0)
        return NULL;
    uint32_t slot = *slot_of(symbols, name);
    return slot == 0 ? NULL : &symbols->items[slot - 1];
}

static void grow(struct symbols *symbols)
{
    symbols->cap = symbols->cap == 0 ? ITEMS_MIN : symbols->cap * 2;
    symbols->items = mem_resize(symbols->items, symbols->cap * sizeof(*symbols->items));
    free(symbols->slots);
    symbols->slot_count = symbols->cap * 2;
    symbols->slots = mem_zero(symbols->slot_count, sizeof(*symbols->slots));
    for (size_t i = 0; i < symbols->count; i++)
        *slot_of(symbols, symbols->items[i].name) = (uint32_t)i + 1;
}

void symbols_add(struct symbols *symbols, const struct symbol *symbol)
{
    if (symbols->count == symbols->cap)
        grow(symbols);
    uint32_t *slot = slot_of(symbols, symbol->name);
    INVARIANT(*slot == 0);
    symbols->items[symbols->count++] = *symbol;
    *slot = (uint32_t)symbols->count;
}

const char *const *symbols_names(struct symbols *symbols, struct arena *arena, size_t *count_out)
{
    if (symbols->names == NULL) {
        symbols->name_count =
            symbols->count < SYMBOLS_NAMED_MAX ? symbols->count : SYMBOLS_NAMED_MAX;
        symbols->names = arena_alloc(arena, symbols->name_count * sizeof(*symbols->names));
        for (size_t i = 0; i < symbols->name_count; i++)
            symbols->names[i] = arena_text(arena, symbols->items[i].name);
    }
    *count_out = symbols->name_count;
    return symbols->names;
}
