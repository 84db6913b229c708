// Runs: what starts them, what takes them on, and what ends them.
#include "tests/sim/oracle_run.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "tests/sim/workload_flow.h"

enum {
    RUN_DATA_BYTES_MAX = 64 * 1024,
    RUNS_MAX = 1000, // of a workflow and contact, ended ones that are remembered among them
};

const struct workload_workflow *oracle_find_flow(const struct oracle *oracle, struct text name)
{
    for (uint32_t i = 0; i < oracle->rules->workflow_count; i++) {
        if (text_equal(oracle->rules->workflows[i].name, name))
            return &oracle->rules->workflows[i];
    }
    return NULL;
}

// --- where steps stand
static bool find_in(
    const struct workload_step *steps,
    uint32_t count,
    const struct workload_step *behind,
    struct text id,
    struct spot *out)
{
    for (uint32_t i = 0; i < count; i++) {
        const struct workload_step *next = i + 1 < count ? &steps[i + 1] : behind;
        if (text_equal(steps[i].id, id)) {
            *out = (struct spot){&steps[i], next};
            return true;
        }
        for (uint32_t j = 0; j < steps[i].way_count; j++) {
            const struct workload_way *way = &steps[i].ways[j];
            if (find_in(way->steps, way->step_count, next, id, out))
                return true;
        }
    }
    return false;
}

struct spot oracle_find_step(const struct workload_workflow *flow, struct text id)
{
    struct spot spot = {NULL, NULL};
    (void)find_in(flow->steps, flow->step_count, NULL, id, &spot);
    return spot;
}

// --- what is kept
static struct kept *find_kept(struct contact *contact, struct text workflow)
{
    for (size_t i = 0; i < contact->kept.count; i++) {
        if (text_equal(contact->kept.at[i].workflow, workflow))
            return &contact->kept.at[i];
    }
    return NULL;
}

// False where there is no room for another one.
bool oracle_keep_run(struct oracle *oracle, struct text workflow, const struct run *run)
{
    struct contact *contact = oracle_contact(oracle);
    struct kept *kept = find_kept(contact, workflow);
    if (kept == NULL) {
        kept = list_add(&contact->kept);
        kept->workflow = workflow;
    }
    for (size_t i = 0; i < kept->runs.count; i++) {
        if (kept->runs.at[i].number == run->number) {
            kept->runs.at[i] = *run;
            return true;
        }
    }
    if (kept->runs.count >= RUNS_MAX)
        return false;
    *(struct run *)list_add(&kept->runs) = *run;
    return true;
}

// A workflow of which nothing is kept any more loses its place among the others.
static void forget_run(struct oracle *oracle, struct text workflow, uint32_t number)
{
    struct contact *contact = oracle_contact(oracle);
    struct kept *kept = find_kept(contact, workflow);
    size_t left = 0;
    if (kept == NULL)
        return;
    for (size_t i = 0; i < kept->runs.count; i++) {
        if (kept->runs.at[i].number != number)
            kept->runs.at[left++] = kept->runs.at[i];
    }
    kept->runs.count = left;
    if (left > 0)
        return;
    free(kept->runs.at);
    size_t at = (size_t)(kept - contact->kept.at);
    contact->kept.count--;
    memmove(kept, kept + 1, (contact->kept.count - at) * sizeof(*kept));
}

// --- ends
static void derive_run(
    struct oracle *oracle,
    const char *type,
    const struct going *going,
    const char *outcome,
    const char *why)
{
    const struct text flow = going->flow->name;
    // The id of the run is the engine's business; what matters is that each has its own.
    struct workload_value items[] = {
        sim_value_of_text("workflow", flow),
        sim_value_of_text(
            "run", text_format(
                       &oracle->arena, "the oracle's run %zu %.*s %u", oracle->contact,
                       (int)flow.len, flow.at, going->run->number)),
        sim_value_of_text("outcome", text_of(outcome)), sim_value_of_text("why", text_of(why))};
    uint32_t count = strcmp(type, "run.ended") == 0 ? 3 : 2;
    oracle_derive(oracle, type, going->depth, items, why[0] == '\0' ? count : 4);
}

