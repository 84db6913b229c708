#include "rules/moments.h"

#include <math.h>

#include "rules/cel/parser.h"
#include "rules/cel/program.h"
#include "rules/compiler.h"
#include "rules/reads.h"

// --- comparisons
enum comparison {
    COMPARE_NONE,
    COMPARE_BELOW,
    COMPARE_UP_TO,
    COMPARE_ABOVE,
    COMPARE_FROM,
    COMPARE_EQUAL
};

static enum comparison comparison_of(const struct cel_node *node)
{
    static const struct {
        const char *name;
        enum comparison comparison;
    } names[] = {{"_<_", COMPARE_BELOW}, {"_<=_", COMPARE_UP_TO}, {"_>_", COMPARE_ABOVE},
                 {"_>=_", COMPARE_FROM}, {"_==_", COMPARE_EQUAL}, {"_!=_", COMPARE_EQUAL}};
    if (node->kind != CEL_NODE_CALL || node->child_count != 2)
        return COMPARE_NONE;
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        if (bytes_equal_text(node->text, names[i].name))
            return names[i].comparison;
    }
    return COMPARE_NONE;
}

// As seen from the other side: a < b is b > a.
static enum comparison turned(enum comparison comparison)
{
    switch (comparison) {
    case COMPARE_BELOW: return COMPARE_ABOVE;
    case COMPARE_UP_TO: return COMPARE_FROM;
    case COMPARE_ABOVE: return COMPARE_BELOW;
    case COMPARE_FROM: return COMPARE_UP_TO;
    case COMPARE_NONE:
    case COMPARE_EQUAL: break;
    }
    return comparison;
}

static bool number_of(const struct cel_node *node, double *out)
{
    if (node->kind == CEL_NODE_CALL && node->child_count == 1 &&
        bytes_equal_text(node->text, "-_")) {
        bool is_number = number_of(node->children[0], out);
        *out = -*out;
        return is_number;
    }
    if (node->kind != CEL_NODE_LITERAL)
        return false;
    if (node->literal.kind == CEL_INT)
        *out = (double)node->literal.as.integer;
    else if (node->literal.kind == CEL_UINT)
        *out = (double)node->literal.as.unsigned_integer;
    else if (node->literal.kind == CEL_DOUBLE)
        *out = node->literal.as.real;
    else
        return false;
    return *out >= -1e12 && *out <= 1e12; // no NaN; beyond it no score comes
}

// --- scores
static void add_threshold(struct moments *moments, uint32_t score, double milli)
{
    moments->thresholds = compile_grow(
        moments->thresholds, &moments->threshold_cap, moments->threshold_count,
        sizeof(*moments->thresholds));
    moments->thresholds[moments->threshold_count++] = (struct threshold){score, (int64_t)milli};
}

// A score that is compared with a number; false where it is not that.
static bool add_score_comparison(struct moments *moments, const struct cel_node *node)
{
    enum comparison comparison = comparison_of(node);
    if (comparison == COMPARE_NONE)
        return false;
    double number = 0;
    uint32_t score = reads_score(node->children[0]);
    const struct cel_node *other = node->children[1];
    if (score == UINT32_MAX) {
        score = reads_score(node->children[1]);
        other = node->children[0];
        comparison = turned(comparison);
    }
    if (score == UINT32_MAX || !number_of(other, &number))
        return false;
    double from_milli = ceil(number * 1000);       // the least that is not below it
    double above_milli = floor(number * 1000) + 1; // the least that is above it
    if (comparison != COMPARE_UP_TO && comparison != COMPARE_ABOVE)
        add_threshold(moments, score, from_milli);
    if (comparison != COMPARE_BELOW && comparison != COMPARE_FROM)
        add_threshold(moments, score, above_milli);
    return true;
}

