#include "rules/check_condition.h"

#include <math.h>

#include "rules/comparison.h"
#include "rules/constant.h"

// --- always, never
enum truth { TRUTH_OPEN, TRUTH_NEVER, TRUTH_ALWAYS };

static enum truth truth_of_value(struct cel_value value)
{
    if (value.kind != CEL_BOOL)
        return TRUTH_OPEN;
    return value.as.boolean ? TRUTH_ALWAYS : TRUTH_NEVER;
}

static enum truth truth_of(const struct cel_node *node);

// One false part makes && false even where others fail, and one true part makes || true.
static enum truth truth_of_junction(const struct cel_node *node)
{
    enum truth decides = node->kind == CEL_NODE_AND ? TRUTH_NEVER : TRUTH_ALWAYS;
    bool is_open = false;
    for (uint32_t i = 0; i < node->child_count; i++) {
        enum truth truth = truth_of(node->children[i]);
        if (truth == decides)
            return decides;
        is_open = is_open || truth == TRUTH_OPEN;
    }
    if (is_open)
        return TRUTH_OPEN;
    return node->kind == CEL_NODE_AND ? TRUTH_ALWAYS : TRUTH_NEVER;
}

static enum truth truth_of(const struct cel_node *node)
{
    struct cel_value value;
    if (node->is_folded)
        return truth_of_value(node->literal);
    if (node->kind == CEL_NODE_AND || node->kind == CEL_NODE_OR)
        return truth_of_junction(node); // no deeper than CEL_DEPTH_MAX
    if (node->kind == CEL_NODE_CALL && bytes_equal_text(node->text, "!_")) {
        enum truth truth = truth_of(node->children[0]);
        if (truth == TRUTH_OPEN)
            return TRUTH_OPEN;
        return truth == TRUTH_NEVER ? TRUTH_ALWAYS : TRUTH_NEVER;
    }
    return constant_value(node, &value) ? truth_of_value(value) : TRUTH_OPEN;
}

// --- two parts that exclude each other
// What a part asks of what is written on its other side.
struct claim {
    const struct cel_node *node; // the whole part
    struct bytes of;             // as written
    enum comparison_operator operator;
    bool is_number; // number; else text, or whether it is true
    double number;
    struct bytes text;
};

enum { CLAIMS_MAX = 32 };
#define WHOLE_NUMBER_MAX \
    9007199254740992.0 // from here on a double stands for several whole numbers

static struct bytes written(
    const struct checked_expression *expression, const struct cel_node *node)
{
    return bytes_of(expression->text.data + node->begin, node->end - node->begin);
}

static struct claim claim_of(
    const struct checked_expression *expression, const struct cel_node *node)
{
    struct claim claim = {.node = node, .of = written(expression, node), .text = BYTES_LITERAL("")};
    struct comparison comparison;
    struct cel_value value;
    claim.operator= IS_EQUAL;
    if (node->kind == CEL_NODE_CALL && bytes_equal_text(node->text, "!_")) {
        claim.of = written(expression, node->children[0]);
        claim.operator= IS_OTHER;
        return claim;
    }
    for (uint32_t at = 0; node->kind == CEL_NODE_CALL && node->child_count == 2 && at < 2; at++) {
        const struct cel_node *other = node->children[1 - at];
        bool is_equality = bytes_equal_text(node->text, "_==_");
        bool is_text = (is_equality || bytes_equal_text(node->text, "_!=_")) &&
                       constant_value(other, &value) && value.kind == CEL_STRING;
        if (!is_text && !comparison_with(node, at, &comparison))
            continue;
        claim.of = written(expression, node->children[at]);
        claim.is_number = !is_text;
        claim.operator= is_text ? (is_equality ? IS_EQUAL : IS_OTHER) : comparison.operator;
        claim.number = is_text ? 0 : comparison.number;
        claim.text = is_text ? value.as.text : claim.text;
        break;
    }
    return claim;
}

static bool is_above(enum comparison_operator operator)
{
    return operator== IS_FROM || operator== IS_ABOVE;
}

static bool is_below(enum comparison_operator operator)
{
    return operator== IS_UP_TO || operator== IS_BELOW;
}

static bool numbers_exclude(const struct claim *a, const struct claim *b)
{
    const struct comparison of_b = {0, b->operator, b->number };
    if (!(fabs(a->number) < WHOLE_NUMBER_MAX && fabs(b->number) < WHOLE_NUMBER_MAX))
        return false; // a NaN neither
    if (a->operator== IS_EQUAL)
        return !comparison_holds(&of_b, a->number);
    bool is_apart = is_above(a->operator) ? a->number > b->number : a->number < b->number;
    bool is_touching =
        a->number == b->number &&
        (a->operator== IS_ABOVE || a->operator== IS_BELOW || b->operator== IS_ABOVE || b->operator==
         IS_BELOW);
    return ((is_above(a->operator) && is_below(b->operator)) ||
            (is_below(a->operator) && is_above(b->operator))) &&
           (is_apart || is_touching);
}

static bool claims_exclude(const struct claim *a, const struct claim *b)
{
    if (a->is_number != b->is_number || !bytes_equal(a->of, b->of))
        return false;
    if (a->is_number)
        return numbers_exclude(a, b) || (b->operator== IS_EQUAL && numbers_exclude(b, a));
    bool is_same = bytes_equal(a->text, b->text);
    if (a->operator== IS_EQUAL && b->operator== IS_EQUAL)
        return !is_same;
    return a->operator!= b->operator&& is_same;
}

// Parts that && joins, of which one is false wherever another is true.
static void check_parts(struct compiler *compiler, const struct checked_expression *expression)
{
    const struct cel_node *root = expression->root;
    struct claim claims[CLAIMS_MAX];
    uint32_t count = root->kind == CEL_NODE_AND ? root->child_count : 0;
    count = count < CLAIMS_MAX ? count : CLAIMS_MAX;
    for (uint32_t i = 0; i < count; i++) {
        claims[i] = claim_of(expression, root->children[i]);
        for (uint32_t j = 0; j < i; j++) {
            if (!claims_exclude(&claims[j], &claims[i]))
                continue;
            struct bytes before = written(expression, claims[j].node);
            diagnostic_add(
                compiler->list, DIAGNOSTIC_W0508,
                checked_place(compiler, expression, claims[i].node),
                "this is never true where '%.*s' is", compile_shown_len(before),
                (const char *)before.data);
            return;
        }
    }
}

void check_condition(
    struct compiler *compiler,
    const struct checked_expression *expression,
    enum condition_kind kind)
{
    const struct cel_node *root = expression->root;
    enum truth truth = truth_of(root);
    if (truth == TRUTH_OPEN)
        check_parts(compiler, expression);
    if (truth == TRUTH_OPEN || (truth == TRUTH_ALWAYS && kind == CONDITION_IS_NEEDED))
        return;
    diagnostic_add(
        compiler->list, DIAGNOSTIC_W0508, checked_place(compiler, expression, root), "%s",
        truth == TRUTH_NEVER ? "this is never true" : "this is always true, leave it out");
}
