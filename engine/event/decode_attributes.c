// The attributes of an event: who finds them in an object, and what each must be.
#include <stdio.h>

#include "engine/base/time.h"
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

// The only attribute that a name of this length and first letter can be.
static enum attribute attribute_guess(struct bytes name)
{
    if (name.len == 0)
        return ATTRIBUTE_COUNT;
    uint8_t first = name.data[0];
    switch (name.len) {
    case 2: return ATTRIBUTE_ID;
    case 4:
        if (first == 'd')
            return ATTRIBUTE_DATA;
        return name.data[1] == 'y' ? ATTRIBUTE_TYPE : ATTRIBUTE_TIME;
    case 6: return ATTRIBUTE_SOURCE;
    case 7: return first == 's' ? ATTRIBUTE_SUBJECT : ATTRIBUTE_CONTACT;
    case 11:
        if (first == 's')
            return ATTRIBUTE_SPECVERSION;
        return first == 'd' ? ATTRIBUTE_DATA_BASE64 : ATTRIBUTE_TRACEPARENT;
    default: return ATTRIBUTE_COUNT; // a length, not an enum of ours
    }
}

enum attribute attribute_find(struct bytes name)
{
    enum attribute guess = attribute_guess(name);
    if (guess == ATTRIBUTE_COUNT || !bytes_equal(name, attribute_names[guess]))
        return ATTRIBUTE_COUNT;
    return guess;
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

bool decode_text(struct pool *pool, const yyjson_val *node, struct bytes *out)
{
    if (node_is_text(node)) {
        *out = node_text(node);
        return true;
    }
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
        !(node_is_text(version) && bytes_equal(node_text(version), BYTES_LITERAL("1.0"))))
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

// RFC 3339 text, or epoch milliseconds as a whole number, written as one or not (1.7e12).
static bool time_of(const yyjson_val *node, int64_t *out_ms)
{
    if (node_is_text(node))
        return time_parse(node_text(node), out_ms);
    if (node_type(node) != YYJSON_TYPE_NUM)
        return false;
    if (node_subtype(node) != YYJSON_SUBTYPE_REAL) {
        if (node_subtype(node) == YYJSON_SUBTYPE_UINT && node->uni.u64 > (uint64_t)TIME_MS_MAX)
            return false;
        *out_ms = node->uni.i64;
        return *out_ms >= TIME_MS_MIN;
    }
    double real = node->uni.f64;
    if (!(real >= (double)TIME_MS_MIN && real <= (double)TIME_MS_MAX))
        return false;
    *out_ms = (int64_t)real;
    return (double)*out_ms == real;
}

static enum reject_code decode_time(struct decode_call *call, const yyjson_val *node)
{
    call->event->time_ms = EVENT_TIME_NONE;
    if (node == NULL || time_of(node, &call->event->time_ms))
        return REJECT_NONE;
    return decode_reject(
        call->reject, REJECT_BAD_TIME,
        "time: expected an RFC 3339 time or epoch milliseconds, years 0000 to 9999");
}

static enum reject_code decode_data(struct decode_call *call, const yyjson_val *data)
{
    call->event->data = data == NULL ? (struct value){.kind = VALUE_ABSENT} : node_value(data);
    if (call->event->type == EVENT_TYPE_UNKNOWN || call->mode == DECODE_REPLAY)
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
