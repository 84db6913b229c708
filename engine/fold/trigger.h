// Workflows that time starts: by a date of the contact in hand, by a schedule, or when it has been idle. Nothing is kept of
// dates and schedules: when one is next follows from the contact and the clock, so that each time fires once, exactly when
// the contact's timer does, and a time that had passed when the date came to be known does not.
#ifndef ENGINE_FOLD_TRIGGER_H
#define ENGINE_FOLD_TRIGGER_H

#include <stdint.h>

struct fold;

// When the first of them is due behind fold->now_ms, or, for idleness, at all; TIMER_NONE: never.
int64_t triggers_due_ms(struct fold *fold);
// Starts runs of those that are due at fold->now_ms. Inside a frame.
void triggers_fire(struct fold *fold);

#endif
