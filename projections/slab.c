// Memory of contact records: size classes inside pages of 64 KiB. One thread.
//
// A page that becomes empty goes back to the pool and may serve another class, so that contacts that
// grow through the classes do not leave memory behind that only small records could use.
#include "projections/slab.h"

#include <stdlib.h>
#include <sys/mman.h>

#include "engine/base/invariant.h"
#include "engine/base/memory.h"

enum {
    SLAB_PAGE_BYTES = 65536,
    SLAB_HEADER_BYTES = 64,
    SLAB_LEAST_BITS = 6, // the least capacity is 64
    REGION_FIRST_BYTES = 1 << 20,
    REGION_BYTES = 16 << 20,
    HUGE_PAGE_BYTES = 2 << 20,
};

struct slab_free_object {
    struct slab_free_object *next;
};

struct slab_page {
    struct slab_page *next; // among the partial or the empty ones
    struct slab_page *previous;
    struct slab_free_object *free;
    uint32_t used;
    uint32_t cut; // objects ever cut from the page
    uint32_t capacity;
    uint32_t class;
};
_Static_assert(sizeof(struct slab_page) <= SLAB_HEADER_BYTES, "the header fits");

struct size_class {
    uint32_t index;
    uint32_t capacity;
};

// Capacities are 4, 5, 6 or 7 times a power of two.
static struct size_class size_class_of(size_t bytes)
{
    if (bytes <= 1U << SLAB_LEAST_BITS)
        return (struct size_class){0, 1U << SLAB_LEAST_BITS};
    uint32_t last = (uint32_t)(bytes - 1);
    uint32_t top = 31U - (uint32_t)__builtin_clz(last);
    uint32_t quarter = last >> (top - 2); // 4..7
    return (struct size_class){
        (top - SLAB_LEAST_BITS) * 4 + quarter - 3, (quarter + 1) << (top - 2)};
}

static uint32_t page_objects(uint32_t capacity)
{
    return (SLAB_PAGE_BYTES - SLAB_HEADER_BYTES) / capacity;
}

static struct slab_page *page_of(void *object)
{
    return (struct slab_page *)((uintptr_t)object & ~(uintptr_t)(SLAB_PAGE_BYTES - 1));
}

static void slab_add_region(struct slab *slab)
{
    size_t bytes = slab->region_count == 0 ? REGION_FIRST_BYTES : REGION_BYTES;
    size_t align = slab->region_count == 0 ? SLAB_PAGE_BYTES : HUGE_PAGE_BYTES;
    uint8_t *region = mem_alloc(bytes + align);
    slab->regions = mem_resize(slab->regions, (slab->region_count + 1) * sizeof(void *));
    slab->regions[slab->region_count++] = region;
    slab->uncut = (uint8_t *)(((uintptr_t)region + align - 1) & ~(uintptr_t)(align - 1));
    slab->uncut_pages = bytes / SLAB_PAGE_BYTES;
    if (align == HUGE_PAGE_BYTES)
        (void)madvise(slab->uncut, bytes, MADV_HUGEPAGE); // only a hint
}

static void page_link(struct slab_page **list, struct slab_page *page)
{
    page->previous = NULL;
    page->next = *list;
    if (*list != NULL)
        (*list)->previous = page;
    *list = page;
}

static void page_unlink(struct slab_page **list, struct slab_page *page)
{
    if (page->previous != NULL)
        page->previous->next = page->next;
    else
        *list = page->next;
    if (page->next != NULL)
        page->next->previous = page->previous;
}

static struct slab_page *slab_take_page(struct slab *slab, struct size_class class)
{
    struct slab_page *page = slab->empty;
    if (page != NULL) {
        slab->empty = page->next;
    } else {
        if (slab->uncut_pages == 0)
            slab_add_region(slab);
        page = (struct slab_page *)(void *)slab->uncut;
        slab->uncut += SLAB_PAGE_BYTES;
        slab->uncut_pages--;
    }
    *page = (struct slab_page){.capacity = class.capacity, .class = class.index};
    page_link(&slab->partial[class.index], page);
    slab->page_bytes += SLAB_PAGE_BYTES;
    return page;
}

size_t slab_capacity(size_t bytes)
{
    return size_class_of(bytes).capacity;
}

void *slab_alloc(struct slab *slab, size_t bytes)
{
    INVARIANT(bytes < UINT32_MAX / 2);
    struct size_class class = size_class_of(bytes);
    slab->object_bytes += class.capacity;
    if (class.capacity > SLAB_BYTES_MAX) {
        slab->page_bytes += class.capacity;
        return mem_alloc(class.capacity);
    }

    struct slab_page *page = slab->partial[class.index];
    if (page == NULL)
        page = slab_take_page(slab, class);
    void *object = page->free;
    if (object != NULL) {
        page->free = page->free->next;
    } else {
        object = (uint8_t *)page + SLAB_HEADER_BYTES + (size_t)page->cut * page->capacity;
        page->cut++;
    }
    page->used++;
    if (page->free == NULL && page->cut == page_objects(page->capacity))
        page_unlink(&slab->partial[class.index], page);
    return object;
}

void slab_free(struct slab *slab, void *object, size_t bytes)
{
    struct size_class class = size_class_of(bytes);
    INVARIANT(slab->object_bytes >= class.capacity);
    slab->object_bytes -= class.capacity;
    if (class.capacity > SLAB_BYTES_MAX) {
        slab->page_bytes -= class.capacity;
        free(object);
        return;
    }

    struct slab_page *page = page_of(object);
    INVARIANT(page->class == class.index);
    INVARIANT(page->used > 0);
    if (page->free == NULL && page->cut == page_objects(page->capacity))
        page_link(&slab->partial[class.index], page);
    struct slab_free_object *freed = object;
    freed->next = page->free;
    page->free = freed;
    page->used--;
    if (page->used > 0)
        return;
    page_unlink(&slab->partial[class.index], page);
    page->next = slab->empty;
    slab->empty = page;
    slab->page_bytes -= SLAB_PAGE_BYTES;
}

void slab_destroy(struct slab *slab)
{
    for (size_t i = 0; i < slab->region_count; i++)
        free(slab->regions[i]);
    free(slab->regions);
    *slab = (struct slab){0};
}
