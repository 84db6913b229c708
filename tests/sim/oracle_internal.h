// What the files of the oracle share: a shard as plain lists.
#ifndef TESTS_SIM_ORACLE_INTERNAL_H
#define TESTS_SIM_ORACLE_INTERNAL_H

#include "tests/sim/oracle_live.h"
#include "tests/sim/text.h"

// A list that grows: list_add makes room for one more item and gives it, zeroed.
#define LIST(type)         \
    struct {               \
        type *at;          \
        size_t count, cap; \
    }
void *list_add_bytes(void **at, size_t *count, size_t *cap, size_t item_bytes);
#define list_add(list) \
    list_add_bytes((void **)&(list)->at, &(list)->count, &(list)->cap, sizeof(*(list)->at))

struct named_value {
    struct text name;
    struct workload_value value;
};

enum { CONSENT_NONE, CONSENT_GIVEN, CONSENT_DENIED_, CONSENT_TAKEN_BACK };

struct channel {
    struct text name;
    int consent;
    bool is_dnd;
};

struct runs {
    struct text workflow;
    uint32_t count;
};

// What was emitted under a limit.
struct sent {
    struct text of; // the action, or the channel
    bool is_of_channel;
    struct text key; // the value of `per` as JSON
    int64_t time_ms;
    size_t action; // its place among the actions, from 1
};

// A run that waits, or one that has ended and is remembered.
struct run_key {
    bool is_there;
    struct said value; // SAID_ERROR: it had none
};
struct came { // how often to a step that emits an action
    struct text step;
    uint32_t times;
};
enum mark { UNMARKED, BEGINS, CANCELLED }; // what other rules have made of it
struct run {
    uint32_t number;
    bool has_ended;
    enum mark mark;
    bool is_at_door; // waits before an action
    bool asks;       // what its wait was planned from has changed
    bool is_planned; // its wait may be planned again: from when it came to it
    int64_t planned_ms;
    bool is_kept; // its data is its own; else that of the event in hand
    struct run_key key;
    int64_t started_ms, due_ms; // INT64_MAX: never by time alone
    struct text at;             // a step
    uint64_t
        entered_in; // when it came to its wait: the input, and how many were derived of it before
    size_t entered_behind;
    struct workload_value data; // of the event that started it
    struct text type;           // likewise
    const struct came *came;
    uint32_t came_count;
    const struct workload_workflow *pinned; // as it was written; NULL: as it is now
};
struct kept { // of a workflow, in the order they started
    struct text workflow;
    LIST(struct run) runs;
};

// An event of a type that others imply: which it is, by some of its members.
struct told {
    struct text type, members; // their names
    struct text which;
    bool is_only_implied; // so far
};

// The last event of a silence that is waited for.
struct silence {
    struct text workflow;
    struct run_key key;
    struct text type;
    int64_t last_ms;
    struct workload_value data;
};

struct contact {
    LIST(struct workload_identifier) identifiers; // in order of arrival
    LIST(struct named_value) fields;
    LIST(struct text) tags;
    LIST(struct text) lists;
    LIST(struct channel) channels;
    LIST(struct sent) sent;                // in the order sent
    LIST(struct entry) entries;            // in order of arrival
    LIST(struct limit) limits;             // oldest first
    LIST(struct counted) counted;          // in order of arrival
    LIST(struct object_word) object_words; // likewise
    LIST(struct held) held;
    LIST(struct shown) shown;
    LIST(struct runs) runs;
    LIST(struct kept) kept;        // in order of arrival
    LIST(struct silence) silences; // likewise
    LIST(struct told) told;
    struct text stage, team, person, zone;
    int64_t created_ms, updated_ms;
    uint32_t notes, events;
    uint32_t entry_edits; // counts whatever happens to entries but that one is added, and new rules
    LIST(struct score_sums) sums; // by score
    int64_t quiet_ms;             // nothing changes by time alone up to then
    int64_t next_ms; // behind which this is the first moment that it may; INT64_MAX: not known
};

