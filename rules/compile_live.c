// What is live of a ruleset: state rules, scores and segments in an order in which each comes behind all that it reads,
// who is to be looked at when something changes, and when time alone changes something.
#include <stdlib.h>

#include "engine/base/memory.h"
#include "rules/compiler.h"
#include "rules/expression_problem.h"
#include "rules/moments.h"
#include "rules/reads.h"
#include "rules/scope.h"

enum { WORD_BITS = 64, PARTS_MAX = 2 };

enum visit { VISIT_NOT_YET, VISIT_UNDER_WAY, VISIT_DONE };

// A node while the order is made.
struct planned {
    struct live_node node;
    const struct rule_expression *parts[PARTS_MAX]; // what it evaluates; NULL: nothing
    uint64_t *reads;
    enum visit visit;
    uint32_t position;
};

struct planning {
    struct compiler *compiler;
    struct ruleset *ruleset;
    struct planned *nodes; // state rules, scores, segments
    uint32_t count, rule_count;
    uint32_t words;
    uint32_t order_count;
    uint32_t *path; // of the nodes under way
    uint32_t path_count;
};

static uint32_t score_node(const struct planning *planning, size_t score)
{
    return planning->rule_count + (uint32_t)score;
}

static uint32_t segment_node(const struct planning *planning, size_t segment)
{
    return planning->rule_count + (uint32_t)(planning->ruleset->score_count + segment);
}

static void plan_node(
    struct planning *planning,
    enum live_kind kind,
    uint32_t index,
    const struct rule_expression *first,
    const struct rule_expression *second)
{
    struct planned *planned = &planning->nodes[planning->count++];
    *planned = (struct planned){.node = {.kind = kind, .index = index}, .parts = {first, second}};
    planned->reads =
        arena_alloc(&planning->compiler->scratch, (planning->words + 1) * sizeof(*planned->reads));
    memset(planned->reads, 0, (planning->words + 1) * sizeof(*planned->reads));
    struct reads reads = {planned->reads, false};
    for (int i = 0; i < PARTS_MAX; i++) {
        if (planned->parts[i] != NULL)
            reads_add(&reads, planning->ruleset, planned->parts[i]->root);
    }
}

static void plan_nodes(struct planning *planning)
{
    struct ruleset *ruleset = planning->ruleset;
    for (uint32_t i = 0; i < ruleset->rule_count; i++) {
        const struct score_rule *rule = &ruleset->rules[i];
        if (rule->kind == SCORE_RULE_STATE)
            plan_node(planning, LIVE_RULE, i, rule->state, rule->points);
    }
    planning->rule_count = planning->count;
    for (uint32_t i = 0; i < ruleset->score_count; i++)
        plan_node(planning, LIVE_SCORE, i, ruleset->scores[i].combine, NULL);
    for (uint32_t i = 0; i < ruleset->segment_count; i++)
        plan_node(planning, LIVE_SEGMENT, i, ruleset->segments[i].condition, NULL);
}

// --- order
static struct bytes name_of(const struct planning *planning, const struct planned *planned)
{
    const struct ruleset *ruleset = planning->ruleset;
    switch (planned->node.kind) {
    case LIVE_RULE: return ruleset->rules[planned->node.index].state_name;
    case LIVE_SCORE: return ruleset->scores[planned->node.index].name;
    case LIVE_SEGMENT: return ruleset->segments[planned->node.index].name;
    }
    return (struct bytes){NULL, 0};
}

static const char *kind_of(const struct planned *planned)
{
    static const char *const kinds[] = {
        [LIVE_RULE] = "rule", [LIVE_SCORE] = "score", [LIVE_SEGMENT] = "segment"};
    return kinds[planned->node.kind];
}

// Where an expression of the node is written; that of a score with rules, its name.
static struct place place_of(const struct planning *planning, const struct planned *planned)
{
    const struct compiler *compiler = planning->compiler;
    const struct symbol *symbol = NULL;
    if (planned->parts[0] != NULL)
        return planned->parts[0]->place;
    symbol = symbols_find(
        &compiler->symbols[planned->node.kind == LIVE_SEGMENT ? SYMBOL_SEGMENT : SYMBOL_SCORE],
        name_of(planning, planned));
    return symbol == NULL ? (struct place){0} : symbol->place;
}

