// A sink that publishes to Kafka topics, each thing exactly once for read_committed consumers.
//
// One transactional producer. A publication is one transaction: the things, and for each shard a
// committed offset whose metadata text is "engaged1 <last sequence> <chain hash>". After a start,
// or any unknown outcome, recover() fences and ends what a dead instance left open, and only then
// reads that text back: what it covers is published, what it does not is not.
//
// Where the offset is committed: with a Kafka source on the same brokers, shard N is partition N
// of its topic, and the offset is the source's next one, under the source's group: usual tools
// show the lag. Without one the broker still wants a partition that exists: partition 0 of
// position_topic, under the group "<group>-shard-<N>", and the offset is the sequence.
#ifndef CONSUMERS_KAFKA_KAFKA_SINK_H
#define CONSUMERS_KAFKA_KAFKA_SINK_H

#include <stdbool.h>
#include <stdint.h>

#include "consumers/kafka/connection.h"
#include "engine/base/err.h"
#include "engine/port/sink.h"

struct kafka_sink_params {
    struct kafka_connection connection;
    const char *transactional_id; // stable over restarts, its own for every sink object
    const char *topic_prefix; // put before the topics of actions, not of dead letters; "" for none
    const char *group;
    const char *source_topic; // NULL: no Kafka source, or one on other brokers
    const char
        *position_topic; // used when source_topic is NULL; created where the broker allows it
    enum outgoing_kinds kinds;
    int64_t patience_ms; // how long a call waits for brokers before ERR_UNREACHABLE; 0: 10 s
};

// Makes the sink; the first recover() connects. Texts are copied.
//   ERR_INVALID a property is refused by librdkafka; named
//
// recover():  ERR_UNREACHABLE · ERR_FENCED (from then on for ever) · ERR_CORRUPT the committed
//             offset was not written by this engine · ERR_MISSING position_topic does not exist.
//             The mark is not used, and publish gives 0.
// publish():  ERR_STATE not recovered, or aborted: nothing is out, or unknown: recover and repeat
//             ERR_UNREACHABLE unknown: recover and repeat · ERR_FENCED · ERR_MISSING no such topic,
//             and the broker does not create it · ERR_LIMIT a thing is larger than the broker takes
//             ERR_CORRUPT Kafka confirmed a frame that this journal has not, or another one of its
//             number: the data directory is an older copy, or a new one under the same group
// Actions go by murmur2 of their key, as Java clients place them.
NODISCARD enum err kafka_sink_create(
    const struct kafka_sink_params *params, struct sink *out, struct fault *fault);

// What Kafka has confirmed of a shard.
struct kafka_confirmed {
    uint64_t sequence; // 0: nothing yet
    struct hash128 chain;
    int64_t offset; // the committed one; -1: none
};

// As of the last recover() or publish(). A sequence behind the journal's last frame means that the
// data directory is older than what was published: a restored backup. Publisher thread only.
struct kafka_confirmed kafka_sink_confirmed(const struct sink *sink, uint32_t shard);

#endif
