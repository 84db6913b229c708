// The default of an action's parameter.
#ifndef RULES_COMPILE_DEFAULT_H
#define RULES_COMPILE_DEFAULT_H

#include "rules/compiler.h"

// Of what stands behind the `=` of a declaration, a part of the node's text: contact.NAME, a constant, an expression about the
// contact, or a quoted text with {{ }}. The parameter's name, type and whether it is optional are set. False after a diagnostic.
bool compile_default(
    struct compiler *compiler,
    const struct yaml_node *node,
    struct bytes text,
    struct action_param *param);

bool action_param_has_default(const struct action_param *param);

#endif
