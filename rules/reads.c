#include "rules/reads.h"

#include <stdlib.h>

#include "rules/compiler.h"
#include "rules/scope.h"

dependency ruleset_dependency_contact(const struct ruleset *ruleset, uint32_t scope_contact_field)
{
    (void)ruleset;
    return scope_contact_field;
}

dependency ruleset_dependency_counter(const struct ruleset *ruleset, size_t counter)
{
    return scope_contact_count(ruleset) + (uint32_t)counter;
}

dependency ruleset_dependency_score(const struct ruleset *ruleset, size_t score)
{
    return ruleset_dependency_counter(ruleset, ruleset->counter_count + score);
}

dependency ruleset_dependency_segment(const struct ruleset *ruleset, size_t segment)
{
    return ruleset_dependency_score(ruleset, ruleset->score_count + segment);
}

dependency ruleset_dependency_object(const struct ruleset *ruleset, size_t object)
{
    return ruleset_dependency_segment(ruleset, ruleset->segment_count + object);
}

uint32_t reads_dependency_count(const struct ruleset *ruleset)
{
    return ruleset_dependency_object(ruleset, ruleset->object_count);
}

enum read_kind reads_kind(const struct ruleset *ruleset, dependency of, uint32_t *index_out)
{
    const struct {
        enum read_kind kind;
        size_t count;
    } kinds[] = {
        // in the order of their numbers
        {READ_CONTACT, scope_contact_count(ruleset)},
        {READ_COUNTER, ruleset->counter_count},
        {READ_SCORE, ruleset->score_count},
        {READ_SEGMENT, ruleset->segment_count},
    };
    for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
        *index_out = of;
        if (of < kinds[i].count)
            return kinds[i].kind;
        of -= (dependency)kinds[i].count;
    }
    *index_out = of;
    return READ_OBJECT;
}

static void add(struct reads *reads, dependency first, uint32_t count, const struct cel_node *at)
{
    if (count == 0)
        return;
    reads->items = compile_grow(reads->items, &reads->cap, reads->count, sizeof(*reads->items));
    reads->items[reads->count++] = (struct read){first, count, at->begin, at->end};
}

// The members of a variable: its first dependency, and how many there are.
struct members {
    dependency first;
    uint32_t count;
};

static struct members members_of(const struct ruleset *ruleset, uint32_t variable)
{
    switch (variable) {
    case SCOPE_CONTACT: return (struct members){0, scope_contact_count(ruleset)};
    case SCOPE_COUNTER:
        return (struct members){
            ruleset_dependency_counter(ruleset, 0), (uint32_t)ruleset->counter_count};
    case SCOPE_SCORE:
        return (struct members){
            ruleset_dependency_score(ruleset, 0), (uint32_t)ruleset->score_count};
    case SCOPE_SEGMENT:
        return (struct members){
            ruleset_dependency_segment(ruleset, 0), (uint32_t)ruleset->segment_count};
    case SCOPE_OBJECTS:
        return (struct members){
            ruleset_dependency_object(ruleset, 0), (uint32_t)ruleset->object_count};
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

void reads_add(struct reads *reads, const struct ruleset *ruleset, const struct cel_node *root)
{
    if (root->is_folded) // constants read nothing
        return;
    if (is_member(root)) {
        struct members members = members_of(ruleset, root->children[0]->variable);
        if (root->field < members.count)
            add(reads, members.first + root->field, 1, root);
        return;
    }
    if (root->kind == CEL_NODE_IDENT) { // the whole of it
        struct members members = members_of(ruleset, root->variable);
        add(reads, members.first, members.count, root);
    }
    for (uint32_t i = 0; i < root->child_count; i++) // no deeper than CEL_DEPTH_MAX
        reads_add(reads, ruleset, root->children[i]);
}

void reads_free(struct reads *reads)
{
    free(reads->items);
    *reads = (struct reads){0};
}

bool reads_is_clock(const struct cel_node *node)
{
    if (node->kind == CEL_NODE_IDENT)
        return node->variable == SCOPE_NOW;
    return node->kind == CEL_NODE_CALL && bytes_equal_text(node->text, "age");
}

static void survey_node(struct cel_node *node, struct tree_survey *survey)
{
    node->has_clock = reads_is_clock(node);
    if (node->variable != CEL_NOT_A_VARIABLE)
        survey->variables |= UINT32_C(1) << node->variable;
    for (uint32_t i = 0; i < node->child_count; i++) { // no deeper than CEL_DEPTH_MAX
        survey_node(node->children[i], survey);
        node->has_clock = node->has_clock || node->children[i]->has_clock;
    }
}

struct tree_survey reads_survey(struct cel_node *root)
{
    struct tree_survey survey = {.variables = 0};
    survey_node(root, &survey);
    return survey;
}

_Static_assert(SCOPE_VARIABLE_COUNT <= 32, "each variable has its bit");

bool reads_now(const struct cel_node *node)
{
    return node->has_clock;
}

uint32_t reads_member(const struct cel_node *node, uint32_t variable)
{
    bool is_read =
        is_member(node) && node->kind != CEL_NODE_HAS && node->children[0]->variable == variable;
    return is_read ? node->field : UINT32_MAX;
}
