#include "engine/fold/name_index.h"

#include <stdlib.h>

#include "engine/base/memory.h"

void name_index_free(struct name_index *from)
{
    free(from->slots);
    *from = (struct name_index){0};
}

static void make_room(struct name_index *to, size_t count)
{
    uint32_t places = 8;
    name_index_free(to);
    while (places < count * 2)
        places *= 2;
    to->slots = mem_zero(places, sizeof(*to->slots));
    to->mask = places - 1;
}

static void add(struct name_index *to, struct name_id name, uint32_t index)
{
    uint32_t at = name.value * UINT32_C(2654435769) & to->mask;
    if (name.value == 0)
        return;
    while (to->slots[at].name != 0 && to->slots[at].name != name.value)
        at = (at + 1) & to->mask;
    to->slots[at].name = name.value;
    to->slots[at].index = index;
}

void name_index_set(struct name_index *to, const struct name_id *names, size_t count)
{
    make_room(to, count);
    for (size_t i = 0; i < count; i++)
        add(to, names[i], (uint32_t)i);
}

void name_index_set_some(
    struct name_index *to, const struct name_id *names, const uint32_t *only, size_t count)
{
    make_room(to, count);
    for (size_t i = 0; i < count; i++)
        add(to, names[only[i]], only[i]);
}
