// Allocation that ends the process when there is no memory.
#include "engine/base/memory.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "engine/base/exit_code.h"
#include "engine/base/invariant.h"

// A table of at least one huge page is mapped by itself.
enum { TABLE_ALIGN = 64 };
#define HUGE_PAGE_BYTES ((size_t)2 << 20)

void mem_exhausted(void)
{
    static const char line[] = "no memory left, the process ends\n";
    ssize_t written = write(STDERR_FILENO, line, sizeof(line) - 1);
    (void)written; // nobody else to tell
    _exit(EXIT_CODE_INTERNAL);
}

void *mem_alloc(size_t size_bytes)
{
    void *memory = malloc(size_bytes == 0 ? 1 : size_bytes);
    if (memory == NULL)
        mem_exhausted();
    return memory;
}

void *mem_zero(size_t count, size_t size_bytes)
{
    if (count == 0 || size_bytes == 0) {
        count = 1;
        size_bytes = 1;
    }
    void *memory = calloc(count, size_bytes); // checks the product for overflow
    if (memory == NULL)
        mem_exhausted();
    return memory;
}

void *mem_resize(void *old, size_t size_bytes)
{
    void *memory = realloc(old, size_bytes == 0 ? 1 : size_bytes);
    if (memory == NULL)
        mem_exhausted();
    return memory;
}

static size_t table_bytes(size_t size_bytes)
{
    size_t page_bytes = size_bytes < HUGE_PAGE_BYTES ? TABLE_ALIGN : HUGE_PAGE_BYTES;
    INVARIANT(size_bytes < SIZE_MAX / 2);
    return (size_bytes + page_bytes - 1) / page_bytes * page_bytes;
}

void *mem_table(size_t size_bytes)
{
    size_t bytes = table_bytes(size_bytes == 0 ? 1 : size_bytes);
    if (bytes < HUGE_PAGE_BYTES) {
        void *small = aligned_alloc(TABLE_ALIGN, bytes);
        if (small == NULL)
            mem_exhausted();
        return memset(small, 0, bytes);
    }
    // One huge page more than wanted, so that an aligned part can be cut out of it.
    size_t mapped_bytes = bytes + HUGE_PAGE_BYTES;
    uint8_t *mapped = mmap(
        NULL, mapped_bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1,
        0);
    if (mapped == MAP_FAILED)
        mem_exhausted();
    size_t before = (HUGE_PAGE_BYTES - (uintptr_t)mapped % HUGE_PAGE_BYTES) % HUGE_PAGE_BYTES;
    if (before > 0)
        (void)munmap(mapped, before);
    (void)munmap(mapped + before + bytes, HUGE_PAGE_BYTES - before);
    (void)madvise(mapped + before, bytes, MADV_HUGEPAGE); // only a hint
    return mapped + before;
}

void mem_table_free(void *table, size_t size_bytes)
{
    size_t bytes = table_bytes(size_bytes == 0 ? 1 : size_bytes);
    if (table == NULL)
        return;
    if (bytes < HUGE_PAGE_BYTES)
        free(table);
    else
        INVARIANT(munmap(table, bytes) == 0);
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
