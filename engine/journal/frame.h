// A frame: one batch of a journal, encoded and decoded. Layout in docs/journal-format.md.
#ifndef ENGINE_JOURNAL_FRAME_H
#define ENGINE_JOURNAL_FRAME_H

#include <stdint.h>

#include "engine/base/arena.h"
#include "engine/base/buffer.h"
#include "engine/base/err.h"
#include "engine/base/hash.h"

// Numbers on disk: never renumber.
enum frame_input_kind {
    FRAME_INPUT_EVENT = 0,     // value as received
    FRAME_INPUT_DUPLICATE = 1, // position only
    FRAME_INPUT_REJECTED = 2,  // value as received, code and reason
};

struct frame_input {
    enum frame_input_kind kind;
    uint32_t source;  // index into the frame's sources
    int64_t position; // in that source
    struct bytes value;
    struct bytes headers; // packed (raw_event_pack_headers); may be empty
    struct bytes key;     // of rejected inputs only
    uint32_t reject_code; // of rejected inputs
    struct bytes reason;  // of rejected inputs
    uint64_t value_bytes; // of rejected inputs: true length
};

struct frame_source {
    struct bytes name;
    int64_t next; // where reading goes on after this frame
};

enum frame_command_kind {
    FRAME_COMMAND_RULESET =
        1, // payload: the ruleset's files (rules/bundle.h); in force from this frame on
    FRAME_COMMAND_SETTINGS =
        2, // payload: the limits and the clock that the fold depends on (engine/fold/settings.h)
    FRAME_COMMAND_TIMERS = 3, // payload: how many timers were fired (engine/fold/frame_timers.h)
    FRAME_COMMAND_ZONE = 4,   // payload: a time zone's file (engine/fold/shard_zones.h)
    FRAME_COMMAND_HISTORY =
        5, // the ruleset of this frame is held against all frames before it (engine/fold/history.h)
    FRAME_COMMAND_DROP = 6,   // payload: whose actions never leave (engine/fold/shard_drop.h)
    FRAME_COMMAND_UNSENT = 7, // payload: what limits forget of them (engine/fold/unsent.h)
};

struct frame_command {
    enum frame_command_kind kind;
    struct bytes payload;
};

struct frame_outgoing {
    uint32_t kind; // enum outgoing_kind
    struct hash128 id;
    struct bytes topic;
    struct bytes key;
    struct bytes value; // the JSON object as published
};

struct frame_counts {
    uint32_t events;
    uint32_t duplicates;
    uint32_t rejected;
    uint32_t outgoing;
};

// Everything before the lists. sequence and chain are set by the journal at append.
struct frame_head {
    uint64_t sequence;
    int64_t tick_ms;
    uint64_t ruleset; // short hash of the ruleset in force
    uint64_t digest;  // of the state after this frame
    struct hash128 chain;
    struct frame_counts counts;
};

// --- encoding: sources, commands, inputs and outgoing are added in any mix; one builder is reused.
struct frame_builder;
struct frame_builder *frame_builder_create(void);
void frame_builder_destroy(struct frame_builder *builder);
void frame_builder_clear(struct frame_builder *builder);
uint32_t frame_builder_add_source(
    struct frame_builder *builder, const struct frame_source *source); // its index
void frame_builder_set_source_next(struct frame_builder *builder, uint32_t source, int64_t next);
void frame_builder_add_command(struct frame_builder *builder, const struct frame_command *command);
// ERR_LIMIT above FRAME_INPUTS_MAX inputs. Bytes are copied.
NODISCARD enum err frame_builder_add_input(
    struct frame_builder *builder, const struct frame_input *input);
void frame_builder_add_outgoing(
    struct frame_builder *builder, const struct frame_outgoing *outgoing);
size_t frame_builder_bytes(
    const struct frame_builder *builder); // size so far, an upper bound of the encoded frame
struct frame_counts frame_builder_counts(const struct frame_builder *builder);

// --- decoding: views into the frame's bytes, in the order written.
struct frame_reader {
    struct frame_head head;
    uint32_t source_count;
    uint32_t command_count;
    uint32_t input_count;
    uint32_t outgoing_count;
    // private from here on
    struct cursor sources, commands, inputs, outgoing;
    uint32_t sources_left, commands_left, inputs_left, outgoing_left;
    int64_t *positions; // running position per source, in the arena
};

// Checks length, CRC and structure. arena holds small per-frame tables.
//   ERR_CORRUPT checksum or structure · ERR_TORN the bytes end early
NODISCARD enum err frame_open(
    struct bytes frame, struct arena *arena, struct frame_reader *out, struct fault *fault);
// Each gives the next one; ERR_END after the last; ERR_CORRUPT when malformed. Independent of each other.
NODISCARD enum err frame_next_source(struct frame_reader *reader, struct frame_source *out);
NODISCARD enum err frame_next_command(struct frame_reader *reader, struct frame_command *out);
NODISCARD enum err frame_next_input(struct frame_reader *reader, struct frame_input *out);
NODISCARD enum err frame_next_outgoing(struct frame_reader *reader, struct frame_outgoing *out);

#endif
