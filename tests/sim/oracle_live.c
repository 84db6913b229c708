// State rules, scores and segments, all of them looked at again whenever anything may have changed.
#include <string.h>

#include "tests/sim/oracle_internal.h"

// --- order: each behind what it reads, else as written: state rules, scores, segments
static bool is_node(
    const struct live_node *node, enum live_kind kind, uint32_t score, uint32_t index)
{
    return node->kind == kind && node->score == score && node->index == index;
}

static void place(struct oracle *oracle, enum live_kind kind, uint32_t score, uint32_t index);

static void place_read(struct oracle *oracle, const struct workload_expr *expr)
{
    const struct workload_rules *rules = oracle->rules;
    if (expr == NULL)
        return;
    for (uint32_t i = 0; i < rules->score_count && expr->kind == EXPR_SCORE; i++) {
        if (text_equal(rules->scores[i].name, expr->name))
            place(oracle, NODE_SCORE, i, 0);
    }
    for (uint32_t i = 0; i < rules->segment_count && expr->kind == EXPR_SEGMENT; i++) {
        if (text_equal(rules->segments[i].name, expr->name))
            place(oracle, NODE_SEGMENT, 0, i);
    }
    place_read(oracle, expr->left);
    place_read(oracle, expr->right);
}

// Drawn rules have no rings.
static void place(struct oracle *oracle, enum live_kind kind, uint32_t score, uint32_t index)
{
    const struct workload_rules *rules = oracle->rules;
    for (size_t i = 0; i < oracle->nodes.count; i++) {
        if (is_node(&oracle->nodes.at[i], kind, score, index))
            return;
    }
    if (kind == NODE_RULE) {
        place_read(oracle, rules->scores[score].rules[index].state);
        place_read(oracle, rules->scores[score].rules[index].points);
    } else if (kind == NODE_SEGMENT) {
        place_read(oracle, rules->segments[index].condition);
    } else {
        for (uint32_t i = 0; i < rules->scores[score].rule_count; i++) {
            if (rules->scores[score].rules[i].state != NULL)
                place(oracle, NODE_RULE, score, i);
        }
        place_read(oracle, rules->scores[score].combine);
    }
    struct live_node *node = list_add(&oracle->nodes);
    node->kind = kind;
    node->score = score;
    node->index = index;
}

void oracle_live_begin(struct oracle *oracle)
{
    const struct workload_rules *rules = oracle->rules;
    oracle->nodes.count = 0;
    for (size_t i = 0; i < oracle->contacts.count; i++)
        oracle->contacts.at[i].entry_edits++;
    for (uint32_t i = 0; i < rules->score_count; i++) {
        for (uint32_t j = 0; j < rules->scores[i].rule_count; j++) {
            if (rules->scores[i].rules[j].state != NULL)
                place(oracle, NODE_RULE, i, j);
        }
    }
    for (uint32_t i = 0; i < rules->score_count; i++)
        place(oracle, NODE_SCORE, i, 0);
    for (uint32_t i = 0; i < rules->segment_count; i++)
        place(oracle, NODE_SEGMENT, 0, i);
}

// --- what holds
static struct held *find_held(const struct contact *contact, struct text name)
{
    for (size_t i = 0; i < contact->held.count; i++) {
        if (text_equal(contact->held.at[i].name, name))
            return &contact->held.at[i];
    }
    return NULL;
}

bool oracle_holds(const struct contact *contact, struct text name)
{
    return find_held(contact, name) != NULL;
}

bool oracle_is_member(const struct contact *contact, struct text segment)
{
    const struct held *held = find_held(contact, segment);
    return held != NULL && held->is_member;
}

bool oracle_segment_since(
    const struct oracle *oracle, uint64_t contact, struct text segment, int64_t *since_ms_out)
{
    const struct held *held = find_held(&oracle->contacts.at[contact - 1], segment);
    if (held != NULL)
        *since_ms_out = held->since_ms;
    return held != NULL;
}

static void let_go(struct contact *contact, struct text name)
{
    struct held *held = find_held(contact, name);
    if (held != NULL)
        *held = contact->held.at[--contact->held.count];
}

