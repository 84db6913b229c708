// One expression through parser, checker, compiler and evaluator, its value as text.
#ifndef TESTS_RULES_CEL_LANGUAGE_H
#define TESTS_RULES_CEL_LANGUAGE_H

#include "rules/cel/program.h"

// Of the zone "Test/Plus7" only; 2026-11-26T12:00:00Z is now.
//
// Variables: x = 5 (int), u = 7u, r = 2.5, s = "Khách", b = b'\x00\xff', yes = true, list = [3, 1, 2],
// map = {"a": 1, "b": 2}, any = dyn of "text", absent (dyn, without a value), contact (an object: country =
// "VN", age = 30; birthday without a value), t = 2026-01-31T09:30:15.25Z, d = 90s.
struct evaluated {
    char text
        [1024]; // "5", "7u", "2.5", "\"x\"", "b'00ff'", "[1, 2]", "{\"a\": 1}"; "error: …", "problem: …"
    char type[128]; // of the checker; "" without it
    uint64_t cost;
};

enum language_mode { LANGUAGE_CHECKED, LANGUAGE_UNCHECKED };

struct evaluated evaluate_language(
    const char *expression, enum language_mode mode, uint64_t cost_max);

#endif
