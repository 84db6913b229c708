#include "rules/conjunction.h"

#include <math.h>

#include "rules/counter.h"
#include "rules/ruleset_data.h"
#include "rules/scope.h"

enum { TEXT_BYTES_MAX = 128 }; // so short that the comparison costs nothing
#define WHOLE_MAX 0x1p53       // whole numbers and doubles are told apart exactly below

static bool is_data_member(const struct cel_node *node, enum cel_node_kind kind)
{
    return node->kind == kind && node->children[0]->kind == CEL_NODE_IDENT &&
           node->children[0]->variable == SCOPE_DATA;
}

static bool is_number(const struct cel_type *type)
{
    return type != NULL && (type->kind == CEL_TYPE_INT || type->kind == CEL_TYPE_DOUBLE);
}

static bool is_text_equality(const struct cel_node *node, struct conjunct *out)
{
    if (node->kind != CEL_NODE_CALL || node->child_count != 2 ||
        !bytes_equal_text(node->text, "_==_"))
        return false;
    for (uint32_t i = 0; i < 2; i++) {
        const struct cel_node *member = node->children[i], *constant = node->children[1 - i];
        if (!is_data_member(member, CEL_NODE_SELECT) || member->type == NULL ||
            member->type->kind != CEL_TYPE_STRING || constant->kind != CEL_NODE_LITERAL ||
            constant->literal.kind != CEL_STRING || constant->literal.as.text.len > TEXT_BYTES_MAX)
            continue;
        *out = (struct conjunct){
            .kind = CONJUNCT_TEXT, .member = member->text, .text = constant->literal.as.text};
        return true;
    }
    return false;
}

static bool is_data_comparison(const struct cel_node *node, struct conjunct *out)
{
    for (uint32_t i = 0; node->kind == CEL_NODE_CALL && node->child_count == 2 && i < 2; i++) {
        const struct cel_node *member = node->children[i];
        if (!is_data_member(member, CEL_NODE_SELECT) || !is_number(member->type))
            continue;
        *out = (struct conjunct){.kind = CONJUNCT_NUMBER, .member = member->text};
        return comparison_with(node, i, &out->comparison);
    }
    return false;
}

static bool is_comparison(
    const struct ruleset *ruleset, const struct cel_node *node, struct conjunct *out)
{
    if (comparison_of(node, SCOPE_COUNTER, &out->comparison)) {
        out->kind = CONJUNCT_COUNTER;
        return counter_def_has_sides(&ruleset->counters[out->comparison.member]);
    }
    out->kind = CONJUNCT_SCORE;
    return comparison_of(node, SCOPE_SCORE, &out->comparison) || is_data_comparison(node, out);
}

static bool conjunct_of(
    const struct ruleset *ruleset, const struct cel_node *node, struct conjunct *out)
{
    *out = (struct conjunct){.kind = CONJUNCT_HAS};
    if (is_data_member(node, CEL_NODE_HAS)) {
        out->member = node->text;
        return true;
    }
    if (is_text_equality(node, out))
        return true;
    return is_comparison(ruleset, node, out) && fabs(out->comparison.number) < WHOLE_MAX;
}

// What asks has(…) of a member that another part is about becomes part of that one.
static uint32_t join_asked(struct conjunct *conjuncts, uint32_t count)
{
    uint32_t kept = 0;
    for (uint32_t i = 0; i < count; i++) {
        bool is_joined = false;
        for (uint32_t j = 0; conjuncts[i].kind == CONJUNCT_HAS && j < count; j++) {
            bool is_same =
                (conjuncts[j].kind == CONJUNCT_TEXT || conjuncts[j].kind == CONJUNCT_NUMBER) &&
                bytes_equal(conjuncts[j].member, conjuncts[i].member);
            conjuncts[j].is_asked_for = conjuncts[j].is_asked_for || is_same;
            is_joined = is_joined || is_same;
        }
        if (!is_joined)
            conjuncts[kept++] = conjuncts[i];
    }
    return kept;
}

uint32_t conjunction_of(
    const struct ruleset *ruleset, const struct cel_node *root, struct conjunct out[CONJUNCTS_MAX])
{
    bool is_one = root->kind != CEL_NODE_AND;
    uint32_t count = is_one ? 1 : root->child_count;
    if (count > CONJUNCTS_MAX)
        return 0;
    for (uint32_t i = 0; i < count; i++) {
        if (!conjunct_of(ruleset, is_one ? root : root->children[i], &out[i]))
            return 0;
    }
    return join_asked(out, count);
}
