// What the rules did about a contact since the expectation before, beside what is expected of that.
#ifndef TOOLS_ENGAGECTL_TEST_DEEDS_H
#define TOOLS_ENGAGECTL_TEST_DEEDS_H

#include "engine/base/buffer.h"
#include "rules/rule_test.h"
#include "tools/engagectl/test_log.h"

// Everything is borrowed.
struct test_deeds {
    const struct ruleset *ruleset;
    const struct test_log *log;
    struct contact_number contact;
    size_t from; // in the log
    int64_t start_ms;
};

// Whether the actions are those that are expected, all of them and in order.
bool test_deeds_are(const struct test_deeds *deeds, const struct test_expectation *expectation);
// Whether all was at work that is expected to have been.
bool test_deeds_are_because(
    const struct test_deeds *deeds, const struct test_expectation *expectation);

// Actions, a line each.
void test_deeds_add_expected(
    struct buffer *to, const struct test_deeds *deeds, const struct test_expectation *expectation);
void test_deeds_add_actions(struct buffer *to, const struct test_deeds *deeds);
// Workflows and rules, on one line.
void test_deeds_add_causes(struct buffer *to, const struct test_expectation *expectation);
void test_deeds_add_at_work(struct buffer *to, const struct test_deeds *deeds);

#endif