static void end_run_for(
    struct oracle *oracle, const struct going *going, enum ending ending, const char *why)
{
    static const char *const outcomes[] = {"done", "stopped", "failed"};
    const struct workload_workflow *flow =
        oracle_find_flow(oracle, going->flow->name); // as written now
    assert(flow != NULL);                            // others sleep
    bool is_remembered = flow->reenter == WORKLOAD_REENTER_AFTER ||
                         (flow->reenter == WORKLOAD_REENTER_NEVER && flow->key != NULL);
    oracle->counts.runs_ended[ending]++;
    if (is_remembered) {
        const struct run ended = {
            .number = going->run->number,
            .has_ended = true,
            .key = going->run->key,
            .started_ms = going->run->started_ms,
            .due_ms = INT64_MAX,
        };
        (void)oracle_keep_run(oracle, flow->name, &ended);
    } else {
        forget_run(oracle, flow->name, going->run->number);
    }
    derive_run(oracle, "run.ended", going, outcomes[ending], why);
}

void oracle_end_run(struct oracle *oracle, const struct going *going, enum ending ending)
{
    end_run_for(oracle, going, ending, "");
}

// --- on
static void go_on(struct oracle *oracle, struct going *going, const struct workload_step *step)
{
    struct run *run = going->run;
    oracle->going = going;
    run->due_ms = INT64_MAX;
    run->is_planned = run->is_planned && run->asks;
    run->asks = false;
    run->is_at_door = false;
    while (step != NULL) {
        going->at = oracle_find_step(going->flow, step->id);
        if (oracle_step_reads(oracle, step))
            oracle_settle(oracle, going->depth + 1);
        run->at = step->id;
        enum did did = oracle_do_step(oracle, going, &step);
        oracle->going = going; // it may have started another
        if (did == DID_GO_ON) {
            run->is_planned = false;
            continue;
        }
        run->entered_in = oracle->inputs;
        run->entered_behind = oracle->derived.count;
        bool is_kept = did == DID_WAIT && oracle_keep_run(oracle, going->flow->name, run);
        if (!is_kept)
            oracle_end_run(oracle, going, did == DID_STOP ? ENDS_STOPPED : ENDS_FAILED);
        oracle->going = NULL;
        return;
    }
    oracle_end_run(oracle, going, ENDS_DONE);
    oracle->going = NULL;
}

// --- starts
bool oracle_is_same_key(struct run_key a, struct run_key b)
{
    if (!a.is_there || !b.is_there)
        return a.is_there == b.is_there;
    return a.value.kind == SAID_ERROR ? b.value.kind == SAID_ERROR : said_is_same(a.value, b.value);
}

static bool may_enter(struct oracle *oracle, const struct run_start *start)
{
    const struct workload_workflow *flow = start->flow;
    if (flow->reenter == WORKLOAD_REENTER_ALWAYS ||
        (flow->reenter == WORKLOAD_REENTER_NEVER && flow->key == NULL))
        return true; // the count of runs tells
    const struct kept *kept = find_kept(oracle_contact(oracle), flow->name);
    for (size_t i = 0; kept != NULL && i < kept->runs.count; i++) {
        const struct run *run = &kept->runs.at[i];
        if (!oracle_is_same_key(run->key, start->key))
            continue;
        if (!run->has_ended || flow->reenter == WORKLOAD_REENTER_NEVER)
            return false;
        if (flow->reenter == WORKLOAD_REENTER_AFTER &&
            oracle->now_ms - run->started_ms < flow->reenter_ms)
            return false;
    }
    for (size_t i = kept == NULL ? 0 : kept->runs.count;
         flow->reenter == WORKLOAD_REENTER_AFTER && i-- > 0;) { // one that starts is known instead
        if (oracle_is_same_key(kept->runs.at[i].key, start->key))
            forget_run(oracle, flow->name, kept->runs.at[i].number);
    }
    return true;
}

static uint32_t count_run(struct oracle *oracle, const struct workload_workflow *flow)
{
    struct contact *contact = oracle_contact(oracle);
    bool is_once = flow->reenter == WORKLOAD_REENTER_NEVER && flow->key == NULL;
    for (size_t i = 0; i < contact->runs.count; i++) {
        if (text_equal(contact->runs.at[i].workflow, flow->name))
            return is_once ? 0 : ++contact->runs.at[i].count;
    }
    *(struct runs *)list_add(&contact->runs) = (struct runs){flow->name, 1};
    return 1;
}

// Beyond a size there is none.
struct workload_value oracle_data_to_keep(struct oracle *oracle, const struct workload_value *data)
{
    struct sim_text json = {NULL, 0, 0};
    sim_add_json_value(&json, data);
    bool is_too_large = json.len > RUN_DATA_BYTES_MAX;
    sim_text_free(&json);
    if (is_too_large)
        return (struct workload_value){.kind = WORKLOAD_ABSENT};
    return sim_value_copy(&oracle->arena, data);
}

