// What stands in the path and the query of a request.
#ifndef ENGINE_RUN_HTTP_TEXT_H
#define ENGINE_RUN_HTTP_TEXT_H

#include <stdbool.h>
#include <stddef.h>

// Puts the characters that are escaped with a percent sign in place. False: a NUL is among them, which no
// name has; text is then cut off there.
bool http_text_unescape(char *text);
// A whole number from 1 to max, at most nine digits. False, and *out untouched, for anything else.
bool http_text_number(const char *text, size_t max, size_t *out);

#endif
