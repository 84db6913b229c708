#include "rules/guard.h"

#include "rules/ruleset_data.h"
#include "rules/scope.h"

static bool literal_hash(const struct cel_node *node, uint64_t *hash_out)
{
    if (node->kind != CEL_NODE_LITERAL)
        return false;
    struct value value = {.kind = VALUE_ABSENT};
    switch (node->literal.kind) {
    case CEL_STRING: value = value_text(node->literal.as.text); break;
    case CEL_INT: value = value_int(node->literal.as.integer); break;
    case CEL_DOUBLE: value = value_double(node->literal.as.real); break;
    case CEL_UINT:
    case CEL_BOOL: // halves at best
    case CEL_ERROR:
    case CEL_NULL:
    case CEL_BYTES:
    case CEL_LIST:
    case CEL_MAP:
    case CEL_TIMESTAMP:
    case CEL_DURATION:
    case CEL_TYPE: return false;
    }
    *hash_out = value_hash(value, 0);
    return true;
}

// Whether the types that a member may have are told apart by their value as it came.
static bool is_plain(const struct cel_type *type)
{
    return type != NULL && (type->kind == CEL_TYPE_STRING || type->kind == CEL_TYPE_INT ||
                            type->kind == CEL_TYPE_DOUBLE || type->kind == CEL_TYPE_DYN);
}

// The member that a node is, of the event's data or a declared field of the contact.
static bool member_of(
    const struct ruleset *ruleset, const struct cel_node *node, struct rule_guard *out)
{
    if ((node->kind != CEL_NODE_SELECT && node->kind != CEL_NODE_HAS) ||
        node->children[0]->kind != CEL_NODE_IDENT)
        return false;
    uint32_t variable = node->children[0]->variable;
    uint32_t before =
        SCOPE_CONTACT_FIELD_COUNT + (uint32_t)catalog_identifier_count(ruleset->catalog);
    if (variable == SCOPE_DATA) {
        *out = (struct rule_guard){.kind = GUARD_DATA, .member = node->text};
        return true;
    }
    if (variable != SCOPE_CONTACT || node->field == CEL_NO_FIELD || node->field < before)
        return false;
    *out = (struct rule_guard){.kind = GUARD_CONTACT, .field = node->field - before};
    return true;
}

static bool is_equality(
    const struct ruleset *ruleset, const struct cel_node *node, struct rule_guard *out)
{
    if (node->kind != CEL_NODE_CALL || node->child_count != 2 ||
        !bytes_equal_text(node->text, "_==_"))
        return false;
    for (uint32_t i = 0; i < 2; i++) {
        const struct cel_node *member = node->children[i];
        uint64_t hash = 0;
        if (member->kind == CEL_NODE_SELECT && is_plain(member->type) &&
            literal_hash(node->children[1 - i], &hash) && member_of(ruleset, member, out)) {
            out->hash = hash;
            return true;
        }
    }
    return false;
}

bool guard_is_same_member(const struct rule_guard *a, const struct rule_guard *b)
{
    if (a->kind != b->kind)
        return false;
    return a->kind == GUARD_DATA ? bytes_equal(a->member, b->member) : a->field == b->field;
}

// What && joins at the top of a condition: its children, or the condition itself.
static uint32_t conjunct_count(const struct cel_node *root)
{
    return root->kind == CEL_NODE_AND ? root->child_count : 1;
}

static const struct cel_node *conjunct(const struct cel_node *root, uint32_t index)
{
    return root->kind == CEL_NODE_AND ? root->children[index] : root;
}

struct rule_guard guard_of(const struct ruleset *ruleset, const struct cel_node *root)
{
    struct rule_guard best = {.kind = GUARD_NONE};
    for (uint32_t i = 0; root != NULL && i < conjunct_count(root); i++) {
        struct rule_guard guard;
        if (!is_equality(ruleset, conjunct(root, i), &guard))
            continue;
        for (uint32_t j = 0; j < conjunct_count(root); j++) {
            struct rule_guard asked;
            const struct cel_node *node = conjunct(root, j);
            if (node->kind == CEL_NODE_HAS && member_of(ruleset, node, &asked) &&
                guard_is_same_member(&asked, &guard))
                guard.is_asked_for = true;
        }
        if (best.kind == GUARD_NONE || (best.kind == GUARD_CONTACT && guard.kind == GUARD_DATA))
            best = guard;
    }
    return best;
}
