// Compares what a test expects at a moment with what its shard has come to.
#ifndef TOOLS_ENGAGECTL_TEST_COMPARE_H
#define TOOLS_ENGAGECTL_TEST_COMPARE_H

#include "engine/fold/shard.h"
#include "tools/engagectl/test_log.h"
#include "tools/engagectl/test_result.h"

// Everything is borrowed; the shard stands at the moment.
struct test_view {
    struct shard *shard;
    const struct rule_test *test;
    struct test_log *log;
    struct test_result *result;
};

// Adds what differs to the result, and moves the contact's mark in the log.
//   any error: the state cannot be read
NODISCARD enum err test_compare(
    const struct test_view *view, const struct test_expectation *expectation, struct fault *fault);

#endif
