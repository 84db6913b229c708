#include "rules/comparison.h"

#include "rules/constant.h"
#include "rules/reads.h"
#include "rules/scope.h"

static bool operator_of(const struct cel_node *node, bool is_left, enum comparison_operator *out)
{
    static const struct {
        const char *name;
        enum comparison_operator on_left, on_right; // where the member stands
    } names[] = {
        {"_>=_", IS_FROM, IS_UP_TO}, {"_>_", IS_ABOVE, IS_BELOW},  {"_<=_", IS_UP_TO, IS_FROM},
        {"_<_", IS_BELOW, IS_ABOVE}, {"_==_", IS_EQUAL, IS_EQUAL}, {"_!=_", IS_OTHER, IS_OTHER},
    };
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        if (!bytes_equal_text(node->text, names[i].name))
            continue;
        *out = is_left ? names[i].on_left : names[i].on_right;
        return true;
    }
    return false;
}

static bool number_of(struct cel_value value, double *out)
{
    if (value.kind == CEL_INT)
        *out = (double)value.as.integer;
    else if (value.kind == CEL_UINT)
        *out = (double)value.as.unsigned_integer;
    else if (value.kind == CEL_DOUBLE)
        *out = value.as.real;
    else
        return false;
    return true;
}

bool comparison_with(const struct cel_node *node, uint32_t member_at, struct comparison *out)
{
    struct cel_value value;
    out->member = 0;
    return operator_of(node, member_at == 0, &out->operator) &&
           constant_value(node->children[1 - member_at], &value) && number_of(value, &out->number);
}

bool comparison_of(const struct cel_node *node, uint32_t variable, struct comparison *out)
{
    if (node->kind != CEL_NODE_CALL || node->child_count != 2)
        return false;
    uint32_t member_at = reads_member(node->children[0], variable) != UINT32_MAX ? 0 : 1;
    uint32_t member = reads_member(node->children[member_at], variable);
    bool is_comparison = member != UINT32_MAX && comparison_with(node, member_at, out);
    out->member = member;
    return is_comparison;
}

bool comparison_holds(const struct comparison *comparison, double member)
{
    switch (comparison->operator) {
    case IS_FROM: return member >= comparison->number;
    case IS_ABOVE: return member > comparison->number;
    case IS_UP_TO: return member <= comparison->number;
    case IS_BELOW: return member < comparison->number;
    case IS_EQUAL: return member == comparison->number;
    case IS_OTHER: return member != comparison->number;
    }
    return false;
}

// --- contacts of whom nothing is known
static enum told told_of(bool is_true)
{
    return is_true ? TOLD_TRUE : TOLD_FALSE;
}

static enum told told_of_new(const struct cel_node *node);

// As && and || are: what decides does so whatever the others are, and though they fail.
static enum told told_of_all(const struct cel_node *node, enum told deciding)
{
    enum told all = deciding == TOLD_FALSE ? TOLD_TRUE : TOLD_FALSE;
    for (uint32_t i = 0; i < node->child_count; i++) { // no deeper than CEL_DEPTH_MAX
        enum told told = told_of_new(node->children[i]);
        if (told == deciding)
            return deciding;
        if (told == UNTOLD)
            all = UNTOLD;
    }
    return all;
}

static enum told told_of_new(const struct cel_node *node)
{
    struct comparison comparison;
    if (comparison_of(node, SCOPE_SCORE, &comparison) ||
        comparison_of(node, SCOPE_COUNTER, &comparison))
        return told_of(comparison_holds(&comparison, 0));
    if (reads_member(node, SCOPE_SEGMENT) != UINT32_MAX)
        return TOLD_FALSE;
    if (node->kind == CEL_NODE_AND)
        return told_of_all(node, TOLD_FALSE);
    if (node->kind == CEL_NODE_OR)
        return told_of_all(node, TOLD_TRUE);
    if (node->kind == CEL_NODE_CALL && bytes_equal_text(node->text, "!_")) {
        enum told told = told_of_new(node->children[0]);
        return told == UNTOLD ? UNTOLD : told_of(told == TOLD_FALSE);
    }
    return UNTOLD;
}

bool condition_is_false_of_new(const struct cel_node *root)
{
    return told_of_new(root) == TOLD_FALSE;
}