// An event as it was folded.
struct past {
    struct workload_event event;
    int64_t tick_ms; // before it
};

struct seen {
    struct text source, id;
    uint64_t hash; // of both, to tell most of them apart at a glance
    int64_t tick_ms;
};

struct derived {
    struct text type;
    uint32_t depth;
    bool is_implied;
    struct workload_value data;
};

// A workflow of rules before, which runs may go on with.
struct pin {
    const struct workload_workflow *flow;
    const struct workload_rules *rules; // in which it stood
};

// How far a member of a team is ahead in the turns.
struct turn {
    struct text team, person;
    int64_t ahead;
};

struct oracle {
    const struct workload *workload;
    const struct workload_shape *shape;
    const struct workload_rules *rules;         // in force
    const struct workload_workflow **workflows; // of the rules, by name
    LIST(struct pin) pins;                      // which the rules in force carry
    uint32_t shard;
    struct workload_input *input;
    struct sim_arena arena;
    LIST(struct contact) contacts;
    LIST(struct seen) seen;
    LIST(struct turn) turns;
    LIST(struct oracle_action) actions;
    struct oracle_counts counts;
    int64_t tick_ms;
    struct sim_text text, id_text;
    // of the event being folded
    const struct workload_event *event;
    uint64_t index;
    size_t contact; // index, not number
    int64_t time_ms;
    uint32_t actions_here;
    LIST(struct derived) derived;
    size_t hearing;  // which of them is matched, from 1; 0: the event itself
    uint64_t inputs; // events and timers so far
    int64_t now_ms;  // at which everything is looked at: the tick, or when something is due
    const struct workload_value *data; // of the event that is matched
    struct text type;                  // likewise
    bool has_new_zones;                // the newer database of zones is in force
    struct text zone;                  // the account's
    const struct going *going;         // the run in hand; NULL: none
    bool is_silent;                    // nothing is derived
    // of the rules in force
    LIST(struct live_node) nodes; // each behind what it reads
    // what came so far, for rules to come
    LIST(struct past) past;
    bool is_history; // folds the past again: workflows do not run
};

struct contact *oracle_contact(struct oracle *oracle); // of the event being folded

// --- checks: 0, or a number of the table in docs/events.md
uint32_t oracle_check(
    const struct oracle *oracle,
    const struct workload_event *event,
    struct sim_arena *arena,
    struct workload_identifier *sorted_out);
enum { ORACLE_IDENTIFIERS_MAX = 16 };
// Puts them in order, the strongest first; false where the rules do not know one of the kinds.
bool oracle_sort_identifiers(
    const struct oracle *oracle,
    const struct workload_event *event,
    struct sim_arena *arena,
    struct workload_identifier *sorted_out);
bool oracle_value_fits(enum workload_type type, const struct workload_value *value);
bool oracle_kind_is_known(const struct oracle *oracle, struct text kind);
bool oracle_identifier_is_fit(struct text value, size_t bytes_max);
struct text oracle_fold_email(struct sim_arena *arena, struct text kind, struct text value);

// --- contacts
uint64_t oracle_owner_of(
    const struct oracle *oracle, struct text kind, struct text value); // number or 0
void oracle_own(struct oracle *oracle, size_t contact, struct text kind, struct text value);
bool text_list_has(const struct text *at, size_t count, struct text text);
void oracle_contact_free(struct contact *contact);

// --- what happens
void oracle_apply(struct oracle *oracle); // what the type of the event does by itself
void oracle_change_name(
    struct oracle *oracle, const char *change, struct text name, uint32_t depth);
void oracle_derive(
    struct oracle *oracle,
    const char *type,
    uint32_t depth,
    const struct workload_value *items,
    uint32_t count);
void oracle_match(
    struct oracle *oracle, struct text type, const struct workload_value *data, uint32_t depth);
// An event that came, or that a workflow emits: matched, unless another has said so already.
void oracle_come(
    struct oracle *oracle, struct text type, const struct workload_value *data, uint32_t depth);
