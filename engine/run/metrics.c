// GET /metrics: what every shard counted, in Prometheus text.
#include "engine/run/metrics.h"

#include <inttypes.h>
#include <stddef.h>
#include <stdlib.h>

#include "engine/base/invariant.h"
#include "engine/base/memory.h"
#include "engine/base/version.h"
#include "engine/fold/team_stats.h"
#include "engine/fold/workflow_stats.h"
#include "engine/run/ask.h"
#include "engine/run/http_memory.h"
#include "engine/run/http_pace.h"
#include "engine/run/lane_balance.h"
#include "engine/run/lane_timers.h"
#include "engine/run/metrics_failures.h"
#include "engine/run/metrics_held.h"
#include "engine/run/metrics_teams.h"
#include "engine/run/metrics_workflows.h"

// What one lane says of itself.
struct lane_facts {
    struct shard_counts counts;
    struct balance_facts balance;
    struct state_counts state;
    struct histogram latency;
    uint64_t decided; // and recalled
    uint64_t gaps;
    uint64_t journal_waiting_bytes;
    uint64_t is_reading;
    uint64_t stands_still;
    uint64_t rules_sequence;
    unsigned broken; // balances, a bit each
    int64_t timer_delay_ms;
    int64_t lag; // behind Kafka; -1: not known, or no such source
};

struct metric {
    const char *name;
    const char *type;
    const char *help;
    size_t offset; // of a uint64_t in struct lane_facts
};

#define COUNT(field)  offsetof(struct lane_facts, counts.field)
#define FLOW(field)   offsetof(struct lane_facts, balance.flow.field)
#define STATE(field)  offsetof(struct lane_facts, state.field)
#define COUNTER(name) "engaged_" name "_total", "counter"
#define GAUGE(name)   "engaged_" name, "gauge"

