// Puts live nodes in an order in which each comes behind what it reads.
#include "rules/expression.h"
#include "rules/live_plan.h"

enum { RING_NOTES_MAX = 16 };

#define NO_NODE UINT32_MAX

// A node under way, and which of what it stands behind comes next.
struct step {
    uint32_t node, edge;
};

struct walk {
    struct live_plan *plan;
    struct step *steps; // the way from where it began
    uint32_t count;
};

// --- edges: first the state rules of a score, then what the expressions read
static uint32_t rule_edges(const struct live_plan *plan, const struct planned *planned)
{
    return planned->node.kind == LIVE_SCORE
               ? plan->ruleset->scores[planned->node.index].state_rule_count
               : 0;
}

static const struct planned_read *read_of(
    const struct live_plan *plan, const struct planned *planned, uint32_t edge)
{
    return &plan->reads[planned->first_read + edge - rule_edges(plan, planned)];
}

// The node that an edge leads to; NO_NODE where what is read is not live.
static uint32_t target_of(
    const struct live_plan *plan, const struct planned *planned, uint32_t edge)
{
    if (edge < rule_edges(plan, planned))
        return plan->node_of_rule[plan->ruleset->scores[planned->node.index].state_rules[edge]];
    dependency of = read_of(plan, planned, edge)->of;
    if (of < plan->scores_from || of >= plan->objects_from)
        return NO_NODE;
    return of < plan->segments_from ? live_plan_score(plan, of - plan->scores_from)
                                    : live_plan_segment(plan, of - plan->segments_from);
}

// --- rings
static const char *kind_of(const struct planned *planned)
{
    switch (planned->node.kind) {
    case LIVE_RULE: return "rule";
    case LIVE_SCORE: return "score";
    case LIVE_SEGMENT: return "segment";
    case LIVE_STOP: return "stop"; // nothing reads it
    }
    return "";
}

static const char *name_of(const struct live_plan *plan, const struct planned *planned)
{
    const struct ruleset *ruleset = plan->ruleset;
    uint32_t index = planned->node.index;
    struct bytes name = {NULL, 0};
    switch (planned->node.kind) {
    case LIVE_RULE: name = ruleset->rules[index].state_name; break;
    case LIVE_SCORE: name = ruleset->scores[index].name; break;
    case LIVE_SEGMENT: name = ruleset->segments[index].name; break;
    case LIVE_STOP: break;
    }
    return name.data == NULL ? "" : (const char *)name.data; // of a rule whose name was refused
}

// Where it is written that a node stands behind another.
static struct place place_of(const struct live_plan *plan, const struct step *step)
{
    const struct planned *planned = &plan->nodes[step->node];
    if (step->edge < rule_edges(plan, planned)) {
        const struct planned *rule = &plan->nodes[target_of(plan, planned, step->edge)];
        return rule->parts[0] == NULL ? PLACE_NONE : yaml_place(rule->parts[0]->node);
    }
    const struct planned_read *read = read_of(plan, planned, step->edge);
    const struct rule_expression *part = planned->parts[read->part];
    const struct read *at = &part->facts->reads[read->read];
    return yaml_place_shown(plan->compiler->list, part->node, at->begin, at->end);
}

// The last step of the way leads back to a node on it.
static void report_ring(const struct walk *walk, uint32_t target)
{
    const struct live_plan *plan = walk->plan;
    struct diagnostics *list = plan->compiler->list;
    struct planned *first = &plan->nodes[target];
    uint32_t begin = 0;
    while (walk->steps[begin].node != target)
        begin++;
    if (first->is_in_a_ring)
        return;
    first->is_in_a_ring = true;
    diagnostic_add(
        list, DIAGNOSTIC_E0220, place_of(plan, &walk->steps[begin]), "%s '%s' depends on itself",
        kind_of(first), name_of(plan, first));
    for (uint32_t i = begin; i < walk->count && walk->count - begin > 1; i++) {
        const struct planned *from = &plan->nodes[walk->steps[i].node];
        const struct planned *to =
            i + 1 < walk->count ? &plan->nodes[walk->steps[i + 1].node] : first;
        if (i - begin == RING_NOTES_MAX) {
            diagnostic_note(list, PLACE_NONE, "and so on, %u in all", walk->count - begin);
            return;
        }
        diagnostic_note(
            list, place_of(plan, &walk->steps[i]), "%s '%s' %s %s '%s'", kind_of(from),
            name_of(plan, from), to->node.kind == LIVE_RULE ? "has" : "reads", kind_of(to),
            name_of(plan, to));
    }
}

// --- depth
// An expression that reads a score has it worked out, with the expressions that it is made of: one within the other.
static void set_depth(struct live_plan *plan, struct planned *planned)
{
    uint32_t edges = rule_edges(plan, planned) + planned->read_count;
    for (uint32_t i = 0; i < edges; i++) {
        uint32_t target = target_of(plan, planned, i);
        bool is_worked_out = target != NO_NODE && plan->nodes[target].node.kind != LIVE_SEGMENT;
        if (is_worked_out && plan->nodes[target].depth > planned->depth)
            planned->depth = plan->nodes[target].depth;
    }
    if (planned->parts[0] != NULL)
        planned->depth++;
    if (planned->node.kind != LIVE_SCORE || planned->depth != SCORE_DEPTH_MAX + 1)
        return;
    const struct symbol *symbol = symbols_find(
        &plan->compiler->symbols[SYMBOL_SCORE], plan->ruleset->scores[planned->node.index].name);
    diagnostic_add(
        plan->compiler->list, DIAGNOSTIC_E0407, symbol == NULL ? PLACE_NONE : symbol->place,
        "score '%s' is made of others more than %d deep", name_of(plan, planned), SCORE_DEPTH_MAX);
}

// --- order
static void enter(struct walk *walk, uint32_t node)
{
    walk->plan->nodes[node].visit = LIVE_UNDER_WAY;
    walk->steps[walk->count++] = (struct step){node, 0};
}

static void leave(struct walk *walk)
{
    struct live_plan *plan = walk->plan;
    uint32_t node = walk->steps[--walk->count].node;
    struct planned *planned = &plan->nodes[node];
    set_depth(plan, planned);
    planned->visit = LIVE_DONE;
    planned->position = plan->order_count;
    plan->order[plan->order_count++] = node;
}

static void walk_from(struct walk *walk, uint32_t node)
{
    const struct live_plan *plan = walk->plan;
    enter(walk, node);
    while (walk->count > 0) { // each edge is gone once
        struct step *step = &walk->steps[walk->count - 1];
        const struct planned *planned = &plan->nodes[step->node];
        if (step->edge == rule_edges(plan, planned) + planned->read_count) {
            leave(walk);
            continue;
        }
        uint32_t target = target_of(plan, planned, step->edge);
        bool is_back = target != NO_NODE && plan->nodes[target].visit == LIVE_UNDER_WAY;
        if (is_back)
            report_ring(walk, target);
        if (target != NO_NODE && plan->nodes[target].visit == LIVE_NOT_YET)
            enter(walk, target); // and comes back to the next edge
        else
            step->edge++;
    }
}

void live_plan_order(struct live_plan *plan)
{
    struct walk walk = {
        .plan = plan,
        .steps = arena_alloc(&plan->compiler->scratch, (plan->count + 1) * sizeof(*walk.steps)),
    };
    for (uint32_t i = 0; i < plan->count; i++) {
        if (plan->nodes[i].visit == LIVE_NOT_YET)
            walk_from(&walk, i);
    }
}
