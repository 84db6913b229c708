#include "engine/fold/packed_value.h"

#include <string.h>

enum {
    PACKED_BOOL = 1,
    PACKED_INT = 2,
    PACKED_UINT = 3,
    PACKED_DOUBLE = 4,
    PACKED_STRING = 5,
    PACKED_TIMESTAMP = 6,
    PACKED_DURATION = 7,
    BOOL_BYTES = 2,
    NUMBER_BYTES = 9,
    TIME_BYTES = 13,
};

size_t packed_value_bytes(struct cel_value value)
{
    switch (value.kind) {
    case CEL_BOOL: return BOOL_BYTES;
    case CEL_INT:
    case CEL_UINT:
    case CEL_DOUBLE: return NUMBER_BYTES;
    case CEL_STRING: return 1 + value.as.text.len;
    case CEL_TIMESTAMP:
    case CEL_DURATION: return TIME_BYTES;
    case CEL_ERROR:
    case CEL_NULL:
    case CEL_BYTES:
    case CEL_LIST:
    case CEL_MAP:
    case CEL_TYPE: break;
    }
    return 0;
}

static void put_tagged(uint8_t *to, uint8_t tag, uint64_t bits)
{
    to[0] = tag;
    put_u64(to + 1, bits);
}

void packed_value_put(uint8_t *to, struct cel_value value)
{
    uint64_t bits = 0;
    switch (value.kind) {
    case CEL_BOOL:
        to[0] = PACKED_BOOL;
        to[1] = value.as.boolean;
        break;
    case CEL_INT: put_tagged(to, PACKED_INT, (uint64_t)value.as.integer); break;
    case CEL_UINT: put_tagged(to, PACKED_UINT, value.as.unsigned_integer); break;
    case CEL_DOUBLE:
        memcpy(&bits, &value.as.real, sizeof(bits));
        put_tagged(to, PACKED_DOUBLE, bits);
        break;
    case CEL_STRING:
        to[0] = PACKED_STRING;
        if (value.as.text.len > 0)
            memcpy(to + 1, value.as.text.data, value.as.text.len);
        break;
    case CEL_TIMESTAMP:
    case CEL_DURATION:
        put_tagged(
            to, value.kind == CEL_TIMESTAMP ? PACKED_TIMESTAMP : PACKED_DURATION,
            (uint64_t)value.as.seconds);
        put_u32(to + NUMBER_BYTES, (uint32_t)value.nanos);
        break;
    case CEL_ERROR:
    case CEL_NULL:
    case CEL_BYTES:
    case CEL_LIST:
    case CEL_MAP:
    case CEL_TYPE: break;
    }
}

struct cel_value packed_value_get(struct bytes from, struct arena *arena)
{
    uint8_t tag = from.len > 0 ? from.data[0] : 0;
    if (tag == PACKED_BOOL && from.len == BOOL_BYTES)
        return cel_bool(from.data[1]);
    if (tag == PACKED_STRING)
        return cel_string(arena_copy(arena, bytes_of(from.data + 1, from.len - 1)));
    if (from.len != (tag >= PACKED_TIMESTAMP ? TIME_BYTES : NUMBER_BYTES))
        return cel_null();
    uint64_t bits = get_u64(from.data + 1);
    struct cel_value value = cel_null();
    switch (tag) {
    case PACKED_INT: return cel_int((int64_t)bits);
    case PACKED_UINT: return cel_uint(bits);
    case PACKED_DOUBLE:
        value.kind = CEL_DOUBLE;
        memcpy(&value.as.real, &bits, sizeof(bits));
        return value;
    case PACKED_TIMESTAMP:
    case PACKED_DURATION:
        value.kind = tag == PACKED_TIMESTAMP ? CEL_TIMESTAMP : CEL_DURATION;
        value.as.seconds = (int64_t)bits;
        value.nanos = (int32_t)get_u32(from.data + NUMBER_BYTES);
        return value;
    default: return value;
    }
}
