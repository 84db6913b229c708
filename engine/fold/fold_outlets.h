// What a fold hands out while it folds: actions, zones that it misses, what of the rules has matched, and what became
// of one event.
#ifndef ENGINE_FOLD_FOLD_OUTLETS_H
#define ENGINE_FOLD_FOLD_OUTLETS_H

#include "engine/base/bytes.h"
#include "engine/base/hash.h"
#include "engine/fold/held.h"
#include "engine/fold/matched.h"
#include "engine/fold/trace.h"

// An action that the fold decided, rendered. Borrowed during the call.
struct fold_action {
    struct hash128 id;
    struct bytes topic;
    struct bytes key; // contact id
    struct bytes json;
};
typedef void fold_emit_fn(void *context, const struct fold_action *action);

// A zone of this name, which is fit, is not known: puts it into the fold's zones, or does not.
typedef void fold_want_zone_fn(void *context, struct bytes name);

#endif
