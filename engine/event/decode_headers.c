// The headers of a message: CloudEvents attributes in binary form, content type, trace.
#include "engine/base/text.h"
#include "engine/event/decoder.h"

enum { HEADER_NAME_BYTES_MAX = 32, PREFIX_BYTES = 3 };

static bool is_name(struct bytes name, const char *lower)
{
    size_t i = 0;
    for (; i < name.len && lower[i] != '\0'; i++) {
        uint8_t byte = name.data[i];
        if ((byte >= 'A' && byte <= 'Z' ? byte - 'A' + 'a' : byte) != lower[i])
            return false;
    }
    return i == name.len && lower[i] == '\0';
}

// "ce_" is how Kafka writes attributes, "ce-" how HTTP does.
static bool has_prefix(struct bytes name)
{
    return name.len > PREFIX_BYTES && (name.data[0] | 0x20) == 'c' &&
           (name.data[1] | 0x20) == 'e' && (name.data[2] == '_' || name.data[2] == '-');
}

static enum attribute header_attribute(struct bytes name)
{
    uint8_t lower[HEADER_NAME_BYTES_MAX] = {0};
    size_t len = name.len - PREFIX_BYTES;
    if (len > HEADER_NAME_BYTES_MAX)
        return ATTRIBUTE_COUNT;
    for (size_t i = 0; i < len; i++) {
        uint8_t byte = name.data[PREFIX_BYTES + i];
        lower[i] = byte >= 'A' && byte <= 'Z' ? (uint8_t)(byte - 'A' + 'a') : byte;
    }
    enum attribute attribute = attribute_find(bytes_of(lower, len));
    bool is_body = attribute == ATTRIBUTE_DATA || attribute == ATTRIBUTE_DATA_BASE64;
    return is_body ? ATTRIBUTE_COUNT : attribute;
}

bool header_matters(struct bytes name)
{
    if (has_prefix(name))
        return header_attribute(name) != ATTRIBUTE_COUNT;
    return is_name(name, "content-type") || is_name(name, "traceparent");
}

static int hex_digit(uint8_t byte)
{
    if (byte >= '0' && byte <= '9')
        return byte - '0';
    byte |= 0x20;
    return byte >= 'a' && byte <= 'f' ? byte - 'a' + 10 : -1;
}

// The HTTP binding: a value may be a quoted string, and is percent-encoded.
static struct bytes http_value(struct pool *pool, struct bytes value)
{
    bool is_quoted = value.len >= 2 && value.data[0] == '"' && value.data[value.len - 1] == '"';
    if (is_quoted)
        value = bytes_of(value.data + 1, value.len - 2);
    if (value.len == 0 || (memchr(value.data, '%', value.len) == NULL && !is_quoted))
        return value;
    uint8_t *plain = pool_alloc(pool, value.len);
    size_t len = 0;
    for (size_t i = 0; i < value.len; i++) {
        uint8_t byte = value.data[i];
        if (is_quoted && byte == '\\' && i + 1 < value.len) {
            byte = value.data[++i];
        } else if (byte == '%' && i + 2 < value.len) {
            int high = hex_digit(value.data[i + 1]);
            int low = hex_digit(value.data[i + 2]);
            if (high >= 0 && low >= 0) {
                byte = (uint8_t)(high << 4 | low);
                i += 2;
            }
        }
        plain[len++] = byte;
    }
    return bytes_of(plain, len);
}

// Epoch milliseconds; false when the text is no whole number of at most 18 digits.
static bool whole_number(struct bytes text, int64_t *out)
{
    bool is_negative = text.len > 0 && text.data[0] == '-';
    size_t i = is_negative ? 1 : 0;
    if (text.len == i || text.len - i > 18)
        return false;
    int64_t number = 0;
    for (; i < text.len; i++) {
        if (text.data[i] < '0' || text.data[i] > '9')
            return false;
        number = number * 10 + (text.data[i] - '0');
    }
    *out = is_negative ? -number : number;
    return true;
}

// Makes the nodes that decode_attributes reads, as if the attribute had stood in JSON.
static enum reject_code keep_attribute(
    struct decode_call *call, enum attribute attribute, struct bytes value, struct header_view *out)
{
    if (!text_is_utf8(value))
        return decode_reject(call->reject, REJECT_INVALID_UTF8, "a ce_ header is not valid UTF-8");
    if (attribute == ATTRIBUTE_CONTACT && value.len > 0 && value.data[0] == '{')
        return decode_json(call, value, &out->attributes.at[attribute]);
    value = pool_copy(&call->decoder->pool, value);
    yyjson_val *node = &out->nodes[attribute];
    node->tag = (uint64_t)value.len << YYJSON_TAG_BIT | YYJSON_TYPE_STR;
    node->uni.str = (const char *)value.data;
    int64_t time_ms;
    if (attribute == ATTRIBUTE_TIME && whole_number(value, &time_ms)) {
        node->tag = YYJSON_TYPE_NUM | (time_ms < 0 ? YYJSON_SUBTYPE_SINT : YYJSON_SUBTYPE_UINT);
        node->uni.i64 = time_ms;
    }
    out->attributes.at[attribute] = node;
    return REJECT_NONE;
}

