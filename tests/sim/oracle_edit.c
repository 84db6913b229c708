// What becomes of runs in flight, and of contacts that are there, when other rules come into force.
#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "tests/sim/oracle_run.h"
#include "tests/sim/workload_flow.h"

// Whether they are written the same.
static bool is_same(const struct workload_workflow *a, const struct workload_workflow *b)
{
    struct sim_text first = {NULL, 0, 0}, second = {NULL, 0, 0};
    if (a == b)
        return true;
    workflow_print(a, &first);
    workflow_print(b, &second);
    bool is_it = text_equal(sim_text_view(&first), sim_text_view(&second));
    sim_text_free(&first);
    sim_text_free(&second);
    return is_it;
}

static const struct workload_workflow *flow_named(
    const struct workload_rules *rules, struct text name)
{
    for (uint32_t i = 0; i < rules->workflow_count; i++) {
        if (text_equal(rules->workflows[i].name, name))
            return &rules->workflows[i];
    }
    return NULL;
}

// --- what is pinned
// Whether some run goes on with it.
static bool has_runs(const struct oracle *oracle, const struct workload_workflow *pinned)
{
    for (size_t i = 0; i < oracle->contacts.count; i++) {
        const struct contact *contact = &oracle->contacts.at[i];
        for (size_t k = 0; k < contact->kept.count; k++) {
            for (size_t j = 0; j < contact->kept.at[k].runs.count; j++) {
                const struct run *run = &contact->kept.at[k].runs.at[j];
                if (!run->has_ended && run->pinned != NULL && is_same(run->pinned, pinned))
                    return true;
            }
        }
    }
    return false;
}

// What it names has to be there.
static void carry(struct oracle *oracle, struct pin pin)
{
    if (workload_compiles(oracle->rules, pin.flow))
        *(struct pin *)list_add(&oracle->pins) = pin;
}

void oracle_find_pins(struct oracle *oracle, const struct workload_rules *before)
{
    size_t count = oracle->pins.count;
    struct pin *pins = oracle->pins.at;
    oracle->pins.at = NULL;
    oracle->pins.count = 0;
    oracle->pins.cap = 0;
    for (uint32_t i = 0; before != NULL && i < oracle->rules->workflow_count; i++) {
        const struct workload_workflow *flow = &oracle->rules->workflows[i];
        const struct workload_workflow *old = flow_named(before, flow->name);
        if (flow->edit != WORKLOAD_EDIT_PIN || old == NULL)
            continue;
        if (old->has_waits && !is_same(old, flow)) // also without runs: some may begin until then
            carry(oracle, (struct pin){old, before});
        for (size_t k = 0; k < count; k++) {
            if (text_equal(pins[k].flow->name, flow->name) && !is_same(pins[k].flow, flow) &&
                has_runs(oracle, pins[k].flow))
                carry(oracle, pins[k]);
        }
    }
    free(pins);
}

static const struct pin *pin_of(
    const struct oracle *oracle, const struct workload_workflow *version)
{
    for (size_t i = 0; version != NULL && i < oracle->pins.count; i++) {
        if (is_same(oracle->pins.at[i].flow, version))
            return &oracle->pins.at[i];
    }
    return NULL;
}

void oracle_add_version(
    const struct oracle *oracle, const struct workload_workflow *pinned, struct sim_text *to)
{
    enum { VERSION_DIGITS = 16, SHOWN_DIGITS = 8 };
    const struct pin *pin = pin_of(oracle, pinned);
    struct sim_text text = {NULL, 0, 0};
    assert(pin != NULL); // else no run would go on with it
    workflow_print(pin->flow, &text);
    uint32_t file = 0;
    const char *at = NULL;
    while ((at = strstr(pin->rules->files[file].text.at, sim_text_view(&text).at)) == NULL)
        file++; // it stands in one of them
    uint32_t line = 1;
    for (const char *c = pin->rules->files[file].text.at; c < at; c++)
        line += *c == '\n';
    sim_text_free(&text);
    sim_add_chars(to, ",\"version\":\"");
    for (int i = 0; i < VERSION_DIGITS; i++)
        sim_add_byte(to, ORACLE_HEX);
    sim_add_format(to, "\",\"file\":\"%s@", pin->rules->files[file].path);
    for (int i = 0; i < SHOWN_DIGITS; i++)
        sim_add_byte(to, ORACLE_HEX);
    sim_add_format(to, "\",\"line\":%u", line);
}

// True where its steps are those that it had before.
static bool stays(
    struct oracle *oracle, const struct workload_rules *before, struct waiting *waiting)
{
    struct run *run = &waiting->run;
    const struct workload_workflow *now = oracle_find_flow(oracle, waiting->flow->name);
    const struct workload_workflow *had =
        run->pinned != NULL ? run->pinned : flow_named(before, now->name);
    bool is_as_now = had != NULL && is_same(had, now);
    bool is_to_be_kept = had != NULL && !is_as_now && now->edit == WORKLOAD_EDIT_PIN;
    const struct pin *pin = is_to_be_kept ? pin_of(oracle, had) : NULL;
    oracle->counts.runs_unpinned += is_to_be_kept && pin == NULL;
    oracle->counts.runs_pinned += pin != NULL && run->pinned == NULL;
    run->pinned = pin != NULL ? pin->flow : NULL;
    waiting->flow = pin != NULL ? pin->flow : now;
    (void)oracle_keep_run(oracle, now->name, run);
    return pin != NULL || is_as_now;
}

