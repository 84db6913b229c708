// Finds the borders of the elements of a JSON array: brackets and strings, nothing more.
#include "engine/event/array.h"

#include "engine/base/invariant.h"

static bool is_space(uint8_t byte)
{
    return byte == ' ' || byte == '\t' || byte == '\n' || byte == '\r';
}

static struct bytes skip_space(struct bytes bytes)
{
    while (bytes.len > 0 && is_space(bytes.data[0]))
        bytes = bytes_of(bytes.data + 1, bytes.len - 1);
    return bytes;
}

bool event_array_is(struct bytes body)
{
    body = skip_space(body);
    return body.len > 0 && body.data[0] == '[';
}

struct event_array event_array_of(struct bytes body)
{
    INVARIANT(event_array_is(body));
    body = skip_space(body);
    struct event_array array = {.left = skip_space(bytes_of(body.data + 1, body.len - 1))};
    if (array.left.len > 0 && array.left.data[0] == ']') { // "[]"
        struct bytes behind = skip_space(bytes_of(array.left.data + 1, array.left.len - 1));
        return (struct event_array){.is_malformed = behind.len > 0};
    }
    array.is_malformed = array.left.len == 0;
    return array;
}

// The length of the element at the beginning: up to a comma or bracket outside of it, or all.
static size_t element_len(struct bytes bytes)
{
    size_t depth = 0;
    bool is_in_text = false;
    for (size_t i = 0; i < bytes.len; i++) {
        uint8_t byte = bytes.data[i];
        if (is_in_text) {
            if (byte == '\\')
                i++;
            else if (byte == '"')
                is_in_text = false;
        } else if (byte == '"') {
            is_in_text = true;
        } else if (byte == '{' || byte == '[') {
            depth++;
        } else if (depth == 0 && (byte == ',' || byte == ']')) {
            return i;
        } else if (byte == '}' || byte == ']') {
            depth -= depth > 0 ? 1 : 0;
        }
    }
    return bytes.len;
}

bool event_array_next(struct event_array *array, struct bytes *element_out)
{
    if (array->left.len == 0)
        return false;
    struct bytes from = skip_space(array->left);
    size_t len = element_len(from);
    bool is_last = len == from.len || from.data[len] == ']';
    if (len == from.len) {
        array->is_malformed = true;
        array->left = (struct bytes){0};
    } else {
        struct bytes behind = skip_space(bytes_of(from.data + len + 1, from.len - len - 1));
        array->left = is_last ? (struct bytes){0} : behind;
        // "[1] 2" and "[1,"
        array->is_malformed = is_last ? behind.len > 0 : behind.len == 0;
    }
    while (len > 0 && is_space(from.data[len - 1]))
        len--;
    *element_out = bytes_of(from.data, len);
    return true;
}
