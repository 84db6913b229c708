// What lies behind a bad place in a journal file: nothing but a torn tail, or proof of real damage.
#ifndef ENGINE_JOURNAL_DAMAGE_H
#define ENGINE_JOURNAL_DAMAGE_H

#include "engine/journal/walk.h"

// Frames of one group may reach the disk in any order, so a whole frame behind a torn one proves
// nothing by itself. Its durable mark does: a frame at or below the mark of any record that was
// written later was durable, and cannot be torn.
struct damage {
    uint64_t
        content_end; // offset behind the last byte that is not zero, a multiple of 8; walk->at if none
    uint64_t durable;    // greatest durable mark behind the bad place; 0: no record there
    uint64_t whole_next; // sequence of the first whole frame behind; 0: none
    uint64_t frames_end; // sequence of a seal behind, + 1; 0: none
};

// Looks through the file from walk->at to its end. walk itself stays where it is.
NODISCARD enum err damage_scan(struct walk *walk, struct damage *out, struct fault *fault);

// The last sequence that the damage beginning at walk->sequence takes; `fallback` where the file
// does not tell.
uint64_t damage_sequence_last(
    const struct walk *walk, const struct damage *damage, uint64_t fallback);

// Sets "FILE: sequence A..B: REASON at offset N" and returns ERR_CORRUPT.
enum err damage_fault(
    const struct walk *walk, uint64_t sequence_last, const char *reason, struct fault *fault);

#endif
