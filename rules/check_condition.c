#include "rules/check_condition.h"

#include "engine/base/text.h"
#include "rules/constant.h"
#include "rules/parts.h"
#include "rules/scope.h"

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

void check_condition(
    struct compiler *compiler,
    const struct checked_expression *expression,
    enum condition_kind kind)
{
    const struct cel_node *root = expression->root;
    enum truth truth = truth_of(root);
    if (truth == TRUTH_OPEN || (truth == TRUTH_ALWAYS && kind == CONDITION_IS_NEEDED))
        return;
    diagnostic_add(
        compiler->list, DIAGNOSTIC_W0508,
        yaml_place_shown(compiler->list, expression->node, root->begin, root->end), "%s",
        truth == TRUTH_NEVER ? "this is never true" : "this is always true, leave it out");
}

// --- one_of
// The declared field of the contact that a part reads, when it has `one_of`; else NULL.
static const struct field_def *field_read(
    const struct ruleset *ruleset, const struct cel_node *node)
{
    bool is_member = node->kind == CEL_NODE_SELECT ||
                     (node->kind == CEL_NODE_CALL && bytes_equal_text(node->text, "_[_]"));
    if (!is_member || node->field == CEL_NO_FIELD || node->children[0]->kind != CEL_NODE_IDENT ||
        node->children[0]->variable != SCOPE_CONTACT)
        return NULL;
    size_t before = SCOPE_CONTACT_FIELD_COUNT + catalog_identifier_count(ruleset->catalog);
    if (node->field < before)
        return NULL;
    const struct field_def *field = &ruleset->fields[node->field - before];
    return field->one_of_count > 0 ? field : NULL;
}

static const char *nearest_of(
    struct compiler *compiler, const struct field_def *field, struct bytes word)
{
    if (compiler->list->nearest_steps >= TEXT_NEAREST_STEPS_MAX ||
        diagnostics_is_full(compiler->list))
        return NULL;
    const char **values = arena_alloc(&compiler->tree, field->one_of_count * sizeof(*values));
    for (uint32_t i = 0; i < field->one_of_count; i++)
        values[i] = (const char *)field->one_of[i].data;
    return text_nearest_bounded(word, values, field->one_of_count, &compiler->list->nearest_steps);
}

static void check_value(
    struct compiler *compiler,
    const struct checked_expression *expression,
    const struct field_def *field,
    const struct cel_node *value)
{
    if (value->kind != CEL_NODE_LITERAL || value->literal.kind != CEL_STRING)
        return;
    struct bytes text = value->literal.as.text;
    const struct part part = {PART_VALUE, (uint64_t)(field - compiler->ruleset->fields), text};
    if (parts_find(compiler, &part) != PART_NONE)
        return;
    const char *meant = nearest_of(compiler, field, text);
    diagnostic_add(
        compiler->list, DIAGNOSTIC_W0509,
        yaml_place_shown(compiler->list, expression->node, value->begin, value->end),
        "contact.%s is never '%.*s'%s%s%s", (const char *)field->name.data, compile_shown_len(text),
        (const char *)text.data, meant == NULL ? "" : ", did you mean '",
        meant == NULL ? "" : meant, meant == NULL ? "" : "'?");
    const struct symbol *symbol = symbols_find(&compiler->symbols[SYMBOL_FIELD], field->name);
    if (symbol != NULL)
        diagnostic_note(compiler->list, symbol->place, "its values are declared here");
}

static void check_part(
    struct compiler *compiler,
    const struct checked_expression *expression,
    const struct cel_node *node)
{
    for (uint32_t i = 0; i < node->child_count; i++) // no deeper than CEL_DEPTH_MAX
        check_part(compiler, expression, node->children[i]);
    if (node->kind != CEL_NODE_CALL || node->child_count != 2)
        return;
    const struct cel_node *left = node->children[0], *right = node->children[1];
    bool is_equality = bytes_equal_text(node->text, "_==_") || bytes_equal_text(node->text, "_!=_");
    const struct field_def *of_left = field_read(compiler->ruleset, left);
    const struct field_def *of_right = field_read(compiler->ruleset, right);
    if (is_equality && of_left != NULL)
        check_value(compiler, expression, of_left, right);
    if (is_equality && of_right != NULL)
        check_value(compiler, expression, of_right, left);
    if (!bytes_equal_text(node->text, "@in") || of_left == NULL || right->kind != CEL_NODE_LIST)
        return;
    for (uint32_t i = 0; i < right->child_count; i++)
        check_value(compiler, expression, of_left, right->children[i]);
}

void check_one_of(struct compiler *compiler, const struct checked_expression *expression)
{
    check_part(compiler, expression, expression->root);
}