// The equations between them are those of engine/run/balance.h: each is counted by the part that sees it.
static const struct metric metrics[] = {
    {COUNTER("events_read"), "Events read from sources.",
     offsetof(struct lane_facts, balance.polled)},
    {COUNTER("events_journalled"), "Events that went into the journal.", FLOW(journalled)},
    {COUNTER("events_folded"), "Events that were folded.", FLOW(folded)},
    {COUNTER("events_duplicate"), "Events seen before within the window.", FLOW(duplicates)},
    {COUNTER("dead_letters"), "Events refused.", FLOW(refused)},
    {COUNTER("events_crashed"), "Of those: events that ended the process again and again.",
     COUNT(crashed)},
    {COUNTER("dead_letters_recalled"), "Dead letters of an earlier process, read from the journal.",
     FLOW(dead_letters_recalled)},
    {COUNTER("dead_letters_published"), "Dead letters confirmed by the sink.",
     offsetof(struct lane_facts, balance.confirmed.dead_letters)},
    {GAUGE("dead_letters_waiting"), "Dead letters not yet published.", FLOW(dead_letters_waiting)},
    {COUNTER("actions_decided"), "Actions decided, or recalled.",
     offsetof(struct lane_facts, decided)},
    {COUNTER("actions_recalled"), "Of those: of an earlier process, read from the journal.",
     FLOW(actions_recalled)},
    {COUNTER("actions_published"), "Actions confirmed by the sink.",
     offsetof(struct lane_facts, balance.confirmed.actions)},
    {GAUGE("actions_waiting"), "Actions decided and not yet confirmed.", FLOW(actions_waiting)},
    {COUNTER("actions_held_consent"), "Actions held back: consent denied or revoked.",
     COUNT(actions_held_consent)},
    {COUNTER("actions_held_dnd"), "Actions held back: do not disturb.", COUNT(actions_held_dnd)},
    {COUNTER("actions_held_missing"), "Actions held back: the contact lacks a parameter.",
     COUNT(actions_held_missing)},
    {COUNTER("actions_held_limit"), "Actions held back: too many for one event.",
     COUNT(actions_held_limit)},
    {COUNTER("events_derived"), "Events that the engine derived.", COUNT(derived)},
    {COUNTER("events_derived_too_deep"), "Derived events cut off by the depth limit.",
     COUNT(derived_too_deep)},
    {COUNTER("rules_matched"), "Score rules that gave points.", COUNT(rules_matched)},
    {COUNTER("rules_limited"), "Score rules whose limit was reached.", COUNT(rules_limited)},
    {COUNTER("entries_withdrawn"), "Score entries taken back with their event.",
     COUNT(entries_withdrawn)},
    {COUNTER("withdrawals_unmatched"), "Withdrawn events that had given no points.",
     COUNT(withdrawals_unmatched)},
    {COUNTER("counted_summarised"), "Events in counters merged with others, for want of room.",
     COUNT(counted_summarised)},
    {COUNTER("counted_refused"), "Values that a counter had no room for.", COUNT(counted_refused)},
    {COUNTER("objects_dropped"), "Objects of contacts dropped, for want of room.",
     COUNT(objects_dropped)},
    {COUNTER("object_removals_forgotten"), "Removals of objects forgotten, for want of room.",
     COUNT(object_removals_forgotten)},
    {COUNTER("objects_refused"), "Changes of objects that found no room.", COUNT(objects_refused)},
    {COUNTER("zones_unknown"), "Times that a time zone was asked for that is none.",
     COUNT(zones_unknown)},
    {GAUGE("zones"), "Time zones in the journal.", COUNT(zones_known)},
    {COUNTER("runs_started"), "Workflow runs started.", COUNT(runs_started)},
    {COUNTER("runs_done"), "Workflow runs that came to their end.", COUNT(runs_done)},
    {COUNTER("runs_stopped"), "Workflow runs stopped before.", COUNT(runs_stopped)},
    {COUNTER("runs_failed"), "Workflow runs that could not go on.", COUNT(runs_failed)},
    {COUNTER("runs_stranded"), "Runs whose step rules that came into force did not have.",
     COUNT(runs_stranded)},
    {COUNTER("runs_asleep"), "Runs whose workflow rules that came into force did not have.",
     COUNT(runs_asleep)},
    {COUNTER("runs_moved"), "Runs moved to other steps by rules that came into force.",
     COUNT(runs_moved)},
    {COUNTER("runs_cancelled"), "Runs cancelled by rules that came into force.",
     COUNT(runs_cancelled)},
    {COUNTER("runs_pinned"), "Runs that keep the steps which rules that came into force changed.",
     COUNT(runs_pinned)},
    {COUNTER("runs_unpinned"), "Runs that were to keep their steps and could not.",
     COUNT(runs_unpinned)},
    {COUNTER("runs_included"), "Runs begun for contacts that were there.", COUNT(runs_included)},
    {COUNTER("runs_overdue"), "Late runs that were ended or spread.", COUNT(runs_overdue)},
    {COUNTER("run_data_refused"), "Events too large to be kept with their run.",
     COUNT(run_data_refused)},
    {COUNTER("steps_failed"), "Workflow steps with a failed expression.", COUNT(steps_failed)},
    {COUNTER("events_key_mismatch"), "Events whose Kafka key is not their contact.",
     COUNT(key_mismatch)},
    {COUNTER("events_without_id"), "Events without an id: no duplicate can be seen.",
     COUNT(events_without_id)},
    {COUNTER("fields_refused"), "Contact fields of the wrong type.", COUNT(fields_refused)},
    {COUNTER("events_unknown_type"), "Events of types not in the catalogue.", COUNT(unknown_types)},
    {COUNTER("frames"), "Frames appended to the journal.", COUNT(frames)},
    {GAUGE("outbox_bytes"), "Actions and dead letters not yet confirmed.", COUNT(outbox_bytes)},
    {GAUGE("sequence"), "Last frame folded.", COUNT(sequence)},
    {GAUGE("sequence_durable"), "Last frame on the disk.", COUNT(sequence_durable)},
    {GAUGE("sequence_published"), "Last frame published.", COUNT(sequence_published)},
    {GAUGE("rules_sequence"), "Frame that put the rules in force.",
     offsetof(struct lane_facts, rules_sequence)},
    {GAUGE("sequence_checkpoint"), "Frame that the store stands at.", COUNT(sequence_checkpoint)},
    {GAUGE("contacts"), "Contacts known.", STATE(contacts)},
    {GAUGE("timers"), "Contacts with a timer.", STATE(timers)},
    {COUNTER("timers_fired"), "Timers fired.", COUNT(timers_fired)},
    {GAUGE("dedup_events"), "Event ids remembered.", STATE(dedup_events)},
    {COUNTER("dedup_evicted"), "Event ids forgotten before their window ended.",
     STATE(dedup_evicted)},
    {GAUGE("names"), "Names interned.", STATE(names)},
    {GAUGE("overlay_records"), "Records in memory.", STATE(overlay_records)},
    {GAUGE("overlay_bytes"), "Memory of the state.", STATE(overlay_bytes)},
    {GAUGE("dirty_records"), "Records changed since the checkpoint.", STATE(dirty_records)},
    {GAUGE("dirty_bytes"), "Memory of those.", STATE(dirty_bytes)},
    {COUNTER("ledger_condensed"), "Score entries condensed.", STATE(ledger_condensed)},
    {COUNTER("limit_keys_forgotten"), "Limit keys forgotten.", STATE(limit_keys_forgotten)},
    {COUNTER("identity_conflicts"), "Identifiers that belong to another contact.",
     STATE(identity_conflicts)},
    {COUNTER("changes_refused"), "Changes beyond a bound of one contact.", STATE(changes_refused)},
    {COUNTER("source_gaps"), "Positions that a source no longer had.",
     offsetof(struct lane_facts, gaps)},
    {GAUGE("journal_waiting_bytes"), "Journal bytes not yet on the disk.",
     offsetof(struct lane_facts, journal_waiting_bytes)},
    {COUNTER("actions_dropped"), "Actions that an operator dropped.", COUNT(actions_dropped)},
    {GAUGE("actions_stand_still"), "1 while actions beyond the ceiling wait to be released.",
     offsetof(struct lane_facts, stands_still)},
    {GAUGE("source_up"), "1 when every source is started and reachable.",
     offsetof(struct lane_facts, is_reading)},
};

