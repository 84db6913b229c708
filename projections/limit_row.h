// How long a row of the limits in a record is.
#ifndef PROJECTIONS_LIMIT_ROW_H
#define PROJECTIONS_LIMIT_ROW_H

#include "projections/record.h"

enum { LIMIT_ROW_RULE = 8, LIMIT_ROW_LONG_BYTES = RECORD_LIMIT_BYTES + RECORD_LIMIT_LONG_BYTES };
#define LIMIT_RULE_IS_LONG (UINT32_C(1) << 31)

static inline size_t limit_row_bytes_at(const uint8_t *from)
{
    bool is_long = (get_u32(from + LIMIT_ROW_RULE) & LIMIT_RULE_IS_LONG) != 0;
    return is_long ? LIMIT_ROW_LONG_BYTES : RECORD_LIMIT_BYTES;
}

#endif
