// Inside of the decoder: what its parts share; engine/event only.
#ifndef ENGINE_EVENT_DECODER_H
#define ENGINE_EVENT_DECODER_H

#include <msgpack.h>

#include "engine/event/decode.h"
#include "engine/event/node.h"
#include "engine/event/pool.h"

enum { ATTRIBUTE_BYTES_MAX = 1024, TRACEPARENT_BYTES_MAX = 256, DAY_TEXT_BYTES = 10 };
enum { ZONE_CHUNK_BYTES = 64 * 1024 };

struct decoder {
    struct decode_limits limits;
    const struct catalog *catalog;
    enum unknown_events unknown;
    size_t contact_id_kind; // IDENTIFIER_KINDS_MAX where the catalogue has no such kind
    size_t email_kind;
    uint8_t day_text[DAY_TEXT_BYTES]; // the day that the last time was on, for most are on the same
    int64_t day_ms;
    struct pool pool;   // what events point into
    struct buffer json; // a msgpack message as JSON, until it is parsed
    msgpack_zone zone;  // a msgpack message as objects, until it is JSON
};

// One message on its way through the parts.
struct decode_call {
    struct decoder *decoder;
    enum decode_mode mode;
    struct event *event;
    struct reject *reject;
};

enum attribute {
    ATTRIBUTE_SPECVERSION,
    ATTRIBUTE_ID,
    ATTRIBUTE_SOURCE,
    ATTRIBUTE_TYPE,
    ATTRIBUTE_SUBJECT,
    ATTRIBUTE_TIME,
    ATTRIBUTE_DATA,
    ATTRIBUTE_DATA_BASE64,
    ATTRIBUTE_CONTACT,
    ATTRIBUTE_TRACEPARENT,
    ATTRIBUTE_COUNT, // also: not one of ours
};

// NULL where an attribute is absent or null.
struct attributes {
    const yyjson_val *at[ATTRIBUTE_COUNT];
};

enum content { CONTENT_UNSAID, CONTENT_JSON, CONTENT_MSGPACK };

// What the headers of a message say.
struct header_view {
    enum content content;
    enum { FORM_PLAIN, FORM_STRUCTURED, FORM_BINARY } form;
    struct bytes traceparent;
    struct attributes attributes; // FORM_BINARY; all but contact point into nodes
    yyjson_val nodes[ATTRIBUTE_COUNT];
};

// reject.c: fills the reject and returns the code.
enum reject_code decode_reject(
    struct reject *reject, enum reject_code code, const char *format, ...) PRINTF_LIKE(3, 4);

// decode_attributes.c
enum attribute attribute_find(struct bytes name);
enum reject_code decode_members(
    struct decode_call *call, const yyjson_val *root, struct attributes *out);
// The decimal text of a whole number; false for anything else.
bool decode_number_text(struct pool *pool, const yyjson_val *node, struct bytes *out);
enum reject_code decode_attributes(struct decode_call *call, const struct attributes *attributes);

// Text as it is; a whole number as its decimal text, for many systems number their events and
// customers. False for anything else.
static inline bool decode_text(struct pool *pool, const yyjson_val *node, struct bytes *out)
{
    if (!node_is_text(node))
        return decode_number_text(pool, node, out);
    *out = node_text(node);
    return true;
}

// decode_time.c: the event's time; node may be NULL.
enum reject_code decode_time(struct decode_call *call, const yyjson_val *node);

// decode_contact.c: fills the event's identifiers.
enum reject_code decode_contact(
    struct decode_call *call, const yyjson_val *subject, const yyjson_val *contact);

// decode_json.c: parses JSON into the decoder's pool and checks it against the limits.
enum reject_code decode_json(
    struct decode_call *call, struct bytes json, const yyjson_val **root_out);
// The same for the JSON in the decoder's buffer, which decode_msgpack wrote and bounded.
enum reject_code decode_json_written(struct decode_call *call, const yyjson_val **root_out);

// decode_scan.c: depth and number of values of JSON text that is not parsed yet.
enum reject_code decode_scan(struct decode_call *call, struct bytes json);

// decode_limits.c: depth, keys, values, string lengths of a parsed message.
enum reject_code decode_check_limits(
    struct decode_call *call, const yyjson_val *root, size_t node_count, size_t message_bytes);

uint32_t decode_depth_max(const struct decode_call *call);
enum reject_code decode_reject_depth(struct decode_call *call);
enum reject_code decode_reject_values(struct decode_call *call);

// decode_schema.c: data (a map, or NULL when absent) against what its type declares.
enum reject_code decode_check_data(
    struct decode_call *call, const struct event_type_def *type, const yyjson_val *data);

// decode_msgpack.c: msgpack to JSON in the decoder's buffer.
enum reject_code decode_msgpack(struct decode_call *call, struct bytes packed);

// decode_headers.c
enum reject_code decode_headers(
    struct decode_call *call, const struct raw_event *raw, struct header_view *out);
// True for the headers that decode_headers reads.
bool header_matters(struct bytes name);

#endif
