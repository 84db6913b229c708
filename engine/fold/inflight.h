// Which input is being decoded or folded right now, kept where it outlives the process.
//
// A page of memory that is mapped from a file. An input that ended the process three times is refused at
// the next start instead of being tried for ever. Only deaths count that came from the process itself
// (inflight_died); a kill, a power cut, no memory for the machine say nothing about the input.
//
// Of the page nothing is needed for recovery, it is never synced, and its bytes are those of this machine.
#ifndef ENGINE_FOLD_INFLIGHT_H
#define ENGINE_FOLD_INFLIGHT_H

#include <stdbool.h>
#include <stdint.h>

enum { INFLIGHT_PAGE_BYTES = 4096, INFLIGHT_DEATHS_MAX = 3 };

// Positions of one source, both included.
struct inflight_range {
    uint64_t source; // hash of its name
    int64_t first, last;
};

// Volatile: what is stored before a step must be in memory when the step ends the process.
struct inflight {
    volatile uint64_t magic;
    volatile uint32_t died_by; // signal; 0: not by itself
    volatile uint32_t is_set;  // something is in hand
    volatile uint64_t source;
    volatile int64_t first, last;
    // what was in hand when processes died, one after the other
    struct inflight_range suspect;
    uint32_t deaths; // 0: nothing is suspected
};
_Static_assert(sizeof(struct inflight) <= INFLIGHT_PAGE_BYTES, "it fits its page");

// At the start: counts the death of the last process, if it was one. A page of zeroes is a new one.
void inflight_open(struct inflight *page);

// The worker: what it has in hand. Plain stores.
static inline void inflight_set(struct inflight *page, int64_t first, int64_t last)
{
    page->is_set = 0;
    page->first = first;
    page->last = last;
    page->is_set = 1;
}
static inline void inflight_set_source(struct inflight *page, uint64_t source)
{
    page->is_set = 0;
    page->source = source;
}
static inline void inflight_clear(struct inflight *page)
{
    page->is_set = 0;
}

// Within a signal handler of the thread that has it in hand: the process is ending by itself.
static inline void inflight_died(struct inflight *page, int number)
{
    if (page->is_set != 0)
        page->died_by = (uint32_t)number;
}

// Whether something is suspected: then its source is read one by one, each input durable before the next.
static inline bool inflight_is_careful(const struct inflight *page)
{
    return page->deaths > 0;
}
// Whether the input there ended the process as often as it may.
bool inflight_refuses(const struct inflight *page, int64_t position);
// Nothing is suspected any more.
static inline void inflight_forget(struct inflight *page)
{
    page->deaths = 0;
}
// Inputs of this source before `next` are durable: what was suspected among them is not any more.
void inflight_passed(struct inflight *page, uint64_t source, int64_t next);

#endif
