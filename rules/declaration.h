// How data of events and parameters of actions are declared: "optional string = 'literal'".
#ifndef RULES_DECLARATION_H
#define RULES_DECLARATION_H

#include <stdbool.h>

#include "engine/event/catalog.h"
#include "rules/compiler.h"

struct declaration {
    enum data_type type;
    bool is_optional;
    bool has_default;
    struct bytes default_text; // behind '=', without spaces around it; borrowed from the node
};

// False after E0202 or E0212. A default is accepted where `what` may have one: the caller looks.
bool declaration_parse(
    struct compiler *compiler,
    const struct yaml_node *node,
    const char *what,
    struct declaration *out);
// As one word: "string"; E0212.
bool declaration_type(
    struct compiler *compiler,
    const struct yaml_node *node,
    struct bytes word,
    enum data_type *out);

#endif
