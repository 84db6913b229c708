#include "rules/reads.h"

#include "rules/scope.h"

enum { WORD_BITS = 64 };

static uint32_t contact_fields(const struct ruleset *ruleset)
{
    return SCOPE_CONTACT_FIELD_COUNT + (uint32_t)catalog_identifier_count(ruleset->catalog) +
           (uint32_t)ruleset->field_count;
}

dependency ruleset_dependency_contact(const struct ruleset *ruleset, uint32_t scope_contact_field)
{
    (void)ruleset;
    return scope_contact_field;
}

dependency ruleset_dependency_counter(const struct ruleset *ruleset, size_t counter)
{
    return contact_fields(ruleset) + (uint32_t)counter;
}

dependency ruleset_dependency_score(const struct ruleset *ruleset, size_t score)
{
    return contact_fields(ruleset) + (uint32_t)(ruleset->counter_count + score);
}

dependency ruleset_dependency_segment(const struct ruleset *ruleset, size_t segment)
{
    return contact_fields(ruleset) +
           (uint32_t)(ruleset->counter_count + ruleset->score_count + segment);
}

uint32_t reads_count(const struct ruleset *ruleset)
{
    return ruleset_dependency_segment(ruleset, ruleset->segment_count);
}

static void add(struct reads *reads, dependency dependency_read)
{
    reads->bits[dependency_read / WORD_BITS] |= UINT64_C(1) << dependency_read % WORD_BITS;
}

// The members of a variable: its first dependency, and how many there are.
struct members {
    dependency first;
    uint32_t count;
};

static struct members members_of(const struct ruleset *ruleset, uint32_t variable)
{
    switch (variable) {
    case SCOPE_CONTACT: return (struct members){0, contact_fields(ruleset)};
    case SCOPE_COUNTER:
        return (struct members){
            ruleset_dependency_counter(ruleset, 0), (uint32_t)ruleset->counter_count};
    case SCOPE_SCORE:
        return (struct members){
            ruleset_dependency_score(ruleset, 0), (uint32_t)ruleset->score_count};
    case SCOPE_SEGMENT:
        return (struct members){
            ruleset_dependency_segment(ruleset, 0), (uint32_t)ruleset->segment_count};
    default: return (struct members){0, 0};
    }
}

// Whether a node is a known member of a variable: contact.country, segment["hot-leads"].
static bool is_member(const struct cel_node *node)
{
    return node->field != CEL_NO_FIELD && node->child_count > 0 &&
           (node->kind == CEL_NODE_SELECT || node->kind == CEL_NODE_HAS ||
            node->kind == CEL_NODE_CALL) &&
           node->children[0]->kind == CEL_NODE_IDENT &&
           node->children[0]->variable != CEL_NOT_A_VARIABLE;
}

static bool reads_clock(const struct cel_node *node)
{
    if (node->kind == CEL_NODE_IDENT)
        return node->variable == SCOPE_NOW;
    return node->kind == CEL_NODE_CALL && bytes_equal_text(node->text, "age");
}

void reads_add(struct reads *reads, const struct ruleset *ruleset, const struct cel_node *root)
{
    if (root == NULL)
        return;
    reads->has_now = reads->has_now || reads_clock(root);
    if (is_member(root)) {
        struct members members = members_of(ruleset, root->children[0]->variable);
        if (root->field < members.count)
            add(reads, members.first + root->field);
        return;
    }
    if (root->kind == CEL_NODE_IDENT) { // the whole of it
        struct members members = members_of(ruleset, root->variable);
        for (uint32_t i = 0; i < members.count; i++)
            add(reads, members.first + i);
    }
    for (uint32_t i = 0; i < root->child_count; i++) // no deeper than CEL_DEPTH_MAX
        reads_add(reads, ruleset, root->children[i]);
}

bool reads_now(const struct cel_node *node)
{
    if (reads_clock(node))
        return true;
    for (uint32_t i = 0; i < node->child_count; i++) { // no deeper than CEL_DEPTH_MAX
        if (reads_now(node->children[i]))
            return true;
    }
    return false;
}

uint32_t reads_score(const struct cel_node *node)
{
    bool is_score =
        is_member(node) && node->kind != CEL_NODE_HAS && node->children[0]->variable == SCOPE_SCORE;
    return is_score ? node->field : UINT32_MAX;
}