// What failed, what became of runs, which actions were held back, and what teams have, each behind its length.
static void pack_series(const struct shard *shard, struct buffer *to)
{
    struct buffer packed = {0};
    metrics_failures_pack(shard_failures(shard), &packed);
    buffer_add_sized(to, buffer_bytes(&packed));
    buffer_clear(&packed);
    enum err err = workflow_stats_pack(shard, (struct bytes){NULL, 0}, &packed);
    INVARIANT(err == ERR_OK); // all of them
    buffer_add_sized(to, buffer_bytes(&packed));
    buffer_clear(&packed);
    metrics_held_pack(shard_held(shard), &packed);
    buffer_add_sized(to, buffer_bytes(&packed));
    buffer_clear(&packed);
    err = team_stats_pack(shard, (struct bytes){NULL, 0}, &packed);
    INVARIANT(err == ERR_OK); // all of them
    buffer_add_sized(to, buffer_bytes(&packed));
    buffer_free(&packed);
}

static void run_part(const struct ask *ask, struct ask_part *part)
{
    (void)ask;
    struct lane *lane = part->lane;
    struct lane_facts *facts = mem_zero(1, sizeof(*facts));
    shard_counts(lane->shard, &facts->counts);
    pack_series(lane->shard, &part->text);
    lane_balance_facts(lane, &facts->balance);
    facts->decided = facts->balance.flow.decided + facts->balance.flow.actions_recalled;
    facts->broken = atomic_load(&lane->broken);
    state_counts(shard_state(lane->shard), &facts->state);
    facts->latency = lane->latency;
    facts->timer_delay_ms = lane_timers_delay_ms(lane);
    facts->lag = -1;
    for (size_t i = 0; i < lane->inlet_count; i++) {
        facts->gaps += lane->inlets[i].gaps;
        if (lane->inlets[i].kind == INLET_KAFKA)
            facts->lag = kafka_source_lag(&lane->inlets[i].source);
    }
    facts->journal_waiting_bytes = journal_waiting_bytes(lane->sync.journal);
    facts->rules_sequence = shard_ruleset_sequence(lane->shard);
    facts->is_reading = atomic_load(&lane->is_reading) ? 1 : 0;
    facts->stands_still = atomic_load(&lane->ceiling.is_shut) ? 1 : 0;
    part->facts = facts;
}

static void head(struct buffer *to, const char *name, const char *type, const char *help)
{
    buffer_add_format(to, "# HELP %s %s\n# TYPE %s %s\n", name, help, name, type);
}

