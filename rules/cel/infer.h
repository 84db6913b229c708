// Type variables: what they stand for so far, and whether one type may be where another is asked for.
//
// The rules are those of cel-go's checker (internalIsAssignable and its helpers), in which dyn fits
// everywhere and a variable takes the most general of the types that it met. Two more keep types small,
// whatever is written: the key of a map is no list and no map, so that a type is a chain and not a tree
// that doubles; and what nests deeper than any value may (CEL_NESTING_MAX) is dyn.
#ifndef RULES_CEL_INFER_H
#define RULES_CEL_INFER_H

#include "rules/cel/type.h"

struct infer_variable {
    const struct cel_type *bound; // NULL: nothing yet
    bool is_key;                  // of a map
};

struct infer_undo {
    uint32_t variable;
    struct infer_variable before;
};

struct infer_settled {
    const struct cel_type *from, *to;
    uint32_t height; // of to: 1 for int
};

// Zero-initialised but for the arena is valid.
struct infer {
    struct arena *arena;
    struct infer_variable *variables;
    uint32_t count, cap;
    struct infer_undo *undo; // of what is being tried
    uint32_t undo_count, undo_cap;
    struct infer_settled *settled; // hash index by from, a power of two of slots
    uint32_t settled_count, settled_cap;
};

const struct cel_type *infer_fresh(struct infer *infer);
// A map; a key that is not known yet will never be a list or a map.
const struct cel_type *infer_map(
    struct infer *infer, const struct cel_type *key, const struct cel_type *value);
// The signature's type with its variables numbered from first on.
const struct cel_type *infer_instance(
    struct infer *infer, const struct cel_type *type, uint32_t first);
// Makes count variables that nothing knows yet; returns the first.
uint32_t infer_reserve(struct infer *infer, uint32_t count);

// Whether a value of type from may be where to is asked for; binds variables. What was bound in an
// attempt that fails is undone.
bool infer_assign(
    struct infer *infer,
    const struct cel_type *const *from,
    const struct cel_type *const *to,
    uint32_t count);
// The type that holds values of both: the more general one, dyn where neither is.
const struct cel_type *infer_join(
    struct infer *infer, const struct cel_type *a, const struct cel_type *b);
// Whether both stand for the same type.
bool infer_same(struct infer *infer, const struct cel_type *a, const struct cel_type *b);

// What the type is at its outside, as far as it is known: a variable only where nothing is.
const struct cel_type *infer_head(const struct infer *infer, const struct cel_type *type);
// The type with all that is known put in; variables that nothing decided are dyn. Nothing may be
// assigned after.
const struct cel_type *infer_settle(struct infer *infer, const struct cel_type *type);
// The same, while more may be found out.
const struct cel_type *infer_snapshot(const struct infer *infer, const struct cel_type *type);

#endif
