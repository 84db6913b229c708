// The oracle: one input after another.
#include "tests/sim/oracle.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "tests/sim/oracle_internal.h"

enum { PARTS_OF_WINDOW = 128 };

void *list_add_bytes(void **at, size_t *count, size_t *cap, size_t item_bytes)
{
    if (*count == *cap) {
        *cap = *cap * 2 + 8;
        *at = realloc(*at, *cap * item_bytes);
        assert(*at != NULL);
    }
    return memset((char *)*at + (*count)++ * item_bytes, 0, item_bytes);
}

struct oracle *oracle_create(const struct workload *workload, uint32_t shard)
{
    struct oracle *oracle = calloc(1, sizeof(*oracle));
    assert(oracle != NULL);
    oracle->workload = workload;
    oracle->shape = workload_shape_of(workload);
    oracle->zone = oracle->shape->zone;
    oracle->shard = shard;
    oracle->input = workload_input_create();
    return oracle;
}

void oracle_destroy(struct oracle *oracle)
{
    if (oracle == NULL)
        return;
    for (size_t i = 0; i < oracle->contacts.count; i++)
        oracle_contact_free(&oracle->contacts.at[i]);
    free(oracle->contacts.at);
    free(oracle->seen.at);
    free(oracle->turns.at);
    free(oracle->actions.at);
    free(oracle->derived.at);
    free(oracle->nodes.at);
    free(oracle->past.at);
    free(oracle->workflows);
    free(oracle->pins.at);
    sim_text_free(&oracle->text);
    sim_text_free(&oracle->id_text);
    sim_arena_free(&oracle->arena);
    workload_input_destroy(oracle->input);
    free(oracle);
}

// Of a frame: the wall clock's.
static void take_tick(struct oracle *oracle, int64_t tick_ms)
{
    if (oracle->shape->clock == WORKLOAD_CLOCK_WALL && tick_ms > oracle->tick_ms)
        oracle->tick_ms = tick_ms;
}

static int by_name(const void *a, const void *b)
{
    const struct workload_workflow *const *first = a;
    const struct workload_workflow *const *second = b;
    return text_compare((*first)->name, (*second)->name);
}

void oracle_take_workflows(struct oracle *oracle)
{
    const struct workload_rules *rules = oracle->rules;
    free(oracle->workflows);
    oracle->workflows = calloc(rules->workflow_count + 1, sizeof(*oracle->workflows));
    assert(oracle->workflows != NULL);
    for (uint32_t i = 0; i < rules->workflow_count; i++)
        oracle->workflows[i] = &rules->workflows[i];
    if (rules->workflow_count > 0)
        qsort(oracle->workflows, rules->workflow_count, sizeof(*oracle->workflows), by_name);
}

void oracle_activate(struct oracle *oracle, uint32_t variant, int64_t tick_ms)
{
    const struct workload_rules *before = oracle->rules;
    const struct workload_rules *rules = workload_rules_of(oracle->workload, variant);
    bool has_history = before != NULL && oracle->contacts.count > 0 &&
                       !text_equal(before->history, rules->history);
    if (rules == before)
        return;
    oracle->rules = rules;
    oracle_take_workflows(oracle);
    oracle_find_pins(oracle, before);
    oracle_live_begin(oracle);
    if (has_history)
        oracle_take_history(oracle, before);
    take_tick(oracle, tick_ms);
    if (has_history)
        oracle_forget_silences(oracle, before);
    oracle_sweep(oracle);
    oracle_edit_runs(oracle, before);
}

void oracle_change_clocks(
    struct oracle *oracle, const struct oracle_clocks *clocks, int64_t tick_ms)
{
    take_tick(oracle, tick_ms);
    oracle->now_ms = oracle->tick_ms;
    oracle->has_new_zones = oracle->has_new_zones != clocks->is_renewed;
    if (clocks->is_account)
        oracle->zone = clocks->zone;
    for (oracle->contact = 0; oracle->contact < oracle->contacts.count; oracle->contact++) {
        struct contact *contact = oracle_contact(oracle);
        oracle_plan_by_clocks(oracle, clocks);
        contact->quiet_ms = oracle->tick_ms; // only what is still to come by the new clocks comes
        contact->next_ms = INT64_MAX;
    }
    oracle->contact = 0;
}

