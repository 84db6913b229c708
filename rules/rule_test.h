// Tests beside the rules: what becomes known of contacts and when, and what must have come of it by when.
//
// Times are milliseconds since 1970-01-01 UTC. Everything points into the ruleset.
#ifndef RULES_RULE_TEST_H
#define RULES_RULE_TEST_H

#include <stdbool.h>
#include <stddef.h>

#include "engine/base/bytes.h"
#include "engine/event/value.h"

struct ruleset;

struct test_place {
    const char *file;
    uint32_t line, column;
};

struct test_identifier {
    uint32_t kind; // index into the catalogue's
    struct bytes value;
};

// Whom something is about.
struct test_contact {
    const struct test_identifier *identifiers; // count of them, at least one
    uint32_t count;
};

struct test_names {
    const struct bytes *items;
    uint32_t count;
    bool is_given; // it is written; may be an empty list
};

struct test_value {
    struct bytes name;
    struct value value; // VALUE_NULL: there is none
};

struct test_values {
    const struct test_value *items;
    uint32_t count;
};

// What is known of the test's contact before it begins.
struct test_given {
    bool is_known; // false: nothing, not even that it is there
    int64_t created_ms;
    struct test_values fields;
    struct test_values consents; // channel: "granted", "denied" or "revoked"
    struct test_names tags, lists;
    struct bytes stage, zone, owner; // empty: none
};

struct test_event {
    int64_t at_ms; // when it arrives
    struct bytes json;
    struct test_place place;
};

struct test_score {
    uint32_t score;
    bool has_value;
    int64_t value_milli;
    bool has_band;
    struct bytes band; // empty: below the lowest
};

struct test_segment {
    uint32_t segment;
    bool is_member;
};

struct test_counter {
    uint32_t counter;
    struct value value; // VALUE_NULL: it has nothing to say
};

// An object, by its key.
struct test_object {
    uint32_t object;
    struct bytes key;
    bool is_there;
    struct test_values fields; // some of them
};

struct test_action {
    uint32_t action;
    struct bytes workflow, step; // empty: any
    struct test_values with;     // some of its parameters
};

// An action that was held back.
struct test_held {
    uint32_t action;
    struct bytes because; // as hold_reason_text names it; empty: whatever it was
    bool has_until;
    int64_t until_ms; // it is delayed until then
};

// What must have been at work.
enum test_cause_kind { TEST_CAUSE_WORKFLOW, TEST_CAUSE_RULE };
struct test_cause {
    enum test_cause_kind kind;
    struct bytes name; // of a rule "score/rule"
};

// What must hold at a moment, of one contact. What is not given is not looked at.
struct test_expectation {
    int64_t at_ms;
    struct bytes at_text; // as it is written
    struct test_place place;
    struct test_contact contact;
    struct bytes contact_text; // empty: the test's own
    const struct test_score *scores;
    const struct test_segment *segments;
    const struct test_counter *counters;
    const struct test_object *objects;
    const struct test_action *actions; // since the expectation before, in order
    const struct test_held *held;      // since then, in order
    const struct test_cause *causes;   // since then, too
    uint32_t score_count, segment_count, counter_count, object_count, action_count;
    uint32_t held_count, cause_count;
    bool has_actions, has_held, has_stage;
    struct test_values fields;
    struct test_names tags, lists;
    struct bytes stage; // empty: none
};

struct rule_test {
    struct bytes name;
    struct test_place place;
    int64_t start_ms;
    struct bytes zone; // of the account; empty: UTC
    struct test_contact contact;
    struct test_given given;
    // Both by time; what is written first comes first.
    const struct test_event *events;
    const struct test_expectation *expectations;
    uint32_t event_count, expectation_count;
};

// All tests of the files, by file, as they are written.
size_t ruleset_test_count(const struct ruleset *ruleset);
const struct rule_test *ruleset_test(const struct ruleset *ruleset, size_t index);

#endif
