// Allocation that ends the process when there is no memory.
#include "engine/base/memory.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "engine/base/invariant.h"

void *mem_alloc(size_t size_bytes)
{
    void *memory = malloc(size_bytes == 0 ? 1 : size_bytes);
    INVARIANT(memory != NULL);
    return memory;
}

void *mem_zero(size_t count, size_t size_bytes)
{
    if (count == 0 || size_bytes == 0) {
        count = 1;
        size_bytes = 1;
    }
    void *memory = calloc(count, size_bytes); // checks the product for overflow
    INVARIANT(memory != NULL);
    return memory;
}

void *mem_resize(void *old, size_t size_bytes)
{
    void *memory = realloc(old, size_bytes == 0 ? 1 : size_bytes);
    INVARIANT(memory != NULL);
    return memory;
}

char *mem_text(const void *data, size_t len)
{
    INVARIANT(len < SIZE_MAX);
    char *text = mem_alloc(len + 1);
    if (len > 0)
        memcpy(text, data, len);
    text[len] = '\0';
    return text;
}