struct contact *oracle_contact(struct oracle *oracle)
{
    return &oracle->contacts.at[oracle->contact];
}

// --- duplicates
static uint64_t hash_of(struct text source, struct text id)
{
    uint64_t hash = UINT64_C(0xcbf29ce484222325);
    for (size_t i = 0; i < source.len; i++)
        hash = (hash ^ (unsigned char)source.at[i]) * UINT64_C(0x100000001b3);
    hash = (hash ^ 0xff) * UINT64_C(0x100000001b3);
    for (size_t i = 0; i < id.len; i++)
        hash = (hash ^ (unsigned char)id.at[i]) * UINT64_C(0x100000001b3);
    return hash;
}

// When the 128th of the window that holds the tick begins.
static int64_t part_of(const struct oracle *oracle, int64_t tick_ms)
{
    int64_t window_ms = oracle->shape->dedup_window_ms;
    int64_t width_ms = (window_ms + PARTS_OF_WINDOW - 1) / PARTS_OF_WINDOW;
    int64_t part = tick_ms / width_ms;
    if (tick_ms % width_ms < 0)
        part--;
    return part;
}

// Whether an event of this source and id was folded in this 128th of the window or one of the 128 before.
static bool is_duplicate(const struct oracle *oracle, const struct workload_event *event)
{
    uint64_t hash = hash_of(event->source, event->id);
    if (event->id.len == 0 || oracle->shape->dedup_window_ms == 0)
        return false;
    for (size_t i = oracle->seen.count; i > 0; i--) {
        const struct seen *seen = &oracle->seen.at[i - 1];
        if (seen->hash == hash && text_equal(seen->id, event->id) &&
            text_equal(seen->source, event->source))
            return part_of(oracle, oracle->tick_ms) - part_of(oracle, seen->tick_ms) <=
                   PARTS_OF_WINDOW;
    }
    return false;
}

static void remember(struct oracle *oracle, const struct workload_event *event)
{
    if (event->id.len == 0)
        return;
    struct seen *seen = list_add(&oracle->seen);
    seen->source = text_copy(&oracle->arena, event->source);
    seen->id = text_copy(&oracle->arena, event->id);
    seen->hash = hash_of(event->source, event->id);
    seen->tick_ms = oracle->tick_ms;
}

// --- folding
// The contact of the strongest identifier, made when there is none; it gets those of the others that no
// contact has yet.
static bool find_contact(
    struct oracle *oracle, const struct workload_identifier *sorted, uint32_t count)
{
    uint64_t owner = oracle_owner_of(oracle, sorted[0].kind, sorted[0].value);
    bool is_new = owner == 0;
    if (is_new) {
        struct contact *contact = list_add(&oracle->contacts);
        contact->created_ms = oracle->time_ms;
        contact->updated_ms = oracle->time_ms;
        owner = oracle->contacts.count;
    }
    oracle->contact = owner - 1;
    for (uint32_t i = 0; i < count; i++)
        oracle_own(oracle, oracle->contact, sorted[i].kind, sorted[i].value);
    return is_new;
}

static bool is_known(const struct oracle *oracle, struct text type)
{
    for (uint32_t i = 0; i < oracle->rules->event_count; i++) {
        if (text_equal(oracle->rules->events[i].name, type))
            return true;
    }
    return false;
}

void oracle_run_derived(struct oracle *oracle)
{
    for (size_t i = 0; i < oracle->derived.count; i++) {
        struct derived derived = oracle->derived.at[i]; // the list may move
        oracle->hearing = i + 1;
        if (derived.is_implied)
            oracle_match(oracle, derived.type, &derived.data, derived.depth);
        else
            oracle_come(oracle, derived.type, &derived.data, derived.depth);
    }
    oracle->hearing = 0;
}

static void see_unknown(struct oracle *oracle)
{
    oracle_settle(oracle, 1);
    if (!oracle->is_history)
        oracle_check_stops(oracle, 0);
}

