// The topics that a sink publishes to: full names, and whether the broker has them.
#ifndef CONSUMERS_KAFKA_TOPICS_H
#define CONSUMERS_KAFKA_TOPICS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <librdkafka/rdkafka.h>

#include "engine/base/bytes.h"
#include "engine/base/err.h"
#include "engine/port/clock.h"

struct topic_entry {
    char *name; // prefix and topic
    struct bytes topic;
    bool has_prefix;
    bool is_there;
};

// Zeroed but for prefix, which the owner sets and keeps, and clock.
struct topics {
    const char *prefix;
    struct clock clock;
    struct topic_entry *entries;
    size_t count;
};

enum topic_naming { TOPIC_AS_IT_IS, TOPIC_WITH_PREFIX };

// The full name, owned by topics. Looks it up, and remembers it.
const char *topics_name(struct topics *topics, struct bytes topic, enum topic_naming naming);

// Makes sure that the broker has all topics named so far; asks only for those it was not asked
// for before. Asking creates a topic where the broker does so by itself. Blocks.
//   ERR_MISSING no such topic, named · ERR_INVALID not a topic's name · ERR_UNREACHABLE
NODISCARD enum err topics_check(
    struct topics *topics, rd_kafka_t *producer, int64_t patience_ms, struct fault *fault);

void topics_forget(struct topics *topics); // they may be gone: ask again
void topics_free(struct topics *topics);

#endif
