// Where a definition was written.
#ifndef RULES_PLACE_H
#define RULES_PLACE_H

#include <stdint.h>

// Where something was written, for explain and diagnostics.
struct rule_place {
    const char *file;
    uint32_t line;
};

#endif
