// Where a JSON text ends, for those who look at JSON without parsing it.
#ifndef ENGINE_EVENT_JSON_TEXT_H
#define ENGINE_EVENT_JSON_TEXT_H

#include <stddef.h>
#include <stdint.h>

// Behind the closing quote of the text whose opening one is at `at`; NULL when it is not closed before end.
static inline const uint8_t *json_text_skip(const uint8_t *at, const uint8_t *end)
{
    for (at++; at < end; at++) {
        if (*at == '"')
            return at + 1;
        if (*at == '\\' && ++at == end)
            return NULL;
    }
    return NULL;
}

#endif