void oracle_start_run(struct oracle *oracle, const struct run_start *start)
{
    const struct workload_workflow *flow = start->flow;
    uint32_t number = may_enter(oracle, start) ? count_run(oracle, flow) : 0;
    if (number == 0)
        return;
    oracle->counts.runs_started++;
    struct run run = {
        .number = number,
        .key = start->key,
        .started_ms = oracle->now_ms,
        .due_ms = INT64_MAX,
        .is_kept = flow->has_waits,
        .type = text_copy(&oracle->arena, oracle->type),
    };
    if (flow->has_waits)
        run.data = oracle_data_to_keep(oracle, start->data);
    struct going going = {.flow = flow, .run = &run, .depth = start->depth + 1};
    if (start->is_deferred) { // it is at its first step, and does it soon
        run.mark = BEGINS;
        run.is_at_door = true;
        run.due_ms = oracle->now_ms;
        run.at = flow->steps[0].id;
        if (!oracle_keep_run(oracle, flow->name, &run))
            oracle_end_run(oracle, &going, ENDS_FAILED);
        return;
    }
    derive_run(oracle, "run.started", &going, "", "");
    go_on(oracle, &going, flow->steps);
}

const struct workload_value *oracle_run_data(const struct oracle *oracle)
{
    static const struct workload_value none = {.kind = WORKLOAD_ABSENT};
    if (oracle->going == NULL)
        return &none;
    return oracle->going->run->is_kept ? &oracle->going->run->data : oracle->data;
}

struct text oracle_run_type(const struct oracle *oracle)
{
    struct text on = oracle->going->flow->on;
    return on_is_several(on) && !on_is(on, oracle->going->run->type) ? on_first(on)
           : on_is_several(on)                                       ? oracle->going->run->type
                                                                     : on;
}

void oracle_start_runs(
    struct oracle *oracle, struct text type, const struct workload_value *data, uint32_t depth)
{
    for (uint32_t i = 0; i < oracle->rules->workflow_count; i++) {
        const struct workload_workflow *flow = oracle->workflows[i];
        struct run_start start = {.flow = flow, .data = data, .depth = depth};
        if (flow->starter != WORKLOAD_ON_EVENT || !on_is(flow->on, type) ||
            (flow->condition != NULL && !oracle_is_true(oracle, flow->condition)))
            continue;
        if (flow->key != NULL) {
            start.key = (struct run_key){true, oracle_say(oracle, flow->key)};
            start.key.value.text = text_copy(&oracle->arena, start.key.value.text);
        }
        oracle_start_run(oracle, &start);
    }
}

// --- what happens to runs that wait
// Those that are there now, so that what one of them starts is not among them.
struct waiting *oracle_all_waiting(struct oracle *oracle, size_t *count_out)
{
    const struct contact *contact = oracle_contact(oracle);
    struct waiting *all = NULL;
    size_t count = 0, cap = 0;
    for (size_t i = 0; i < contact->kept.count; i++) {
        const struct kept *kept = &contact->kept.at[i];
        const struct workload_workflow *flow = oracle_find_flow(oracle, kept->workflow);
        for (size_t j = 0; flow != NULL && j < kept->runs.count; j++) {
            if (kept->runs.at[j].has_ended)
                continue;
            struct waiting *one =
                list_add_bytes((void **)&all, &count, &cap, sizeof(struct waiting));
            *one = (struct waiting){flow, kept->runs.at[j]};
            if (one->run.pinned != NULL)
                one->flow = one->run.pinned;
        }
    }
    *count_out = count;
    return all;
}

// An empty type: what is about the contact.
static bool is_stopped(struct oracle *oracle, struct going *going, struct text type)
{
    bool is_it = false;
    oracle->going = going;
    for (uint32_t i = 0; i < going->flow->stop_count && !is_it; i++) {
        const struct workload_stop *stop = &going->flow->stops[i];
        is_it = on_is(stop->on, type) &&
                (stop->condition == NULL || oracle_is_true(oracle, stop->condition));
    }
    oracle->going = NULL;
    return is_it;
}

bool oracle_is_stopped(struct oracle *oracle, struct going *going)
{
    return is_stopped(oracle, going, text_of(""));
}

