#include "engine/fold/name_index.h"

#include <stdlib.h>

#include "engine/base/memory.h"

void name_index_free(struct name_index *from)
{
    free(from->slots);
    *from = (struct name_index){0};
}

void name_index_set(struct name_index *to, const struct name_id *names, size_t count)
{
    uint32_t places = 8;
    name_index_free(to);
    while (places < count * 2)
        places *= 2;
    to->slots = mem_zero(places, sizeof(*to->slots));
    to->mask = places - 1;
    for (size_t i = 0; i < count; i++) {
        uint32_t at = names[i].value * UINT32_C(2654435769) & to->mask;
        if (names[i].value == 0)
            continue;
        while (to->slots[at].name != 0 && to->slots[at].name != names[i].value)
            at = (at + 1) & to->mask;
        to->slots[at].name = names[i].value;
        to->slots[at].index = (uint32_t)i;
    }
}
