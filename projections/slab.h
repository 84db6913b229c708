// Memory of contact records: size classes inside pages of 64 KiB. One thread.
#ifndef PROJECTIONS_SLAB_H
#define PROJECTIONS_SLAB_H

#include <stddef.h>
#include <stdint.h>

struct slab_page;
struct slab_region;

// Objects above SLAB_BYTES_MAX come from the general allocator.
enum { SLAB_CLASS_COUNT = 29, SLAB_BYTES_MAX = 8192 };

// Zero-initialised is a valid empty slab.
struct slab {
    struct slab_page *partial[SLAB_CLASS_COUNT]; // pages with room, per class
    struct slab_page *empty;                     // pages of no class
    void **regions;                              // what the pages were cut from
    size_t region_count;
    struct slab_region *newest;
    uint32_t newest_cut;   // pages cut from it, its heads included
    uint64_t object_bytes; // capacity of the objects in use
    uint64_t page_bytes;   // pages that belong to a class, and large objects
};

// What an object of so many bytes takes: the next of 64, 80, 96, 112, 128, 160, 192…
size_t slab_capacity(size_t bytes);
// Owned by the slab until slab_free. Contents undefined, aligned to 16 bytes.
void *slab_alloc(struct slab *slab, size_t bytes);
// bytes: any size with the capacity that the object was allocated with.
void slab_free(struct slab *slab, void *object, size_t bytes);
// Frees every page; large objects must have been freed before.
void slab_destroy(struct slab *slab);

#endif
