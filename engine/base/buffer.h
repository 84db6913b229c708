// A growable byte buffer that one owner appends to.
#ifndef ENGINE_BASE_BUFFER_H
#define ENGINE_BASE_BUFFER_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "engine/base/bytes.h"
#include "engine/base/err.h"

// Zero-initialised is a valid empty buffer.
struct buffer {
    uint8_t *data;
    size_t len;
    size_t cap;
};

void buffer_free(struct buffer *buffer); // leaves a valid empty buffer
// Room for more bytes behind len, where there is none. Growth is by half again at least.
void buffer_grow(struct buffer *buffer, size_t more_bytes);
// As many bytes as cap and no more, for an owner who counts them; cap is not below len.
void buffer_set_cap(struct buffer *buffer, size_t cap);
void buffer_add_format(struct buffer *buffer, const char *format, ...) PRINTF_LIKE(2, 3);
void buffer_add_decimal(struct buffer *buffer, uint64_t value); // its digits
void buffer_add_u16(struct buffer *buffer, uint16_t value);
void buffer_add_u32(struct buffer *buffer, uint32_t value);
void buffer_add_u64(struct buffer *buffer, uint64_t value);
void buffer_add_varint(struct buffer *buffer, uint64_t value);
void buffer_add_zigzag(struct buffer *buffer, int64_t value);
void buffer_add_sized(struct buffer *buffer, struct bytes bytes); // varint length, then the bytes

// Room for more bytes behind len; returns where they go.
static inline uint8_t *buffer_reserve(struct buffer *buffer, size_t more_bytes)
{
    if (buffer->cap - buffer->len < more_bytes || buffer->data == NULL)
        buffer_grow(buffer, more_bytes);
    return buffer->data + buffer->len;
}

static inline void buffer_add(struct buffer *buffer, const void *data, size_t len)
{
    uint8_t *to = buffer_reserve(buffer, len);
    if (len > 0)
        memcpy(to, data, len);
    buffer->len += len;
}

static inline void buffer_add_bytes(struct buffer *buffer, struct bytes bytes)
{
    buffer_add(buffer, bytes.data, bytes.len);
}

static inline void buffer_add_text(struct buffer *buffer, const char *text)
{
    buffer_add(buffer, text, strlen(text));
}

static inline void buffer_add_u8(struct buffer *buffer, uint8_t value)
{
    *buffer_reserve(buffer, 1) = value;
    buffer->len += 1;
}

static inline struct bytes buffer_bytes(const struct buffer *buffer)
{
    return bytes_of(buffer->data, buffer->len);
}

static inline void buffer_clear(struct buffer *buffer)
{
    buffer->len = 0;
}

#endif
