// Comparisons with a text that what is compared never is.
#ifndef RULES_CHECK_VALUES_H
#define RULES_CHECK_VALUES_H

#include "rules/check_condition.h"

// W0509 at each text that is compared with a field of the contact and is none of its `one_of`, with data of the engine's own
// events and is no name that the rules declare, or with the type of events that the expression is not about.
void check_values(struct compiler *compiler, const struct checked_expression *expression);

#endif
