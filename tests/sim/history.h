// What a shard's journal holds, read frame by frame from the simulated disk.
#ifndef TESTS_SIM_HISTORY_H
#define TESTS_SIM_HISTORY_H

#include "engine/base/arena.h"
#include "engine/journal/frame.h"

#include "tests/sim/sim.h"

struct history_frame {
    uint64_t sequence;
    struct hash128 chain;
    int64_t tick_ms;
};

struct history_input {
    enum frame_input_kind kind;
    uint64_t sequence;
    struct bytes source; // name
    int64_t position;
    int64_t tick_ms;
    struct bytes value, headers; // none of a duplicate
    uint32_t reject_code;
    struct bytes reason;
};

struct history_outgoing {
    uint32_t kind; // enum outgoing_kind
    uint64_t sequence;
    struct hash128 id;
    struct bytes topic, key, value;
};

struct history_command {
    uint64_t sequence;
    size_t input; // how many inputs come before it
    enum frame_command_kind kind;
    struct bytes payload;
};

// Zero-initialised is empty. All bytes live in the arena.
struct history {
    struct arena arena;
    struct history_frame *frames;
    size_t frame_count, frame_cap;
    struct history_input *inputs;
    size_t input_count, input_cap;
    struct history_outgoing *outgoing;
    size_t outgoing_count, outgoing_cap;
    struct history_command *commands;
    size_t command_count, command_cap;
};

enum history_depth { HISTORY_FRAMES, HISTORY_WHOLE };

// Reads what stands in the journal's directory now, through a disk without faults.
//   ERR_CORRUPT and others of the journal's reader
NODISCARD enum err history_read(
    struct sim *sim,
    const char *directory,
    enum history_depth depth,
    struct history *out,
    struct fault *fault);
void history_free(struct history *history);

#endif