// --- now
static struct cel_node *make_call(
    struct arena *arena, const char *name, struct cel_node *left, struct cel_node *right)
{
    struct cel_node *call = arena_alloc(arena, sizeof(*call));
    struct cel_node **children = arena_alloc(arena, 2 * sizeof(struct cel_node *));
    children[0] = left;
    children[1] = right;
    uint32_t height = left->height > right->height ? left->height : right->height;
    *call = (struct cel_node){
        .kind = CEL_NODE_CALL,
        .begin = left->begin,
        .end = left->end,
        .text_begin = left->begin,
        .text = bytes_text(name),
        .children = children,
        .child_count = 2,
        .height = height + 1,
        .variable = CEL_NOT_A_VARIABLE,
        .field = CEL_NO_FIELD,
    };
    return call;
}

// The value of `now` at which `with` (which reads it) equals `other` (which does not), as a tree; NULL where that cannot
// be told.
static struct cel_node *solve(struct arena *arena, struct cel_node *with, struct cel_node *other)
{
    while (with->kind != CEL_NODE_IDENT) { // each round goes one node down
        bool is_plus = with->kind == CEL_NODE_CALL && bytes_equal_text(with->text, "_+_");
        bool is_minus = with->kind == CEL_NODE_CALL && bytes_equal_text(with->text, "_-_");
        if ((!is_plus && !is_minus) || with->child_count != 2)
            return NULL;
        struct cel_node *left = with->children[0];
        struct cel_node *right = with->children[1];
        bool is_left = reads_now(left);
        if (is_left && reads_now(right))
            return NULL;
        if (is_minus && !is_left) // a - now == b: now == a - b
            other = make_call(arena, "_-_", left, other);
        else // now + a == b, a + now == b: now == b - a; now - a == b: now == b + a
            other = make_call(arena, is_plus ? "_-_" : "_+_", other, is_left ? right : left);
        with = is_left ? left : right;
    }
    return other;
}

static void add_moment(
    struct moments *moments,
    struct ruleset *ruleset,
    const struct cel_scope *scope,
    struct cel_node *root)
{
    struct cel_problems problems = {0};
    if (root->height >= CEL_DEPTH_MAX || !cel_check(&ruleset->arena, scope, root, &problems)) {
        moments->hourly = moments->hourly == NULL ? root : moments->hourly;
        return;
    }
    moments->items =
        compile_grow(moments->items, &moments->cap, moments->count, sizeof(*moments->items));
    moments->items[moments->count++].program = cel_compile(&ruleset->arena, scope, root);
}

// A comparison of something that moves with `now`; false where it is not that.
static bool add_now_comparison(
    struct moments *moments,
    struct ruleset *ruleset,
    const struct cel_scope *scope,
    const struct cel_node *node)
{
    if (comparison_of(node) == COMPARE_NONE)
        return false;
    bool is_left = reads_now(node->children[0]);
    if (is_left == reads_now(node->children[1]))
        return false;
    struct cel_node *root =
        solve(&ruleset->arena, node->children[is_left ? 0 : 1], node->children[is_left ? 1 : 0]);
    if (root == NULL)
        return false;
    add_moment(moments, ruleset, scope, root);
    return true;
}

// `now` itself, or a function that reads the clock.
static bool is_clock(const struct cel_node *node)
{
    return node->kind == CEL_NODE_IDENT
               ? reads_now(node)
               : node->kind == CEL_NODE_CALL && bytes_equal_text(node->text, "age");
}

void moments_add(
    struct moments *moments,
    struct ruleset *ruleset,
    const struct cel_scope *scope,
    const struct cel_node *root)
{
    if (root == NULL || add_score_comparison(moments, root))
        return;
    bool is_told = add_now_comparison(moments, ruleset, scope, root);
    uint32_t score = reads_score(root);
    if (!is_told && is_clock(root) && moments->hourly == NULL)
        moments->hourly = root;
    if (score != UINT32_MAX)
        moments->read_freely[score] = true;
    for (uint32_t i = 0; i < root->child_count; i++) { // no deeper than CEL_DEPTH_MAX
        const struct cel_node *hourly = moments->hourly;
        moments_add(moments, ruleset, scope, root->children[i]);
        if (is_told && reads_now(root->children[i]))
            moments->hourly = hourly;
    }
}
