// What the oracle keeps of counters, scores and segments: everything that ever happened, so that any question is
// answered by going through all of it once more.
#ifndef TESTS_SIM_ORACLE_LIVE_H
#define TESTS_SIM_ORACLE_LIVE_H

#include "tests/sim/oracle.h"

// --- values of expressions
enum said_kind { SAID_ERROR, SAID_BOOL, SAID_INT, SAID_DOUBLE, SAID_TEXT, SAID_TIME, SAID_OTHER };
struct said {
    enum said_kind kind;
    bool boolean;
    int64_t integer; // of an int; of a time, milliseconds
    double real;
    struct text text;
};
struct contact;
struct said oracle_say(struct oracle *oracle, const struct workload_expr *expr);
bool oracle_is_true(
    struct oracle *oracle, const struct workload_expr *condition); // what fails is not
// Thousandths; false where it fails or is beyond what points may be.
bool oracle_points(struct oracle *oracle, const struct workload_expr *points, int64_t *milli_out);
bool said_is_same(struct said a, struct said b);
double said_number(struct said said); // of an int or a double

// --- what is kept of a contact
struct entry { // of the ledger
    struct text score, rule;
    struct text source, id; // of the event, to withdraw it by; an empty id: it cannot be
    int64_t time_ms, milli;
    bool is_limited, is_rolling;
    struct text limit_key;
    bool is_of_workflow;
    bool is_condensed; // summed up with others, so that it cannot be withdrawn
};
enum { SCORE_GROUPS_MOST = 64 };
struct score_sums { // what its first entries add up to at a moment
    uint32_t edits;
    size_t count;
    int64_t now_ms;
    long double groups[SCORE_GROUPS_MOST + 1]; // the last: of no group
};
struct score_moments {
    int64_t above_ms, below_ms; // for entries above 0, and below
};
struct limit {
    struct text rule; // "score/rule"
    struct text key;  // the value of `per` as JSON, and where its span begins
    uint32_t count;
    int64_t time_ms, milli; // of the newest; of all, what is below 0 by its size
};
struct counted { // an event that a counter counted
    struct text counter;
    int64_t time_ms;
    struct said value;
};
struct object_word { // what an event said of an object
    struct text object, key;
    bool is_removal;
    int64_t time_ms;
    const struct said *values; // by field; SAID_ERROR: nothing
};
struct held { // a segment, or a state rule as "score/rule", whose condition is true
    struct text name;
    bool is_member;
    int64_t since_ms;
};
struct shown { // what was last told of a score
    struct text score;
    int64_t milli;
};

// --- counters
void oracle_count(struct oracle *oracle, struct text type);
struct said oracle_counter(struct oracle *oracle, struct text name);

// --- objects
bool oracle_object_hears(const struct workload_object *object, struct text type);
void oracle_tell_objects(struct oracle *oracle, struct text type, uint32_t depth);
int64_t oracle_object_count(struct oracle *oracle, struct text name);
bool oracle_object_has(struct oracle *oracle, struct text name, struct text field); // any of them

// --- scores
struct score_value {
    int64_t beneath_milli, shown_milli;
};
struct score_value oracle_score_value(struct oracle *oracle, uint32_t score); // at now_ms
// What it is not below, and not above, at any moment from one up to another.
struct score_value oracle_score_least(
    struct oracle *oracle, uint32_t score, int64_t from_ms, int64_t to_ms);
struct score_value oracle_score_most(
    struct oracle *oracle, uint32_t score, int64_t from_ms, int64_t to_ms);
struct shown *oracle_shown(struct contact *contact, struct text score); // made where there is none
bool oracle_has_score(struct oracle *oracle, const struct contact *contact, uint32_t score);
struct text oracle_band(const struct workload_score *score, int64_t shown_milli);
void oracle_match_rules(struct oracle *oracle, struct text type, const struct workload_value *data);
void oracle_add_entry(struct oracle *oracle, const struct entry *entry); // of the event in hand
void oracle_adjust(struct oracle *oracle);
void oracle_retract(struct oracle *oracle);
struct text oracle_rule_name(struct oracle *oracle, struct text score, struct text rule);

// --- limits
struct limit_try {
    const struct workload_score_rule *rule;
    struct text name, key;
    int64_t time_ms;
};
void oracle_limit_key(
    struct oracle *oracle, const struct workload_value *data, struct limit_try *limit_try);
// Cuts the points to what is left; false when nothing is.
bool oracle_limit_leaves(struct oracle *oracle, const struct limit_try *limit_try, int64_t *milli);
void oracle_limit_note(struct oracle *oracle, const struct limit_try *limit_try, int64_t milli);
void oracle_limit_give_back(struct oracle *oracle, const struct entry *entry);

// --- what is live
enum live_kind { NODE_RULE, NODE_SCORE, NODE_SEGMENT };
struct live_node {
    enum live_kind kind;
    uint32_t score, index; // index of the rule in its score, or of the segment
};
void oracle_live_begin(struct oracle *oracle); // new rules: puts their nodes in order
void oracle_settle(struct oracle *oracle, uint32_t depth);
void oracle_sweep(struct oracle *oracle); // all contacts, without telling anyone
bool oracle_holds(const struct contact *contact, struct text name);
bool oracle_is_member(const struct contact *contact, struct text segment);

// --- time
// Lets all pass that comes by time alone up to a moment, and with it.
void oracle_let_pass(struct oracle *oracle, int64_t until_ms);
// The first moment after the contact was last looked at, up to until_ms, at which anything about it may change by time
// alone; INT64_MAX where there is none.
int64_t oracle_next_moment(struct oracle *oracle, int64_t until_ms);

// --- new rules over what came before
void oracle_remember(struct oracle *oracle);
void oracle_take_history(struct oracle *oracle, const struct workload_rules *before);

#endif
