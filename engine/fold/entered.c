#include "engine/fold/entered.h"

#include <string.h>

#include "engine/base/hash.h"

enum { SLOTS_MIN = 16 };

// Open addressing.
struct entered_slot {
    uint32_t workflow; // its index, of the version that the run goes on with
    uint32_t number;   // of the run, from 1; 0: free
    uint32_t derived;
};

static struct entered_slot *slot_of(
    const struct entered *entered, uint32_t workflow, uint32_t number)
{
    uint32_t at = (uint32_t)hash_mix((uint64_t)workflow << 32 | number) & entered->mask;
    while (entered->slots[at].number != 0 &&
           (entered->slots[at].number != number || entered->slots[at].workflow != workflow))
        at = (at + 1) & entered->mask;
    return &entered->slots[at];
}

static void grow(struct entered *entered, struct arena *arena)
{
    const struct entered before = *entered;
    uint32_t had = before.slots == NULL ? 0 : before.mask + 1;
    uint32_t count = had == 0 ? SLOTS_MIN : had * 2;
    entered->slots = arena_alloc(arena, count * sizeof(*entered->slots));
    memset(entered->slots, 0, count * sizeof(*entered->slots));
    entered->mask = count - 1;
    for (uint32_t i = 0; i < had; i++) {
        const struct entered_slot *slot = &before.slots[i];
        if (slot->number != 0)
            *slot_of(entered, slot->workflow, slot->number) = *slot;
    }
}

void entered_note(
    struct entered *entered, struct arena *arena, const struct run *run, uint32_t derived)
{
    if (entered->slots == NULL || entered->count > entered->mask / 2)
        grow(entered, arena);
    struct entered_slot *slot = slot_of(entered, run->workflow->index, run->number);
    entered->count += slot->number == 0;
    *slot = (struct entered_slot){run->workflow->index, run->number, derived};
}

bool entered_find(const struct entered *entered, const struct run *run, uint32_t *derived_out)
{
    if (entered->slots == NULL)
        return false;
    const struct entered_slot *slot = slot_of(entered, run->workflow->index, run->number);
    if (slot->number == 0)
        return false;
    *derived_out = slot->derived;
    return true;
}
