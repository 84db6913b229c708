// The system's zone database, read when a zone is first asked for.
#ifndef ENGINE_OS_OS_ZONE_H
#define ENGINE_OS_OS_ZONE_H

#include <stdbool.h>
#include <stdint.h>

#include "engine/base/bytes.h"

struct os_zones;

// directory NULL: where the system has it.
struct os_zones *os_zones_new(const char *directory);
void os_zones_free(struct os_zones *zones);

// The offset from UTC of a zone ("Asia/Ho_Chi_Minh") at an instant. False when there is no such zone, or its
// file cannot be read; that is remembered, too. One thread.
bool os_zones_offset(
    struct os_zones *zones, struct bytes name, int64_t unix_s, int32_t *offset_s_out);

#endif
