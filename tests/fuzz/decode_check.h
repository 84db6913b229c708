// What must hold of any message that a fuzzer hands to the decoder.
#ifndef TESTS_FUZZ_DECODE_CHECK_H
#define TESTS_FUZZ_DECODE_CHECK_H

#include "engine/base/invariant.h"
#include "engine/base/text.h"
#include "engine/event/decode.h"

static const struct data_field fuzz_fields[] = {
    {{(const uint8_t *)"url", 3}, DATA_STRING, false},
    {{(const uint8_t *)"campaign_name", 13}, DATA_STRING, true},
    {{(const uint8_t *)"int", 3}, DATA_INT, true},
    {{(const uint8_t *)"double", 6}, DATA_DOUBLE, true},
    {{(const uint8_t *)"bool", 4}, DATA_BOOL, true},
    {{(const uint8_t *)"timestamp", 9}, DATA_TIMESTAMP, true},
    {{(const uint8_t *)"date", 4}, DATA_DATE, true},
    {{(const uint8_t *)"duration", 8}, DATA_DURATION, true},
    {{(const uint8_t *)"list", 4}, DATA_LIST, true},
    {{(const uint8_t *)"map", 3}, DATA_MAP, true},
};

static inline struct catalog *fuzz_catalog_create(void)
{
    struct catalog *catalog = catalog_create();
    const struct event_type_def type = {
        .name = {(const uint8_t *)"t", 1},
        .fields = fuzz_fields,
        .field_count = sizeof(fuzz_fields) / sizeof(fuzz_fields[0])};
    event_type index;
    enum err err = catalog_put_type(catalog, &type, &index);
    INVARIANT(err == ERR_OK);
    return catalog;
}

// A value prints as JSON, and comes out of its packed form as it went in.
static inline void fuzz_check_value(struct value value)
{
    struct buffer json = {0};
    struct buffer packed = {0};
    value_add_json(&json, value);
    INVARIANT(text_is_utf8(buffer_bytes(&json)));
    value_pack(&packed, value);
    struct cursor cursor = cursor_of(buffer_bytes(&packed));
    struct value again = value_unpack(&cursor);
    INVARIANT(!cursor.has_failed && cursor_left(&cursor) == 0);
    INVARIANT(value_equal(value, again));
    INVARIANT(value_hash(value, 1) == value_hash(again, 1));
    buffer_free(&json);
    buffer_free(&packed);
}

// Taken once, it is taken again from the journal and is the same event; refused, there is a reason.
static inline void fuzz_check_message(const struct raw_event *raw)
{
    const struct decode_limits limits = {1 << 20, 32, 1000, 65536, 256, 50000};
    struct catalog *catalog = fuzz_catalog_create();
    struct decoder *decoder = decoder_create(&limits, catalog);
    struct event event;
    struct event again;
    struct reject reject = {0};
    enum reject_code code = decoder_decode(decoder, DECODE_CHECK, raw, &event, &reject);
    if (code == REJECT_NONE) {
        INVARIANT(event.identifier_count > 0 && event.type_name.len > 0);
        INVARIANT(decoder_decode(decoder, DECODE_REPLAY, raw, &again, &reject) == REJECT_NONE);
        INVARIANT(bytes_equal(event.id, again.id) && bytes_equal(event.source, again.source));
        INVARIANT(event.type == again.type && event.time_ms == again.time_ms);
        INVARIANT(event.identifier_count == again.identifier_count);
        for (uint32_t i = 0; i < event.identifier_count; i++)
            INVARIANT(bytes_equal(event.identifiers[i].value, again.identifiers[i].value));
        INVARIANT(value_equal(event.data, again.data));
        fuzz_check_value(event.data);
    } else {
        INVARIANT(code == reject.code && reject.reason[0] != '\0');
        INVARIANT(text_is_utf8(bytes_text(reject.reason)));
        (void)decoder_decode(decoder, DECODE_REPLAY, raw, &again, &reject);
    }
    decoder_destroy(decoder);
    catalog_destroy(catalog);
}

#endif