static void gauge(struct buffer *to, const char *name, const char *help, int64_t value)
{
    head(to, name, "gauge", help);
    buffer_add_format(to, "%s %" PRId64 "\n", name, value);
}

static void counter(struct buffer *to, const char *name, const char *help, uint64_t value)
{
    head(to, name, "counter", help);
    buffer_add_format(to, "%s %" PRIu64 "\n", name, value);
}

static void print_http(const struct http_server *server, struct buffer *to)
{
    const struct http_pace *pace = http_server_pace(server);
    const struct http_memory *memory = http_server_memory(server);
    gauge(to, "engaged_http_connections", "HTTP connections.", (int64_t)pace->count);
    counter(
        to, "engaged_http_connections_cut_total", "HTTP connections that took too long.",
        pace->cut);
    gauge(
        to, "engaged_http_memory_bytes", "Held by HTTP requests until their events are durable.",
        (int64_t)memory->bytes);
    counter(
        to, "engaged_http_memory_refused_total", "HTTP requests refused for want of that.",
        memory->refused);
}

static void print_process(const struct http_context *context, struct buffer *to)
{
    struct runtime *runtime = context->runtime;
    head(to, "engaged_build_info", "gauge", "The version that runs.");
    buffer_add_text(to, "engaged_build_info{version=\"" ENGAGED_VERSION "\"} 1\n");
    gauge(
        to, "engaged_uptime_seconds", "Seconds since the start.",
        (runtime_mono_us(runtime) - context->began_us) / 1000000);
    gauge(
        to, "engaged_open", "1 when every shard is recovered.",
        fleet_is_open(context->fleet) ? 1 : 0);
    gauge(
        to, "engaged_disks_full", "Syncs and publications that wait for room.",
        atomic_load(&runtime->disks_full));
    gauge(
        to, "engaged_timers_held", "1 while the clock has jumped forward and is not followed.",
        clock_guard_is_held(&runtime->clock_guard) ? 1 : 0);
    gauge(
        to, "engaged_sinks_waiting", "Publishers that cannot reach their sink.",
        atomic_load(&runtime->sinks_waiting));
}

static void print_rules(const struct reload *reload, struct buffer *to)
{
    static const char reloads[] = "engaged_rules_reloads_total";
    if (reload == NULL)
        return;
    const struct reload_status *status = reload_get_status(reload);
    head(to, reloads, "counter", "Times that the rules were read again, by what came of it.");
    for (enum reload_result result = RELOAD_LOADED; result < RELOAD_RESULT_COUNT; result++)
        buffer_add_format(
            to, "%s{result=\"%s\"} %" PRIu64 "\n", reloads, reload_result_name(result),
            status->counts[result]);
    gauge(
        to, "engaged_rules_last_reload_successful",
        "1 when the rules read last are in force, 0 when they were refused.",
        status->reason[0] == '\0' ? 1 : 0);
    gauge(
        to, "engaged_rules_last_reload_success_timestamp_seconds",
        "When the rules read last were in force, seconds since 1970.", status->success_ms / 1000);
    head(to, "engaged_rules_info", "gauge", "The ruleset in force on every shard.");
    buffer_add_format(to, "engaged_rules_info{ruleset=\"%016" PRIx64 "\"} 1\n", status->ruleset);
}

static uint64_t value_of(const struct lane_facts *facts, size_t offset)
{
    uint64_t value = 0;
    memcpy(&value, (const char *)facts + offset, sizeof(value));
    return value;
}

static void print_balances(const struct ask *ask, struct buffer *to)
{
    static const char name[] = "engaged_balance_broken";
    head(to, name, "gauge", "1 when what was counted does not add up.");
    for (uint32_t k = 0; k < ask->part_count; k++) {
        const struct lane_facts *facts = ask->parts[k].facts;
        for (enum balance balance = 0; balance < BALANCE_COUNT; balance++)
            buffer_add_format(
                to, "%s{shard=\"%" PRIu32 "\",balance=\"%s\"} %u\n", name, k, balance_name(balance),
                facts->broken >> balance & 1U);
    }
}

