// Reading integers and strings forward through borrowed bytes.
#include "engine/base/bytes.h"

enum { VARINT_BYTES_MAX = 10 };

struct cursor cursor_of(struct bytes bytes)
{
    static const uint8_t nothing[1] = {0};
    const uint8_t *at = bytes.data != NULL ? bytes.data : nothing;
    return (struct cursor){.at = at, .end = at + bytes.len, .has_failed = false};
}

size_t cursor_left(const struct cursor *cursor)
{
    return cursor->has_failed ? 0 : (size_t)(cursor->end - cursor->at);
}

// Moves on by len and returns where those bytes are, or NULL when there are fewer.
static const uint8_t *cursor_take(struct cursor *cursor, size_t len)
{
    if (cursor->has_failed || (size_t)(cursor->end - cursor->at) < len) {
        cursor->has_failed = true;
        return NULL;
    }
    const uint8_t *at = cursor->at;
    cursor->at += len;
    return at;
}

uint8_t cursor_u8(struct cursor *cursor)
{
    const uint8_t *at = cursor_take(cursor, 1);
    return at == NULL ? 0 : *at;
}

uint16_t cursor_u16(struct cursor *cursor)
{
    const uint8_t *at = cursor_take(cursor, 2);
    return at == NULL ? 0 : get_u16(at);
}

uint32_t cursor_u32(struct cursor *cursor)
{
    const uint8_t *at = cursor_take(cursor, 4);
    return at == NULL ? 0 : get_u32(at);
}

uint64_t cursor_u64(struct cursor *cursor)
{
    const uint8_t *at = cursor_take(cursor, 8);
    return at == NULL ? 0 : get_u64(at);
}

uint64_t cursor_varint(struct cursor *cursor)
{
    uint64_t value = 0;
    for (unsigned i = 0; i < VARINT_BYTES_MAX; i++) {
        uint8_t byte = cursor_u8(cursor);
        if (cursor->has_failed)
            return 0;
        if (i == VARINT_BYTES_MAX - 1 && byte > 1)
            break; // bits beyond the 64th
        value |= (uint64_t)(byte & 0x7f) << (7 * i);
        if ((byte & 0x80) == 0)
            return value;
    }
    cursor->has_failed = true;
    return 0;
}

int64_t cursor_zigzag(struct cursor *cursor)
{
    uint64_t value = cursor_varint(cursor);
    return (int64_t)((value >> 1) ^ (~(value & 1) + 1));
}

struct bytes cursor_bytes(struct cursor *cursor, size_t len)
{
    const uint8_t *at = cursor_take(cursor, len);
    return at == NULL ? bytes_of(NULL, 0) : bytes_of(at, len);
}

struct bytes cursor_sized(struct cursor *cursor)
{
    uint64_t len = cursor_varint(cursor);
    if (len > cursor_left(cursor)) {
        cursor->has_failed = true;
        return bytes_of(NULL, 0);
    }
    return cursor_bytes(cursor, (size_t)len);
}
