// What the steps of runs do.
#define XXH_INLINE_ALL
#include <math.h>
#include <stdlib.h>
#include <xxhash.h>

#include "tests/sim/oracle_run.h"

#define POINTS_MOST 1e6

enum { ITEMS_MAX = 16 };

static bool action_reads(const struct oracle *oracle, struct text action)
{
    const struct workload_rules *rules = oracle->rules;
    bool reads = false;
    for (uint32_t i = 0; i < rules->action_count; i++) {
        for (uint32_t j = 0; j < rules->actions[i].param_count; j++)
            reads = reads || (text_equal(rules->actions[i].name, action) &&
                              rules->actions[i].params[j].found != NULL);
    }
    return reads;
}

bool oracle_step_reads(const struct oracle *oracle, const struct workload_step *step)
{
    switch (step->kind) {
    case WORKLOAD_STEP_TAG:
    case WORKLOAD_STEP_LIST:
    case WORKLOAD_STEP_GOTO:
    case WORKLOAD_STEP_STOP:
    case WORKLOAD_STEP_END: return false;
    case WORKLOAD_STEP_DO:
        for (uint32_t i = 0; i < step->given_count; i++) {
            if (step->given[i].expr != NULL)
                return true;
        }
        return action_reads(oracle, step->of);
    case WORKLOAD_STEP_SET:
    case WORKLOAD_STEP_POINTS:
    case WORKLOAD_STEP_EMIT:
    case WORKLOAD_STEP_START:
    case WORKLOAD_STEP_IF:
    case WORKLOAD_STEP_CHOOSE:
    case WORKLOAD_STEP_SPLIT:
    case WORKLOAD_STEP_WAIT:
    case WORKLOAD_STEP_ASSIGN: break;
    }
    return true;
}

// --- values
static bool value_of_said(struct oracle *oracle, struct said said, struct workload_value *out)
{
    struct sim_text time = {NULL, 0, 0};
    switch (said.kind) {
    case SAID_ERROR:
    case SAID_OTHER: return false;
    case SAID_BOOL:
        *out = (struct workload_value){.kind = WORKLOAD_BOOL, .boolean = said.boolean};
        return true;
    case SAID_INT: *out = sim_value_of_int("", said.integer); return true;
    case SAID_DOUBLE:
        *out = (struct workload_value){.kind = WORKLOAD_DOUBLE, .real = said.real};
        return isfinite(said.real);
    case SAID_TEXT: *out = sim_value_of_text("", text_copy(&oracle->arena, said.text)); return true;
    case SAID_TIME:
        sim_add_time(&time, said.integer);
        *out = sim_value_of_text("", text_copy(&oracle->arena, sim_text_view(&time)));
        sim_text_free(&time);
        return true;
    }
    return false;
}

static void fill_in(
    struct oracle *oracle, const struct workload_given *given, struct workload_value *value)
{
    struct sim_text text = {NULL, 0, 0};
    sim_add(&text, given->before);
    if (value->kind == WORKLOAD_TEXT)
        sim_add(&text, value->text);
    else
        sim_add_json_value(&text, value);
    *value = sim_value_of_text("", text_copy(&oracle->arena, sim_text_view(&text)));
    sim_text_free(&text);
}

bool oracle_find_value(
    struct oracle *oracle, const struct workload_given *given, struct workload_value *out)
{
    enum { DATE_CHARS = 10 };
    if (given->expr == NULL) {
        *out = given->constant;
        out->name = given->name;
        return true;
    }
    if (!value_of_said(oracle, oracle_say(oracle, given->expr), out))
        return false;
    if (given->is_template)
        fill_in(oracle, given, out);
    if (given->type == WORKLOAD_TYPE_DATE && out->kind == WORKLOAD_TEXT &&
        out->text.len > DATE_CHARS)
        out->text.len = DATE_CHARS;
    out->name = given->name;
    return oracle_value_fits(given->type, out);
}

static bool find_values(
    struct oracle *oracle, const struct workload_step *step, struct workload_value *values)
{
    for (uint32_t i = 0; i < step->given_count; i++) {
        if (!oracle_find_value(oracle, &step->given[i], &values[i]))
            return false;
    }
    return true;
}

// --- actions
static uint32_t count_step(struct oracle *oracle, struct run *run, struct text step)
{
    struct came *came = sim_alloc(&oracle->arena, (run->came_count + 1) * sizeof(*came));
    uint32_t at = 0;
    for (uint32_t i = 0; i < run->came_count; i++)
        came[i] = run->came[i];
    while (at < run->came_count && !text_equal(came[at].step, step))
        at++;
    if (at == run->came_count)
        came[run->came_count++].step = step;
    run->came = came;
    return ++came[at].times;
}

