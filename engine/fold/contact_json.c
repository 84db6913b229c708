// The parts of a contact that several JSON objects share.
#include "engine/fold/contact_json.h"

#include "engine/base/text.h"
#include "engine/base/time.h"

void contact_add_id(struct buffer *to, const struct contact_view *view)
{
    if (view->identifier_count == 0)
        return;
    const struct contact_identifier *first = &view->identifiers[0];
    if (!bytes_equal_text(first->kind, "contact_id")) {
        buffer_add_bytes(to, first->kind);
        buffer_add_u8(to, ':');
    }
    buffer_add_bytes(to, first->value);
}

static bool is_first_of_kind(const struct contact_view *view, uint32_t index)
{
    for (uint32_t i = 0; i < index; i++) {
        if (bytes_equal(view->identifiers[i].kind, view->identifiers[index].kind))
            return false;
    }
    return true;
}

void contact_add_identifiers(struct buffer *to, const struct contact_view *view)
{
    buffer_add_u8(to, '{');
    for (uint32_t i = 0; i < view->identifier_count; i++) {
        if (!is_first_of_kind(view, i))
            continue;
        if (i > 0)
            buffer_add_u8(to, ',');
        text_add_json(to, view->identifiers[i].kind);
        buffer_add_text(to, ":[");
        for (uint32_t j = i; j < view->identifier_count; j++) {
            if (!bytes_equal(view->identifiers[i].kind, view->identifiers[j].kind))
                continue;
            if (j > i)
                buffer_add_u8(to, ',');
            text_add_json(to, view->identifiers[j].value);
        }
        buffer_add_u8(to, ']');
    }
    buffer_add_u8(to, '}');
}

void json_add_time(struct buffer *to, int64_t time_ms)
{
    uint8_t *at = buffer_reserve(to, TIME_TEXT_CHARS + 2);
    int64_t inside = time_ms < TIME_MS_MIN ? TIME_MS_MIN : time_ms;
    inside = inside > TIME_MS_MAX ? TIME_MS_MAX : inside;
    at[0] = '"';
    time_print(inside, (char *)at + 1);
    at[TIME_TEXT_CHARS + 1] = '"';
    to->len += TIME_TEXT_CHARS + 2;
}

void json_add_hex64(struct buffer *to, uint64_t value)
{
    char hex[HASH64_HEX_CHARS + 2];
    hex[0] = '"';
    hash64_hex(value, hex + 1);
    hex[HASH64_HEX_CHARS + 1] = '"';
    buffer_add(to, hex, sizeof(hex));
}

void json_add_hex128(struct buffer *to, struct hash128 value)
{
    char hex[HASH128_HEX_CHARS + 2];
    hex[0] = '"';
    hash128_hex(value, hex + 1);
    hex[HASH128_HEX_CHARS + 1] = '"';
    buffer_add(to, hex, sizeof(hex));
}
