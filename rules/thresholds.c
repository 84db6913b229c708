#include "rules/thresholds.h"

#include <math.h>
#include <stdlib.h>

#include "rules/comparison.h"
#include "rules/compiler.h"
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

// Which sides of the number a comparison tells apart: at it, above it.
static bool tells_from(const struct comparison *compared)
{
    return compared->operator!= IS_ABOVE && compared->operator!= IS_UP_TO;
}

static bool tells_above(const struct comparison *compared)
{
    return compared->operator!= IS_FROM && compared->operator!= IS_BELOW;
}

static void add(struct thresholds *thresholds, uint32_t score, int64_t milli)
{
    thresholds->items = compile_grow(
        thresholds->items, &thresholds->cap, thresholds->count, sizeof(*thresholds->items));
    thresholds->items[thresholds->count++] = (struct threshold){score, milli, 0};
}

static void add_of_counter(struct thresholds *thresholds, uint32_t counter, double from)
{
    thresholds->counters = compile_grow(
        thresholds->counters, &thresholds->counter_cap, thresholds->counter_count,
        sizeof(*thresholds->counters));
    thresholds->counters[thresholds->counter_count++] =
        (struct counter_threshold){counter, from, 0};
}

static void add_score(struct thresholds *thresholds, const struct comparison *compared)
{
    if (!(compared->number >= -THRESHOLD_MAX && compared->number <= THRESHOLD_MAX))
        return; // no score comes there; a NaN is on no side
    if (tells_from(compared))
        add(thresholds, compared->member, threshold_from(compared->number));
    if (tells_above(compared))
        add(thresholds, compared->member, threshold_above(compared->number));
}

// False where doubles do not tell the sides apart.
static bool add_counter(struct thresholds *thresholds, const struct comparison *compared)
{
    const double exact = 9007199254740992.0; // 2^53
    if (!(compared->number > -exact && compared->number < exact))
        return false;
    if (tells_from(compared))
        add_of_counter(thresholds, compared->member, compared->number);
    if (tells_above(compared))
        add_of_counter(thresholds, compared->member, nextafter(compared->number, INFINITY));
    return true;
}

// A comparison of a score or a counter with a constant; false where the node is none.
static bool add_comparison(struct thresholds *thresholds, const struct cel_node *node)
{
    struct comparison compared;
    if (comparison_of(node, SCOPE_SCORE, &compared)) {
        add_score(thresholds, &compared);
        return true;
    }
    return comparison_of(node, SCOPE_COUNTER, &compared) && add_counter(thresholds, &compared);
}

// Where a node reads one of them, or all, otherwise.
static bool add_free(
    struct thresholds *thresholds, const struct cel_scope *scope, const struct cel_node *node)
{
    static const uint32_t variables[] = {SCOPE_SCORE, SCOPE_COUNTER};
    for (size_t i = 0; i < sizeof(variables) / sizeof(variables[0]); i++) {
        struct member_span span = {reads_member(node, variables[i]), 1};
        if (node->kind == CEL_NODE_IDENT && node->variable == variables[i])
            span =
                (struct member_span){0, scope->variables[variables[i]].type->object->field_count};
        if (span.first == UINT32_MAX)
            continue;
        bool is_score = variables[i] == SCOPE_SCORE;
        struct member_span **spans = is_score ? &thresholds->free : &thresholds->free_counters;
        size_t *count = is_score ? &thresholds->free_count : &thresholds->free_counter_count;
        size_t *cap = is_score ? &thresholds->free_cap : &thresholds->free_counter_cap;
        *spans = compile_grow(*spans, cap, *count, sizeof(**spans));
        (*spans)[(*count)++] = span;
        return true;
    }
    return false;
}

void thresholds_add(
    struct thresholds *thresholds, const struct cel_scope *scope, const struct cel_node *root)
{
    if (add_comparison(thresholds, root))
        return;
    if (add_free(thresholds, scope, root))
        return;
    bool is_asked_for = root->kind == CEL_NODE_HAS && root->field != CEL_NO_FIELD; // has(score.x)
    for (uint32_t i = 0; i < root->child_count && !is_asked_for;
         i++) // no deeper than CEL_DEPTH_MAX
        thresholds_add(thresholds, scope, root->children[i]);
}

static int compare(const void *a, const void *b)
{
    const struct threshold *left = a, *right = b;
    if (left->score != right->score)
        return left->score < right->score ? -1 : 1;
    if (left->milli != right->milli)
        return left->milli < right->milli ? -1 : 1;
    return (left->reader > right->reader) - (left->reader < right->reader);
}

static int compare_counters(const void *a, const void *b)
{
    const struct counter_threshold *left = a, *right = b;
    if (left->counter != right->counter)
        return left->counter < right->counter ? -1 : 1;
    if (left->from != right->from)
        return left->from < right->from ? -1 : 1;
    return (left->reader > right->reader) - (left->reader < right->reader);
}

void thresholds_sort(struct thresholds *thresholds)
{
    if (thresholds->count > 1)
        qsort(thresholds->items, thresholds->count, sizeof(*thresholds->items), compare);
    if (thresholds->counter_count > 1)
        qsort(
            thresholds->counters, thresholds->counter_count, sizeof(*thresholds->counters),
            compare_counters);
}

void thresholds_free(struct thresholds *thresholds)
{
    free(thresholds->items);
    free(thresholds->free);
    free(thresholds->counters);
    free(thresholds->free_counters);
    *thresholds = (struct thresholds){0};
}
