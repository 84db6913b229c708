// Windows of weekdays and hours, held against each other.
#ifndef RULES_WINDOW_H
#define RULES_WINDOW_H

#include "rules/workflow_step.h"

// Whether the outer window is open whenever the inner one is, by the same clocks. False where they go by others: nobody can
// tell.
bool window_is_within(const struct workflow_window *inner, const struct workflow_window *outer);

#endif
