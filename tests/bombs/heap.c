// Counts the bytes that malloc gives out, by standing in front of it, or by the hooks of AddressSanitizer; and those of
// tables on huge pages (mem_table), which ask for them by madvise.
#include "tests/bombs/heap.h"

#include <malloc.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

static size_t held_bytes;
static size_t peak_bytes;
static size_t begin_bytes;
static bool is_on; // else nothing is asked of malloc: that takes its time

void heap_begin(void)
{
    begin_bytes = held_bytes;
    peak_bytes = held_bytes;
    is_on = true;
}

void heap_end(void)
{
    is_on = false;
}

size_t heap_peak_bytes(void)
{
    return peak_bytes - begin_bytes;
}

#if !defined(__SANITIZE_THREAD__)
static void add(size_t bytes)
{
    held_bytes += bytes;
    if (held_bytes > peak_bytes)
        peak_bytes = held_bytes;
}

static void drop(size_t bytes)
{
    held_bytes -= bytes < held_bytes ? bytes : held_bytes; // some were there before the counting
}
#endif

#if !defined(__SANITIZE_THREAD__) && !defined(__SANITIZE_ADDRESS__)
enum { TABLES_MAX = 256 };

static void *tables[TABLES_MAX]; // that are there; NULL: free

// False when there is no such one, or no room.
static bool swap_table(void *from, void *to)
{
    size_t i = 0;
    while (i < TABLES_MAX && tables[i] != from)
        i++;
    if (i == TABLES_MAX)
        return false;
    tables[i] = to;
    return true;
}

int madvise(void *memory, size_t bytes, int advice)
{
    if (is_on && advice == MADV_HUGEPAGE && swap_table(NULL, memory))
        add(bytes);
    return (int)syscall(SYS_madvise, memory, bytes, advice);
}

int munmap(void *memory, size_t bytes)
{
    if (memory != NULL && swap_table(memory, NULL) && is_on)
        drop(bytes);
    return (int)syscall(SYS_munmap, memory, bytes);
}
#endif

#if defined(__SANITIZE_ADDRESS__)
// As its own header says, which gcc does not bring along.
int __sanitizer_install_malloc_and_free_hooks(
    void (*on_malloc)(const volatile void *memory, size_t bytes),
    void (*on_free)(const volatile void *memory));
size_t __sanitizer_get_allocated_size(const volatile void *memory);

static void on_malloc(const volatile void *memory, size_t bytes)
{
    (void)memory;
    if (is_on)
        add(bytes);
}

static void on_free(const volatile void *memory)
{
    if (is_on && memory != NULL)
        drop(__sanitizer_get_allocated_size(memory));
}

bool heap_is_counted(void)
{
    static bool is_installed;
    if (!is_installed)
        is_installed = __sanitizer_install_malloc_and_free_hooks(on_malloc, on_free) != 0;
    return is_installed;
}

#elif defined(__SANITIZE_THREAD__)
bool heap_is_counted(void)
{
    return false;
}

#else
// glibc's own, behind the names that are taken here.
void *__libc_malloc(size_t bytes);
void *__libc_calloc(size_t count, size_t bytes);
void *__libc_realloc(void *old, size_t bytes);
void *__libc_memalign(size_t align, size_t bytes);
void __libc_free(void *memory);

bool heap_is_counted(void)
{
    return true;
}

static void *counted(void *memory)
{
    if (is_on && memory != NULL)
        add(malloc_usable_size(memory));
    return memory;
}

void *malloc(size_t bytes)
{
    return counted(__libc_malloc(bytes));
}

void *calloc(size_t count, size_t bytes)
{
    return counted(__libc_calloc(count, bytes));
}

// Where a block is moved, both are there for a while; AddressSanitizer counts them so, too.
void *realloc(void *old, size_t bytes)
{
    size_t old_bytes = is_on && old != NULL ? malloc_usable_size(old) : 0;
    void *memory = __libc_realloc(old, bytes);
    if (!is_on || memory == NULL)
        return memory;
    if (memory == old)
        drop(old_bytes);
    add(malloc_usable_size(memory));
    if (memory != old)
        drop(old_bytes);
    return memory;
}

void *aligned_alloc(size_t align, size_t bytes)
{
    return counted(__libc_memalign(align, bytes));
}

void free(void *memory)
{
    if (is_on && memory != NULL)
        drop(malloc_usable_size(memory));
    __libc_free(memory);
}
#endif
