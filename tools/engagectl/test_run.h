// Runs tests of the rules, each in a shard of its own that is gone afterwards.
#ifndef TOOLS_ENGAGECTL_TEST_RUN_H
#define TOOLS_ENGAGECTL_TEST_RUN_H

#include "engine/fold/shard.h"
#include "tools/engagectl/test_hits.h"
#include "tools/engagectl/test_result.h"

struct test_runner {
    struct ruleset *ruleset; // held by each shard as long as it runs
    struct shard_params params;
    struct test_hits hits; // of all runs
};

// The ruleset is borrowed.
void test_runner_init(struct test_runner *runner, struct ruleset *ruleset);
void test_runner_free(struct test_runner *runner);

// Runs a test of the ruleset: nothing but what it says happens, and no time goes by but as it says. *result is empty.
//   any error: the engine failed, which says nothing about the rules
NODISCARD enum err test_run(
    struct test_runner *runner,
    const struct rule_test *test,
    struct test_result *result,
    struct fault *fault);

#endif
