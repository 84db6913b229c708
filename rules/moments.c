#include "rules/moments.h"

#include <stdlib.h>

#include "rules/cel/parser.h"
#include "rules/cel/program.h"
#include "rules/compiler.h"
#include "rules/reads.h"

// --- trees
// Names that macros and cel.bind bring, innermost first.
struct bound {
    struct bytes name;
    const struct bound *outer;
};

static bool is_bound(const struct bound *bound, struct bytes name)
{
    while (bound != NULL && !bytes_equal(bound->name, name))
        bound = bound->outer;
    return bound != NULL;
}

// Whether a part names nothing that only what surrounds it knows: then it means the same elsewhere.
static bool is_closed(const struct cel_node *node, const struct bound *bound)
{
    struct bound names[2];
    bool is_name = node->kind == CEL_NODE_IDENT && node->variable == CEL_NOT_A_VARIABLE;
    if (is_name && !is_bound(bound, node->text))
        return false;
    bool binds = node->kind == CEL_NODE_MACRO || node->kind == CEL_NODE_BIND;
    if (binds && !is_closed(node->children[0], bound)) // no deeper than CEL_DEPTH_MAX
        return false;
    for (int i = 0; binds && i < 2 && node->names[i].len > 0; i++) {
        names[i] = (struct bound){node->names[i], bound};
        bound = &names[i];
    }
    for (uint32_t i = binds ? 1 : 0; i < node->child_count; i++) {
        if (!is_closed(node->children[i], bound))
            return false;
    }
    return true;
}

// A call of parts that are checked, which stay in their tree as well. It stands nowhere in the text. NULL where there is
// none of these types.
static struct cel_node *make_call(
    const struct moment_room *room, const char *name, struct cel_node *left, struct cel_node *right)
{
    struct arena *arena = room->compiler->scratch;
    struct cel_node *call = arena_alloc(arena, sizeof(*call));
    struct cel_node **children = arena_alloc(arena, 2 * sizeof(struct cel_node *));
    uint32_t height = left->height > right->height ? left->height : right->height;
    struct cel_problems problems; // nobody reads them
    problems.count = problems.total = 0;
    problems.is_unread = true;
    children[0] = left;
    children[1] = right;
    *call = (struct cel_node){
        .kind = CEL_NODE_CALL,
        .text = bytes_text(name),
        .children = children,
        .child_count = 2,
        .height = height + 1,
        .variable = CEL_NOT_A_VARIABLE,
        .field = CEL_NO_FIELD,
    };
    bool is_good =
        call->height <= CEL_DEPTH_MAX && cel_check_made_call(arena, room->scope, call, &problems);
    return is_good ? call : NULL;
}

// --- solving
static bool is_call(const struct cel_node *node, const char *name)
{
    return node->kind == CEL_NODE_CALL && node->child_count == 2 &&
           bytes_equal_text(node->text, name);
}

static bool is_comparison(const struct cel_node *node)
{
    static const char *const names[] = {"_<_", "_<=_", "_>_", "_>=_", "_==_", "_!=_"};
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        if (is_call(node, names[i]))
            return true;
    }
    return false;
}

// The value of `now` at which `with`, which reads it, equals `other`, which does not. NULL where that cannot be told.
static struct cel_node *solve(
    const struct moment_room *room, const struct cel_node *with, struct cel_node *other)
{
    struct cel_node *solved = other;
    while (solved != NULL && with->kind != CEL_NODE_IDENT) { // each round goes one node down
        bool is_plus = is_call(with, "_+_");
        if (!is_plus && !is_call(with, "_-_"))
            return NULL;
        struct cel_node *left = with->children[0], *right = with->children[1];
        bool is_left = reads_now(left);
        if (is_left && reads_now(right))
            return NULL;
        struct cel_node *rest = is_left ? right : left;
        if (!is_plus && !is_left) // a - now == b: now == a - b
            solved = make_call(room, "_-_", rest, solved);
        else // now + a == b, a + now == b: now == b - a; now - a == b: now == b + a
            solved = make_call(room, is_plus ? "_-_" : "_+_", solved, rest);
        with = is_left ? left : right;
    }
    return solved;
}

static bool may_be_time(const struct cel_type *type)
{
    return type->kind == CEL_TYPE_TIMESTAMP || type->kind == CEL_TYPE_DYN;
}

// A comparison that changes at a moment; false where the node is none.
static bool add_comparison(
    struct moments *moments, const struct moment_room *room, const struct cel_node *node)
{
    if (!is_comparison(node))
        return false;
    bool is_left = reads_now(node->children[0]);
    if (is_left == reads_now(node->children[1]))
        return false;
    struct cel_node *moment =
        solve(room, node->children[is_left ? 0 : 1], node->children[is_left ? 1 : 0]);
    if (moment == NULL || !may_be_time(moment->type) || !is_closed(node, NULL))
        return false;
    moments->items =
        compile_grow(moments->items, &moments->cap, moments->count, sizeof(*moments->items));
    moments->items[moments->count++].program =
        cel_compile_with(room->compiler, room->programs, room->scope, moment);
    return true;
}

static void add_hourly(struct moments *moments, const struct cel_node *node)
{
    moments->hourly = compile_grow(
        moments->hourly, &moments->hourly_cap, moments->hourly_count, sizeof(*moments->hourly));
    moments->hourly[moments->hourly_count++] = (struct tree_span){node->begin, node->end};
}

void moments_add(
    struct moments *moments, const struct moment_room *room, const struct cel_node *root)
{
    if (!reads_now(root) || add_comparison(moments, room, root))
        return;
    if (reads_is_clock(root)) {
        add_hourly(moments, root);
        return;
    }
    for (uint32_t i = 0; i < root->child_count; i++) // no deeper than CEL_DEPTH_MAX
        moments_add(moments, room, root->children[i]);
}

void moments_free(struct moments *moments)
{
    free(moments->items);
    free(moments->hourly);
    *moments = (struct moments){0};
}
