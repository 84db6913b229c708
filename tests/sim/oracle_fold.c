// Rules, workflows and the events that follow from them.
#include <string.h>

#include "tests/sim/oracle_internal.h"

enum { DERIVED_MAX = 1024 }; // of one input

// Whether a rule or workflow in force names the type.
static bool is_heard(const struct oracle *oracle, struct text type)
{
    const struct workload_rules *rules = oracle->rules;
    for (uint32_t i = 0; i < rules->workflow_count; i++) {
        if (text_equal(rules->workflows[i].on, type))
            return true;
    }
    for (uint32_t i = 0; i < rules->score_count; i++) {
        for (uint32_t j = 0; j < rules->scores[i].rule_count; j++) {
            if (text_equal(rules->scores[i].rules[j].on, type))
                return true;
        }
    }
    return false;
}

void oracle_derive(
    struct oracle *oracle,
    const char *type,
    uint32_t depth,
    const struct workload_value *items,
    uint32_t count)
{
    if (!is_heard(oracle, text_of(type)))
        return;
    if (depth > oracle->shape->derived_depth_max || oracle->derived.count >= DERIVED_MAX) {
        oracle->counts.derived_too_deep++;
        return;
    }
    struct workload_value *kept = sim_alloc(&oracle->arena, (count + 1) * sizeof(*kept));
    for (uint32_t i = 0; i < count; i++)
        kept[i] = items[i];
    struct derived *derived = list_add(&oracle->derived);
    derived->type = text_of(type);
    derived->depth = depth;
    derived->data = (struct workload_value){.kind = WORKLOAD_MAP, .items = kept, .count = count};
    oracle->counts.derived++;
}

// --- scores
bool oracle_has_score(const struct contact *contact, struct text score, int64_t *sum_milli_out)
{
    bool has_any = false;
    *sum_milli_out = 0;
    for (size_t i = 0; i < contact->points.count; i++) {
        if (!text_equal(contact->points.at[i].score, score))
            continue;
        *sum_milli_out += contact->points.at[i].milli;
        has_any = true;
    }
    return has_any;
}

int64_t oracle_shown(const struct workload_score *score, int64_t sum_milli)
{
    if (score->has_max && sum_milli > score->max_milli)
        return score->max_milli;
    if (score->has_min && sum_milli < score->min_milli)
        return score->min_milli;
    return sum_milli;
}

struct text oracle_band(const struct workload_score *score, int64_t shown_milli)
{
    struct text band = text_of("");
    for (uint32_t i = 0; i < score->band_count; i++) {
        if (shown_milli >= score->bands[i].from_milli)
            band = score->bands[i].name;
    }
    return band;
}

// The value at "a.b" inside data as JSON; "null" where there is none.
static struct text key_of(
    struct oracle *oracle, const struct workload_value *data, struct text path)
{
    while (path.len > 0) {
        const char *dot = memchr(path.at, '.', path.len);
        struct text part = {path.at, dot == NULL ? path.len : (size_t)(dot - path.at)};
        data = sim_value_member(data, part);
        size_t used = part.len + (dot != NULL);
        path = (struct text){path.at + used, path.len - used};
    }
    struct sim_text text = {NULL, 0, 0};
    sim_add_json_value(&text, data);
    struct text key = text_copy(&oracle->arena, sim_text_view(&text));
    sim_text_free(&text);
    return key;
}

// Counts the rule for its key; false when it has counted often enough.
static bool may_count(
    struct oracle *oracle,
    const struct workload_score *score,
    const struct workload_score_rule *rule,
    const struct workload_value *data)
{
    if (rule->limit_times == 0)
        return true;
    struct contact *contact = oracle_contact(oracle);
    struct text key = rule->per.len > 0 ? key_of(oracle, data, rule->per) : text_of("");
    struct text name = text_format(
        &oracle->arena, "%.*s/%.*s", (int)score->name.len, score->name.at, (int)rule->name.len,
        rule->name.at);
    for (size_t i = 0; i < contact->limits.count; i++) {
        struct limit *limit = &contact->limits.at[i];
        if (text_equal(limit->rule, name) && text_equal(limit->key, key)) {
            if (limit->times >= rule->limit_times)
                return false;
            limit->times++;
            return true;
        }
    }
    if (contact->limits.count >= oracle->shape->limit_keys_max) { // the oldest is forgotten
        contact->limits.count--;
        memmove(
            contact->limits.at, contact->limits.at + 1,
            contact->limits.count * sizeof(*contact->limits.at));
    }
    *(struct limit *)list_add(&contact->limits) = (struct limit){name, key, 1};
    return true;
}

