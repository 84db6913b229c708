// Memory of contact records: size classes inside pages of 64 KiB. One thread.
//
// A page that becomes empty goes back to the pool and may serve another class, so that contacts that
// grow through the classes do not leave memory behind that only small records could use. What is known
// of a page stands at the beginning of its region, one behind the other: in the pages themselves all
// of it would fall into the same few sets of the processor's cache.
#include "projections/slab.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "engine/base/invariant.h"
#include "engine/base/memory.h"

enum {
    SLAB_PAGE_BYTES = 65536,
    REGION_BYTES = 16 << 20,
    REGION_PAGES = REGION_BYTES / SLAB_PAGE_BYTES,

    COMPACT_IDLE_PART = 8, // of the bytes in use may lie idle
    COMPACT_USED_BYTES_MAX = SLAB_PAGE_BYTES / 2,
    COMPACT_LOOKS = 64, // pages a call
    COMPACT_PAGES = 1,
};

// An object begins with its owner; what it is for follows.
struct slab_object {
    uint64_t owner;           // 0: free
    struct slab_object *next; // free ones only
};
_Static_assert(SLAB_HEAD_BYTES == sizeof(uint64_t), "the owner stands before the object");

struct slab_page {
    struct slab_page *next; // among the partial or the empty ones
    struct slab_page *previous;
    struct slab_object *free;
    uint32_t used;
    uint32_t cut; // objects ever cut from the page
    uint32_t capacity;
    uint32_t class;
};

// Begins at a multiple of REGION_BYTES.
struct slab_region {
    struct slab_page pages[REGION_PAGES]; // the first stands for the heads themselves
};
_Static_assert(sizeof(struct slab_region) <= SLAB_PAGE_BYTES, "the heads fit into one page");

static uint32_t page_objects(uint32_t capacity)
{
    return SLAB_PAGE_BYTES / capacity;
}

static struct slab_region *region_of(const void *inside)
{
    return (struct slab_region *)((uintptr_t)inside & ~(uintptr_t)(REGION_BYTES - 1));
}

static struct slab_page *page_of(const void *object)
{
    size_t offset = (uintptr_t)object & (REGION_BYTES - 1);
    return &region_of(object)->pages[offset / SLAB_PAGE_BYTES];
}

// Where the objects of a page begin.
static uint8_t *page_objects_at(struct slab_page *page)
{
    struct slab_region *region = region_of(page);
    return (uint8_t *)region + (size_t)(page - region->pages) * SLAB_PAGE_BYTES;
}

static struct slab_object *page_object(struct slab_page *page, uint32_t index)
{
    void *object = page_objects_at(page) + (size_t)index * page->capacity;
    return object;
}

