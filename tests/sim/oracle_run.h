// Runs of workflows that go on after the event that started them, as plain lists.
#ifndef TESTS_SIM_ORACLE_RUN_H
#define TESTS_SIM_ORACLE_RUN_H

#include "tests/sim/oracle_internal.h"

// Where a step stands in its workflow; no step: the run is done.
struct spot {
    const struct workload_step *step;
    const struct workload_step *next; // behind it, and behind the lists around it; NULL: none
};

// The run in hand.
struct going {
    const struct workload_workflow *flow;
    struct run *run;
    struct spot at;
    uint32_t depth; // of what it makes
};

enum ending { ENDS_DONE, ENDS_STOPPED, ENDS_FAILED };
enum did { DID_GO_ON, DID_WAIT, DID_STOP, DID_FAIL };

struct spot oracle_find_step(const struct workload_workflow *flow, struct text id);
// Does the step that the run is at; *next_out is where it goes on.
enum did oracle_do_step(
    struct oracle *oracle, struct going *going, const struct workload_step **next_out);
// Whether the step evaluates anything.
bool oracle_step_reads(const struct oracle *oracle, const struct workload_step *step);

struct run_start {
    const struct workload_workflow *flow;
    struct run_key key;
    const struct workload_value *data;
    uint32_t depth;
    bool is_deferred; // it begins a moment later
};
void oracle_start_run(struct oracle *oracle, const struct run_start *start);
// Of the event that started the run in hand: where the rules have it start it no more, the first that does.
struct text oracle_run_type(const struct oracle *oracle);
const struct workload_value *oracle_run_data(const struct oracle *oracle);

// --- what is kept
// As the rules in force have it; NULL: they have none of that name.
const struct workload_workflow *oracle_find_flow(const struct oracle *oracle, struct text name);
bool oracle_keep_run(struct oracle *oracle, struct text workflow, const struct run *run);
void oracle_end_run(struct oracle *oracle, const struct going *going, enum ending ending);
struct waiting {
    const struct workload_workflow *flow; // as it is written now, or was when it was pinned
    struct run run;
};
// Those of the contact that wait now, so that what one of them starts is not among them; to be freed.
struct waiting *oracle_all_waiting(struct oracle *oracle, size_t *count_out);
struct going oracle_going_of(struct waiting *waiting, uint32_t depth);
bool oracle_is_stopped(
    struct oracle *oracle, struct going *going);          // by what is true of the contact
bool oracle_some_flow_waits(const struct oracle *oracle); // else nothing wakes runs

// Its version and its place in the file as it was, as in the contact's JSON.
void oracle_add_version(
    const struct oracle *oracle, const struct workload_workflow *pinned, struct sim_text *to);

uint64_t oracle_mixed(uint64_t value); // SplitMix64
// Where in its span a run goes on that is spread: as fixed as the ids of runs, from which it follows.
uint64_t oracle_spread(struct oracle *oracle, struct text workflow, uint32_t number);

struct workload_value oracle_data_to_keep(struct oracle *oracle, const struct workload_value *data);
bool oracle_is_same_key(struct run_key a, struct run_key b);

// --- calendar
// When the clocks of a zone show a time; where they skip it, as much later as they skip.
int64_t oracle_instant_ms(const struct oracle *oracle, struct text zone, int64_t local_ms);
struct date {
    int64_t year;
    int month, day;
};
struct date oracle_date_of(int64_t local_ms);
int64_t oracle_date_ms(struct date date); // 29 February is 28 February in other years
int oracle_weekday(int64_t local_ms);     // 0 is Monday
// The contact's in hand; "account" where it has none that is one. That is the account's in all of these.
struct text oracle_contact_zone(const struct oracle *oracle);
// What the clocks of a zone show; the first instant at which they show a time or a later one.
int64_t oracle_local_ms(const struct oracle *oracle, struct text zone, int64_t time_ms);
int64_t oracle_reached_ms(const struct oracle *oracle, struct text zone, int64_t local_ms);
// Local times: when the span begins that one lies in.
int64_t oracle_span_begins(enum workload_span span, int64_t local_ms);
// The instant at which the span ends that an instant lies in, for the contact in hand.
int64_t oracle_span_ends(const struct oracle *oracle, enum workload_span span, int64_t time_ms);
// The first instant, from one on, at which no window is open.
int64_t oracle_next_shut(
    const struct oracle *oracle, const struct workload_window *window, int64_t from_ms);
// The first time of day at or behind an instant.
int64_t oracle_next_at(
    const struct oracle *oracle, struct text zone, int64_t from_ms, uint32_t minute);
// The first instant, from one on, at which the window is open; its zone may be that of the contact in hand.
int64_t oracle_next_open(
    const struct oracle *oracle, const struct workload_window *window, int64_t from_ms);

#endif
