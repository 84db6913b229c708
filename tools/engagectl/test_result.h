// What came of one test of the rules.
#ifndef TOOLS_ENGAGECTL_TEST_RESULT_H
#define TOOLS_ENGAGECTL_TEST_RESULT_H

#include "engine/base/arena.h"
#include "engine/base/buffer.h"
#include "rules/rule_test.h"

// Something that is not as it was expected. Both texts may have several lines.
struct test_difference {
    struct test_difference *next;
    const struct test_expectation *expectation; // NULL: of an event, or of the test as a whole
    struct test_place place;
    struct bytes at;   // when, as it is written or printed; empty: before it began
    struct bytes what; // "score engagement"
    struct bytes expected, got;
};

// What may be the reason.
struct test_note {
    struct test_note *next;
    struct bytes text;
};

// Zero-initialised is empty.
struct test_result {
    struct arena arena; // of all that is below
    const struct rule_test *test;
    struct test_difference *first, *last; // none: it has passed
    struct test_note *notes, *note_last;
    int64_t elapsed_us;
};

void test_result_free(struct test_result *result);
// Everything is copied but the expectation.
void test_result_add(struct test_result *result, const struct test_difference *difference);
void test_result_add_note(struct test_result *result, const char *format, ...) PRINTF_LIKE(2, 3);

#endif
