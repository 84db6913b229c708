// Allocation that never returns NULL: out of memory ends the process with exit code 70.
//
// The journal makes a stop safe at any point, and an engine that goes on after a failed allocation
// cannot be trusted (docs/decisions/0002-out-of-memory.md).
#ifndef ENGINE_BASE_MEMORY_H
#define ENGINE_BASE_MEMORY_H

#include <stddef.h>

// Ends the process as all of these do, for a library that allocates by itself and found none. It is no broken
// invariant: whatever was in hand is not the reason.
_Noreturn void mem_exhausted(void);

// Owned by the caller, freed by free(). Size 0 gives a valid pointer.
void *mem_alloc(size_t size_bytes);
void *mem_zero(size_t count, size_t size_bytes);
void *mem_resize(void *old, size_t size_bytes);
// Zeroed memory for a table, aligned to cache lines; a large one stands on huge pages where the system
// gives them, so that looking things up at random does not miss the processor's map of pages each time.
// Freed by mem_table_free with the same size.
void *mem_table(size_t size_bytes);
void mem_table_free(void *table, size_t size_bytes); // NULL is fine
// A NUL-terminated copy of len bytes.
char *mem_text(const void *data, size_t len);

#endif
