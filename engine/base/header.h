// A header as it came with a message from Kafka or HTTP.
#ifndef ENGINE_BASE_HEADER_H
#define ENGINE_BASE_HEADER_H

#include "engine/base/bytes.h"

// Borrowed. Names are compared without case. A value without data is null, as Kafka has it: not there; one of
// length 0 with data is empty.
struct header {
    struct bytes name;
    struct bytes value;
};

#endif
