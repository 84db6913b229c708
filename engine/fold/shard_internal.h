// What the files that make up a shard share. Not for others.
#ifndef ENGINE_FOLD_SHARD_INTERNAL_H
#define ENGINE_FOLD_SHARD_INTERNAL_H

#include "engine/fold/fold.h"
#include "engine/fold/input_filter.h"
#include "engine/fold/outbox.h"
#include "engine/fold/positions.h"
#include "engine/fold/settings.h"
#include "engine/fold/shard.h"
#include "engine/fold/shard_timers.h"
#include "engine/fold/shard_zones.h"

// Inputs are folded in batches: tables and records of a batch are fetched together.
enum { BATCH_INPUTS_MAX = 128 };

// Parts of the largest frame. It takes inputs until one quarter is filled by them and by what they decided;
// the last of them may be a half, and what that one decides an eighth. Of a refused input no more is kept
// than a half of value, and a sixteenth each of headers and key.
enum {
    FRAME_FILL_PARTS = 4,
    FRAME_REFUSED_PARTS = 2,
    FRAME_ACTIONS_PARTS = 8,
    FRAME_ORIGIN_PARTS = 16,
};

struct batch_input {
    enum frame_input_kind kind;
    bool has_dedup_key;
    uint32_t index; // in the frame
    struct event event;
    struct hash128 dedup_key;
    struct identity_key identity;
    struct reject reject;
};

struct shard {
    struct shard_params params;
    char *directory;
    char *journal_directory;
    char *store_directory;   // NULL: none, the state is in memory only
    struct journal *journal; // NULL: read only, or folding again for verify
    struct state *state;
    struct decoder *decoder;
    struct frame_builder *builder;
    struct ruleset *ruleset;
    struct ruleset *ruleset_before; // what it took the place of, until the frame is done
    bool is_sweep_due;              // rules have come into force in this frame
    const struct ruleset
        *borrowed;       // of a fold beside a shard (history.c), in place of one of its own
    uint64_t ruleset_at; // sequence of the frame that put it in force
    const struct input_filter *only; // folds this contact's inputs alone; NULL: all. Borrowed
    bool has_settings;               // some frame has put fold.settings in force
    struct fold fold;
    struct positions positions;
    struct shard_zones zones; // those that are known: fold.zones
    struct outbox outbox;
    struct unsent unsent; // of the same frames: fold.unsent
    struct shard_counts counts;
    struct outbox_confirmed recalled; // in frames that were folded again, as their headers say
    uint64_t sequence;                // last frame folded
    uint64_t sequence_published;
    uint64_t sequence_checkpoint;
    uint64_t digest;
    struct hash128 chain;
    bool asks_sink; // a durable frame was lost: its actions may be out, and will be decided again
    uint64_t sink_mark; // of the newest published frame
    // the frame being made
    bool is_in_frame;
    int64_t letter_tick_ms; // of its dead letters: the tick it began with
    uint32_t frame_inputs;
    uint64_t frame_sequence;
    int64_t frame_start_tick_ms;
    uint32_t frame_commands;
    const char *frame_source_name; // last source folded into it, and its index there
    uint32_t frame_source;
    struct shard_timers timers;
    struct inflight *watch;    // NULL: what is in hand is not noted
    struct batch_input *batch; // BATCH_INPUTS_MAX
    struct buffer headers;     // packed, of one input
    struct buffer letter;      // a dead letter being rendered
    struct arena arena;        // of one frame while reading
    // the checkpoint being written
    struct buffer checkpoint_positions;
    struct buffer checkpoint_ruleset;
    uint64_t checkpoint_pending; // its sequence; 0: none
};

// batch.c: folds the first `count` entries of shard->batch whose kind is FRAME_INPUT_EVENT. What turns out to be a
// duplicate becomes FRAME_INPUT_DUPLICATE. Gives how many of them it went through: it stops behind one whose
// decisions have filled the frame being made, and before one that timers have left no room for.
uint32_t batch_fold(struct shard *shard, uint32_t count);

// shard_frame.c: begins a frame that fires no timers.
void shard_frame_open(struct shard *shard, int64_t wall_ms);
void shard_add_command(struct shard *shard, enum frame_command_kind kind, struct bytes payload);

// shard.c
struct shard *shard_create(const struct shard_params *params);
void shard_start_engine(struct shard *shard, uint64_t identity);
void shard_use_ruleset(struct shard *shard, struct ruleset *ruleset, uint64_t sequence);
// The same inside a frame: names get their numbers, what was in force stays in ruleset_before until it is forgotten.
// Brings all contacts in line with rules that have just come into force: once the frame's commands are through, so that
// what new rules make of old events is there.
void shard_sweep(struct shard *shard);
void shard_take_ruleset(struct shard *shard, struct ruleset *ruleset, uint64_t sequence);
void shard_forget_ruleset_before(struct shard *shard);
// An action of the frame being made or replayed goes into the outbox. (shard_frame.c)
void shard_add_action(struct shard *shard, const struct frame_outgoing *recorded);
// A refused input of the frame being made or replayed becomes a dead letter in the outbox.
void shard_add_dead_letter(
    struct shard *shard, struct bytes source, const struct frame_input *input);
// The source that stands for the shard in Kafka, or NULL.
const struct position *shard_kafka_position(const struct shard *shard);

// replay.c, for history.c too: the parts of folding a frame of the journal again.
enum { REPLAY_SOURCES_MAX = 64 };
NODISCARD enum err replay_command(
    struct shard *shard, const struct frame_command *command, struct fault *fault);
NODISCARD enum err replay_sources(
    struct shard *shard, struct frame_reader *reader, struct bytes names[REPLAY_SOURCES_MAX]);
NODISCARD enum err replay_inputs(
    struct shard *shard, struct frame_reader *reader, const struct bytes names[REPLAY_SOURCES_MAX]);

// replay.c: folds one frame of the journal again.
//   ERR_CORRUPT the outcome differs from what was recorded; ERR_FORMAT its ruleset does not compile
NODISCARD enum err replay_frame(
    struct shard *shard, struct frame_reader *reader, struct fault *fault);
// The same of one contact alone, that of shard->only: its inputs and its timers, and nothing is compared. What depends on
// other contacts may come out differently, so the outcome has to be held against what is known of the contact.
//   ERR_CORRUPT, ERR_FORMAT as replay_frame
NODISCARD enum err replay_frame_of(
    struct shard *shard, struct frame_reader *reader, struct fault *fault);
// Compiles rules as a frame holds them.
NODISCARD enum err replay_compile(
    struct bytes payload, uint64_t sequence, struct ruleset **out, struct fault *fault);
// Compiles the ruleset that the frame `sequence` put in force.
NODISCARD enum err replay_ruleset_at(
    struct shard *shard, uint64_t sequence, struct ruleset **out, struct fault *fault);

// verify.c: makes of a shard that was created one with a state in memory, as before the journal's first frame.
NODISCARD enum err shard_open_memory(struct shard *shard, struct fault *fault);

#endif
