// Where a contact's counters were found.
#ifndef PROJECTIONS_COUNTER_INDEX_H
#define PROJECTIONS_COUNTER_INDEX_H

#include <stdint.h>

// Where the counters of one contact are in their section, as far as they were walked. Kept by counters.c, which alone
// changes the section; offsets count from its begin, so that changes of the rest of the record do not matter.
enum { COUNTERS_INDEXED_MAX = 64, COUNTER_PLACES = 128 };
struct counter_index {
    uint64_t contact; // 0: none
    uint32_t count;
    uint32_t end; // of what was walked
    uint32_t names[COUNTERS_INDEXED_MAX], offsets[COUNTERS_INDEXED_MAX];
    uint8_t places
        [COUNTER_PLACES]; // by the low bits of the name: the index of one of these names, and 1
};

#endif
