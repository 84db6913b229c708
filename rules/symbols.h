// Names of one kind and where each was defined first.
#ifndef RULES_SYMBOLS_H
#define RULES_SYMBOLS_H

#include <stdint.h>

#include "config/diagnostic.h"
#include "engine/base/arena.h"
#include "engine/base/buffer.h"
#include "engine/base/bytes.h"

struct symbol {
    struct bytes name;
    struct place place;
    size_t index;
};

// Zero-initialised is a valid empty table. Names are borrowed.
struct symbols {
    struct symbol *items; // in order of being added
    size_t count;
    size_t cap;
    uint32_t *slots; // open addressing over items, 0: empty, else index + 1
    size_t slot_count;
    const char **names; // of symbols_names, when they were made
    size_t name_count;
};

// Of parts.h: names that belong to something.
struct parts {
    struct symbols all;
    struct buffer key; // of the one that is looked for
    bool has_deeds;
};

void symbols_free(struct symbols *symbols);
const struct symbol *symbols_find(const struct symbols *symbols, struct bytes name); // or NULL
// The name must not be there. Returned pointers of find are valid until the next add.
void symbols_add(struct symbols *symbols, const struct symbol *symbol);
// The names as NUL-terminated texts in the arena, at most as many as did-you-mean looks at. Made
// once and kept: not before all names are there.
enum { SYMBOLS_NAMED_MAX = 1000 };
const char *const *symbols_names(struct symbols *symbols, struct arena *arena, size_t *count_out);

#endif