static bool is_awaited(struct oracle *oracle, struct going *going, struct text type)
{
    const struct workload_step *step = going->at.step;
    if (step == NULL || going->run->is_at_door || going->run->asks ||
        going->run->mark != UNMARKED || // it is at no wait until then
        step->kind != WORKLOAD_STEP_WAIT || step->wait.kind != WORKLOAD_WAIT_EVENT ||
        !on_is(step->wait.on, type))
        return false;
    bool was_before =
        going->run->entered_in == oracle->inputs && oracle->hearing <= going->run->entered_behind;
    if (was_before) // the event was there when the run came to its wait
        return false;
    oracle->going = going;
    bool is_it = step->wait.condition == NULL || oracle_is_true(oracle, step->wait.condition);
    oracle->going = NULL;
    return is_it;
}

// The first step of the way then or else of a wait for an event, or what is behind it.
static const struct workload_step *way_of(const struct spot *spot, uint32_t way)
{
    const struct workload_step *step = spot->step;
    if (step->way_count > way && step->ways[way].step_count > 0)
        return step->ways[way].steps;
    return spot->next;
}

struct going oracle_going_of(struct waiting *waiting, uint32_t depth)
{
    return (struct going){
        .flow = waiting->flow,
        .run = &waiting->run,
        .at = oracle_find_step(waiting->flow, waiting->run.at),
        .depth = depth,
    };
}

void oracle_hear(struct oracle *oracle, struct text type, uint32_t depth)
{
    size_t count = 0;
    struct waiting *all = oracle_all_waiting(oracle, &count);
    for (size_t i = 0; i < count; i++) {
        struct going going = oracle_going_of(&all[i], depth + 1);
        if (is_stopped(oracle, &going, type))
            oracle_end_run(oracle, &going, ENDS_STOPPED);
        else if (is_awaited(oracle, &going, type))
            go_on(oracle, &going, way_of(&going.at, 0));
    }
    free(all);
}

void oracle_check_stops(struct oracle *oracle, uint32_t depth)
{
    size_t count = 0;
    struct waiting *all = oracle_all_waiting(oracle, &count);
    for (size_t i = 0; i < count; i++) {
        struct going going = oracle_going_of(&all[i], depth + 1);
        if (oracle_is_stopped(oracle, &going))
            oracle_end_run(oracle, &going, ENDS_STOPPED);
    }
    free(all);
}

// Whether the wait ends otherwise for it.
static bool is_planned_by(const struct workload_wait *wait, struct text field)
{
    switch (wait->kind) {
    case WORKLOAD_WAIT_AT: return field.len == 0;
    case WORKLOAD_WAIT_WINDOW: return field.len == 0 && wait->window.zone.len == 0;
    case WORKLOAD_WAIT_UNTIL:
        return field.len > 0 && wait->until->kind == EXPR_FIELD &&
               text_equal(wait->until->name, field);
    case WORKLOAD_WAIT_SPAN:
    case WORKLOAD_WAIT_EVENT: break;
    }
    return false;
}

static bool asks_again(
    const struct workload_workflow *flow, const struct run *run, struct text field)
{
    const struct workload_step *step = oracle_find_step(flow, run->at).step;
    if (run->has_ended || run->asks || run->mark != UNMARKED || step == NULL)
        return false;
    if (run->is_at_door)
        return field.len == 0;
    return run->is_planned && step->kind == WORKLOAD_STEP_WAIT && is_planned_by(&step->wait, field);
}

bool oracle_some_flow_waits(const struct oracle *oracle)
{
    bool is_some = false;
    for (uint32_t i = 0; i < oracle->rules->workflow_count; i++)
        is_some = is_some || oracle->rules->workflows[i].has_waits;
    return (is_some || oracle->pins.count > 0) && !oracle->is_history;
}

// They ask anew a millisecond later.
void oracle_plan_again(struct oracle *oracle, struct text field)
{
    struct contact *contact = oracle_contact(oracle);
    for (size_t i = 0; !oracle->is_history && i < contact->kept.count; i++) {
        const struct workload_workflow *flow =
            oracle_find_flow(oracle, contact->kept.at[i].workflow);
        for (size_t j = 0; flow != NULL && j < contact->kept.at[i].runs.count; j++) {
            struct run *run = &contact->kept.at[i].runs.at[j];
            if (!asks_again(run->pinned != NULL ? run->pinned : flow, run, field))
                continue;
            run->asks = true;
            run->due_ms = oracle->now_ms;
        }
    }
}

