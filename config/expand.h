// ${NAME} and ${NAME:-default} in the values of the configuration.
#ifndef CONFIG_EXPAND_H
#define CONFIG_EXPAND_H

#include <stdbool.h>

#include "config/config.h"
#include "config/yaml_tree.h"

// Where expanded texts live and problems go.
struct expand_context {
    const struct config_environment *environment;
    struct arena *arena;
    struct diagnostics *list;
};

// Gives the scalar with its variables replaced, in room; nodes without any come back as they are. $$ is a
// dollar sign. Values of the environment have no type: a quoted "${PORT}" may become a number.
// NULL when something was reported (C0001, C0002, E0406).
const struct yaml_node *expand_scalar(
    const struct expand_context *context, const struct yaml_node *node, struct yaml_single *room);

#endif
