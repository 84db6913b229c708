// Files of the zone database (TZif) made by hand.
#ifndef TESTS_SUPPORT_ZONE_FILE_H
#define TESTS_SUPPORT_ZONE_FILE_H

#include "engine/base/buffer.h"

struct zone_file_time {
    int64_t at;
    uint8_t type;
};

struct zone_file_made {
    uint8_t version; // 0, '2', '3'
    const struct zone_file_time *times;
    uint32_t time_count;
    const int32_t *offsets;
    uint32_t type_count;
    uint32_t leap_count;
    const char *footer; // without its line ends
};

void zone_file_add(struct buffer *to, const struct zone_file_made *made);
// A zone that is always as its footer says: "CET-1CEST,M3.5.0,M10.5.0/3".
void zone_file_add_rule(struct buffer *to, const char *footer);

#endif
