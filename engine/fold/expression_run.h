// What expressions of steps see of their run: `run`.
#ifndef ENGINE_FOLD_EXPRESSION_RUN_H
#define ENGINE_FOLD_EXPRESSION_RUN_H

#include "engine/fold/expression.h"

// The three maps: of the run, of the data of the event that started it, of its steps.
void expression_run_init(struct expressions *expressions, struct fold *fold);

#endif
