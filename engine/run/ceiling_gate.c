// A place for a minute is taken over by whichever minute is newer, by compare and swap.
#include "engine/run/ceiling_gate.h"

enum { MINUTE_SHIFT = 32 };

bool ceiling_gate_count(struct ceiling_gate *gate, int64_t minute, uint32_t actions, uint32_t max)
{
    uint32_t wanted = minute < 0 ? 0 : (uint32_t)minute; // ticks are after 1970
    atomic_uint_fast64_t *place = &gate->minutes[wanted % CEILING_MINUTES];
    uint_fast64_t before = atomic_load(place);
    uint_fast64_t after = 0;
    do {
        uint32_t held = (uint32_t)(before >> MINUTE_SHIFT);
        uint32_t count = held == wanted ? (uint32_t)before : 0;
        if (held > wanted)
            return true;
        if (count > max || actions > max - count)
            return false;
        after = ((uint_fast64_t)wanted << MINUTE_SHIFT) | (count + actions);
    } while (!atomic_compare_exchange_weak(place, &before, after));
    return true;
}

void ceiling_gate_shut(struct ceiling_gate *gate)
{
    atomic_store(&gate->is_shut, true);
}

bool ceiling_gate_is_shut(const struct ceiling_gate *gate)
{
    return atomic_load_explicit(&gate->is_shut, memory_order_relaxed);
}

void ceiling_gate_open(struct ceiling_gate *gate)
{
    for (unsigned i = 0; i < CEILING_MINUTES; i++)
        atomic_store(&gate->minutes[i], 0);
    atomic_store(&gate->is_shut, false);
}
