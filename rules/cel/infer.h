// Type variables: what they stand for so far, and whether one type may be where another is asked for.
//
// The rules are those of cel-go's checker (internalIsAssignable and its helpers), in which dyn fits
// everywhere and a variable takes the most general of the types that it met.
#ifndef RULES_CEL_INFER_H
#define RULES_CEL_INFER_H

#include "rules/cel/type.h"

struct infer_undo {
    uint32_t variable;
    const struct cel_type *before;
};

// Zero-initialised but for the arena is valid.
struct infer {
    struct arena *arena;
    const struct cel_type **bound; // by variable; NULL: nothing yet
    uint32_t count, cap;
    struct infer_undo *undo; // of what is being tried
    uint32_t undo_count, undo_cap;
};

const struct cel_type *infer_fresh(struct infer *infer);
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
// With everything that is known put in. Variables that are left stay, or become dyn.
enum infer_left { INFER_LEFT_STAYS, INFER_LEFT_IS_DYN };
const struct cel_type *infer_resolve(
    struct infer *infer, const struct cel_type *type, enum infer_left left);

#endif
