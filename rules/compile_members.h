// Members of the data of events, as tests and steps write them.
#ifndef RULES_COMPILE_MEMBERS_H
#define RULES_COMPILE_MEMBERS_H

#include "rules/compiler.h"

// W0505 at a member that the type does not declare, with a did-you-mean.
void compile_undeclared_member(
    struct compiler *compiler, const struct yaml_node *key, const struct event_type_def *type);
// At the place, each member that the type needs and that is not in the data, a mapping or NULL.
void compile_missing_members(
    struct compiler *compiler,
    const struct yaml_node *data,
    struct place place,
    const struct event_type_def *type,
    enum diagnostic_code code);

#endif
