// XXH3 of many bytes, by the widest vectors that the processor has: apart from those that are compiled in for few.
#include <xxhash.h>

#include "engine/base/hash.h"
#if defined(__x86_64__) && __has_include(<xxh_x86dispatch.h>)
#    include <xxh_x86dispatch.h> // the same names, chosen at run time
#endif

uint64_t hash_u64_long(struct bytes bytes, uint64_t seed)
{
    return XXH3_64bits_withSeed(bytes.data, bytes.len, seed);
}
