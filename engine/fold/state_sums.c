#include "engine/fold/state_sums.h"

#include <stdlib.h>

#include "engine/base/hash.h"
#include "engine/base/memory.h"

enum { LINES = 1 << 16 };

static size_t place_of(struct contact_number contact, uint32_t score)
{
    return hash_mix(contact.value ^ hash_mix(score)) % LINES;
}

void state_sums_free(struct state_sums *sums)
{
    free(sums->lines);
    *sums = (struct state_sums){0};
}

void state_sums_prefetch(
    const struct state_sums *sums, struct contact_number contact, uint32_t score)
{
    if (sums->lines != NULL)
        __builtin_prefetch(&sums->lines[place_of(contact, score)], 1);
}

bool state_sums_find(const struct state_sums *sums, const struct state_sum *of, int64_t *milli_out)
{
    if (sums->lines == NULL)
        return false;
    const struct state_sum *line = &sums->lines[place_of(of->contact, of->score)];
    *milli_out = line->milli;
    return line->contact.value == of->contact.value && line->score == of->score &&
           line->edits == of->edits;
}

void state_sums_keep(struct state_sums *sums, const struct state_sum *sum)
{
    if (sums->lines == NULL)
        sums->lines = mem_zero(LINES, sizeof(*sums->lines));
    sums->lines[place_of(sum->contact, sum->score)] = *sum;
}