static void report_cycle(struct planning *planning, uint32_t node)
{
    const struct planned *first = &planning->nodes[node];
    struct bytes name = name_of(planning, first);
    uint32_t begin = 0;
    while (planning->path[begin] != node)
        begin++;
    diagnostic_add(
        planning->compiler->list, DIAGNOSTIC_E0220, place_of(planning, first),
        "%s '%.*s' depends on itself", kind_of(first), compile_shown_len(name),
        (const char *)name.data);
    for (uint32_t i = begin + 1; i <= planning->path_count; i++) {
        const struct planned *next =
            &planning->nodes[i < planning->path_count ? planning->path[i] : node];
        struct bytes next_name = name_of(planning, next);
        diagnostic_note(
            planning->compiler->list, place_of(planning, next), "by way of %s '%.*s'",
            kind_of(next), compile_shown_len(next_name), (const char *)next_name.data);
    }
}

static bool visit(struct planning *planning, uint32_t node);

static bool has(const struct planned *planned, dependency read)
{
    return (planned->reads[read / WORD_BITS] >> read % WORD_BITS & 1) != 0;
}

// Visits what the node reads; false after E0220.
static bool visit_reads(struct planning *planning, const struct planned *planned)
{
    const struct ruleset *ruleset = planning->ruleset;
    bool is_score = planned->node.kind == LIVE_SCORE;
    for (uint32_t i = 0; is_score && i < planning->rule_count; i++) {
        uint32_t rule = planning->nodes[i].node.index;
        if (ruleset->rules[rule].score == planned->node.index && !visit(planning, i))
            return false;
    }
    for (uint32_t i = 0; i < ruleset->score_count; i++) {
        if (has(planned, ruleset_dependency_score(ruleset, i)) &&
            !visit(planning, score_node(planning, i)))
            return false;
    }
    for (uint32_t i = 0; i < ruleset->segment_count; i++) {
        if (has(planned, ruleset_dependency_segment(ruleset, i)) &&
            !visit(planning, segment_node(planning, i)))
            return false;
    }
    return true;
}

// Puts the node into the order, behind what it reads; false after E0220. Depth: one for each score and segment on a
// way from one to the other, of which LIVE_DEPTH_MAX are let in.
static bool visit(struct planning *planning, uint32_t node)
{
    struct planned *planned = &planning->nodes[node];
    if (planned->visit == VISIT_DONE)
        return true;
    if (planned->visit == VISIT_UNDER_WAY) {
        report_cycle(planning, node);
        return false;
    }
    if (planning->path_count == LIVE_DEPTH_MAX) {
        diagnostic_add(
            planning->compiler->list, DIAGNOSTIC_E0407, place_of(planning, planned),
            "scores and segments read each other more than %d deep", LIVE_DEPTH_MAX);
        return false;
    }
    planned->visit = VISIT_UNDER_WAY;
    planning->path[planning->path_count++] = node;
    if (!visit_reads(planning, planned))
        return false;
    planning->path_count--;
    planned->visit = VISIT_DONE;
    planned->position = planning->order_count++;
    return true;
}

static const struct planned **in_order(struct planning *planning)
{
    const struct planned **ordered =
        arena_alloc(&planning->compiler->scratch, (planning->count + 1) * sizeof(*ordered));
    for (uint32_t i = 0; i < planning->count; i++)
        ordered[planning->nodes[i].position] = &planning->nodes[i];
    return ordered;
}

// --- what time alone changes
static void warn_hourly(
    struct planning *planning, const struct rule_expression *part, const struct cel_node *at)
{
    const struct expression_source source = {.node = part->node};
    diagnostic_add(
        planning->compiler->list, DIAGNOSTIC_W0506, expression_place(&source, at->begin, at->end),
        "this is looked at again at each full hour: expected a comparison like now - TIME < "
        "DURATION");
}

// Whether a score changes by time alone, by its own forgetting or by that of those it is combined from.
static bool forgets(const struct planning *planning, uint32_t score)
{
    const struct ruleset *ruleset = planning->ruleset;
    const struct planned *planned = &planning->nodes[score_node(planning, score)];
    if (ruleset->scores[score].forget.kind != FORGET_NONE)
        return true;
    for (uint32_t i = 0; ruleset->scores[score].combine != NULL && i < ruleset->score_count; i++) {
        if (has(planned, ruleset_dependency_score(ruleset, i)) && forgets(planning, i))
            return true; // they come before it in the order: no way back
    }
    return false;
}