// --- clocks that change
static bool is_changed(
    const struct oracle *oracle, const struct oracle_clocks *clocks, struct text zone)
{
    bool is_it = text_is(zone, "account") && clocks->is_account;
    struct text name = text_is(zone, "account") ? oracle->zone : zone;
    for (int i = 0; i < ORACLE_ZONES; i++)
        is_it =
            is_it || (clocks->is_renewed && clocks->is_known[i] && text_is(name, oracle_zones[i]));
    return is_it;
}

// One whose own zone the journal has no file of may go by the account's.
static bool contact_is_changed(const struct oracle *oracle, const struct oracle_clocks *clocks)
{
    struct text zone = oracle_contact_zone(oracle);
    bool is_known = true;
    for (int i = 0; i < ORACLE_ZONES; i++)
        is_known = is_known && (clocks->is_known[i] || !text_is(zone, oracle_zones[i]));
    return is_changed(oracle, clocks, zone) ||
           (!is_known && is_changed(oracle, clocks, text_of("account")));
}

static bool names_changed(
    const struct oracle *oracle,
    const struct oracle_clocks *clocks,
    const struct workload_step *steps,
    uint32_t count)
{
    for (uint32_t i = 0; i < count; i++) {
        if (steps[i].kind == WORKLOAD_STEP_WAIT && steps[i].wait.kind == WORKLOAD_WAIT_WINDOW &&
            is_changed(oracle, clocks, steps[i].wait.window.zone))
            return true;
        for (uint32_t j = 0; j < steps[i].way_count; j++) {
            if (names_changed(oracle, clocks, steps[i].ways[j].steps, steps[i].ways[j].step_count))
                return true;
        }
    }
    return false;
}

static bool flow_names_changed(
    const struct oracle *oracle,
    const struct oracle_clocks *clocks,
    const struct workload_workflow *flow)
{
    bool is_of_account = flow->starter == WORKLOAD_ON_SCHEDULE && flow->time.zone.len == 0;
    return (flow->has_window && is_changed(oracle, clocks, flow->window.zone)) ||
           (flow->starter != WORKLOAD_ON_EVENT &&
            is_changed(oracle, clocks, is_of_account ? text_of("account") : flow->time.zone)) ||
           names_changed(oracle, clocks, flow->steps, flow->step_count);
}

// Rules that name such a zone are about every contact.
static bool rules_name_changed(const struct oracle *oracle, const struct oracle_clocks *clocks)
{
    const struct workload_rules *rules = oracle->rules;
    bool is_it = false;
    for (uint32_t i = 0; i < rules->workflow_count; i++)
        is_it = is_it || flow_names_changed(oracle, clocks, &rules->workflows[i]);
    for (size_t i = 0; i < oracle->pins.count; i++)
        is_it = is_it || flow_names_changed(oracle, clocks, oracle->pins.at[i].flow);
    for (uint32_t i = 0; i < rules->channel_count; i++)
        is_it = is_it || (rules->channels[i].has_quiet &&
                          is_changed(oracle, clocks, rules->channels[i].quiet.zone));
    return is_it;
}

void oracle_plan_by_clocks(struct oracle *oracle, const struct oracle_clocks *clocks)
{
    struct contact *contact = oracle_contact(oracle);
    if (!rules_name_changed(oracle, clocks) && !contact_is_changed(oracle, clocks))
        return;
    for (size_t i = 0; i < contact->kept.count; i++) {
        const struct workload_workflow *flow =
            oracle_find_flow(oracle, contact->kept.at[i].workflow);
        for (size_t j = 0; flow != NULL && j < contact->kept.at[i].runs.count; j++) {
            struct run *run = &contact->kept.at[i].runs.at[j];
            const struct workload_step *step =
                oracle_find_step(run->pinned != NULL ? run->pinned : flow, run->at).step;
            bool is_by_clocks =
                step != NULL && run->is_planned && step->kind == WORKLOAD_STEP_WAIT &&
                (step->wait.kind == WORKLOAD_WAIT_AT || step->wait.kind == WORKLOAD_WAIT_WINDOW);
            if (run->has_ended || run->asks || run->mark != UNMARKED || step == NULL ||
                !(run->is_at_door || is_by_clocks))
                continue;
            run->asks = true;
            run->due_ms = oracle->now_ms;
        }
    }
}