static struct workload_value value_of_milli(const char *name, int64_t milli)
{
    if (milli % 1000 == 0)
        return sim_value_of_int(name, milli / 1000);
    return (struct workload_value){
        .kind = WORKLOAD_DOUBLE, .name = text_of(name), .real = (double)milli / 1000.0};
}

// What one event did to a score in all.
static void derive_change(
    struct oracle *oracle, const struct workload_score *score, int64_t before_milli, uint32_t depth)
{
    int64_t sum_milli = 0;
    (void)oracle_has_score(oracle_contact(oracle), score->name, &sum_milli);
    int64_t from = oracle_shown(score, before_milli);
    int64_t to = oracle_shown(score, sum_milli);
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

static void match_rules(
    struct oracle *oracle, struct text type, const struct workload_value *data, uint32_t depth)
{
    const struct workload_rules *rules = oracle->rules;
    struct contact *contact = oracle_contact(oracle);
    for (uint32_t i = 0; i < rules->score_count; i++) {
        const struct workload_score *score = &rules->scores[i];
        int64_t before_milli = 0;
        bool has_moved = false;
        for (uint32_t j = 0; j < score->rule_count; j++) {
            const struct workload_score_rule *rule = &score->rules[j];
            if (!text_equal(rule->on, type))
                continue;
            if (!may_count(oracle, score, rule, data)) {
                oracle->counts.rules_limited++;
                continue;
            }
            if (!has_moved)
                (void)oracle_has_score(contact, score->name, &before_milli);
            has_moved = true;
            struct points *points = list_add(&contact->points);
            points->score = score->name;
            points->milli = rule->points_milli;
            oracle->counts.rules_matched++;
        }
        if (has_moved)
            derive_change(oracle, score, before_milli, depth + 1);
    }
}

// --- workflows
static uint32_t start_run(struct oracle *oracle, const struct workload_workflow *flow)
{
    struct contact *contact = oracle_contact(oracle);
    for (size_t i = 0; i < contact->runs.count; i++) {
        if (text_equal(contact->runs.at[i].workflow, flow->name))
            return flow->may_reenter ? ++contact->runs.at[i].count : 0;
    }
    *(struct runs *)list_add(&contact->runs) = (struct runs){flow->name, 1};
    return 1;
}

static void change_names(struct oracle *oracle, const struct workload_step *step, uint32_t depth)
{
    bool is_tag = step->kind == WORKLOAD_STEP_TAG;
    for (uint32_t i = 0; i < step->add_count; i++)
        oracle_change_name(oracle, is_tag ? "tag.added" : "list.added", step->add[i], depth);
    for (uint32_t i = 0; i < step->remove_count; i++)
        oracle_change_name(oracle, is_tag ? "tag.removed" : "list.removed", step->remove[i], depth);
}

// run.started, run.ended. The id of the run is the engine's business; what matters is that each has its own.
static void derive_run(
    struct oracle *oracle,
    const char *type,
    const struct workload_workflow *flow,
    uint32_t run,
    uint32_t depth)
{
    struct workload_value items[] = {
        sim_value_of_text("workflow", flow->name),
        sim_value_of_text(
            "run", text_format(
                       &oracle->arena, "the oracle's run %zu %.*s %u", oracle->contact,
                       (int)flow->name.len, flow->name.at, run)),
        sim_value_of_text("outcome", text_of("done"))};
    oracle_derive(oracle, type, depth, items, strcmp(type, "run.ended") == 0 ? 3 : 2);
}

static void run_workflow(
    struct oracle *oracle, const struct workload_workflow *flow, uint32_t depth)
{
    uint32_t run = start_run(oracle, flow);
    if (run == 0)
        return;
    oracle->counts.runs_started++;
    derive_run(oracle, "run.started", flow, run, depth + 1);
    for (uint32_t i = 0; i < flow->step_count; i++) {
        if (flow->steps[i].kind == WORKLOAD_STEP_DO)
            oracle_do_action(oracle, &(struct doing){flow, &flow->steps[i], run, depth + 1});
        else
            change_names(oracle, &flow->steps[i], depth + 1);
    }
    derive_run(oracle, "run.ended", flow, run, depth + 1);
}

void oracle_match(
    struct oracle *oracle, struct text type, const struct workload_value *data, uint32_t depth)
{
    match_rules(oracle, type, data, depth);
    for (uint32_t i = 0; i < oracle->rules->workflow_count; i++) {
        if (text_equal(oracle->workflows[i]->on, type))
            run_workflow(oracle, oracle->workflows[i], depth);
    }
}
