// Why a condition is not true: the first part of it that is not, and the values that this part looked at.
#ifndef RULES_CEL_WHY_H
#define RULES_CEL_WHY_H

#include "rules/cel/ast.h"
#include "rules/cel/eval.h"
#include "rules/cel/program.h"

// An expression that was checked, with what it is evaluated in. All of it is borrowed.
struct cel_inspection {
    const struct cel_scope *scope; // of the check; only its names and its library count
    struct bytes text;             // of the expression
    struct cel_eval *eval;         // with its host
};

struct cel_part {
    const struct cel_node *node;   // the part
    const struct cel_node *reason; // within it: what makes it so. Of !(a || b) where b is true: b
};

// The first part of a condition that is not true, or fails; root is not true, or fails. Down through &&, ||, ! and ?:,
// so a || b is one part where neither is true. Evaluates.
struct cel_part cel_part_not_true(
    const struct cel_inspection *inspection, const struct cel_node *root);

// How a part is written, with all of its parentheses; a view into the expression's text.
struct bytes cel_part_text(const struct cel_inspection *inspection, const struct cel_node *part);

enum { CEL_VALUES_MAX = 12 };
enum cel_values {
    CEL_VALUES_NAMES,    // what names stand for
    CEL_VALUES_COMPUTED, // also what is computed on the sides of comparisons
};
// Each value that a part looks at, as it is written; once each, in the order written, at most CEL_VALUES_MAX. Names of
// macros and cel.bind are not among them. The value may be an error, and is valid during the call.
typedef void cel_value_fn(
    void *context, struct cel_eval *eval, struct bytes text, struct cel_value value);
void cel_part_each_value(
    const struct cel_inspection *inspection,
    const struct cel_node *part,
    enum cel_values which,
    cel_value_fn *each,
    void *context);

#endif
