// The zones of a shard: had from the system while frames are made, journalled before they have effect, and read back
// from the journal.
#ifndef ENGINE_FOLD_SHARD_ZONES_H
#define ENGINE_FOLD_SHARD_ZONES_H

#include "engine/base/buffer.h"
#include "engine/base/err.h"
#include "engine/base/zone.h"
#include "engine/journal/frame.h"

struct shard;

// Names that are of no zone come from contacts, in any number: the last few are remembered.
enum { ZONES_UNKNOWN_KEPT = 256 };
// Part of the largest frame that the zones of one frame may take.
enum { FRAME_ZONES_PARTS = 16 };

struct unknown_zone {
    uint64_t sequence; // of the last frame in which it was asked for; 0: none is here
    uint8_t name_bytes;
    uint8_t name[ZONE_NAME_BYTES_MAX];
    enum { ZONE_IS_NONE, ZONE_UNREADABLE } reason; // the latter is read again in the next frame
};

struct shard_zones {
    struct unknown_zone unknown[ZONES_UNKNOWN_KEPT];
    struct buffer payload;  // of a command
    uint64_t renewed;       // zones whose file had changed
    uint64_t frame_changed; // of them those of the frame that is made or folded again
    // of the frame being made
    uint64_t frame_bytes; // of its commands for zones
    uint32_t frame_unknown;
    enum { ZONES_OPEN, ZONES_CLOSED } frame_is; // closed: no more zones in this frame
};

void shard_zones_free(struct shard_zones *zones);

// A frame is being made: zones may be had until it ends.
void shard_zones_frame_begin(struct shard *shard);
void shard_zones_frame_end(struct shard *shard);
// The frame has no room for what the next event may ask for.
bool shard_zones_are_full(const struct shard *shard);

// Journals again what the system's database says otherwise than the journal, in frames of their own. Names that were of
// no zone are asked for again. Between frames. Reads the file of each zone that is known.
NODISCARD enum err shard_zones_renew(struct shard *shard, int64_t wall_ms, struct fault *fault);

// In a frame in which nothing was folded yet: takes the zones of commands, whose payloads stand sized one behind the other,
// and no others in this frame.
void shard_zones_take(struct shard *shard, struct bytes payloads);

// Replay: puts the zones of a frame's commands in force; before anything else of the frame. The reader stays where it is.
//   ERR_CORRUPT
NODISCARD enum err shard_zones_replay(
    struct shard *shard, const struct frame_reader *frame, struct fault *fault);

// For a checkpoint: names and sequences; and the zones, read from the journal.
//   ERR_CORRUPT, and the errors of reading a journal
void shard_zones_pack(const struct shard *shard, struct buffer *to);
NODISCARD enum err shard_zones_unpack(
    struct shard *shard, struct cursor *from, struct fault *fault);

// The payload of a zone's command.
struct zone_command {
    struct bytes name, version, file;
};
void zone_command_pack(const struct zone_command *command, struct buffer *to);
//   ERR_CORRUPT malformed
NODISCARD enum err zone_command_unpack(struct bytes payload, struct zone_command *out);

#endif
