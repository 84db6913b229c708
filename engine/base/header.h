// A header as it came with a message from Kafka or HTTP.
#ifndef ENGINE_BASE_HEADER_H
#define ENGINE_BASE_HEADER_H

#include "engine/base/bytes.h"

// Borrowed. Names are compared without case.
struct header {
    struct bytes name;
    struct bytes value;
};

#endif
