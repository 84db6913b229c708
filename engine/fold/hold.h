// What holds an action of a step back: consent, do-not-disturb, quiet hours, limits. All of it about the contact in hand.
#ifndef ENGINE_FOLD_HOLD_H
#define ENGINE_FOLD_HOLD_H

#include <stdbool.h>
#include <stdint.h>

struct action_step;
struct fold;

enum hold_reason {
    HOLD_NONE,
    HOLD_CONSENT, // was denied or revoked for its channel
    HOLD_DND,     // not to be disturbed there
    HOLD_QUIET,   // quiet hours of its channel
    HOLD_LIMIT,   // its own limit
    HOLD_CHANNEL_LIMIT,
    HOLD_MISSING,     // a parameter has no value
    HOLD_EVENT_LIMIT, // too many actions of one event, or too long ones
    HOLD_REASON_COUNT,
};

struct hold {
    enum hold_reason reason;
    int64_t until_ms; // it is delayed, and tried again then; TIMER_NONE: it is not emitted
};

// "consent", …: as metrics, explanations and tests of rules name it. HOLD_NONE: "".
const char *hold_reason_text(enum hold_reason reason);

// What holds the action back as of fold->now_ms; HOLD_NONE: nothing. Never HOLD_MISSING or HOLD_EVENT_LIMIT, which
// show when it is made. An until_ms is later than now_ms.
struct hold hold_find(struct fold *fold, const struct action_step *step);
// Counts an action that was emitted in the limits that it is under.
void hold_note_emitted(struct fold *fold, const struct action_step *step);

#endif
