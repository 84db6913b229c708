// What may be the reason that a test failed.
#ifndef TOOLS_ENGAGECTL_TEST_NOTES_H
#define TOOLS_ENGAGECTL_TEST_NOTES_H

#include "engine/fold/shard.h"
#include "tools/engagectl/test_result.h"

// Adds to the result of a test that has failed: expressions that failed in what differs, actions that were held back, and
// the like. The shard is as the test left it.
void test_notes_add(struct test_result *result, const struct shard *shard);

#endif
