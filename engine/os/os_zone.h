// The system's zone database, read when a zone is first asked for.
#ifndef ENGINE_OS_OS_ZONE_H
#define ENGINE_OS_OS_ZONE_H

#include <stdbool.h>
#include <stdint.h>

#include "engine/base/bytes.h"

struct os_zones;

// directory NULL: where the system has it; else borrowed.
struct os_zones *os_zones_new(const char *directory);
void os_zones_free(struct os_zones *zones);

// The offset from UTC of a zone ("Asia/Ho_Chi_Minh") at an instant. False when there is no such zone, or its file
// cannot be read. A zone's file is read once. Names that are none are remembered, too, but only the last few: any
// number of them takes no more memory, and no zone's place. One thread; reads a file when a name is new.
bool os_zones_offset(
    struct os_zones *zones, struct bytes name, int64_t unix_s, int32_t *offset_s_out);

#endif