static struct held *hold(struct contact *contact, struct text name, int64_t now_ms)
{
    struct held *held = find_held(contact, name);
    if (held != NULL)
        return held;
    held = list_add(&contact->held);
    *held = (struct held){.name = name, .since_ms = now_ms};
    return held;
}

// --- looking again
static void settle_rule(struct oracle *oracle, const struct live_node *node)
{
    const struct workload_score *score = &oracle->rules->scores[node->score];
    const struct workload_score_rule *rule = &score->rules[node->index];
    struct text name = oracle_rule_name(oracle, score->name, rule->name);
    if (oracle_is_true(oracle, rule->state))
        (void)hold(oracle_contact(oracle), name, oracle->now_ms);
    else
        let_go(oracle_contact(oracle), name);
}

static struct workload_value value_of_milli(const char *name, int64_t milli)
{
    if (milli % 1000 == 0)
        return sim_value_of_int(name, milli / 1000);
    return (struct workload_value){
        .kind = WORKLOAD_DOUBLE, .name = text_of(name), .real = (double)milli / 1000.0};
}

static void settle_score(struct oracle *oracle, uint32_t index, uint32_t depth)
{
    const struct workload_score *score = &oracle->rules->scores[index];
    struct contact *contact = oracle_contact(oracle);
    int64_t to = oracle_score_value(oracle, index).shown_milli;
    struct shown *shown = oracle_shown(contact, score->name);
    int64_t from = shown->milli;
    shown->milli = to;
    if (from == to)
        return;
    struct workload_value changed[] = {
        sim_value_of_text("score", score->name), value_of_milli("from", from),
        value_of_milli("to", to)};
    oracle_derive(oracle, "score.changed", depth, changed, 3);
    struct text from_band = oracle_band(score, from);
    struct text to_band = oracle_band(score, to);
    if (text_equal(from_band, to_band))
        return;
    struct workload_value crossed[] = {
        sim_value_of_text("score", score->name), sim_value_of_text("from", from_band),
        sim_value_of_text("to", to_band), value_of_milli("value", to)};
    oracle_derive(oracle, "score.band_changed", depth, crossed, 4);
}

static void settle_segment(struct oracle *oracle, uint32_t index, uint32_t depth)
{
    const struct workload_segment *segment = &oracle->rules->segments[index];
    struct contact *contact = oracle_contact(oracle);
    bool was_member = oracle_is_member(contact, segment->name);
    bool is_member = false;
    bool is_known =
        segment->known_for_ms == 0 || oracle->now_ms - contact->created_ms >= segment->known_for_ms;
    if (is_known && oracle_is_true(oracle, segment->condition)) {
        struct held *held = hold(contact, segment->name, oracle->now_ms);
        held->is_member = oracle->now_ms - held->since_ms >= segment->for_ms;
        is_member = held->is_member;
    } else {
        let_go(contact, segment->name);
    }
    if (is_member == was_member)
        return;
    struct workload_value data = sim_value_of_text("segment", segment->name);
    oracle_derive(oracle, is_member ? "segment.entered" : "segment.left", depth, &data, 1);
}

void oracle_settle(struct oracle *oracle, uint32_t depth)
{
    for (size_t i = 0; i < oracle->nodes.count; i++) {
        const struct live_node *node = &oracle->nodes.at[i];
        switch (node->kind) {
        case NODE_RULE: settle_rule(oracle, node); break;
        case NODE_SCORE: settle_score(oracle, node->score, depth); break;
        case NODE_SEGMENT: settle_segment(oracle, node->index, depth); break;
        }
    }
    oracle_contact(oracle)->quiet_ms = oracle->now_ms;
    oracle_contact(oracle)->next_ms = INT64_MAX;
}

void oracle_sweep(struct oracle *oracle)
{
    oracle->is_silent = true;
    oracle->now_ms = oracle->tick_ms;
    for (oracle->contact = 0; oracle->contact < oracle->contacts.count; oracle->contact++)
        oracle_settle(oracle, 1);
    oracle->is_silent = false;
}
