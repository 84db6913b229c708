// What stands in the path and the query of a request.
#include "engine/run/http_text.h"

#include <microhttpd.h>
#include <string.h>

enum { DIGITS_MAX = 9 };

bool http_text_unescape(char *text)
{
    return MHD_http_unescape(text) == strlen(text);
}

bool http_text_number(const char *text, size_t max, size_t *out)
{
    size_t number = 0;
    size_t digits = 0;
    for (; text[digits] >= '0' && text[digits] <= '9'; digits++) {
        if (digits == DIGITS_MAX)
            return false;
        number = number * 10 + (size_t)(text[digits] - '0');
    }
    if (text[digits] != '\0' || number < 1 || number > max)
        return false;
    *out = number;
    return true;
}
