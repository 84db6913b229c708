// The system's zone database: its files, and zones that are read when they are first asked for.
#ifndef ENGINE_OS_OS_ZONE_H
#define ENGINE_OS_OS_ZONE_H

#include <stdbool.h>
#include <stdint.h>

#include "engine/base/bytes.h"
#include "engine/port/zone_files.h"

// The files of the database as they are. directory NULL: where the system has it; else borrowed.
struct zone_files os_zone_files(const char *directory);

// Whether a name is "UTC", a fixed offset as "+07:00", or that of a zone of the system. Reads its file.
bool os_zone_is_known(struct bytes name);

struct os_zones;

// directory as above.
struct os_zones *os_zones_new(const char *directory);
void os_zones_free(struct os_zones *zones);

// The offset from UTC of a zone ("Asia/Ho_Chi_Minh") at an instant. False when there is no such zone, or its file
// cannot be read. A zone's file is read once. Names that are none are remembered, too, but only the last few: any
// number of them takes no more memory, and no zone's place. One thread; reads a file when a name is new.
bool os_zones_offset(
    struct os_zones *zones, struct bytes name, int64_t unix_s, int32_t *offset_s_out);

#endif