static void slab_add_region(struct slab *slab)
{
    // Twice the size, to begin at a multiple; what is not touched takes no memory.
    void *memory = mem_alloc((size_t)REGION_BYTES * 2);
    slab->newest = region_of((uint8_t *)memory + REGION_BYTES - 1);
    slab->newest_cut = 1;
    if (slab->region_count > 0) // a small state is not to take whole huge pages
        (void)madvise(slab->newest, REGION_BYTES, MADV_HUGEPAGE); // only a hint
    slab->regions = mem_resize(slab->regions, (slab->region_count + 1) * sizeof(void *));
    slab->regions[slab->region_count++] = memory;
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

static struct slab_page *slab_take_page(struct slab *slab, struct slab_class class)
{
    struct slab_page *page = slab->empty;
    if (page != NULL) {
        slab->empty = page->next;
    } else {
        if (slab->newest == NULL || slab->newest_cut == REGION_PAGES)
            slab_add_region(slab);
        page = &slab->newest->pages[slab->newest_cut++];
    }
    *page = (struct slab_page){.capacity = class.capacity, .class = class.index};
    page_link(&slab->partial[class.index], page);
    slab->page_bytes += SLAB_PAGE_BYTES;
    return page;
}

static bool page_is_full(const struct slab_page *page)
{
    return page->free == NULL && page->cut == page_objects(page->capacity);
}

void *slab_alloc(struct slab *slab, size_t bytes, uint64_t owner)
{
    INVARIANT(bytes < UINT32_MAX / 2);
    INVARIANT(owner != 0);
    struct slab_class class = slab_class_of(bytes + SLAB_HEAD_BYTES);
    slab->object_bytes += class.capacity;
    struct slab_object *object;
    if (class.capacity > SLAB_BYTES_MAX) {
        slab->page_bytes += class.capacity;
        object = mem_alloc(class.capacity);
        object->owner = owner;
        return (uint8_t *)object + SLAB_HEAD_BYTES;
    }

    struct slab_page *page = slab->partial[class.index];
    if (page == NULL)
        page = slab_take_page(slab, class);
    object = page->free;
    if (object != NULL)
        page->free = object->next;
    else
        object = page_object(page, page->cut++);
    object->owner = owner;
    page->used++;
    if (page_is_full(page))
        page_unlink(&slab->partial[class.index], page);
    return (uint8_t *)object + SLAB_HEAD_BYTES;
}

static void slab_give_page(struct slab *slab, struct slab_page *page)
{
    page->used = 0;
    page->capacity = 0;
    page->next = slab->empty;
    slab->empty = page;
    slab->page_bytes -= SLAB_PAGE_BYTES;
}

void slab_free(struct slab *slab, void *inside, size_t bytes)
{
    struct slab_class class = slab_class_of(bytes + SLAB_HEAD_BYTES);
    void *begin = (uint8_t *)inside - SLAB_HEAD_BYTES;
    INVARIANT(slab->object_bytes >= class.capacity);
    slab->object_bytes -= class.capacity;
    if (class.capacity > SLAB_BYTES_MAX) {
        slab->page_bytes -= class.capacity;
        free(begin);
        return;
    }

    struct slab_object *object = begin;
    struct slab_page *page = page_of(object);
    INVARIANT(page->class == class.index);
    INVARIANT(page->used > 0);
    if (page_is_full(page))
        page_link(&slab->partial[class.index], page);
    object->owner = 0;
    object->next = page->free;
    page->free = object;
    page->used--;
    if (page->used > 0)
        return;
    page_unlink(&slab->partial[class.index], page);
    slab_give_page(slab, page);
}

// Moves every object of a page, which is not full, to other pages of its class.
static void page_evacuate(
    struct slab *slab, struct slab_page *page, slab_moved_fn *moved, void *context)
{
    uint32_t capacity = page->capacity;
    page_unlink(&slab->partial[page->class], page);
    for (uint32_t i = 0; i < page->cut; i++) {
        const struct slab_object *object = page_object(page, i);
        if (object->owner == 0)
            continue;
        void *to = slab_alloc(slab, capacity - SLAB_HEAD_BYTES, object->owner);
        slab->object_bytes -= capacity;
        memcpy(to, (const uint8_t *)object + SLAB_HEAD_BYTES, capacity - SLAB_HEAD_BYTES);
        moved(context, object->owner, to);
    }
    slab_give_page(slab, page);
}

static struct slab_page *next_page(struct slab *slab)
{
    if (++slab->compact_page >= REGION_PAGES) {
        slab->compact_page = 1;
        slab->compact_region++;
    }
    if (slab->compact_region >= slab->region_count)
        slab->compact_region = 0;
    struct slab_region *region =
        region_of((uint8_t *)slab->regions[slab->compact_region] + REGION_BYTES - 1);
    if (region == slab->newest && slab->compact_page >= slab->newest_cut)
        return NULL;
    return &region->pages[slab->compact_page];
}

void slab_compact(struct slab *slab, slab_moved_fn *moved, void *context)
{
    unsigned evacuated = 0;
    for (unsigned looked = 0; looked < COMPACT_LOOKS && evacuated < COMPACT_PAGES; looked++) {
        if (slab->page_bytes < slab->object_bytes + slab->object_bytes / COMPACT_IDLE_PART +
                                   (uint64_t)SLAB_CLASS_COUNT * SLAB_PAGE_BYTES)
            return;
        struct slab_page *page = next_page(slab);
        if (page == NULL || page->capacity == 0 || page_is_full(page) ||
            page == slab->partial[page->class] ||
            page->used * page->capacity > COMPACT_USED_BYTES_MAX)
            continue;
        page_evacuate(slab, page, moved, context);
        evacuated++;
    }
}

void slab_destroy(struct slab *slab)
{
    for (size_t i = 0; i < slab->region_count; i++)
        free(slab->regions[i]);
    free(slab->regions);
    *slab = (struct slab){0};
}
