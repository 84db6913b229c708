#include "rules/cel/why.h"

#include "rules/cel/lexer.h"

// --- evaluating parts
// Valid until the next one; the arena must live as long.
static struct cel_value evaluate(
    const struct cel_inspection *inspection, const struct cel_node *node, struct arena *arena)
{
    struct cel_program *program = cel_compile(arena, inspection->scope, node);
    struct cel_value value = cel_run(inspection->eval, program, 0);
    cel_program_free(program);
    return value;
}

enum truth { TRUTH_FALSE, TRUTH_TRUE, TRUTH_NEITHER };

static enum truth truth_of(const struct cel_inspection *inspection, const struct cel_node *node)
{
    struct arena arena = {0};
    struct cel_value value = evaluate(inspection, node, &arena);
    enum truth truth = TRUTH_NEITHER;
    if (value.kind == CEL_BOOL)
        truth = value.as.boolean ? TRUTH_TRUE : TRUTH_FALSE;
    arena_free(&arena);
    return truth;
}

// --- the part to blame
static enum truth opposite(enum truth truth)
{
    return truth == TRUTH_TRUE ? TRUTH_FALSE : TRUTH_TRUE;
}

// The first child whose truth it is; NULL: none.
static const struct cel_node *child_that_is(
    const struct cel_inspection *inspection, const struct cel_node *node, enum truth truth)
{
    for (uint32_t i = 0; i < node->child_count; i++) {
        if (truth_of(inspection, node->children[i]) == truth)
            return node->children[i];
    }
    return NULL;
}

// Each finds why a node is not what was wanted of it. No deeper than CEL_DEPTH_MAX.
static struct cel_part blame(
    const struct cel_inspection *inspection, const struct cel_node *node, enum truth wanted);

// One part alone makes && false and || true; else all of them are to blame, or one that fails.
static struct cel_part blame_junction(
    const struct cel_inspection *inspection, const struct cel_node *node, enum truth wanted)
{
    bool is_decided_by_one = (node->kind == CEL_NODE_AND) == (wanted == TRUTH_TRUE);
    const struct cel_node *child = NULL;
    if (is_decided_by_one)
        child = child_that_is(inspection, node, opposite(wanted));
    if (child == NULL)
        child = child_that_is(inspection, node, TRUTH_NEITHER);
    return child == NULL ? (struct cel_part){node, node} : blame(inspection, child, wanted);
}

static struct cel_part blame_not(
    const struct cel_inspection *inspection, const struct cel_node *node, enum truth wanted)
{
    struct cel_part inner = blame(inspection, node->children[0], opposite(wanted));
    bool is_failure = truth_of(inspection, node) == TRUTH_NEITHER;
    return is_failure ? inner : (struct cel_part){node, inner.reason};
}

static struct cel_part blame_conditional(
    const struct cel_inspection *inspection, const struct cel_node *node, enum truth wanted)
{
    enum truth condition = truth_of(inspection, node->children[0]);
    if (condition == TRUTH_NEITHER)
        return (struct cel_part){node->children[0], node->children[0]};
    const struct cel_node *taken = node->children[condition == TRUTH_TRUE ? 1 : 2];
    if (taken->kind == CEL_NODE_LITERAL)
        return (struct cel_part){node, node->children[0]};
    return blame(inspection, taken, wanted);
}

static bool is_not(const struct cel_node *node)
{
    return node->kind == CEL_NODE_CALL && node->child_count == 1 &&
           bytes_equal_text(node->text, "!_");
}

static struct cel_part blame(
    const struct cel_inspection *inspection, const struct cel_node *node, enum truth wanted)
{
    if (node->kind == CEL_NODE_AND || node->kind == CEL_NODE_OR)
        return blame_junction(inspection, node, wanted);
    if (node->kind == CEL_NODE_CONDITIONAL)
        return blame_conditional(inspection, node, wanted);
    return is_not(node) ? blame_not(inspection, node, wanted) : (struct cel_part){node, node};
}

struct cel_part cel_part_not_true(
    const struct cel_inspection *inspection, const struct cel_node *root)
{
    return blame(inspection, root, TRUTH_TRUE);
}

// --- how it is written
// How many parentheses are closed there without having been opened.
static uint32_t unopened(struct bytes part)
{
    struct arena arena = {0};
    struct cel_problems problems = {0};
    struct cel_lexer lexer = {.arena = &arena, .text = part, .problems = &problems};
    struct cel_token token;
    uint32_t open = 0, missing = 0;
    while (cel_lex(&lexer, &token) && token.kind != CEL_TOKEN_END) {
        if (token.kind == CEL_TOKEN_LEFT_PAREN)
            open++;
        else if (token.kind == CEL_TOKEN_RIGHT_PAREN && open > 0)
            open--;
        else if (token.kind == CEL_TOKEN_RIGHT_PAREN)
            missing++;
    }
    arena_free(&arena);
    return missing;
}

