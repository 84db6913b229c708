// Which input is being decoded or folded right now: deaths counted from one process to the next.
#include "engine/fold/inflight.h"

#define MAGIC UINT64_C(0x3130544c464e4945) // "EINFLT01"

void inflight_open(struct inflight *page)
{
    if (page->magic != MAGIC)
        *page = (struct inflight){.magic = MAGIC};
    struct inflight_range now = {.source = page->source, .first = page->first, .last = page->last};
    struct inflight_range *suspect = &page->suspect;
    bool has_died = page->died_by != 0 && page->is_set != 0;
    bool is_same = page->deaths > 0 && suspect->source == now.source &&
                   now.first <= suspect->last && now.last >= suspect->first;
    if (has_died && !is_same) {
        *suspect = now;
        page->deaths = 1;
    } else if (has_died) { // it is among those that are in both
        if (now.first > suspect->first)
            suspect->first = now.first;
        if (now.last < suspect->last)
            suspect->last = now.last;
        page->deaths++;
    }
    page->died_by = 0;
    page->is_set = 0;
}

bool inflight_refuses(const struct inflight *page, int64_t position)
{
    const struct inflight_range *suspect = &page->suspect;
    return page->deaths >= INFLIGHT_DEATHS_MAX && suspect->source == page->source &&
           position >= suspect->first && position <= suspect->last;
}

void inflight_passed(struct inflight *page, uint64_t source, int64_t next)
{
    if (page->suspect.source == source && next > page->suspect.last)
        inflight_forget(page);
}