static enum did do_action(struct oracle *oracle, struct going *going)
{
    const struct workload_step *step = going->at.step;
    struct workload_value values[ITEMS_MAX];
    if (going->flow->has_window) {
        int64_t open_ms = oracle_next_open(oracle, &going->flow->window, oracle->now_ms);
        if (open_ms > oracle->now_ms) {
            going->run->due_ms = open_ms;
            going->run->is_at_door = true;
            return DID_WAIT;
        }
    }
    const struct run before = *going->run;
    uint32_t occurrence = count_step(oracle, going->run, step->id);
    if (!find_values(oracle, step, values))
        return DID_FAIL;
    const struct doing doing = {
        .flow = going->flow,
        .step = step,
        .run = going->run->number,
        .depth = going->depth,
        .occurrence = occurrence,
        .values = values,
    };
    int64_t until_ms = oracle_do_action(oracle, &doing);
    if (until_ms == 0)
        return DID_GO_ON;
    *going->run = before; // as if it had not come to it yet
    going->run->due_ms = until_ms;
    going->run->is_at_door = true;
    return DID_WAIT;
}

// --- changes
static void change_names(struct oracle *oracle, const struct workload_step *step, uint32_t depth)
{
    bool is_tag = step->kind == WORKLOAD_STEP_TAG;
    for (uint32_t i = 0; i < step->add_count; i++)
        oracle_change_name(oracle, is_tag ? "tag.added" : "list.added", step->add[i], depth);
    for (uint32_t i = 0; i < step->remove_count; i++)
        oracle_change_name(oracle, is_tag ? "tag.removed" : "list.removed", step->remove[i], depth);
}

static enum did do_set(struct oracle *oracle, const struct going *going)
{
    const struct workload_step *step = going->at.step;
    struct workload_value values[ITEMS_MAX];
    if (!find_values(oracle, step, values))
        return DID_FAIL;
    for (uint32_t i = 0; i < step->given_count; i++) {
        if (!text_is(values[i].name, "stage"))
            oracle_set_field(oracle, &values[i], going->depth);
        else
            oracle_contact(oracle)->stage =
                values[i].kind == WORKLOAD_TEXT ? values[i].text : text_of("");
    }
    return DID_GO_ON;
}

static enum did do_points(struct oracle *oracle, const struct workload_step *step)
{
    struct workload_value value;
    if (!oracle_find_value(oracle, &step->given[0], &value))
        return DID_FAIL;
    double points = value.kind == WORKLOAD_INT ? (double)value.integer : value.real;
    if (!(fabs(points) <= POINTS_MOST))
        return DID_FAIL;
    const struct entry entry = {
        .score = step->of,
        .rule = text_of("workflow"),
        .time_ms = oracle->now_ms,
        .milli = llround(points * 1000),
        .is_of_workflow = true,
    };
    oracle_add_entry(oracle, &entry);
    return DID_GO_ON;
}

static enum did do_emit(struct oracle *oracle, const struct going *going)
{
    const struct workload_step *step = going->at.step;
    struct workload_value values[ITEMS_MAX];
    if (!find_values(oracle, step, values))
        return DID_FAIL;
    oracle_emit(oracle, step->of, going->depth, values, step->given_count);
    return DID_GO_ON;
}

static void do_start(struct oracle *oracle, const struct going *going)
{
    if (going->depth > oracle->shape->derived_depth_max) {
        oracle->counts.derived_too_deep++;
        return;
    }
    struct run_start start = {
        .key = going->run->key, .data = oracle_run_data(oracle), .depth = going->depth};
    for (uint32_t i = 0; i < oracle->rules->workflow_count; i++) {
        if (text_equal(oracle->rules->workflows[i].name, going->at.step->of))
            start.flow = &oracle->rules->workflows[i];
    }
    const struct workload_value *data = oracle->data;
    struct text type = oracle->type;
    oracle->data = start.data;
    oracle->type = on_is_several(start.flow->on) ? oracle_run_type(oracle) : start.flow->on;
    oracle_start_run(oracle, &start);
    oracle->data = data;
    oracle->type = type;
}

// --- ways
static const struct workload_step *first_of(
    const struct going *going, const struct workload_way *way)
{
    return way->step_count > 0 ? way->steps : going->at.next;
}

static const struct workload_step *choose(struct oracle *oracle, const struct going *going)
{
    const struct workload_step *step = going->at.step;
    for (uint32_t i = 0; i < step->way_count; i++) {
        const struct workload_way *way = &step->ways[i];
        if (i > 0 && way->condition != NULL)
            oracle_settle(oracle, going->depth + 1);
        if (way->condition == NULL || oracle_is_true(oracle, way->condition))
            return first_of(going, way);
    }
    return going->at.next;
}

// The numbers are fixed for ever: a contact goes the way that it always went.
static const struct workload_step *split(struct oracle *oracle, const struct going *going)
{
    const uint64_t seed = UINT64_C(0x73706c6974);
    const struct workload_step *step = going->at.step;
    struct text first = oracle_contact(oracle)->identifiers.at[0].value;
    uint64_t flow = XXH3_64bits_withSeed(going->flow->name.at, going->flow->name.len, seed);
    uint64_t where = XXH3_64bits_withSeed(first.at, first.len, flow);
    where = oracle_mixed(where + XXH3_64bits_withSeed(step->id.at, step->id.len, seed)) >> 32;
    uint64_t total = 0;
    for (uint32_t i = 0; i < step->way_count; i++)
        total += step->ways[i].share;
    where = where * total >> 32;
    for (uint32_t i = 0; i < step->way_count; i++) {
        if (where < step->ways[i].share)
            return first_of(going, &step->ways[i]);
        where -= step->ways[i].share;
    }
    return going->at.next;
}

