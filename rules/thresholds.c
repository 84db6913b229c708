#include "rules/thresholds.h"

#include <math.h>
#include <stdlib.h>

#include "rules/compiler.h"
#include "rules/constant.h"
#include "rules/reads.h"
#include "rules/scope.h"

// As the fold hands a score to an expression.
static double shown(int64_t milli)
{
    return (double)milli / 1000.0;
}

// Products are rounded, so the thousandth is looked for from below.
int64_t threshold_from(double number)
{
    int64_t milli = (int64_t)floor(number * 1000) - 1;
    while (shown(milli) < number)
        milli++;
    return milli;
}

int64_t threshold_above(double number)
{
    int64_t milli = threshold_from(number);
    return shown(milli) > number ? milli : milli + 1;
}

// Which sides of the number a comparison tells apart.
enum sides { SIDES_NONE, SIDES_FROM, SIDES_ABOVE, SIDES_BOTH };

static enum sides sides_of(const struct cel_node *node, uint32_t score_at)
{
    static const struct {
        const char *name;
        enum sides on_left, on_right; // where the score stands
    } names[] = {
        {"_>=_", SIDES_FROM, SIDES_ABOVE}, {"_<_", SIDES_FROM, SIDES_ABOVE},
        {"_>_", SIDES_ABOVE, SIDES_FROM},  {"_<=_", SIDES_ABOVE, SIDES_FROM},
        {"_==_", SIDES_BOTH, SIDES_BOTH},  {"_!=_", SIDES_BOTH, SIDES_BOTH},
    };
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        if (bytes_equal_text(node->text, names[i].name))
            return score_at == 0 ? names[i].on_left : names[i].on_right;
    }
    return SIDES_NONE;
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

static void add(struct thresholds *thresholds, uint32_t score, int64_t milli)
{
    thresholds->items = compile_grow(
        thresholds->items, &thresholds->cap, thresholds->count, sizeof(*thresholds->items));
    thresholds->items[thresholds->count++] = (struct threshold){score, milli};
}

// A comparison of a score with a constant; false where the node is none.
static bool add_comparison(
    struct thresholds *thresholds,
    struct arena *scratch,
    const struct cel_scope *scope,
    const struct cel_node *node)
{
    struct cel_value value;
    double number = 0;
    if (node->kind != CEL_NODE_CALL || node->child_count != 2)
        return false;
    uint32_t score_at = reads_score(node->children[0]) != UINT32_MAX ? 0 : 1;
    uint32_t score = reads_score(node->children[score_at]);
    enum sides sides = sides_of(node, score_at);
    if (score == UINT32_MAX || sides == SIDES_NONE ||
        !constant_value(scratch, scope, node->children[1 - score_at], &value) ||
        !number_of(value, &number))
        return false;
    if (!(number >= -THRESHOLD_MAX && number <= THRESHOLD_MAX))
        return true; // no score comes there; a NaN is on no side
    if (sides != SIDES_ABOVE)
        add(thresholds, score, threshold_from(number));
    if (sides != SIDES_FROM)
        add(thresholds, score, threshold_above(number));
    return true;
}

static void add_free(struct thresholds *thresholds, uint32_t first, uint32_t count)
{
    thresholds->free = compile_grow(
        thresholds->free, &thresholds->free_cap, thresholds->free_count, sizeof(*thresholds->free));
    thresholds->free[thresholds->free_count++] = (struct score_span){first, count};
}

void thresholds_add(
    struct thresholds *thresholds,
    struct arena *scratch,
    const struct cel_scope *scope,
    const struct cel_node *root)
{
    if (add_comparison(thresholds, scratch, scope, root))
        return;
    uint32_t score = reads_score(root);
    if (score != UINT32_MAX) {
        add_free(thresholds, score, 1);
        return;
    }
    if (root->kind == CEL_NODE_IDENT && root->variable == SCOPE_SCORE)
        add_free(thresholds, 0, scope->variables[SCOPE_SCORE].type->object->field_count);
    bool is_asked_for = root->kind == CEL_NODE_HAS && root->field != CEL_NO_FIELD; // has(score.x)
    for (uint32_t i = 0; i < root->child_count && !is_asked_for;
         i++) // no deeper than CEL_DEPTH_MAX
        thresholds_add(thresholds, scratch, scope, root->children[i]);
}

static int compare(const void *a, const void *b)
{
    const struct threshold *left = a, *right = b;
    if (left->score != right->score)
        return left->score < right->score ? -1 : 1;
    return (left->milli > right->milli) - (left->milli < right->milli);
}

void thresholds_sort(struct thresholds *thresholds)
{
    if (thresholds->count > 1)
        qsort(thresholds->items, thresholds->count, sizeof(*thresholds->items), compare);
}

void thresholds_free(struct thresholds *thresholds)
{
    free(thresholds->items);
    free(thresholds->free);
    *thresholds = (struct thresholds){0};
}
