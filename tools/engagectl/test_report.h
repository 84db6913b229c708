// Results of tests as people and programs read them.
#ifndef TOOLS_ENGAGECTL_TEST_REPORT_H
#define TOOLS_ENGAGECTL_TEST_REPORT_H

#include "tools/engagectl/test_result.h"

// "rules/x.yaml:12:5"
void test_report_add_place(struct buffer *to, const struct test_place *place);

// "ok   NAME (PLACE) 1.2 ms", or "FAIL NAME (PLACE)" and each difference.
void test_report_add_text(struct buffer *to, const struct test_result *result);
// The differences and notes alone, each line indented by so many spaces.
void test_report_add_differences(
    struct buffer *to, const struct test_result *result, unsigned indent);
// {"name":…,"file":…,"line":…,"column":…,"outcome":"passed|failed","ms":…,"differences":[…],"notes":[…]}
void test_report_add_json(struct buffer *to, const struct test_result *result);
// JUnit XML of all, a testsuite for each file.
void test_report_add_junit(struct buffer *to, const struct test_result *results, size_t count);

#endif
