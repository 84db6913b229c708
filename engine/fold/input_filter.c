#include "engine/fold/input_filter.h"

#include <string.h>

static uint8_t lower(uint8_t byte)
{
    return byte >= 'A' && byte <= 'Z' ? (uint8_t)(byte - 'A' + 'a') : byte;
}

// As emails are: without regard to the case of ASCII letters.
static bool is_within_folded(struct bytes text, struct bytes value)
{
    for (size_t i = 0; i + value.len <= text.len; i++) {
        size_t same = 0;
        while (same < value.len && lower(text.data[i + same]) == lower(value.data[same]))
            same++;
        if (same == value.len)
            return true;
    }
    return false;
}

static bool is_within(struct bytes text, struct bytes value)
{
    const uint8_t *at = text.data;
    const uint8_t *end = text.data + text.len;
    while ((size_t)(end - at) >= value.len) {
        at = memchr(at, value.data[0], (size_t)(end - at) - value.len + 1);
        if (at == NULL)
            return false;
        if (memcmp(at, value.data, value.len) == 0)
            return true;
        at++;
    }
    return false;
}

// One that may be written as a number, which msgpack does in binary.
static bool is_number(struct bytes value)
{
    for (size_t i = 0; i < value.len; i++) {
        if ((value.data[i] < '0' || value.data[i] > '9') && value.data[i] != '-')
            return false;
    }
    return true;
}

bool input_filter_may_take(const struct input_filter *filter, const struct frame_input *input)
{
    struct bytes value = input->value;
    if (input->headers.len > 0 || memchr(value.data, '\\', value.len) != NULL)
        return true; // its contact may be in a header, or written with escapes
    for (uint32_t i = 0; i < filter->count; i++) {
        const struct contact_identifier *own = &filter->items[i];
        bool is_email = bytes_equal_text(own->kind, "email");
        if (is_number(own->value) ||
            (is_email ? is_within_folded(value, own->value) : is_within(value, own->value)))
            return true;
    }
    return false;
}

bool input_filter_takes(
    const struct input_filter *filter, const struct catalog *catalog, const struct event *event)
{
    const struct identifier *first = &event->identifiers[0];
    struct bytes kind = catalog_identifier(catalog, first->kind);
    for (uint32_t i = 0; i < filter->count; i++) {
        if (bytes_equal(filter->items[i].value, first->value) &&
            bytes_equal(filter->items[i].kind, kind))
            return true;
    }
    return false;
}
