// Lists of the pairs added since the last checkpoint.
#include "projections/pair_list.h"

#include <stdlib.h>

#include "engine/base/memory.h"

void pair_list_add(struct pair_list *list, struct pair pair)
{
    struct pair_block *block = list->last;
    if (block == NULL || block->count == PAIR_BLOCK_PAIRS) {
        block = mem_alloc(sizeof(*block));
        block->next = NULL;
        block->count = 0;
        if (list->last == NULL)
            list->first = block;
        else
            list->last->next = block;
        list->last = block;
        list->bytes += sizeof(*block);
    }
    block->pairs[block->count++] = pair;
    list->count++;
}

void pair_list_append(struct pair_list *list, struct pair_list *from)
{
    if (list->last == NULL) {
        *list = *from;
    } else if (from->first != NULL) {
        list->last->next = from->first;
        list->last = from->last;
        list->count += from->count;
        list->bytes += from->bytes;
    }
    *from = (struct pair_list){0};
}

void pair_list_free(struct pair_list *list)
{
    for (struct pair_block *block = list->first; block != NULL;) {
        struct pair_block *next = block->next;
        free(block);
        block = next;
    }
    *list = (struct pair_list){0};
}
