// What expressions of steps see of their run: `run`.
#ifndef ENGINE_FOLD_EXPRESSION_RUN_H
#define ENGINE_FOLD_EXPRESSION_RUN_H

#include "engine/fold/expression.h"

// The three maps: of the run, of the data of the event that started it, of its steps.
// Of which type the event was that started a run.
const struct event_type_def *run_type(struct fold *fold, const struct run *run);

// The data of the event that started a run, to be walked: borrowed, or in the arena. Absent where none was kept.
struct value run_data(const struct fold *fold, const struct run *run, struct arena *arena);

void expression_run_init(struct expressions *expressions, struct fold *fold);

#endif
