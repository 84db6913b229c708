// How much memory the process holds by malloc, and the most it held.
#ifndef TESTS_BOMBS_HEAP_H
#define TESTS_BOMBS_HEAP_H

#include <stdbool.h>
#include <stddef.h>

// False where it cannot be counted (ThreadSanitizer): the figures are then 0.
bool heap_is_counted(void);
// From now on the peak counts above what is held at this moment. One thread.
void heap_begin(void);
void heap_end(void); // nothing is counted from then on, and malloc is as fast as it is
size_t heap_peak_bytes(void);

#endif
