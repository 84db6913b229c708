// How often something of the rules was reached by tests.
#ifndef TOOLS_ENGAGECTL_TEST_HITS_H
#define TOOLS_ENGAGECTL_TEST_HITS_H

#include <stdint.h>

#include "rules/ruleset.h"

// By index. Steps of all workflows stand one behind the other, and so do the ways that lead on from them.
struct test_hits {
    uint64_t *rules, *workflows, *segments;
    uint64_t *steps, *branches;
    uint32_t *step_base;   // by workflow: of its first step
    uint32_t *branch_base; // by step: of its first way
};

void test_hits_init(struct test_hits *hits, const struct ruleset *ruleset);
void test_hits_free(struct test_hits *hits);

// A run came from one step to another (engine/fold/matched.h).
void test_hits_went(
    struct test_hits *hits, const struct workflow_def *workflow, uint32_t from, uint32_t to);

// The ways that lead on from a step, where there are several: 0 where there are not.
uint32_t test_branch_count(const struct workflow_step *step);
// "then", "else", or what it is called; where it leads is *to_out.
struct bytes test_branch(const struct workflow_step *step, uint32_t branch, uint32_t *to_out);

#endif
