// What the tests against a real broker share: the broker, frames for the sink, reading back.
//
// real_broker.c runs them against one, sim_broker.c against the simulated one (tests/sim/kafka_broker.h).
// tests/e2e/test_kafka_port.sh builds and runs them: KAFKA_CONTROL is the broker script, KAFKA_DIR
// the broker's directory, KAFKA_CREATES says whether the broker creates topics by itself.
#ifndef TESTS_CONSUMERS_KAFKA_REAL_KAFKA_H
#define TESTS_CONSUMERS_KAFKA_REAL_KAFKA_H

#include <stdatomic.h>
#include <stdint.h>

#include "consumers/kafka/kafka_sink.h"
#include "consumers/kafka/kafka_source.h"
#include "engine/base/hash.h"

#include "tests/support/suite.h"

enum { MESSAGES_MAX = 500, TRIES_MAX = 400, PAUSE_MS = 50, FRAME_ITEMS = 3 };
enum { BROKERS_BYTES = 64, TOPIC_BYTES = 64 };

// Of the running test: real_setup() asks for the address and makes two new topics.
struct real_kafka {
    char brokers[BROKERS_BYTES];
    char topic_in[TOPIC_BYTES];  // two partitions
    char topic_out[TOPIC_BYTES]; // one partition; begins with "out-"
    unsigned topic_number;
    struct fault fault;
    atomic_uint wakes;
};
extern struct real_kafka real;

void real_setup(void);
void real_teardown(void);
void real_pause_ms(int ms);
// Runs the broker script: COMMAND DIR ARGUMENTS.
void real_control(const char *command, const char *arguments);
struct kafka_connection real_connection(void);
bool real_creates_topics(void); // by itself, when it is asked for them

// --- frames: frame n of a shard holds FRAME_ITEMS actions, whose ids are n * 10 + index
struct frame_texts {
    char values[FRAME_ITEMS][200];
    struct outgoing items[FRAME_ITEMS];
};
struct hash128 chain_of(uint64_t sequence);
void frame_fill(struct frame_texts *frame, uint32_t shard, uint64_t sequence);

struct sink sink_open_as(const char *id, const char *source_topic, int64_t patience_ms);
struct sink sink_open(const char *id); // shards are partitions of topic_in
enum err sink_recover(struct sink *sink, uint32_t shard);
enum err sink_publish_frame(struct sink *sink, uint32_t shard, uint64_t sequence);
// Publishes frames first..last as the engine does: recovers after every error, leaves out what is
// confirmed, goes on until all is out.
void sink_publish_until(struct sink *sink, uint64_t first, uint64_t last);
void sink_close(struct sink *sink);

// --- reading back
struct reader {
    struct kafka_consumer *consumer;
    struct source source; // of partition 0
};
struct reader reader_open(const char *topic, enum kafka_reading reading, uint64_t value_bytes_max);
enum err reader_start(struct reader *reader, int64_t position);
// Until it has started: a topic that is new has no leader yet.
void reader_begin(struct reader *reader, int64_t position);
// Polls until there is something else to say than ERR_AGAIN.
enum err reader_poll(struct reader *reader, struct message *messages, size_t *count);
void reader_close(struct reader *reader);
struct bytes header_of(const struct message *message, const char *name);
// Reads topic_out to its end: exactly the frames 1..last of shard 0, in order, each once.
void expect_frames(uint64_t last);
void on_wake(void *context); // counts in real.wakes

// --- the tests that both brokers run
TCase *sink_scenarios(void);
TCase *source_scenarios(void);

#endif
