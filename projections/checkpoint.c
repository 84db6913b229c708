// Checkpoints: what the worker freezes and the checkpoint thread writes.
#include "engine/base/invariant.h"
#include "projections/state_internal.h"

struct snapshot *state_snapshot_begin(struct state *state, const struct checkpoint *checkpoint)
{
    (void)checkpoint;
    INVARIANT(state->store != NULL);
    return NULL;
}

enum err snapshot_write(struct snapshot *snapshot, struct fault *fault)
{
    (void)snapshot;
    return fault_set(fault, ERR_STATE, "no store");
}

enum err snapshot_commit(struct snapshot *snapshot, uint64_t sink_mark, struct fault *fault)
{
    (void)snapshot;
    (void)sink_mark;
    return fault_set(fault, ERR_STATE, "no store");
}

void state_snapshot_end(
    struct state *state, struct snapshot *snapshot, enum snapshot_outcome outcome)
{
    (void)snapshot;
    (void)outcome;
    INVARIANT(state->store != NULL);
}

enum err state_remove(const char *directory, struct fault *fault)
{
    (void)directory;
    return fault_set(fault, ERR_STATE, "no store");
}
