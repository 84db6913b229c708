// The text that goes with a committed offset, and where that offset is committed.
#ifndef CONSUMERS_KAFKA_POSITION_H
#define CONSUMERS_KAFKA_POSITION_H

#include <stdint.h>

#include <librdkafka/rdkafka.h>

#include "consumers/kafka/kafka_sink.h"
#include "engine/base/bytes.h"
#include "engine/base/err.h"

// "engaged1 " + 20 digits + " " + 32 hex digits + NUL
enum { POSITION_TEXT_BYTES = 9 + 20 + 1 + HASH128_HEX_CHARS + 1 };

void position_print(const struct kafka_confirmed *confirmed, char text_out[POSITION_TEXT_BYTES]);

// Sets sequence and chain.
//   ERR_CORRUPT the text is not one of ours
NODISCARD enum err position_parse(struct bytes text, struct kafka_confirmed *out);

struct position_place {
    const char *group;
    const char *topic;
    int32_t partition;
};

// Reads what is committed at a place, once no transaction is on its way there. Blocks for up to
// timeout_ms.
//   ERR_UNREACHABLE · ERR_MISSING · ERR_CORRUPT not committed by this engine
NODISCARD enum err position_read(
    const struct kafka_connection *connection,
    const struct position_place *place,
    int timeout_ms,
    struct kafka_confirmed *out,
    struct fault *fault);

#endif
