// Which rules, segments, workflows and their steps the tests have reached.
#ifndef TOOLS_ENGAGECTL_TEST_COVERAGE_H
#define TOOLS_ENGAGECTL_TEST_COVERAGE_H

#include "engine/base/buffer.h"
#include "rules/ruleset.h"
#include "tools/engagectl/test_run.h"

// "not reached by any test: scores.engagement/order (rules/x.yaml:30)", at most TEST_UNREACHED_SHOWN lines and how many
// more there are.
enum { TEST_UNREACHED_SHOWN = 20 };
void test_coverage_add_unreached(
    struct buffer *to, const struct ruleset *ruleset, const struct test_hits *hits);
// All of them with how often each was reached.
void test_coverage_add_table(
    struct buffer *to, const struct ruleset *ruleset, const struct test_hits *hits);
// [{"kind":"rule","name":"engagement/order","file":…,"line":30,"hits":0},…]
void test_coverage_add_json(
    struct buffer *to, const struct ruleset *ruleset, const struct test_hits *hits);

#endif
