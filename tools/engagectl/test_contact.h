// The contacts of a test in the state of its shard.
#ifndef TOOLS_ENGAGECTL_TEST_CONTACT_H
#define TOOLS_ENGAGECTL_TEST_CONTACT_H

#include "engine/event/catalog.h"
#include "projections/identity.h"
#include "rules/rule_test.h"

// Puts the test's contact into an empty state, before there are rules: none of them has seen it come about.
void test_contact_place(
    struct state *state, const struct catalog *catalog, const struct rule_test *test);
// 0: it is not there.
struct contact_number test_contact_number(
    struct state *state, const struct catalog *catalog, const struct test_contact *contact);

#endif
