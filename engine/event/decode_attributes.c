// The attributes of an event: who finds them in an object, and what each must be.
#include <stdio.h>

#include "engine/event/decoder.h"

enum { INTEGER_TEXT_BYTES = 24 };

static const struct bytes attribute_names[ATTRIBUTE_COUNT] = {
    [ATTRIBUTE_SPECVERSION] = {(const uint8_t *)"specversion", 11},
    [ATTRIBUTE_ID] = {(const uint8_t *)"id", 2},
    [ATTRIBUTE_SOURCE] = {(const uint8_t *)"source", 6},
    [ATTRIBUTE_TYPE] = {(const uint8_t *)"type", 4},
    [ATTRIBUTE_SUBJECT] = {(const uint8_t *)"subject", 7},
    [ATTRIBUTE_TIME] = {(const uint8_t *)"time", 4},
    [ATTRIBUTE_DATA] = {(const uint8_t *)"data", 4},
    [ATTRIBUTE_DATA_BASE64] = {(const uint8_t *)"data_base64", 11},
    [ATTRIBUTE_CONTACT] = {(const uint8_t *)"contact", 7},
    [ATTRIBUTE_TRACEPARENT] = {(const uint8_t *)"traceparent", 11},
};

#define WORD(a, b, c, d, e, f, g, h)                                                  \
    ((uint64_t)(a) | (uint64_t)(b) << 8 | (uint64_t)(c) << 16 | (uint64_t)(d) << 24 | \
     (uint64_t)(e) << 32 | (uint64_t)(f) << 40 | (uint64_t)(g) << 48 | (uint64_t)(h) << 56)

enum attribute attribute_find(struct bytes name)
{
    enum attribute found = ATTRIBUTE_COUNT;
    switch (name_word(name)) {
    case WORD('i', 'd', 0, 0, 0, 0, 0, 0): found = ATTRIBUTE_ID; break;
    case WORD('d', 'a', 't', 'a', 0, 0, 0, 0): found = ATTRIBUTE_DATA; break;
    case WORD('t', 'y', 'p', 'e', 0, 0, 0, 0): found = ATTRIBUTE_TYPE; break;
    case WORD('t', 'i', 'm', 'e', 0, 0, 0, 0): found = ATTRIBUTE_TIME; break;
    case WORD('s', 'o', 'u', 'r', 'c', 'e', 0, 0): found = ATTRIBUTE_SOURCE; break;
    case WORD('s', 'u', 'b', 'j', 'e', 'c', 't', 0): found = ATTRIBUTE_SUBJECT; break;
    case WORD('c', 'o', 'n', 't', 'a', 'c', 't', 0): found = ATTRIBUTE_CONTACT; break;
    case WORD('s', 'p', 'e', 'c', 'v', 'e', 'r', 's'): found = ATTRIBUTE_SPECVERSION; break;
    case WORD('t', 'r', 'a', 'c', 'e', 'p', 'a', 'r'): found = ATTRIBUTE_TRACEPARENT; break;
    case WORD('d', 'a', 't', 'a', '_', 'b', 'a', 's'): found = ATTRIBUTE_DATA_BASE64; break;
    default: return ATTRIBUTE_COUNT; // a word, not an enum of ours
    }
    if (attribute_names[found].len == name.len &&
        (name.len <= 8 || name_equal(name, attribute_names[found])))
        return found;
    return ATTRIBUTE_COUNT;
}

enum reject_code decode_members(
    struct decode_call *call, const yyjson_val *root, struct attributes *out)
{
    if (!node_is_map(root))
        return decode_reject(
            call->reject, REJECT_NOT_OBJECT, "expected an object that holds one event");
    *out = (struct attributes){0};
    uint32_t seen = 0;
    const yyjson_val *key = root + 1;
    for (size_t left = node_len(root); left > 0; left--) {
        const yyjson_val *node = key + 1;
        enum attribute attribute = attribute_find(node_text(key));
        key = node_next(node);
        if (attribute == ATTRIBUTE_COUNT)
            continue;
        if ((seen & 1U << attribute) != 0)
            return decode_reject(
                call->reject, REJECT_DUPLICATE_ATTRIBUTE, "%.*s is there twice",
                (int)attribute_names[attribute].len, (const char *)attribute_names[attribute].data);
        seen |= 1U << attribute;
        if (!node_is_null(node))
            out->at[attribute] = node;
    }
    return REJECT_NONE;
}

