// What of a definition says whether a new ruleset goes on with what the old one counted.
#ifndef RULES_COMPILE_HISTORY_H
#define RULES_COMPILE_HISTORY_H

#include "rules/compiler.h"

// The hash of how a definition is written: keys and values in order, not where they stand or how they are quoted.
uint64_t compile_hash(const struct yaml_node *node);
// `history: from_now` of a definition.
bool compile_from_now(struct compiler *compiler, const struct yaml_node *node);

#endif
