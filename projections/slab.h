// Memory of contact records: size classes inside pages of 64 KiB. One thread.
#ifndef PROJECTIONS_SLAB_H
#define PROJECTIONS_SLAB_H

#include <stddef.h>
#include <stdint.h>

struct slab_page;
struct slab_region;

// Objects above SLAB_BYTES_MAX come from the general allocator.
enum {
    SLAB_CLASS_COUNT = 29,
    SLAB_BYTES_MAX = 8192,
    SLAB_LEAST_BITS = 6, // the least capacity is 64
    SLAB_HEAD_BYTES = 8, // before an object: its owner
};

struct slab_class {
    uint32_t index;
    uint32_t capacity;
};

// Of so many bytes with the head. Capacities are 4, 5, 6 or 7 times a power of two.
static inline struct slab_class slab_class_of(size_t bytes)
{
    if (bytes <= 1U << SLAB_LEAST_BITS)
        return (struct slab_class){0, 1U << SLAB_LEAST_BITS};
    uint32_t last = (uint32_t)(bytes - 1);
    uint32_t top = 31U - (uint32_t)__builtin_clz(last);
    uint32_t quarter = last >> (top - 2); // 4..7
    return (struct slab_class){
        (top - SLAB_LEAST_BITS) * 4 + quarter - 3, (quarter + 1) << (top - 2)};
}

// Zero-initialised is a valid empty slab.
struct slab {
    struct slab_page *partial[SLAB_CLASS_COUNT]; // pages with room, per class
    struct slab_page *empty;                     // pages of no class
    void **regions;                              // what the pages were cut from
    size_t region_count;
    struct slab_region *newest;
    uint32_t newest_cut;   // pages cut from it, its heads included
    size_t compact_region; // where slab_compact goes on looking
    uint32_t compact_page;
    uint64_t object_bytes; // capacity of the objects in use
    uint64_t page_bytes;   // pages that belong to a class, and large objects
};

// What an object of so many bytes takes, with its head: the next of 64, 80, 96, 112, 128, 160, 192…
static inline size_t slab_capacity(size_t bytes)
{
    return slab_class_of(bytes + SLAB_HEAD_BYTES).capacity;
}
// Belongs to the slab until slab_free. Contents undefined, aligned to 8 bytes. owner is not 0.
void *slab_alloc(struct slab *slab, size_t bytes, uint64_t owner);
// bytes: any size with the capacity that the object was allocated with.
void slab_free(struct slab *slab, void *object, size_t bytes);
// Where much memory lies idle in pages with few objects, moves the objects of a few such pages to
// others. moved is told each one; the object at `to` has the contents already. Bounded work.
typedef void slab_moved_fn(void *context, uint64_t owner, void *to);
void slab_compact(struct slab *slab, slab_moved_fn *moved, void *context);
// Frees every page; large objects must have been freed before.
void slab_destroy(struct slab *slab);

#endif
