// Calls of functions as expressions, and what comes of them as text: for the tests of functions.
#ifndef TESTS_RULES_CEL_FUNCTION_CASES_H
#define TESTS_RULES_CEL_FUNCTION_CASES_H

#include <stddef.h>
#include <stdint.h>

// What an expression must come to:
//
//   null true 1 1u 1.5 NaN "text" b'00ff' [1, 2] {"a": 1}
//   @1234567890, @-1.999999999   a timestamp: seconds since 1970, nanoseconds
//   2s, -1.500000000s            a duration
//   type int
//   error: no such overload: …   it fails when it is evaluated; check: … it is refused before that
struct function_case {
    const char *expression, *expected;
};

// Evaluates the expression, checked, and fails the running test when it does not come to what is expected. There
// are the variables 'big' (1,000,000 times the letter a), 'bits' (100,000 random letters a and b, always the same),
// 'empty' (a string whose data is NULL) and 'raw' (1,000,000 bytes that are no text); it is
// 2026-11-26T12:00:00Z, and there are the zones Test/East (+07:00), Test/Newfoundland (-03:30) and Test/Summer, an
// hour ahead of UTC from 2001-09-09T01:46:40Z on and with it before.
void function_case_check(const struct function_case *expected);

// What the expression comes to when it may cost that much, and what it took.
enum { FUNCTION_TEXT_MAX = 8192 };
struct function_run {
    char text[FUNCTION_TEXT_MAX]; // cut when longer
    uint64_t cost;
    size_t arena_bytes;
};
struct function_run function_run(const char *expression, uint64_t cost_max);

// Fails the running test unless the expression costs more than cost_min, fails with no more to spend than that, and
// takes no more memory than functions may (CEL_FUNCTION_STEP_BYTES).
void function_cost_check(const char *expression, uint64_t cost_min);

#endif