bool decode_number_text(struct pool *pool, const yyjson_val *node, struct bytes *out)
{
    if (node_type(node) != YYJSON_TYPE_NUM || node_subtype(node) == YYJSON_SUBTYPE_REAL)
        return false;
    char *text = pool_alloc(pool, INTEGER_TEXT_BYTES);
    int len = node_subtype(node) == YYJSON_SUBTYPE_UINT
                  ? snprintf(text, INTEGER_TEXT_BYTES, "%llu", (unsigned long long)node->uni.u64)
                  : snprintf(text, INTEGER_TEXT_BYTES, "%lld", (long long)node->uni.i64);
    *out = bytes_of(text, (size_t)len);
    return true;
}

static enum reject_code decode_names(struct decode_call *call, const struct attributes *attributes)
{
    const yyjson_val *version = attributes->at[ATTRIBUTE_SPECVERSION];
    if (version != NULL &&
        !(node_is_text(version) && name_equal(node_text(version), BYTES_LITERAL("1.0"))))
        return decode_reject(call->reject, REJECT_BAD_ATTRIBUTE, "specversion: expected \"1.0\"");

    struct event *event = call->event;
    struct pool *pool = &call->decoder->pool;
    event->id = (struct bytes){0};
    const yyjson_val *id = attributes->at[ATTRIBUTE_ID];
    if (id != NULL && !(decode_text(pool, id, &event->id) && event->id.len <= ATTRIBUTE_BYTES_MAX))
        return decode_reject(
            call->reject, REJECT_BAD_ATTRIBUTE,
            "id: expected text of at most %d bytes or a whole number", ATTRIBUTE_BYTES_MAX);
    event->source = (struct bytes){0};
    const yyjson_val *source = attributes->at[ATTRIBUTE_SOURCE];
    if (source != NULL && !(node_is_text(source) && node_len(source) <= ATTRIBUTE_BYTES_MAX))
        return decode_reject(
            call->reject, REJECT_BAD_ATTRIBUTE, "source: expected text of at most %d bytes",
            ATTRIBUTE_BYTES_MAX);
    if (source != NULL)
        event->source = node_text(source);
    event->traceparent = (struct bytes){0};
    const yyjson_val *trace = attributes->at[ATTRIBUTE_TRACEPARENT];
    if (trace != NULL && node_is_text(trace) && node_len(trace) <= TRACEPARENT_BYTES_MAX)
        event->traceparent = node_text(trace); // a malformed one is dropped, as W3C asks
    return REJECT_NONE;
}

static enum reject_code decode_type(struct decode_call *call, const yyjson_val *node)
{
    if (node == NULL)
        return decode_reject(call->reject, REJECT_NO_TYPE, "expected type");
    if (!node_is_text(node) || node_len(node) > ATTRIBUTE_BYTES_MAX)
        return decode_reject(
            call->reject, REJECT_BAD_ATTRIBUTE, "type: expected text of at most %d bytes",
            ATTRIBUTE_BYTES_MAX);
    if (node_len(node) == 0)
        return decode_reject(call->reject, REJECT_NO_TYPE, "type is empty");
    struct event *event = call->event;
    event->type_name = node_text(node);
    event->type = catalog_find(call->decoder->catalog, event->type_name);
    if (event->type == EVENT_TYPE_UNKNOWN && call->mode == DECODE_CHECK &&
        call->decoder->unknown == UNKNOWN_EVENTS_REJECT)
        return decode_reject(
            call->reject, REJECT_UNKNOWN_TYPE, "type: the catalogue has no event of this name");
    return REJECT_NONE;
}

static enum reject_code decode_data(struct decode_call *call, const yyjson_val *data)
{
    call->event->data = data == NULL ? (struct value){.kind = VALUE_ABSENT} : node_value(data);
    if (call->event->type == EVENT_TYPE_UNKNOWN || call->mode != DECODE_CHECK)
        return REJECT_NONE;
    if (data != NULL && !node_is_map(data))
        return decode_reject(call->reject, REJECT_BAD_DATA, "data: expected an object");
    const struct event_type_def *type = catalog_type(call->decoder->catalog, call->event->type);
    return decode_check_data(call, type, data);
}

enum reject_code decode_attributes(struct decode_call *call, const struct attributes *attributes)
{
    enum reject_code code = decode_type(call, attributes->at[ATTRIBUTE_TYPE]);
    if (code == REJECT_NONE)
        code = decode_names(call, attributes);
    if (code == REJECT_NONE)
        code = decode_time(call, attributes->at[ATTRIBUTE_TIME]);
    if (code == REJECT_NONE)
        code = decode_contact(
            call, attributes->at[ATTRIBUTE_SUBJECT], attributes->at[ATTRIBUTE_CONTACT]);
    if (code != REJECT_NONE)
        return code;
    if (attributes->at[ATTRIBUTE_DATA_BASE64] != NULL)
        return decode_reject(
            call->reject, REJECT_UNSUPPORTED, "data_base64: expected data as JSON");
    return decode_data(call, attributes->at[ATTRIBUTE_DATA]);
}
