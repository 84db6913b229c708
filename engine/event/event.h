// An event as the fold sees it: decoded, checked, pointing into the bytes it came from.
#ifndef ENGINE_EVENT_EVENT_H
#define ENGINE_EVENT_EVENT_H

#include <stdbool.h>
#include <stdint.h>

#include "engine/base/bytes.h"
#include "engine/event/catalog.h"
#include "engine/event/value.h"

// The position of an event in a journal: sequence << 16 | index in the frame.
struct event_ref {
    uint64_t packed;
};
enum { EVENT_REF_INDEX_BITS = 16, FRAME_INPUTS_MAX = 65535 };

static inline struct event_ref event_ref_of(uint64_t sequence, uint32_t index)
{
    return (struct event_ref){sequence << EVENT_REF_INDEX_BITS | index};
}
static inline uint64_t event_ref_sequence(struct event_ref ref)
{
    return ref.packed >> EVENT_REF_INDEX_BITS;
}
static inline uint32_t event_ref_index(struct event_ref ref)
{
    return (uint32_t)(ref.packed & FRAME_INPUTS_MAX);
}

struct identifier {
    uint8_t kind; // index into the catalogue's identifier kinds; 0 is the strongest
    struct bytes value;
};

enum { EVENT_IDENTIFIERS_MAX = 16 };
#define EVENT_TIME_NONE INT64_MIN

// Views are valid until the decoder is reset.
struct event {
    struct bytes id;     // may be empty: then the event cannot be recognised as a duplicate
    struct bytes source; // may be empty
    event_type type;     // EVENT_TYPE_UNKNOWN when the catalogue has none of that name
    struct bytes type_name;
    int64_t time_ms;                                      // EVENT_TIME_NONE when the event has none
    struct identifier identifiers[EVENT_IDENTIFIERS_MAX]; // strongest first, at least one
    uint32_t identifier_count;
    struct value data; // VALUE_MAP or VALUE_ABSENT (or what was sent, where the type is unknown)
    struct bytes traceparent;
};

#endif
