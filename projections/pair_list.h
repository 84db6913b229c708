// Lists of the pairs added since the last checkpoint, in order of arrival.
#ifndef PROJECTIONS_PAIR_LIST_H
#define PROJECTIONS_PAIR_LIST_H

#include "projections/pairs.h"

enum { PAIR_BLOCK_PAIRS = 1022 };
struct pair_block {
    struct pair_block *next;
    size_t count;
    struct pair pairs[PAIR_BLOCK_PAIRS];
};
// Zero-initialised is a valid empty list.
struct pair_list {
    struct pair_block *first;
    struct pair_block *last;
    uint64_t count;
    uint64_t bytes;
};
void pair_list_add(struct pair_list *list, struct pair pair);
void pair_list_append(struct pair_list *list, struct pair_list *from); // leaves from empty
void pair_list_free(struct pair_list *list);

#endif
