// One message to one event: which form it has, and which parts read it.
#include <stdlib.h>

#include "engine/base/invariant.h"
#include "engine/base/memory.h"
#include "engine/event/decoder.h"

struct decoder *decoder_create(const struct decode_limits *limits, const struct catalog *catalog)
{
    INVARIANT(limits->depth_max >= 1 && limits->depth_max <= VALUE_DEPTH_MAX);
    struct decoder *decoder = mem_zero(1, sizeof(*decoder));
    decoder->limits = *limits;
    if (!msgpack_zone_init(&decoder->zone, ZONE_CHUNK_BYTES))
        mem_exhausted();
    decoder_set_catalog(decoder, catalog);
    return decoder;
}

void decoder_destroy(struct decoder *decoder)
{
    if (decoder == NULL)
        return;
    msgpack_zone_destroy(&decoder->zone);
    buffer_free(&decoder->json);
    pool_free(&decoder->pool);
    free(decoder);
}

void decoder_set_catalog(struct decoder *decoder, const struct catalog *catalog)
{
    decoder->catalog = catalog;
    decoder->contact_id_kind = catalog_identifier_find(catalog, BYTES_LITERAL("contact_id"));
    decoder->email_kind = catalog_identifier_find(catalog, BYTES_LITERAL("email"));
}

void decoder_set_unknown(struct decoder *decoder, enum unknown_events policy)
{
    decoder->unknown = policy;
}

void decoder_reset(struct decoder *decoder)
{
    pool_reset(&decoder->pool);
}

// Without a content type: a msgpack map cannot be the beginning of JSON text.
static bool is_msgpack(enum content content, struct bytes value)
{
    if (content != CONTENT_UNSAID)
        return content == CONTENT_MSGPACK;
    if (value.len == 0)
        return false;
    uint8_t first = value.data[0];
    return (first >= 0x80 && first <= 0x8f) || first == 0xde || first == 0xdf;
}

static enum reject_code parse(
    struct decode_call *call, enum content content, struct bytes value, const yyjson_val **root_out)
{
    if (!is_msgpack(content, value))
        return decode_json(call, value, root_out);
    enum reject_code code = decode_msgpack(call, value);
    if (code != REJECT_NONE)
        return code;
    return decode_json_written(call, root_out);
}

static enum reject_code decode_binary(
    struct decode_call *call, const struct raw_event *raw, struct header_view *view)
{
    if (raw->value.len > 0) {
        const yyjson_val *data;
        enum reject_code code = parse(call, view->content, raw->value, &data);
        if (code != REJECT_NONE)
            return code;
        view->attributes.at[ATTRIBUTE_DATA] = node_is_null(data) ? NULL : data;
    }
    return decode_attributes(call, &view->attributes);
}

static enum reject_code decode_object(
    struct decode_call *call, const struct raw_event *raw, const struct header_view *view)
{
    const yyjson_val *root;
    enum reject_code code = parse(call, view->content, raw->value, &root);
    if (code != REJECT_NONE)
        return code;
    struct attributes attributes;
    code = decode_members(call, root, &attributes);
    if (code != REJECT_NONE)
        return code;
    if (view->form == FORM_STRUCTURED && attributes.at[ATTRIBUTE_SPECVERSION] == NULL)
        return decode_reject(call->reject, REJECT_BAD_ATTRIBUTE, "specversion: expected \"1.0\"");
    return decode_attributes(call, &attributes);
}

static enum reject_code decode_message(struct decode_call *call, const struct raw_event *raw)
{
    uint64_t size_max = call->decoder->limits.message_bytes_max;
    if (raw->value_bytes > raw->value.len ||
        (call->mode != DECODE_REPLAY && raw->value.len > size_max))
        return decode_reject(
            call->reject, REJECT_TOO_LARGE, "above %llu bytes", (unsigned long long)size_max);
    struct header_view view;
    view.content = CONTENT_UNSAID;
    view.form = FORM_PLAIN;
    if (raw->header_count == 0)
        return decode_object(call, raw, &view);

    view.traceparent = (struct bytes){0};
    view.attributes = (struct attributes){0};
    enum reject_code code = decode_headers(call, raw, &view);
    if (code != REJECT_NONE)
        return code;
    code = view.form == FORM_BINARY ? decode_binary(call, raw, &view)
                                    : decode_object(call, raw, &view);
    if (code == REJECT_NONE && call->event->traceparent.len == 0)
        call->event->traceparent = view.traceparent;
    return code;
}

enum reject_code decoder_decode(
    struct decoder *decoder,
    enum decode_mode mode,
    const struct raw_event *raw,
    struct event *event_out,
    struct reject *reject_out)
{
    struct decode_call call = {
        .decoder = decoder, .mode = mode, .event = event_out, .reject = reject_out};
    struct pool_mark before = pool_mark(&decoder->pool);
    enum reject_code code = decode_message(&call, raw);
    if (code != REJECT_NONE)
        pool_rewind(&decoder->pool, before);
    return code;
}
