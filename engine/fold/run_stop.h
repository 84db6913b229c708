// When runs are to be looked at by time because something about the contact stops them.
#ifndef ENGINE_FOLD_RUN_STOP_H
#define ENGINE_FOLD_RUN_STOP_H

#include <stdint.h>

struct fold;

// When a stop about the contact in hand may next come to be true of one of its runs by the clock alone, behind
// fold->now_ms; TIMER_NONE: never. Counters, scores and segments that stops read have times of their own. While the fold is
// silent, as when rules come into force, a stop that is true already is due a millisecond later.
int64_t runs_stop_due_ms(struct fold *fold);

#endif
