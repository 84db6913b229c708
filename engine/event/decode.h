// Turns received bytes into an event, or says why not.
#ifndef ENGINE_EVENT_DECODE_H
#define ENGINE_EVENT_DECODE_H

#include "engine/base/arena.h"
#include "engine/base/buffer.h"
#include "engine/base/header.h"
#include "engine/event/event.h"

// Stable: dead letters, HTTP answers and metrics carry the names. Never renumber (they are in journals).
#define REJECT_TABLE(X)                                      \
    X(REJECT_NONE, 0, "none")                                \
    X(REJECT_TOO_LARGE, 1, "too_large")                      \
    X(REJECT_NOT_JSON, 2, "not_json")                        \
    X(REJECT_NOT_MSGPACK, 3, "not_msgpack")                  \
    X(REJECT_NOT_OBJECT, 4, "not_object")                    \
    X(REJECT_INVALID_UTF8, 5, "invalid_utf8")                \
    X(REJECT_TOO_DEEP, 6, "too_deep")                        \
    X(REJECT_TOO_MANY_KEYS, 7, "too_many_keys")              \
    X(REJECT_STRING_TOO_LONG, 8, "string_too_long")          \
    X(REJECT_NUMBER_RANGE, 9, "number_out_of_range")         \
    X(REJECT_NO_TYPE, 10, "no_type")                         \
    X(REJECT_NO_CONTACT, 11, "no_contact")                   \
    X(REJECT_BAD_CONTACT, 12, "bad_contact")                 \
    X(REJECT_BAD_TIME, 13, "bad_time")                       \
    X(REJECT_BAD_ATTRIBUTE, 14, "bad_attribute")             \
    X(REJECT_DUPLICATE_ATTRIBUTE, 15, "duplicate_attribute") \
    X(REJECT_UNKNOWN_TYPE, 16, "unknown_type")               \
    X(REJECT_BAD_DATA, 17, "bad_data")                       \
    X(REJECT_UNSUPPORTED, 18, "unsupported")                 \
    X(REJECT_CRASHED, 19, "crashed")                         \
    X(REJECT_TOO_MANY_VALUES, 20, "too_many_values")

enum reject_code {
#define X(name, number, text) name = number,
    REJECT_TABLE(X)
#undef X
};
const char *reject_name(enum reject_code code);

enum { REJECT_REASON_BYTES = 160 };
// reason says what was expected and where ("data.amount: expected a number"), never the value found.
struct reject {
    enum reject_code code;
    char reason[REJECT_REASON_BYTES];
};

// Headers of a message that are read; there are ten names, so a message with more repeats itself.
enum { HEADERS_READ_MAX = 1000 };

enum decode_mode {
    DECODE_CHECK,  // all limits, the declared schema, the policy for unknown types
    DECODE_ROUTE,  // all limits but not the catalogue: whose it is, of what is not taken yet
    DECODE_REPLAY, // from the journal: it was accepted once, so only the form matters
};

struct decode_limits {
    uint64_t message_bytes_max;    // 1 MiB; also of the JSON that a msgpack message stands for
    uint32_t depth_max;            // 32
    uint32_t keys_max;             // 1,000 over the whole message
    uint32_t string_bytes_max;     // 64 KiB
    uint32_t identifier_bytes_max; // 256
    uint32_t values_max;           // 50,000 over the whole message, keys among them
};

// As received. Borrowed.
struct raw_event {
    struct bytes value;
    const struct header *headers;
    size_t header_count;
    uint64_t value_bytes; // true length; more than value.len when it was cut
};

struct decoder; // one thread at a time

// limits are copied; the catalogue is borrowed and must outlive the decoder or be replaced.
struct decoder *decoder_create(const struct decode_limits *limits, const struct catalog *catalog);
void decoder_destroy(struct decoder *decoder);
void decoder_set_catalog(struct decoder *decoder, const struct catalog *catalog);
enum unknown_events { UNKNOWN_EVENTS_ACCEPT, UNKNOWN_EVENTS_REJECT };
void decoder_set_unknown(struct decoder *decoder, enum unknown_events policy);

// REJECT_NONE and *event_out, or the code with *reject_out; the other one is then unspecified.
// Everything in the event is a copy and valid until decoder_reset; raw may go away before. No malloc
// in the steady state. DECODE_REPLAY still refuses what has no form, and depth above VALUE_DEPTH_MAX.
enum reject_code decoder_decode(
    struct decoder *decoder,
    enum decode_mode mode,
    const struct raw_event *raw,
    struct event *event_out,
    struct reject *reject_out);
void decoder_reset(struct decoder *decoder);

// The headers that matter for decoding (ce_*, content-type, traceparent), packed for the journal.
// Appends nothing when there are none, and no more than the first HEADERS_READ_MAX.
void raw_event_pack_headers(const struct raw_event *raw, struct buffer *to);
// Views into packed; the header array comes from the arena. False when malformed.
bool raw_event_unpack_headers(struct bytes packed, struct arena *arena, struct raw_event *raw);

#endif
