#include "engine/fold/held.h"

#include <stdlib.h>

#include "engine/base/invariant.h"
#include "engine/base/memory.h"
#include "projections/timers.h"

enum { ITEM_UNKNOWN = 0, ITEM_OTHER = UINT16_MAX };
_Static_assert((int)HELD_ACTIONS_MAX < (int)ITEM_OTHER, "an item and 1 fit in 16 bits");

void held_bind(struct held *held, const struct ruleset *ruleset)
{
    free(held->item_of);
    held->action_count = ruleset_action_count(ruleset);
    held->item_of = mem_zero(held->action_count + 1, sizeof(uint16_t));
}

// The item of that name, and 1; ITEM_OTHER when there is none and no room for one.
static uint16_t item_find_or_add(struct held *held, struct bytes name)
{
    for (uint32_t i = 0; i < held->count; i++) {
        if (bytes_equal_text(name, held->items[i].name))
            return (uint16_t)(i + 1);
    }
    if (held->count == HELD_ACTIONS_MAX)
        return ITEM_OTHER;
    if (held->count == held->cap) {
        held->cap = held->cap == 0 ? 16 : held->cap * 2;
        held->items = mem_resize(held->items, held->cap * sizeof(*held->items));
    }
    held->items[held->count] = (struct held_action){.name = mem_text(name.data, name.len)};
    return (uint16_t)++held->count;
}

void held_count(struct held *held, const struct action_def *action, const struct held_told *told)
{
    INVARIANT(told->action < held->action_count);
    uint16_t *item_of = &held->item_of[told->action];
    if (*item_of == ITEM_UNKNOWN)
        *item_of = item_find_or_add(held, action->name);
    struct held_action *item = *item_of == ITEM_OTHER ? &held->others : &held->items[*item_of - 1];
    if (told->hold.until_ms == TIMER_NONE)
        item->skipped[told->hold.reason]++;
    else
        item->delayed[told->hold.reason]++;
    if (held->tell != NULL)
        held->tell(held->context, told);
}

void held_forget(struct held *held)
{
    for (uint32_t i = 0; i < held->count; i++)
        free(held->items[i].name);
    held->count = 0;
    held->others = (struct held_action){.name = NULL};
    for (size_t i = 0; i < held->action_count; i++)
        held->item_of[i] = ITEM_UNKNOWN;
}

void held_free(struct held *held)
{
    held_forget(held);
    free(held->items);
    free(held->item_of);
    *held = (struct held){.count = 0};
}