static enum reject_code read_attribute(
    struct decode_call *call, const struct header *header, struct header_view *out)
{
    enum attribute attribute = header_attribute(header->name);
    if (attribute == ATTRIBUTE_COUNT || header->value.data == NULL)
        return REJECT_NONE;
    if (out->attributes.at[attribute] != NULL)
        return decode_reject(
            call->reject, REJECT_DUPLICATE_ATTRIBUTE, "a ce_ header is there twice");
    struct bytes value = header->value;
    if (header->name.data[2] == '-')
        value = http_value(&call->decoder->pool, value);
    return keep_attribute(call, attribute, value, out);
}

static bool contains(struct bytes text, const char *lower)
{
    size_t len = strlen(lower);
    for (size_t i = 0; i + len <= text.len; i++) {
        if (is_name(bytes_of(text.data + i, len), lower))
            return true;
    }
    return false;
}

static void read_content_type(struct bytes value, struct header_view *out)
{
    if (contains(value, "msgpack"))
        out->content = CONTENT_MSGPACK;
    else if (contains(value, "json"))
        out->content = CONTENT_JSON;
    if (contains(value, "application/cloudevents"))
        out->form = FORM_STRUCTURED;
}

// A malformed one is dropped, as W3C asks.
static struct bytes trace_value(struct pool *pool, struct bytes value)
{
    if (value.len > TRACEPARENT_BYTES_MAX || !text_is_utf8(value))
        return (struct bytes){0};
    return pool_copy(pool, value);
}

// Number and size of the headers that are read.
static enum reject_code check_size(struct decode_call *call, const struct raw_event *raw)
{
    uint64_t size_max = call->decoder->limits.message_bytes_max;
    uint64_t total = raw->value.len;
    size_t count = 0;
    for (size_t i = 0; i < raw->header_count; i++) {
        if (!header_matters(raw->headers[i].name))
            continue;
        count++;
        total += raw->headers[i].name.len + raw->headers[i].value.len;
    }
    if (count > HEADERS_READ_MAX)
        return decode_reject(
            call->reject, REJECT_DUPLICATE_ATTRIBUTE, "more than %d headers that are read",
            HEADERS_READ_MAX);
    if (total > size_max)
        return decode_reject(
            call->reject, REJECT_TOO_LARGE, "above %llu bytes with its headers",
            (unsigned long long)size_max);
    return REJECT_NONE;
}

enum reject_code decode_headers(
    struct decode_call *call, const struct raw_event *raw, struct header_view *out)
{
    if (call->mode != DECODE_REPLAY) {
        enum reject_code code = check_size(call, raw);
        if (code != REJECT_NONE)
            return code;
    }
    for (size_t i = 0; i < raw->header_count; i++) {
        const struct header *header = &raw->headers[i];
        if (has_prefix(header->name)) {
            enum reject_code code = read_attribute(call, header, out);
            if (code != REJECT_NONE)
                return code;
        } else if (is_name(header->name, "content-type")) {
            read_content_type(header->value, out);
        } else if (is_name(header->name, "traceparent")) {
            out->traceparent = trace_value(&call->decoder->pool, header->value);
        }
    }
    bool has_attributes = out->attributes.at[ATTRIBUTE_TYPE] != NULL ||
                          out->attributes.at[ATTRIBUTE_SPECVERSION] != NULL;
    if (out->form == FORM_PLAIN && has_attributes)
        out->form = FORM_BINARY;
    return REJECT_NONE;
}

// Packed: the number of headers as a varint, then name and value of each, sized.
// A null value says nothing, and packed it would say "empty".
static bool is_packed(const struct header *header)
{
    return header->value.data != NULL && header_matters(header->name);
}

void raw_event_pack_headers(const struct raw_event *raw, struct buffer *to)
{
    size_t count = 0;
    for (size_t i = 0; i < raw->header_count; i++)
        count += is_packed(&raw->headers[i]) ? 1 : 0;
    if (count == 0)
        return;
    count = count < HEADERS_READ_MAX ? count : HEADERS_READ_MAX;
    buffer_add_varint(to, count);
    for (size_t i = 0; count > 0; i++) {
        if (!is_packed(&raw->headers[i]))
            continue;
        count--;
        buffer_add_sized(to, raw->headers[i].name);
        buffer_add_sized(to, raw->headers[i].value);
    }
}

bool raw_event_unpack_headers(struct bytes packed, struct arena *arena, struct raw_event *raw)
{
    if (packed.len == 0) {
        raw->headers = NULL;
        raw->header_count = 0;
        return true;
    }
    struct cursor cursor = cursor_of(packed);
    uint64_t count = cursor_varint(&cursor);
    if (cursor.has_failed || count == 0 || count > HEADERS_READ_MAX)
        return false;
    struct header *headers = arena_alloc(arena, (size_t)count * sizeof(*headers));
    for (size_t i = 0; i < count; i++) {
        headers[i].name = cursor_sized(&cursor);
        headers[i].value = cursor_sized(&cursor);
    }
    if (cursor.has_failed || cursor_left(&cursor) != 0)
        return false;
    raw->headers = headers;
    raw->header_count = (size_t)count;
    return true;
}
