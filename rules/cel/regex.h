// Regular expressions in RE2 syntax, by RE2: linear time, bounded memory.
#ifndef RULES_CEL_REGEX_H
#define RULES_CEL_REGEX_H

#include <stdbool.h>
#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

struct cel_regex;

// NULL when the pattern is refused; then why_out (of why_size bytes, NUL-terminated) says why. UTF-8.
struct cel_regex *cel_regex_new(const char *pattern, size_t len, char *why_out, size_t why_size);
void cel_regex_free(struct cel_regex *regex); // NULL is allowed
// Whether it matches anywhere in the text. Any thread.
bool cel_regex_matches(const struct cel_regex *regex, const char *text, size_t len);

#ifdef __cplusplus
}
#endif

#endif
