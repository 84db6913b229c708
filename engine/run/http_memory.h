// What the requests of all connections hold together, bounded as one sum. Main thread.
#ifndef ENGINE_RUN_HTTP_MEMORY_H
#define ENGINE_RUN_HTTP_MEMORY_H

#include <stdbool.h>
#include <stdint.h>

#include "engine/base/invariant.h"

struct http_memory {
    uint64_t bytes_max;
    uint64_t bytes;
    uint64_t refused; // requests, ever
};

// What one holder has taken.
struct http_charge {
    struct http_memory *memory;
    uint64_t bytes;
};

// False, and nothing is taken, when it would be more than there may be.
static inline bool http_charge_take(struct http_charge *charge, uint64_t bytes)
{
    struct http_memory *memory = charge->memory;
    INVARIANT(memory->bytes <= memory->bytes_max);
    if (bytes > memory->bytes_max - memory->bytes) {
        memory->refused++;
        return false;
    }
    memory->bytes += bytes;
    charge->bytes += bytes;
    return true;
}

static inline void http_charge_return(struct http_charge *charge)
{
    if (charge->memory != NULL) {
        INVARIANT(charge->bytes <= charge->memory->bytes);
        charge->memory->bytes -= charge->bytes;
    }
    charge->bytes = 0;
}

#endif