static void fold(struct oracle *oracle, const struct workload_identifier *sorted)
{
    const struct workload_event *event = oracle->event;
    oracle->time_ms = event->has_time ? event->time_ms : oracle->tick_ms;
    oracle->now_ms = oracle->tick_ms;
    oracle->actions_here = 0;
    oracle->derived.count = 0;
    oracle->inputs++;
    bool is_new = find_contact(oracle, sorted, event->identifier_count);
    struct contact *contact = oracle_contact(oracle);
    contact->events++;
    if (oracle->time_ms > contact->updated_ms)
        contact->updated_ms = oracle->time_ms;
    if (is_new && !text_is(event->type, "contact.created"))
        oracle_derive(oracle, "contact.created", 1, NULL, 0);
    oracle_apply(oracle);
    if (is_known(oracle, event->type))
        oracle_come(oracle, event->type, &event->data, 0);
    else
        see_unknown(oracle);
    oracle_run_derived(oracle);
}

// Time passes up to the event, which moves the clock of events.
static void pass_until(struct oracle *oracle, const struct workload_event *event)
{
    int64_t tick_ms = oracle->tick_ms;
    if (oracle->shape->clock == WORKLOAD_CLOCK_EVENT && event->has_time && event->time_ms > tick_ms)
        tick_ms = event->time_ms;
    oracle_let_pass(oracle, tick_ms);
    oracle->tick_ms = tick_ms;
}

void oracle_fold_past(struct oracle *oracle, const struct past *past)
{
    struct workload_identifier sorted[ORACLE_IDENTIFIERS_MAX];
    take_tick(oracle, past->tick_ms);
    // Data was good when it came; who it is about must be known to these rules. Where they refuse one, others that were
    // told from it may come to be duplicates.
    if (!oracle_sort_identifiers(oracle, &past->event, &oracle->arena, sorted) ||
        is_duplicate(oracle, &past->event))
        return;
    pass_until(oracle, &past->event);
    remember(oracle, &past->event);
    oracle->event = &past->event;
    fold(oracle, sorted);
}

static struct oracle_verdict judge(struct oracle *oracle, const struct workload_input *input)
{
    struct oracle_verdict verdict = {.kind = ORACLE_REJECTED, .reject_code = input->refused};
    const struct workload_event *event = &input->event;
    struct workload_identifier sorted[ORACLE_IDENTIFIERS_MAX];
    if (input->refused == 0)
        verdict.reject_code = oracle_check(oracle, event, &oracle->arena, sorted);
    if (verdict.reject_code != 0) {
        oracle->counts.rejected++;
        return verdict;
    }
    if (is_duplicate(oracle, event)) {
        verdict.kind = ORACLE_DUPLICATE;
        oracle->counts.duplicates++;
        return verdict;
    }
    uint64_t index = oracle->index;
    pass_until(oracle, event);
    oracle->index = index;
    remember(oracle, event);
    oracle->event = event;
    oracle_remember(oracle);
    fold(oracle, sorted);
    oracle->counts.events++;
    verdict.kind = ORACLE_EVENT;
    verdict.contact = oracle->contact + 1;
    return verdict;
}

struct oracle_verdict oracle_feed(struct oracle *oracle, uint64_t index, int64_t tick_ms)
{
    assert(oracle->rules != NULL);
    size_t first = oracle->actions.count;
    workload_make(oracle->workload, oracle->shard, index, oracle->input);
    oracle_advance(oracle, oracle->shape->clock == WORKLOAD_CLOCK_WALL ? tick_ms : oracle->tick_ms);
    oracle->index = index;
    struct oracle_verdict verdict = judge(oracle, oracle->input);
    verdict.action_first = first;
    verdict.action_count = oracle->actions.count - first;
    return verdict;
}

void oracle_advance(struct oracle *oracle, int64_t tick_ms)
{
    take_tick(oracle, tick_ms);
    oracle_let_pass(oracle, tick_ms);
    if (tick_ms > oracle->tick_ms)
        oracle->tick_ms = tick_ms;
}

int64_t oracle_tick_ms(const struct oracle *oracle)
{
    return oracle->tick_ms;
}

uint64_t oracle_contact_count(const struct oracle *oracle)
{
    return oracle->contacts.count;
}

const struct oracle_action *oracle_actions(const struct oracle *oracle, size_t *count_out)
{
    *count_out = oracle->actions.count;
    return oracle->actions.at;
}

struct oracle_counts oracle_counts_of(const struct oracle *oracle)
{
    return oracle->counts;
}
