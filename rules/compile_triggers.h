// `on`: an event type, or a list of them.
#ifndef RULES_COMPILE_TRIGGERS_H
#define RULES_COMPILE_TRIGGERS_H

#include "rules/compiler.h"

// The event type that the node names, or the set of those that it lists (rules/event_set.h). False after a diagnostic.
bool compile_triggers(
    struct compiler *compiler, const struct yaml_node *node, const char *what, event_type *out);

#endif
