// Events that follow from the one being folded: they are handled behind it.
#ifndef ENGINE_FOLD_DERIVE_H
#define ENGINE_FOLD_DERIVE_H

#include "engine/event/catalog.h"
#include "engine/event/value.h"

struct fold;

// Puts a derived event behind the one being folded; data is copied, texts in it are borrowed until the
// input is done.
void fold_derive(
    struct fold *fold,
    enum builtin type,
    uint32_t depth,
    const struct value_pair *data,
    uint32_t count);
// The same for a type that an event implies: it is not taken for one that has come.
void fold_derive_implied(
    struct fold *fold,
    event_type type,
    uint32_t depth,
    const struct value_pair *data,
    uint32_t count);
// The same for a type that a workflow emits.
void fold_derive_type(
    struct fold *fold,
    event_type type,
    uint32_t depth,
    const struct value_pair *data,
    uint32_t count);

#endif
