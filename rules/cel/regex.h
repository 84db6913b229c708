// Regular expressions in RE2 syntax, by RE2: linear time, bounded memory.
#ifndef RULES_CEL_REGEX_H
#define RULES_CEL_REGEX_H

#include <stdbool.h>
#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

struct cel_regex;

// NULL when the pattern is refused; then why_out (of why_size bytes, NUL-terminated) says why: valid UTF-8 when the
// pattern is. *cost_out in either case: what making it took, in instructions of compiled patterns.
struct cel_regex *cel_regex_new(
    const char *pattern, size_t len, char *why_out, size_t why_size, size_t *cost_out);
void cel_regex_free(struct cel_regex *regex); // NULL is allowed
// Whether it matches anywhere in the text. Any thread.
bool cel_regex_matches(const struct cel_regex *regex, const char *text, size_t len);

// What they cost at worst, in steps of an evaluation: a step for each instruction of the compiled pattern, and
// for 16 of them at 16 bytes of text. RE2 takes that long where the states of a pattern do not fit in its memory.
enum { CEL_REGEX_REFUSED_COST = 16384 }; // as much as the largest pattern that is taken
size_t cel_regex_compile_cost(const struct cel_regex *regex);
size_t cel_regex_match_cost(const struct cel_regex *regex, size_t text_len);

#ifdef __cplusplus
}
#endif

#endif
