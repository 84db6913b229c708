// Constants written in rule files: typed by what is declared for them.
#ifndef RULES_LITERAL_H
#define RULES_LITERAL_H

#include "engine/base/buffer.h"
#include "engine/event/catalog.h"
#include "engine/event/value.h"
#include "rules/compiler.h"

// A constant of the declared type. Texts are copied into the ruleset; lists and maps become their
// JSON (VALUE_AS_JSON). False after E0213 (wrong type), E0302 (an expression), E0303 (a template).
bool literal_value(
    struct compiler *compiler,
    const struct yaml_node *node,
    const char *what,
    enum data_type type,
    struct value *out);

// Whether a scalar is a constant of the type; and whether it looks like an expression.
bool literal_is_of(struct compiler *compiler, const struct yaml_node *node, enum data_type type);
bool literal_is_like_expression(const struct yaml_node *node);

// Appends what YAML says as JSON: plain true, false, null and numbers as such, all else as text.
void literal_add_json(struct buffer *to, const struct yaml_node *node);

#endif
