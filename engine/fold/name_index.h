// From a number that a name has in the state to the index of what is called so in the ruleset.
#ifndef ENGINE_FOLD_NAME_INDEX_H
#define ENGINE_FOLD_NAME_INDEX_H

#include <stddef.h>

#include "projections/names.h"

#define NAME_INDEX_NONE UINT32_MAX

// Zero-initialised is valid and empty.
struct name_index {
    struct {
        uint32_t name, index;
    } * slots; // open addressing; name 0: free
    uint32_t mask;
};

// names[i] becomes i; names of number 0 are left out. What was there is freed.
void name_index_set(struct name_index *to, const struct name_id *names, size_t count);
// The same of some of the names: names[only[i]] becomes only[i].
void name_index_set_some(
    struct name_index *to, const struct name_id *names, const uint32_t *only, size_t count);
void name_index_free(struct name_index *from);

static inline uint32_t name_index_find(const struct name_index *in, struct name_id name)
{
    if (in->slots == NULL || name.value == 0)
        return NAME_INDEX_NONE;
    uint32_t at = name.value * UINT32_C(2654435769) & in->mask;
    while (in->slots[at].name != 0 && in->slots[at].name != name.value)
        at = (at + 1) & in->mask;
    return in->slots[at].name == 0 ? NAME_INDEX_NONE : in->slots[at].index;
}

#endif