// --- waits
static enum did wait_until(const struct oracle *oracle, struct run *run, int64_t due_ms)
{
    if (due_ms <= oracle->now_ms)
        return DID_GO_ON;
    run->due_ms = due_ms;
    return DID_WAIT;
}

static bool may_be_planned_again(const struct workload_wait *wait)
{
    bool is_by_contact = wait->kind == WORKLOAD_WAIT_UNTIL &&
                         (wait->until->kind == EXPR_FIELD || wait->until->kind == EXPR_CREATED);
    return wait->kind == WORKLOAD_WAIT_AT || wait->kind == WORKLOAD_WAIT_WINDOW || is_by_contact;
}

static enum did do_wait(
    struct oracle *oracle, const struct going *going, const struct workload_step **next)
{
    const struct workload_wait *wait = &going->at.step->wait;
    struct run *run = going->run;
    int64_t now_ms = oracle->now_ms;
    if (!run->is_planned)
        run->planned_ms = now_ms;
    int64_t from_ms = run->planned_ms + wait->span_ms;
    run->is_planned = may_be_planned_again(wait);
    switch (wait->kind) {
    case WORKLOAD_WAIT_SPAN: // other rules may have put it where it asks anew: it waits since it came
        return wait_until(oracle, run, from_ms);
    case WORKLOAD_WAIT_AT:
        return wait_until(
            oracle, run,
            oracle_next_at(
                oracle, oracle_contact_zone(oracle), from_ms > now_ms ? from_ms : now_ms,
                wait->minute));
    case WORKLOAD_WAIT_UNTIL: {
        const int64_t year_9999_ms = INT64_C(253402300799999);
        struct said time = oracle_say(oracle, wait->until);
        if (wait->until->kind == EXPR_NOW) // as of when the run came to it
            time.integer = run->planned_ms;
        if (time.kind != SAID_TIME || time.integer + wait->span_ms > year_9999_ms)
            return DID_FAIL;
        return wait_until(oracle, run, time.integer + wait->span_ms);
    }
    case WORKLOAD_WAIT_WINDOW:
        return wait_until(oracle, run, oracle_next_open(oracle, &wait->window, now_ms));
    case WORKLOAD_WAIT_EVENT: break;
    }
    if (wait->already != NULL && oracle_is_true(oracle, wait->already)) {
        if (going->at.step->way_count > 0)
            *next = first_of(going, &going->at.step->ways[0]);
        return DID_GO_ON;
    }
    if (going->at.step->way_count > 1)
        *next = first_of(going, &going->at.step->ways[1]);
    return wait_until(oracle, run, wait->span_ms > 0 ? from_ms : INT64_MAX);
}

// --- one step
static enum did do_one(
    struct oracle *oracle, struct going *going, const struct workload_step **next)
{
    const struct workload_step *step = going->at.step;
    switch (step->kind) {
    case WORKLOAD_STEP_DO: return do_action(oracle, going);
    case WORKLOAD_STEP_TAG:
    case WORKLOAD_STEP_LIST: change_names(oracle, step, going->depth); break;
    case WORKLOAD_STEP_SET: return do_set(oracle, going);
    case WORKLOAD_STEP_POINTS: return do_points(oracle, step);
    case WORKLOAD_STEP_EMIT: return do_emit(oracle, going);
    case WORKLOAD_STEP_START: do_start(oracle, going); break;
    case WORKLOAD_STEP_IF:
        *next = first_of(going, &step->ways[oracle_is_true(oracle, step->condition) ? 0 : 1]);
        break;
    case WORKLOAD_STEP_CHOOSE: *next = choose(oracle, going); break;
    case WORKLOAD_STEP_SPLIT: *next = split(oracle, going); break;
    case WORKLOAD_STEP_WAIT: return do_wait(oracle, going, next);
    case WORKLOAD_STEP_GOTO: *next = oracle_find_step(going->flow, step->of).step; break;
    case WORKLOAD_STEP_STOP: return DID_STOP;
    case WORKLOAD_STEP_END: *next = NULL; break;
    case WORKLOAD_STEP_ASSIGN: return oracle_assign(oracle, step) ? DID_GO_ON : DID_FAIL;
    }
    return DID_GO_ON;
}

enum did oracle_do_step(
    struct oracle *oracle, struct going *going, const struct workload_step **next_out)
{
    const struct workload_step *next = going->at.next;
    enum did did = do_one(oracle, going, &next);
    if (did == DID_FAIL) {
        oracle->counts.steps_failed++;
        if (going->flow->on_error == WORKLOAD_ERROR_CONTINUES) {
            next = going->at.next;
            did = DID_GO_ON;
        } else if (going->flow->on_error == WORKLOAD_ERROR_GOES_TO) {
            next = oracle_find_step(going->flow, going->flow->rescue).step;
            did = DID_GO_ON;
        }
    }
    *next_out = next;
    return did;
}