// Whether something else becomes of a run that is woken late than that it goes on.
static bool is_overdue(struct oracle *oracle, struct going *going)
{
    const int64_t least_ms = 60000;
    const struct workload_workflow *flow = going->flow;
    int64_t late_ms = oracle->tick_ms - going->run->due_ms;
    bool is_late = late_ms > least_ms;
    if (flow->overdue == WORKLOAD_OVERDUE_SKIP_AFTER)
        is_late = late_ms > flow->overdue_ms;
    if (!is_late || flow->overdue == WORKLOAD_OVERDUE_RUN)
        return false;
    oracle->counts.runs_overdue++;
    if (flow->overdue == WORKLOAD_OVERDUE_SPREAD) {
        uint64_t where = oracle_spread(oracle, flow->name, going->run->number);
        going->run->due_ms = oracle->tick_ms + 1 + (int64_t)(where % (uint64_t)flow->overdue_ms);
        (void)oracle_keep_run(oracle, flow->name, going->run);
    } else {
        end_run_for(oracle, going, ENDS_STOPPED, "overdue");
    }
    return true;
}

static void wake(struct oracle *oracle, struct going *going)
{
    const struct workload_step *step = going->at.step;
    enum mark mark = going->run->mark;
    going->run->mark = UNMARKED;
    if (mark == BEGINS)
        derive_run(oracle, "run.started", going, "", "");
    if (mark == CANCELLED)
        end_run_for(oracle, going, ENDS_STOPPED, "edited");
    else if (step == NULL) // the rules have no such step any more
        oracle_end_run(oracle, going, ENDS_FAILED);
    else if (mark == UNMARKED && !going->run->asks && is_overdue(oracle, going))
        return;
    else if (going->run->is_at_door || going->run->asks)
        go_on(oracle, going, step);
    else if (step->kind == WORKLOAD_STEP_WAIT && step->wait.kind == WORKLOAD_WAIT_EVENT)
        go_on(oracle, going, way_of(&going->at, 1));
    else
        go_on(oracle, going, going->at.next);
}

void oracle_wake(struct oracle *oracle)
{
    size_t count = 0;
    if (!oracle_some_flow_waits(oracle))
        return;
    struct waiting *all = oracle_all_waiting(oracle, &count);
    for (size_t i = 0; i < count; i++) {
        struct going going = oracle_going_of(&all[i], 1);
        if (going.run->due_ms <= oracle->now_ms)
            wake(oracle, &going);
    }
    free(all);
}

int64_t oracle_run_due_ms(struct oracle *oracle)
{
    size_t count = 0;
    int64_t due_ms = INT64_MAX;
    if (!oracle_some_flow_waits(oracle))
        return due_ms;
    struct waiting *all = oracle_all_waiting(oracle, &count);
    for (size_t i = 0; i < count; i++)
        due_ms = all[i].run.due_ms < due_ms ? all[i].run.due_ms : due_ms;
    free(all);
    return due_ms;
}

static void add_hex(struct sim_text *to)
{
    enum { ID_DIGITS = 32 };
    sim_add_byte(to, '"');
    for (int i = 0; i < ID_DIGITS; i++)
        sim_add_byte(to, ORACLE_HEX);
    sim_add_byte(to, '"');
}

void oracle_add_runs(struct oracle *oracle, struct sim_text *to)
{
    size_t count = 0;
    struct waiting *all = oracle_all_waiting(oracle, &count);
    for (size_t i = 0; i < count; i++) {
        const struct run *run = &all[i].run;
        sim_add_chars(to, i == 0 ? ",\"runs\":[{\"workflow\":" : ",{\"workflow\":");
        sim_add_json_text(to, all[i].flow->name);
        sim_add_chars(to, ",\"key\":");
        oracle_add_said(to, run->key.is_there ? run->key.value : (struct said){.kind = SAID_ERROR});
        sim_add_chars(to, ",\"run\":");
        add_hex(to);
        if (run->pinned != NULL)
            oracle_add_version(oracle, run->pinned, to);
        sim_add_chars(to, ",\"state\":\"waiting\",\"step\":");
        if (oracle_find_step(all[i].flow, run->at).step == NULL)
            sim_add_chars(to, "null");
        else
            sim_add_json_text(to, run->at);
        sim_add_chars(to, ",\"started\":\"");
        sim_add_time(to, run->started_ms);
        if (run->due_ms != INT64_MAX) {
            sim_add_chars(to, "\",\"until\":\"");
            sim_add_time(to, run->due_ms);
        }
        sim_add_chars(to, "\"}");
    }
    sim_add_chars(to, count > 0 ? "]" : "");
    free(all);
}
