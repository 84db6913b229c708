// Values that are found out when they are wanted: texts with {{ }}, and what expressions for a type must give.
#ifndef RULES_COMPILE_PIECES_H
#define RULES_COMPILE_PIECES_H

#include "rules/compile_expression.h"

// What the expression of a value of the type is for.
enum expression_use compile_use_of(enum data_type type);

// Which bytes of a node's text: as.begin and as.end; the rest of `as` is about the expressions in it.
struct text_source {
    struct compiler *compiler;
    const struct yaml_node *node;
    const char *what;
    struct step_expression as;
};

bool compile_text_has_expressions(struct bytes text);
// Sets the pieces. False after a diagnostic.
bool compile_text_pieces(const struct text_source *from, struct step_value *out);

#endif