// What the event implies.
void oracle_imply(
    struct oracle *oracle, struct text type, const struct workload_value *data, uint32_t depth);
// One that is there whether anything hears it or not.
void oracle_emit(
    struct oracle *oracle,
    struct text type,
    uint32_t depth,
    const struct workload_value *items,
    uint32_t count);
void oracle_set_field(struct oracle *oracle, const struct workload_value *value, uint32_t depth);
// A `do` step of a run; what it makes is `depth` deep.
struct doing {
    const struct workload_workflow *flow;
    const struct workload_step *step;
    uint32_t run, depth, occurrence;
    const struct workload_value *values; // as many as the step gives
};
// Until when the run has to wait before it; 0: it is done with.
int64_t oracle_do_action(struct oracle *oracle, const struct doing *doing);
// What is found out for a value that is given; false where it fails.
bool oracle_find_value(
    struct oracle *oracle, const struct workload_given *given, struct workload_value *out);
struct workload_value oracle_param_value(
    struct oracle *oracle, const struct workload_param *param, const struct doing *doing);

// --- what holds actions back
enum hold_kind { HOLDS_NOT, HOLDS_BACK, HOLDS_UP };
struct hold {
    enum hold_kind kind;
    int64_t until_ms; // HOLDS_UP
};
struct hold oracle_hold(
    struct oracle *oracle, const struct workload_action *action, const struct doing *doing);
void oracle_note_sent(
    struct oracle *oracle, const struct workload_action *action, const struct doing *doing);
void oracle_run_derived(struct oracle *oracle); // and what is derived from that in turn
void oracle_fold_past(struct oracle *oracle, const struct past *past);

// --- runs
void oracle_start_runs(
    struct oracle *oracle, struct text type, const struct workload_value *data, uint32_t depth);
// The event in hand: ends runs that it stops, takes on those that wait for it.
void oracle_hear(struct oracle *oracle, struct text type, uint32_t depth);
void oracle_check_stops(struct oracle *oracle, uint32_t depth); // by what is true of the contact
// The contact's zone has changed (an empty text), or a field of it.
void oracle_plan_again(struct oracle *oracle, struct text field);
void oracle_plan_by_clocks(
    struct oracle *oracle, const struct oracle_clocks *clocks); // that changed
// Which workflows of the rules before, and of those that they carried, the rules in force carry.
void oracle_find_pins(struct oracle *oracle, const struct workload_rules *before);
// Rules have come into force in place of others.
void oracle_edit_runs(struct oracle *oracle, const struct workload_rules *before);
void oracle_wake(struct oracle *oracle);          // runs that are due
int64_t oracle_run_due_ms(struct oracle *oracle); // of the next one of the contact in hand
// Gives the contact to a member of a team; false where none may have it.
bool oracle_assign(struct oracle *oracle, const struct workload_step *step);

// --- what time starts
void oracle_take_workflows(struct oracle *oracle); // those of its rules, by name
// Whether a workflow asks for silences that the rules before did not ask for.
bool oracle_is_new_idle(const struct workload_workflow *flow, const struct workload_rules *before);
// Silences of such that were over when the rules came into force.
void oracle_forget_silences(struct oracle *oracle, const struct workload_rules *before);
void oracle_note_silences(
    struct oracle *oracle, struct text type, const struct workload_value *data);
void oracle_start_timed(struct oracle *oracle);
int64_t oracle_timed_due_ms(struct oracle *oracle, int64_t until_ms); // the first one behind now
void oracle_add_runs(struct oracle *oracle, struct sim_text *to);

// --- printing
void oracle_add_said(struct sim_text *to, struct said said);
void oracle_add_objects(struct oracle *oracle, struct sim_text *to); // of the contact in hand
void oracle_add_id(struct sim_text *to, const struct contact *contact);
void oracle_add_identifiers(struct sim_text *to, const struct contact *contact);

#endif
