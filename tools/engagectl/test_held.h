// The actions of a contact that were held back since the expectation before, beside those expected.
#ifndef TOOLS_ENGAGECTL_TEST_HELD_H
#define TOOLS_ENGAGECTL_TEST_HELD_H

#include "tools/engagectl/test_deeds.h"

// Whether they are those that are expected, all of them and in order.
bool test_held_are(const struct test_deeds *deeds, const struct test_expectation *expectation);

// A line each.
void test_held_add_expected(
    struct buffer *to, const struct test_deeds *deeds, const struct test_expectation *expectation);
void test_held_add_got(struct buffer *to, const struct test_deeds *deeds);

#endif