static void time_node(struct planning *planning, struct planned *planned, struct moments *moments)
{
    struct ruleset *ruleset = planning->ruleset;
    const struct cel_scope *scope = scopes_of(ruleset->scopes, EVENT_TYPE_UNKNOWN);
    moments->count = 0;
    memset(moments->read_freely, 0, ruleset->score_count * sizeof(bool));
    for (int i = 0; i < PARTS_MAX; i++) {
        moments->hourly = NULL;
        if (planned->parts[i] == NULL)
            continue;
        moments_add(moments, ruleset, scope, planned->parts[i]->root);
        if (moments->hourly == NULL)
            continue;
        planned->node.is_hourly = true;
        warn_hourly(planning, planned->parts[i], moments->hourly);
    }
    for (uint32_t i = 0; i < ruleset->score_count; i++) {
        if (moments->read_freely[i] && forgets(planning, i))
            planned->node.is_hourly = true;
    }
    struct rule_moment *kept = arena_alloc(&ruleset->arena, (moments->count + 1) * sizeof(*kept));
    if (moments->count > 0)
        memcpy(kept, moments->items, moments->count * sizeof(*kept));
    planned->node.moments = kept;
    if (planned->node.kind != LIVE_SCORE && planned->parts[0]->guard.kind == GUARD_CONTACT &&
        planned->parts[0]->guard.is_asked_for)
        planned->node.guard = planned->parts[0]->guard;
    planned->node.moment_count = (uint32_t)moments->count;
}

static int compare_milli(const void *a, const void *b)
{
    int64_t left = *(const int64_t *)a;
    int64_t right = *(const int64_t *)b;
    return (left > right) - (left < right);
}

static bool is_heard(const struct ruleset *ruleset, enum builtin builtin)
{
    event_type type = catalog_builtin(ruleset->catalog, builtin);
    for (size_t i = 0; i < ruleset->rule_count; i++) {
        if (ruleset->rules[i].on == type)
            return true;
    }
    for (size_t i = 0; i < ruleset->workflow_count; i++) {
        if (ruleset->workflows[i].on == type)
            return true;
    }
    for (size_t i = 0; i < ruleset->counter_count; i++) {
        if (ruleset->counters[i].on == type)
            return true;
    }
    return false;
}

static void set_thresholds(struct planning *planning, const struct moments *moments)
{
    struct ruleset *ruleset = planning->ruleset;
    bool has_bands =
        is_heard(ruleset, BUILTIN_SCORE_BAND_CHANGED) || is_heard(ruleset, BUILTIN_SCORE_CHANGED);
    for (uint32_t i = 0; i < ruleset->score_count; i++) {
        struct score_def *score = &ruleset->scores[i];
        uint32_t most = (has_bands ? score->band_count : 0) + (uint32_t)moments->threshold_count;
        int64_t *found = arena_alloc(&planning->compiler->scratch, (most + 1) * sizeof(*found));
        uint32_t count = 0, kept = 0;
        for (uint32_t b = 0; has_bands && b < score->band_count; b++)
            found[count++] = score->bands[b].from_milli;
        for (size_t t = 0; t < moments->threshold_count; t++) {
            if (moments->thresholds[t].score == i)
                found[count++] = moments->thresholds[t].milli;
        }
        qsort(found, count, sizeof(*found), compare_milli);
        int64_t *thresholds = arena_alloc(&ruleset->arena, (count + 1) * sizeof(*thresholds));
        for (uint32_t t = 0; t < count; t++) {
            if (kept == 0 || thresholds[kept - 1] != found[t])
                thresholds[kept++] = found[t];
        }
        score->thresholds_milli = thresholds;
        score->threshold_count = kept;
    }
}

// Whether anything would see a score that is combined from others change by time alone. One that nobody watches is
// worked out when it is asked for.
static bool is_watched(
    const struct planning *planning,
    const struct planned *planned,
    const struct moments *moments,
    bool has_bands)
{
    uint32_t score = planned->node.index;
    if (planning->ruleset->scores[score].combine == NULL ||
        (has_bands && planning->ruleset->scores[score].band_count > 0))
        return true;
    for (size_t i = 0; i < moments->threshold_count; i++) {
        if (moments->thresholds[i].score == score)
            return true;
    }
    return false;
}

static void set_times(struct planning *planning)
{
    struct moments moments = {
        .read_freely = mem_zero(planning->ruleset->score_count + 1, sizeof(bool))};
    const struct planned **ordered = in_order(planning);
    bool has_bands = is_heard(planning->ruleset, BUILTIN_SCORE_BAND_CHANGED) ||
                     is_heard(planning->ruleset, BUILTIN_SCORE_CHANGED);
    for (uint32_t i = planning->count; i-- > 0;) { // readers before what they read
        struct planned *planned = &planning->nodes[ordered[i] - planning->nodes];
        if (planned->node.kind != LIVE_SCORE || is_watched(planning, planned, &moments, has_bands))
            time_node(planning, planned, &moments);
    }
    set_thresholds(planning, &moments);
    free(moments.items);
    free(moments.read_freely);
    free(moments.thresholds);
}

