// A growable byte buffer.
#include "engine/base/buffer.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "engine/base/invariant.h"
#include "engine/base/memory.h"

enum { BUFFER_BYTES_MIN = 64, VARINT_BYTES_MAX = 10, DECIMAL_CHARS_MAX = 20 };

void buffer_free(struct buffer *buffer)
{
    free(buffer->data);
    *buffer = (struct buffer){0};
}

void buffer_set_cap(struct buffer *buffer, size_t cap)
{
    INVARIANT(cap >= buffer->len);
    buffer->data = mem_resize(buffer->data, cap);
    buffer->cap = cap;
}

void buffer_grow(struct buffer *buffer, size_t more_bytes)
{
    INVARIANT(more_bytes <= SIZE_MAX / 4 && buffer->cap <= SIZE_MAX / 4);
    size_t cap = buffer->cap + buffer->cap / 2;
    if (cap < buffer->len + more_bytes)
        cap = buffer->len + more_bytes;
    if (cap < BUFFER_BYTES_MIN)
        cap = BUFFER_BYTES_MIN;
    buffer_set_cap(buffer, cap);
}

void buffer_add_decimal(struct buffer *buffer, uint64_t value)
{
    char digits[DECIMAL_CHARS_MAX];
    size_t at = sizeof(digits);
    do {
        digits[--at] = (char)('0' + value % 10);
        value /= 10;
    } while (value > 0);
    buffer_add(buffer, digits + at, sizeof(digits) - at);
}

void buffer_add_format(struct buffer *buffer, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    va_list again;
    va_copy(again, arguments);
    int len = vsnprintf(NULL, 0, format, arguments);
    va_end(arguments);
    INVARIANT(len >= 0);
    uint8_t *to = buffer_reserve(buffer, (size_t)len + 1);
    (void)vsnprintf((char *)to, (size_t)len + 1, format, again);
    va_end(again);
    buffer->len += (size_t)len;
}

void buffer_add_u16(struct buffer *buffer, uint16_t value)
{
    put_u16(buffer_reserve(buffer, 2), value);
    buffer->len += 2;
}

void buffer_add_u32(struct buffer *buffer, uint32_t value)
{
    put_u32(buffer_reserve(buffer, 4), value);
    buffer->len += 4;
}

void buffer_add_u64(struct buffer *buffer, uint64_t value)
{
    put_u64(buffer_reserve(buffer, 8), value);
    buffer->len += 8;
}

void buffer_add_varint(struct buffer *buffer, uint64_t value)
{
    uint8_t *to = buffer_reserve(buffer, VARINT_BYTES_MAX);
    size_t len = 0;
    while (value >= 0x80) {
        to[len++] = (uint8_t)(value | 0x80);
        value >>= 7;
    }
    to[len++] = (uint8_t)value;
    buffer->len += len;
}

void buffer_add_zigzag(struct buffer *buffer, int64_t value)
{
    uint64_t sign = value < 0 ? UINT64_MAX : 0;
    buffer_add_varint(buffer, ((uint64_t)value << 1) ^ sign);
}

void buffer_add_sized(struct buffer *buffer, struct bytes bytes)
{
    buffer_add_varint(buffer, bytes.len);
    buffer_add_bytes(buffer, bytes);
}