static void print_lags(const struct ask *ask, struct buffer *to)
{
    static const char name[] = "engaged_source_lag";
    head(to, name, "gauge", "Offsets of the partition not yet read, as the last fetch told.");
    for (uint32_t k = 0; k < ask->part_count; k++) {
        const struct lane_facts *facts = ask->parts[k].facts;
        if (facts->lag >= 0)
            buffer_add_format(to, "%s{shard=\"%" PRIu32 "\"} %" PRId64 "\n", name, k, facts->lag);
    }
}

static void print_timer_delays(const struct ask *ask, struct buffer *to)
{
    static const char name[] = "engaged_timer_delay_seconds";
    head(to, name, "gauge", "How late the earliest timer is; 0 while none is due.");
    for (uint32_t k = 0; k < ask->part_count; k++) {
        const struct lane_facts *facts = ask->parts[k].facts;
        buffer_add_format(
            to, "%s{shard=\"%" PRIu32 "\"} %" PRId64 ".%03" PRId64 "\n", name, k,
            facts->timer_delay_ms / 1000, facts->timer_delay_ms % 1000);
    }
}

static void print_series(const struct ask *ask, struct buffer *to)
{
    struct bytes *failures = mem_zero(ask->part_count, sizeof(*failures));
    struct bytes *workflows = mem_zero(ask->part_count, sizeof(*workflows));
    struct bytes *held = mem_zero(ask->part_count, sizeof(*held));
    struct bytes *teams = mem_zero(ask->part_count, sizeof(*teams));
    for (uint32_t k = 0; k < ask->part_count; k++) {
        struct cursor packed = cursor_of(buffer_bytes(&ask->parts[k].text));
        failures[k] = cursor_sized(&packed);
        workflows[k] = cursor_sized(&packed);
        held[k] = cursor_sized(&packed);
        teams[k] = cursor_sized(&packed);
    }
    metrics_failures_print(failures, ask->part_count, to);
    metrics_workflows_print(workflows, ask->part_count, to);
    metrics_held_print(held, ask->part_count, to);
    metrics_teams_print(teams, ask->part_count, to);
    free(failures);
    free(workflows);
    free(held);
    free(teams);
}

static void print_lanes(const struct ask *ask, struct buffer *to)
{
    for (size_t i = 0; i < sizeof(metrics) / sizeof(metrics[0]); i++) {
        const struct metric *metric = &metrics[i];
        head(to, metric->name, metric->type, metric->help);
        for (uint32_t k = 0; k < ask->part_count; k++)
            buffer_add_format(
                to, "%s{shard=\"%" PRIu32 "\"} %" PRIu64 "\n", metric->name, k,
                value_of(ask->parts[k].facts, metric->offset));
    }
    print_series(ask, to);
    print_balances(ask, to);
    print_lags(ask, to);
    print_timer_delays(ask, to);
    struct histogram latency = {.sum_us = 0};
    for (uint32_t k = 0; k < ask->part_count; k++) {
        const struct lane_facts *facts = ask->parts[k].facts;
        histogram_merge(&latency, &facts->latency);
    }
    static const char name[] = "engaged_durable_seconds";
    head(to, name, "histogram", "From reading an event to its frame being on the disk.");
    histogram_print(&latency, name, to);
}

static struct buffer *begin_reply(struct http_request *request)
{
    struct buffer *body = http_reply_json(&request->reply, MHD_HTTP_OK);
    request->reply.content_type = "text/plain; version=0.0.4; charset=utf-8";
    print_process(request->context, body);
    print_rules(request->context->reload, body);
    print_http(request->server, body);
    return body;
}

// The owner is a cell that holds the request, or NULL when nobody waits any more.
static void on_done(struct ask *ask)
{
    struct http_request **cell = ask->owner;
    struct http_request *request = *cell;
    if (request != NULL) {
        print_lanes(ask, begin_reply(request));
        http_request_answer(request);
    }
    free(cell);
    ask_destroy(ask);
}

static void on_abandoned(struct http_request *request)
{
    struct http_request **cell = request->work;
    *cell = NULL;
}

void metrics_handle(struct http_request *request)
{
    const struct http_context *context = request->context;
    if (!fleet_is_open(context->fleet)) {
        (void)begin_reply(request);
        return;
    }
    struct http_request **cell = mem_alloc(sizeof(*cell));
    *cell = request;
    http_request_suspend(request, cell, on_abandoned);
    (void)ask_all(context->fleet, context->box, run_part, on_done, cell);
}
