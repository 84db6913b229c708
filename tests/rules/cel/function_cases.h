// Calls of functions as expressions, and what comes of them as text: for the tests of functions.
#ifndef TESTS_RULES_CEL_FUNCTION_CASES_H
#define TESTS_RULES_CEL_FUNCTION_CASES_H

#include <stddef.h>
#include <stdint.h>

#include <check.h>

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

// An expression that must cost more than cost_min, fail with no more to spend than that, and take no more memory than
// functions may (CEL_FUNCTION_STEP_BYTES).
struct function_cost {
    const char *expression;
    uint64_t cost_min;
};

// What a program has of them; costs may be none.
struct function_tables {
    const struct function_case *cases;
    size_t case_count;
    const struct function_cost *costs;
    size_t cost_count;
};

// Adds a test of each case and of each cost; the tables are borrowed for as long as the program runs, one a program.
//
// There are the variables 'big' (1,000,000 times the letter a), 'bits' (100,000 random letters a and b, always the same),
// 'empty' (a string whose data is NULL) and 'raw' (1,000,000 bytes that are no text); it is
// 2026-11-26T12:00:00Z, and there are the zones Test/East (+07:00), Test/Newfoundland (-03:30) and Test/Summer, an
// hour ahead of UTC from 2001-09-09T01:46:40Z on and with it before.
void function_add_tests(TCase *tcase, const struct function_tables *tables);

#endif
