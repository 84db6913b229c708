// segment.hot-leads: a member whose name has a dash, written so that it reads as a subtraction.
#include <inttypes.h>
#include <stdio.h>

#include "engine/base/text.h"
#include "rules/cel/check_internal.h"

enum { NAME_BYTES_MAX = 128, PARTS_MAX = 24 };

struct dashed {
    const struct cel_node *first; // segment.hot
    char text[NAME_BYTES_MAX];    // hot-leads
    size_t len;
    uint32_t end, depth;
    struct cel_node *last; // what stands behind the last dash
    bool is_part;          // !segment.hot-leads reads as (!segment.hot)-leads
};

static bool is_minus(const struct cel_node *node)
{
    return node->kind == CEL_NODE_CALL && bytes_equal_text(node->text, "_-_");
}

// The name that a part begins with: deal of deal.value. NULL when it is none.
static struct cel_node *first_name(struct cel_node *node)
{
    while (node->kind == CEL_NODE_SELECT)
        node = node->children[0];
    return node->kind == CEL_NODE_IDENT && !node->is_rooted ? node : NULL;
}

static bool add_part(struct dashed *dashed, struct bytes part)
{
    if (dashed->len + 1 + part.len > sizeof(dashed->text))
        return false;
    if (dashed->len > 0)
        dashed->text[dashed->len++] = '-';
    memcpy(dashed->text + dashed->len, part.data, part.len);
    dashed->len += part.len;
    return true;
}

// What stands behind a dash: a name, or a number written without a sign.
static bool add_behind_dash(struct cel_node *right, struct dashed *dashed)
{
    dashed->last = right;
    struct cel_node *first = first_name(right);
    char digits[24];
    if (first != NULL) {
        dashed->end = first->end;
        dashed->is_part |= first != right;
        return add_part(dashed, first->text);
    }
    if (right->kind != CEL_NODE_LITERAL || right->literal.kind != CEL_INT)
        return false;
    int len = snprintf(digits, sizeof(digits), "%" PRId64, right->literal.as.integer);
    dashed->end = right->end;
    return (uint32_t)len == right->end - right->begin &&
           add_part(dashed, bytes_of(digits, (size_t)len));
}

// Puts a.b-c-d together as "b-c-d". False where there are spaces or more than names.
static bool put_together(struct cel_node *node, struct dashed *dashed)
{
    if (++dashed->depth > PARTS_MAX) // each minus of a longer row asks again
        return false;
    if (node->kind == CEL_NODE_SELECT && first_name(node) != NULL) {
        dashed->first = node;
        return add_part(dashed, node->text);
    }
    bool is_not = node->kind == CEL_NODE_CALL && bytes_equal_text(node->text, "!_");
    if (is_not || (node->kind == CEL_NODE_CALL && bytes_equal_text(node->text, "-_"))) {
        dashed->is_part = true;
        return put_together(node->children[0], dashed);
    }
    if (!is_minus(node) || node->children[0]->end != node->text_begin ||
        node->children[1]->begin != node->text_begin + 1)
        return false;
    return put_together(node->children[0], dashed) && add_behind_dash(node->children[1], dashed);
}

// Whether what stands behind the last dash is a name, or a number, by itself.
static bool is_name(struct checker *checker, struct cel_node *last)
{
    const struct cel_node *first = first_name(last);
    if (first == NULL)
        return true;
    struct cel_node name = *first; // what it means is found out where it is checked
    return find_local(checker, &name) != NULL || resolve_name(checker, &name);
}

static const struct cel_field *field_of(const struct cel_object *object, struct bytes name)
{
    uint32_t field = cel_object_find(object, name);
    return field == CEL_NO_FIELD ? NULL : &object->fields[field];
}

// The object before the first dot, or NULL. What is wrong with it is said where it is checked.
static const struct cel_object *object_of(struct checker *checker, const struct dashed *dashed)
{
    struct cel_problems silent, *problems = checker->problems;
    silent.count = silent.total = 0;
    silent.is_unread = true;
    checker->problems = &silent;
    (void)check_node(checker, dashed->first->children[0]);
    checker->problems = problems;
    const struct cel_type *type = check_head(checker, dashed->first->children[0]);
    return type->kind == CEL_TYPE_OBJECT ? type->object : NULL;
}

const struct cel_type *check_dashed(struct checker *checker, struct cel_node *minus)
{
    if (!is_minus(minus))
        return NULL;
    struct dashed dashed = {.len = 0};
    if (!put_together(minus, &dashed))
        return NULL;
    const struct cel_object *object = object_of(checker, &dashed);
    if (object == NULL || field_of(object, dashed.first->text) != NULL ||
        (object->is_open && is_name(checker, dashed.last)))
        return NULL;
    struct bytes name = bytes_of(dashed.text, dashed.len);
    const struct cel_field *meant = field_of(object, name);
    if (meant == NULL)
        return NULL;
    cel_problem_add(
        checker->problems, checker->arena,
        (struct cel_problem){
            .kind = CEL_PROBLEM_NAME,
            .begin = dashed.first->text_begin,
            .end = dashed.end,
            .object = object},
        "unknown field '%.*s'; a name with a dash is written [\"%.*s\"] or .`%.*s`",
        text_shown_len(dashed.first->text, 60), (const char *)dashed.first->text.data,
        text_shown_len(name, 60), dashed.text, text_shown_len(name, 60), dashed.text);
    return dashed.is_part ? &cel_type_dyn : meant->type;
}
