// `implies` of event types; internal to the compiler.
#ifndef RULES_COMPILE_IMPLIED_H
#define RULES_COMPILE_IMPLIED_H

#include "rules/compiler.h"

// What a type implies, found once all types are known. The nodes stay valid until the compiler ends.
struct implication {
    const struct yaml_node *node; // the value of `implies`
    event_type type;
};

void compile_implies(struct compiler *compiler, const struct yaml_node *node, event_type type);
void compile_implies_finish(struct compiler *compiler);

#endif
