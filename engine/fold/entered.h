// The waits for events that runs have come to while an input is folded: a run hears what is derived from then on.
#ifndef ENGINE_FOLD_ENTERED_H
#define ENGINE_FOLD_ENTERED_H

#include <stdbool.h>
#include <stdint.h>

#include "engine/base/arena.h"
#include "engine/fold/run.h"

struct entered_slot;

// Zero-initialised is valid and empty. What it points at lives in an arena, and is gone with what is there.
struct entered {
    struct entered_slot *slots;
    uint32_t mask, count;
};

// The run has come to a wait when so many events had been derived. What was noted of it before is forgotten.
void entered_note(
    struct entered *entered, struct arena *arena, const struct run *run, uint32_t derived);
// False: the run was at its wait before the input.
bool entered_find(const struct entered *entered, const struct run *run, uint32_t *derived_out);

#endif
