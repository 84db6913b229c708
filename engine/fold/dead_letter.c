// Rendering dead letters.
#include "engine/fold/dead_letter.h"

#include <inttypes.h>

#include "engine/base/arena.h"
#include "engine/base/text.h"
#include "engine/event/decode.h"
#include "engine/fold/contact_json.h"

struct hash128 dead_letter_id(const struct dead_letter *letter)
{
    struct buffer text = {0};
    buffer_add_sized(&text, BYTES_LITERAL("dead"));
    buffer_add_u64(&text, letter->identity);
    buffer_add_varint(&text, letter->shard);
    buffer_add_sized(&text, letter->source);
    buffer_add_zigzag(&text, letter->input->position);
    struct hash128 id = hash_u128(buffer_bytes(&text), 0);
    buffer_free(&text);
    return id;
}

static void add_base64(struct buffer *to, struct bytes bytes)
{
    static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    uint8_t *at = buffer_reserve(to, (bytes.len + 2) / 3 * 4);
    size_t out = 0;
    for (size_t i = 0; i < bytes.len; i += 3) {
        size_t left = bytes.len - i;
        uint32_t group = (uint32_t)bytes.data[i] << 16;
        group |= left > 1 ? (uint32_t)bytes.data[i + 1] << 8 : 0;
        group |= left > 2 ? (uint32_t)bytes.data[i + 2] : 0;
        at[out++] = (uint8_t)digits[group >> 18];
        at[out++] = (uint8_t)digits[group >> 12 & 63];
        at[out++] = left > 1 ? (uint8_t)digits[group >> 6 & 63] : '=';
        at[out++] = left > 2 ? (uint8_t)digits[group & 63] : '=';
    }
    to->len += out;
}

static void add_headers(struct buffer *to, struct bytes packed)
{
    struct arena arena = {0};
    struct raw_event raw = {0};
    buffer_add_u8(to, '{');
    if (packed.len > 0 && raw_event_unpack_headers(packed, &arena, &raw)) {
        for (size_t i = 0; i < raw.header_count; i++) {
            if (i > 0)
                buffer_add_u8(to, ',');
            text_add_json(to, raw.headers[i].name);
            buffer_add_u8(to, ':');
            text_add_json(to, raw.headers[i].value);
        }
    }
    buffer_add_u8(to, '}');
    arena_free(&arena);
}

void dead_letter_add_json(struct buffer *to, const struct dead_letter *letter)
{
    const struct frame_input *input = letter->input;
    struct bytes payload = input->value;
    if (payload.len > letter->bytes_max)
        payload.len = (size_t)letter->bytes_max;
    buffer_add_text(to, "{\"id\":");
    json_add_hex128(to, dead_letter_id(letter));
    buffer_add_text(to, ",\"time\":");
    json_add_time(to, letter->tick_ms);
    buffer_add_format(to, ",\"shard\":%" PRIu32 ",\"source\":", letter->shard);
    text_add_json(to, letter->source);
    buffer_add_format(to, ",\"position\":%" PRId64 ",\"code\":\"", input->position);
    buffer_add_text(to, reject_name((enum reject_code)input->reject_code));
    buffer_add_text(to, "\",\"reason\":");
    text_add_json(to, input->reason);
    buffer_add_format(to, ",\"bytes\":%" PRIu64 ",\"truncated\":", input->value_bytes);
    buffer_add_text(to, input->value_bytes > payload.len ? "true" : "false");
    if (input->key.len > 0) {
        buffer_add_text(to, ",\"key\":");
        text_add_json(to, input->key);
    }
    buffer_add_text(to, ",\"headers\":");
    add_headers(to, input->headers);
    buffer_add_text(to, ",\"payload\":\"");
    add_base64(to, payload);
    buffer_add_text(to, "\"}");
}
