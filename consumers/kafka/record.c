// Builds headers and hands records to librdkafka.
#include "consumers/kafka/record.h"

#include <string.h>

#include "engine/base/buffer.h"
#include "engine/base/hash.h"
#include "engine/base/invariant.h"

enum { CE_HEADER_COUNT = 7, ATTRIBUTES_MAX = 12 };

rd_kafka_resp_err_t record_produce(rd_kafka_t *producer, const struct kafka_record *record)
{
    // librdkafka does not write through these; its API predates const.
    union {
        const uint8_t *from;
        void *to;
    } key = {.from = record->key.data}, value = {.from = record->value.data};
    rd_kafka_vu_t values[6] = {
        {.vtype = RD_KAFKA_VTYPE_TOPIC, .u.cstr = record->topic},
        {.vtype = RD_KAFKA_VTYPE_VALUE, .u.mem = {value.to, record->value.len}},
        {.vtype = RD_KAFKA_VTYPE_MSGFLAGS, .u.i = RD_KAFKA_MSG_F_COPY},
        {.vtype = RD_KAFKA_VTYPE_OPAQUE, .u.ptr = record->opaque},
    };
    size_t count = 4;
    if (record->key.len > 0)
        values[count++] =
            (rd_kafka_vu_t){.vtype = RD_KAFKA_VTYPE_KEY, .u.mem = {key.to, record->key.len}};
    if (record->headers != NULL)
        values[count++] =
            (rd_kafka_vu_t){.vtype = RD_KAFKA_VTYPE_HEADERS, .u.headers = record->headers};
    rd_kafka_error_t *error = rd_kafka_produceva(producer, values, count);
    if (error == NULL)
        return RD_KAFKA_RESP_ERR_NO_ERROR;
    rd_kafka_resp_err_t code = rd_kafka_error_code(error);
    rd_kafka_error_destroy(error);
    return code;
}

static void header_add(rd_kafka_headers_t *headers, const char *name, struct bytes value)
{
    // Fails only for a list that librdkafka has marked read only, which a new one is not.
    rd_kafka_resp_err_t code =
        rd_kafka_header_add(headers, name, -1, value.data, (ssize_t)value.len);
    INVARIANT(code == RD_KAFKA_RESP_ERR_NO_ERROR);
}

// Reads a JSON string as it is written, escapes and all; false when something else stands there.
static bool raw_text(struct cursor *cursor, struct bytes *out)
{
    if (cursor_u8(cursor) != '"')
        return false;
    const uint8_t *start = cursor->at;
    for (const uint8_t *at = start; at < cursor->end; at++) {
        if (*at == '\\') {
            at++;
        } else if (*at == '"') {
            *out = bytes_of(start, (size_t)(at - start));
            cursor->at = at + 1;
            return true;
        }
    }
    return false;
}

// The leading text attributes that have headers. What engine/fold writes has no spaces between
// them, and escapes only in the subject, whose header comes from the key.
static void attributes_add(rd_kafka_headers_t *headers, struct bytes json)
{
    static const struct {
        const char *attribute;
        const char *header;
    } wanted[] = {
        {"specversion", "ce_specversion"},
        {"source", "ce_source"},
        {"type", "ce_type"},
        {"time", "ce_time"},
    };
    struct cursor cursor = cursor_of(json);
    if (cursor_u8(&cursor) != '{')
        return;
    for (unsigned i = 0; i < ATTRIBUTES_MAX; i++) {
        struct bytes name;
        struct bytes value;
        if (!raw_text(&cursor, &name) || cursor_u8(&cursor) != ':' || !raw_text(&cursor, &value))
            return;
        for (size_t j = 0; j < sizeof(wanted) / sizeof(wanted[0]); j++) {
            if (bytes_equal_text(name, wanted[j].attribute))
                header_add(headers, wanted[j].header, value);
        }
        if (cursor_u8(&cursor) != ',')
            return;
    }
}

rd_kafka_headers_t *record_action_headers(const struct outgoing *item)
{
    rd_kafka_headers_t *headers = rd_kafka_headers_new(CE_HEADER_COUNT);
    char id[HASH128_HEX_CHARS];
    hash128_hex(item->id, id);
    header_add(
        headers, "content-type", BYTES_LITERAL("application/cloudevents+json; charset=utf-8"));
    header_add(headers, "ce_id", bytes_of(id, sizeof(id)));
    if (item->key.len > 0)
        header_add(headers, "ce_subject", item->key);
    attributes_add(headers, item->value);
    return headers;
}

rd_kafka_headers_t *record_headers(const struct header *from, size_t count)
{
    if (count == 0)
        return NULL;
    rd_kafka_headers_t *headers = rd_kafka_headers_new(count);
    for (size_t i = 0; i < count; i++) {
        rd_kafka_resp_err_t code = rd_kafka_header_add(
            headers, (const char *)from[i].name.data, (ssize_t)from[i].name.len, from[i].value.data,
            (ssize_t)from[i].value.len);
        INVARIANT(code == RD_KAFKA_RESP_ERR_NO_ERROR);
    }
    return headers;
}