// --- the result
static void set_state_rules(struct planning *planning)
{
    struct ruleset *ruleset = planning->ruleset;
    uint32_t *rules = arena_alloc(&ruleset->arena, (planning->rule_count + 1) * sizeof(*rules));
    uint32_t at = 0;
    for (uint32_t i = 0; i < planning->rule_count; i++) { // those of a score follow each other
        uint32_t rule = planning->nodes[i].node.index;
        struct score_def *score = &ruleset->scores[ruleset->rules[rule].score];
        if (score->state_rule_count++ == 0)
            score->state_rules = &rules[at];
        rules[at++] = rule;
    }
}

// The readers of each dependency, by position.
static void set_dependents(struct planning *planning)
{
    struct ruleset *ruleset = planning->ruleset;
    uint32_t dependencies = reads_count(ruleset);
    const struct planned **ordered = in_order(planning);
    uint64_t total = 0;
    for (uint32_t i = 0; i < planning->count; i++) {
        for (uint32_t word = 0; word < planning->words; word++)
            total += (uint64_t)__builtin_popcountll(planning->nodes[i].reads[word]);
    }
    ruleset->dependents = arena_alloc(&ruleset->arena, (total + 1) * sizeof(uint32_t));
    ruleset->dependents_at =
        arena_alloc(&ruleset->arena, ((size_t)dependencies + 1) * sizeof(uint32_t));
    uint32_t at = 0;
    for (uint32_t read = 0; read < dependencies; read++) {
        ruleset->dependents_at[read] = at;
        for (uint32_t i = 0; i < planning->count; i++) {
            if (has(ordered[i], read))
                ruleset->dependents[at++] = i;
        }
    }
    ruleset->dependents_at[dependencies] = at;
    ruleset->dependency_count = dependencies;
}

static void set_live(struct planning *planning)
{
    struct ruleset *ruleset = planning->ruleset;
    ruleset->live = arena_alloc(&ruleset->arena, (planning->count + 1) * sizeof(*ruleset->live));
    size_t places = ruleset->rule_count + ruleset->score_count + ruleset->segment_count;
    ruleset->live_positions = arena_alloc(&ruleset->arena, (places + 1) * sizeof(uint32_t));
    ruleset->live_count = planning->count;
    for (uint32_t i = 0; i < planning->count; i++) {
        const struct planned *planned = &planning->nodes[i];
        size_t place = planned->node.index;
        ruleset->live[planned->position] = planned->node;
        if (planned->node.kind != LIVE_RULE)
            place += ruleset->rule_count;
        if (planned->node.kind == LIVE_SEGMENT)
            place += ruleset->score_count;
        ruleset->live_positions[place] = planned->position;
    }
}

static bool has_timers(const struct ruleset *ruleset)
{
    for (size_t i = 0; i < ruleset->live_count; i++) {
        const struct live_node *node = &ruleset->live[i];
        if (node->moment_count > 0 || node->is_hourly)
            return true;
    }
    for (size_t i = 0; i < ruleset->segment_count; i++) {
        if (ruleset->segments[i].for_ms > 0 || ruleset->segments[i].known_for_ms > 0)
            return true;
    }
    for (size_t i = 0; i < ruleset->score_count; i++) {
        const struct score_def *score = &ruleset->scores[i];
        if (score->forget.kind != FORGET_NONE && score->threshold_count > 0)
            return true;
    }
    for (size_t i = 0; i < ruleset->counter_count; i++) {
        if (ruleset->counters[i].within_ms > 0 &&
            ruleset_dependents(ruleset, ruleset_dependency_counter(ruleset, i)).count > 0)
            return true;
    }
    return false;
}

void compile_live(struct compiler *compiler)
{
    struct ruleset *ruleset = compiler->ruleset;
    if (compiler->list->error_count > 0)
        return; // what an expression reads is not known then
    size_t most = ruleset->rule_count + ruleset->score_count + ruleset->segment_count;
    struct planning planning = {
        .compiler = compiler,
        .ruleset = ruleset,
        .nodes = arena_alloc(&compiler->scratch, (most + 1) * sizeof(struct planned)),
        .words = (reads_count(ruleset) + WORD_BITS - 1) / WORD_BITS,
        .path = arena_alloc(&compiler->scratch, (LIVE_DEPTH_MAX + 1) * sizeof(uint32_t)),
    };
    plan_nodes(&planning);
    for (uint32_t i = 0; i < planning.count; i++) {
        if (!visit(&planning, i))
            return;
    }
    set_state_rules(&planning);
    set_times(&planning);
    set_dependents(&planning);
    set_live(&planning);
    ruleset->has_timers = has_timers(ruleset);
}