// --- runs in flight
static void cancel(struct oracle *oracle, struct going *going)
{
    oracle->counts.runs_cancelled++;
    going->run->mark = CANCELLED;
    going->run->due_ms = oracle->now_ms;
    if (oracle_some_flow_waits(oracle))
        (void)oracle_keep_run(oracle, going->flow->name, going->run);
    else
        oracle_end_run(oracle, going, ENDS_STOPPED);
}

// At a wait it waits on until it was due; any other step it does at once. What waits before an action is at no wait yet.
static void move(struct oracle *oracle, struct going *going, struct text to)
{
    struct run *run = going->run;
    const struct workload_step *step = oracle_find_step(going->flow, to).step;
    bool waits_on = !run->is_at_door && step->kind == WORKLOAD_STEP_WAIT &&
                    (run->due_ms != INT64_MAX || step->wait.kind == WORKLOAD_WAIT_EVENT);
    oracle->counts.runs_moved++;
    run->is_planned = false; // it waits on until it was due, whatever changes
    run->at = to;
    if (!waits_on) {
        run->is_at_door = true;
        run->due_ms = oracle->now_ms;
    }
    (void)oracle_keep_run(oracle, going->flow->name, run);
}

static void edit_run(struct oracle *oracle, struct going *going)
{
    const struct workload_workflow *flow = going->flow;
    struct run *run = going->run;
    if (flow->edit == WORKLOAD_EDIT_CANCEL) {
        cancel(oracle, going);
        return;
    }
    if (run->mark == BEGINS) { // it has not come to a step yet
        run->at = flow->steps[0].id;
        (void)oracle_keep_run(oracle, flow->name, run);
        return;
    }
    for (uint32_t i = 0; i < flow->move_count; i++) {
        if (text_equal(flow->moves[i].from, run->at)) {
            move(oracle, going, flow->moves[i].to);
            return;
        }
    }
    if (going->at.step == NULL && !oracle_some_flow_waits(oracle))
        oracle_end_run(oracle, going, ENDS_FAILED);
}

static void include(
    struct oracle *oracle, const struct workload_workflow *flow, const struct workload_value *data)
{
    struct run_start start = {.flow = flow, .data = data, .is_deferred = true};
    oracle->data = data;
    if (flow->condition != NULL && !oracle_is_true(oracle, flow->condition))
        return;
    if (flow->key != NULL) {
        start.key = (struct run_key){true, oracle_say(oracle, flow->key)};
        start.key.value.text = text_copy(&oracle->arena, start.key.value.text);
    }
    uint64_t before = oracle->counts.runs_started;
    oracle_start_run(oracle, &start);
    oracle->counts.runs_included += oracle->counts.runs_started - before;
}

static void include_member(
    struct oracle *oracle, const struct workload_workflow *flow, const char *name, struct text of)
{
    struct workload_value member = sim_value_of_text(name, of);
    const struct workload_value data = {.kind = WORKLOAD_MAP, .items = &member, .count = 1};
    include(oracle, flow, &data);
}

// Each segment, as written, and each tag and list, as they came, is asked for as if it had just come.
static void include_all(struct oracle *oracle, const struct workload_workflow *flow)
{
    const struct workload_value none = {.kind = WORKLOAD_MAP};
    const struct workload_rules *rules = oracle->rules;
    const struct contact *contact = oracle_contact(oracle);
    if (!is_membership_type(flow->on)) {
        include(oracle, flow, &none);
        return;
    }
    for (uint32_t i = 0; text_is(flow->on, "segment.entered") && i < rules->segment_count; i++) {
        if (oracle_is_member(contact, rules->segments[i].name))
            include_member(oracle, flow, "segment", rules->segments[i].name);
    }
    for (size_t i = 0; text_is(flow->on, "tag.added") && i < contact->tags.count; i++)
        include_member(oracle, flow, "tag", contact->tags.at[i]);
    for (size_t i = 0; text_is(flow->on, "list.added") && i < contact->lists.count; i++)
        include_member(oracle, flow, "list", contact->lists.at[i]);
}

static void edit_contact(struct oracle *oracle, const struct workload_rules *before)
{
    size_t count = 0;
    struct waiting *all = oracle_all_waiting(oracle, &count);
    for (size_t i = 0; i < count; i++) {
        if (all[i].run.mark == CANCELLED || stays(oracle, before, &all[i]))
            continue;
        struct going going = oracle_going_of(&all[i], 1);
        edit_run(oracle, &going);
    }
    free(all);
    for (uint32_t i = 0; i < oracle->rules->workflow_count; i++) {
        if (oracle->workflows[i]->includes &&
            flow_named(before, oracle->workflows[i]->name) == NULL)
            include_all(oracle, oracle->workflows[i]);
    }
}

void oracle_edit_runs(struct oracle *oracle, const struct workload_rules *before)
{
    const struct workload_value *data = oracle->data;
    if (before == NULL)
        return;
    oracle->is_silent = true;
    for (oracle->contact = 0; oracle->contact < oracle->contacts.count; oracle->contact++)
        edit_contact(oracle, before);
    oracle->contact = 0;
    oracle->is_silent = false;
    oracle->data = data;
}
