// Actions that were decided and never leave, because somebody says so.
#ifndef ENGINE_FOLD_SHARD_DROP_H
#define ENGINE_FOLD_SHARD_DROP_H

#include "engine/base/buffer.h"
#include "engine/fold/shard.h"

// Makes a frame that says of the actions of all frames from `first` on, up to the last one, that they never leave, and takes
// them out of the outbox: those that were taken already are not among them, so `first` lies behind the last frame taken. Dead
// letters stay. Limits of actions forget them, as the same frame and as many more as that takes say (engine/fold/unsent.h);
// nothing else of the state changes: what was decided was decided. In force once the last of these frames is durable: until then
// nothing from `first` on may be published. Between frames, on the shard's worker.
//   as shard_frame_end: the process cannot go on
NODISCARD enum err shard_drop_actions(
    struct shard *shard,
    uint64_t first,
    int64_t wall_ms,
    uint64_t *dropped_out,
    struct fault *fault);

// The payload of FRAME_COMMAND_DROP: two varints, the first and the last frame.
struct dropped_frames {
    uint64_t first, last;
};
void dropped_frames_pack(const struct dropped_frames *dropped, struct buffer *to);
//   ERR_CORRUPT malformed
NODISCARD enum err dropped_frames_unpack(struct bytes payload, struct dropped_frames *out);
// At a replay of such a frame.
NODISCARD enum err shard_drop_again(struct shard *shard, struct bytes payload);

#endif
