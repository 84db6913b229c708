// The bytes of a limit: entries in the order in which they were emitted, each the key (8) and the time (8, ms since
// TIME_MS_MIN).
#include "engine/fold/sent.h"

#include "engine/base/time.h"
#include "engine/fold/calendar.h"
#include "engine/fold/fold.h"
#include "engine/fold/fold_zone.h"
#include "engine/fold/unsent.h"
#include "projections/counters.h"
#include "projections/record.h"
#include "projections/timers.h"

#define DAY_MS INT64_C(86400000)

enum { ENTRY_BYTES = 16, ENTRY_TIME = 8 };

static int64_t entry_ms(const uint8_t *entry)
{
    return (int64_t)get_u64(entry + ENTRY_TIME) + TIME_MS_MIN;
}

// Entries from here on count.
static int64_t counts_from_ms(struct fold *fold, const struct action_limit *limit)
{
    switch (limit->span) {
    case LIMIT_EVER: return INT64_MIN;
    case LIMIT_ROLLING: return fold->now_ms - limit->span_ms + 1; // at exactly the span it has left
    case LIMIT_DAY:
    case LIMIT_WEEK:
    case LIMIT_MONTH:
    case LIMIT_YEAR: break;
    }
    return calendar_span_start(fold_contact_zone(fold), limit->span, fold->now_ms);
}

int64_t sent_room_ms(struct fold *fold, const struct sent_limit *of)
{
    const struct action_limit *limit = of->limit;
    struct bytes kept = counter_read(fold->state, fold->contact, of->name);
    if (kept.len / ENTRY_BYTES < limit->times)
        return fold->now_ms;
    int64_t from_ms = counts_from_ms(fold, limit);
    int64_t last_ms = from_ms; // of the one that has to leave
    uint32_t count = 0;
    for (size_t at = kept.len; at > 0 && count < limit->times; at -= ENTRY_BYTES) {
        const uint8_t *entry = kept.data + at - ENTRY_BYTES;
        if (get_u64(entry) != of->key || entry_ms(entry) < from_ms)
            continue;
        last_ms = entry_ms(entry);
        count++;
    }
    if (count < limit->times)
        return fold->now_ms;
    if (limit->span == LIMIT_EVER)
        return TIMER_NONE;
    if (limit->span == LIMIT_ROLLING)
        return last_ms + limit->span_ms;
    return calendar_span_end(fold_contact_zone(fold), limit->span, fold->now_ms);
}

// Entries before cannot count again, whatever zone the contact moves to.
static int64_t needed_from_ms(struct fold *fold, const struct action_limit *limit)
{
    bool is_calendar = limit->span != LIMIT_EVER && limit->span != LIMIT_ROLLING;
    int64_t from_ms = counts_from_ms(fold, limit);
    return is_calendar ? from_ms - 2 * DAY_MS : from_ms;
}

void sent_note(struct fold *fold, const struct sent_limit *of)
{
    const struct action_limit *limit = of->limit;
    size_t most = limit->per == LIMIT_PER_NONE ? limit->times : ACTION_LIMIT_TIMES_MAX;
    int64_t from_ms = needed_from_ms(fold, limit);
    struct bytes kept =
        arena_copy(&fold->arena, counter_read(fold->state, fold->contact, of->name));
    size_t first = kept.len / ENTRY_BYTES >= most ? kept.len - (most - 1) * ENTRY_BYTES : 0;
    while (first < kept.len && entry_ms(kept.data + first) < from_ms)
        first += ENTRY_BYTES;
    size_t len = kept.len - first;
    uint8_t *to = counter_write(fold->state, fold->contact, of->name, len + ENTRY_BYTES);
    if (to == NULL)
        return; // beyond what a contact may have, which is counted
    if (len > 0)
        memcpy(to, kept.data + first, len);
    uint64_t time = (uint64_t)(record_time(fold->now_ms) - TIME_MS_MIN);
    put_u64(to + len, of->key);
    put_u64(to + len + ENTRY_TIME, time);
    if (fold->unsent != NULL)
        unsent_add(
            fold->unsent, &(struct unsent_entry){
                              fold->sequence, fold->contact, of->name, of->kind, of->key, time});
}

void sent_forget(struct fold *fold, const struct unsent_entry *entry)
{
    struct counter_spot spot;
    struct bytes kept = counter_read_spot(fold->state, entry->contact, entry->name, &spot);
    size_t at = kept.len; // behind the entry
    while (at > 0 && (get_u64(kept.data + at - ENTRY_BYTES) != entry->key ||
                      get_u64(kept.data + at - ENTRY_BYTES + ENTRY_TIME) != entry->time))
        at -= ENTRY_BYTES;
    if (at == 0)
        return;
    size_t len = kept.len;
    uint8_t *to = counter_rewrite_at(fold->state, &spot);
    memmove(to + at - ENTRY_BYTES, to + at, len - at);
    (void)counter_write(fold->state, entry->contact, entry->name, len - ENTRY_BYTES);
}
