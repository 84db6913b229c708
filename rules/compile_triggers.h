// `on`: an event type, or a list of them.
#ifndef RULES_COMPILE_TRIGGERS_H
#define RULES_COMPILE_TRIGGERS_H

#include "rules/compiler.h"

// How many types all families ("email.*") stand for together, each of them counted where it is written.
// And how many members of data the types of all different lists declare together: conditions may read each of them.
enum { FAMILY_TYPES_MAX = 500000, SET_FIELDS_MAX = 200000 };

// The event type that the node names, or the set of those that it lists (rules/event_set.h). False after a diagnostic.
bool compile_triggers(
    struct compiler *compiler, const struct yaml_node *node, const char *what, event_type *out);

#endif