struct bytes cel_part_text(const struct cel_inspection *inspection, const struct cel_node *part)
{
    struct bytes text = inspection->text;
    uint32_t begin = part->begin;
    uint32_t missing = unopened(bytes_of(text.data + begin, part->end - begin));
    while (missing > 0 && begin > 0) {
        begin--; // a node begins where its first child does, behind that one's parenthesis
        missing -= text.data[begin] == '(';
    }
    return bytes_of(text.data + begin, part->end - begin);
}

// --- what it looks at
struct viewing {
    const struct cel_inspection *inspection;
    cel_value_fn *each;
    void *context;
    struct bytes seen[CEL_VALUES_MAX];
    uint32_t seen_count;
};

static void show(struct viewing *viewing, const struct cel_node *node)
{
    struct bytes text = cel_part_text(viewing->inspection, node);
    for (uint32_t i = 0; i < viewing->seen_count; i++) {
        if (bytes_equal(viewing->seen[i], text))
            return;
    }
    if (viewing->seen_count == CEL_VALUES_MAX)
        return;
    viewing->seen[viewing->seen_count++] = text;
    struct arena arena = {0};
    struct cel_value value = evaluate(viewing->inspection, node, &arena);
    viewing->each(viewing->context, viewing->inspection->eval, text, value);
    arena_free(&arena);
}

// a, a.b, a["b"]: what is shown whole, and not taken apart.
static bool is_path(const struct cel_node *node)
{
    if (node->kind == CEL_NODE_IDENT)
        return true;
    bool is_member = node->kind == CEL_NODE_SELECT ||
                     (node->kind == CEL_NODE_CALL && bytes_equal_text(node->text, "_[_]") &&
                      node->children[1]->kind == CEL_NODE_LITERAL);
    return is_member && (node->child_count == 0 || is_path(node->children[0]));
}

static bool has_names(const struct cel_node *node)
{
    if (node->kind == CEL_NODE_IDENT)
        return true;
    for (uint32_t i = 0; i < node->child_count; i++) {
        if (has_names(node->children[i]))
            return true;
    }
    return false;
}

static void view(struct viewing *viewing, const struct cel_node *node, enum cel_values which);

static void view_call(struct viewing *viewing, const struct cel_node *node, enum cel_values which)
{
    for (uint32_t i = 0; i < node->child_count; i++) {
        const struct cel_node *child = node->children[i];
        bool is_computed = child->kind == CEL_NODE_CALL || child->kind == CEL_NODE_MACRO ||
                           child->kind == CEL_NODE_BIND || child->kind == CEL_NODE_CONDITIONAL;
        if (is_computed && which == CEL_VALUES_COMPUTED && !is_path(child) && has_names(child))
            show(viewing, child);
        view(viewing, child, CEL_VALUES_NAMES);
    }
}

static void view_all(struct viewing *viewing, const struct cel_node *node, enum cel_values which)
{
    for (uint32_t i = 0; i < node->child_count; i++)
        view(viewing, node->children[i], which);
}

static void view(struct viewing *viewing, const struct cel_node *node, enum cel_values which)
{
    if (is_path(node)) {
        show(viewing, node);
        return;
    }
    switch (node->kind) { // no deeper than CEL_DEPTH_MAX
    case CEL_NODE_LITERAL:
    case CEL_NODE_IDENT: return;
    case CEL_NODE_CALL:
        if (is_not(node))
            view_all(viewing, node, which);
        else
            view_call(viewing, node, which);
        return;
    case CEL_NODE_AND:
    case CEL_NODE_OR:
    case CEL_NODE_CONDITIONAL:
    case CEL_NODE_LIST:
    case CEL_NODE_MAP: view_all(viewing, node, which); return;
    case CEL_NODE_SELECT: // of what is computed
        show(viewing, node);
        view(viewing, node->children[0], CEL_VALUES_NAMES);
        return;
    case CEL_NODE_HAS: // of data.a, that there is no data says nothing
        if (node->children[0]->kind != CEL_NODE_IDENT)
            view(viewing, node->children[0], CEL_VALUES_NAMES);
        return;
    case CEL_NODE_MACRO: // what stands behind knows names of its own
    case CEL_NODE_BIND: view(viewing, node->children[0], which); return;
    }
}

void cel_part_each_value(
    const struct cel_inspection *inspection,
    const struct cel_node *part,
    enum cel_values which,
    cel_value_fn *each,
    void *context)
{
    struct viewing viewing = {.inspection = inspection, .each = each, .context = context};
    view(&viewing, part, which);
}
