// What a simulated librdkafka client holds: settings, queues, partitions, messages. Inside tests/sim/kafka_client*.c.
#ifndef TESTS_SIM_KAFKA_CLIENT_PARTS_H
#define TESTS_SIM_KAFKA_CLIENT_PARTS_H

#include "tests/sim/kafka_network.h"

enum { CLIENT_TEXT_BYTES = 256 };

struct rd_kafka_conf_s {
    struct conf_entry {
        char *name;
        char *value;
    } * entries;
    size_t count;
    void *opaque;
    void (*error_cb)(rd_kafka_t *client, int code, const char *reason, void *opaque);
    int (*stats_cb)(rd_kafka_t *client, char *json, size_t json_len, void *opaque);
    void (*report_cb)(rd_kafka_t *client, const rd_kafka_message_t *message, void *opaque);
};

struct rd_kafka_error_s {
    rd_kafka_resp_err_t code;
    bool is_fatal, is_retriable, wants_abort;
    char text[CLIENT_TEXT_BYTES];
};

struct rd_kafka_topic_s {
    rd_kafka_t *client;
    char *name;
};

struct rd_kafka_consumer_group_metadata_s {
    char *group;
};

// What is in a consumer's queue: a message or an error.
struct queue_item {
    rd_kafka_topic_t *topic;
    int32_t partition;
    rd_kafka_resp_err_t code;
    int64_t offset;
    struct sim_blob *blob; // NULL with an error
};

struct rd_kafka_queue_s {
    rd_kafka_t *client;
    bool is_main; // of delivery reports
    struct queue_item *items;
    size_t first, count, cap;
    bool wants_wake; // it got something while it was empty
    void (*wake)(rd_kafka_t *client, void *opaque);
    void *opaque;
    size_t users;
};

// A record to send.
struct out_message {
    struct sim_blob *blob;
    void *opaque;
    int64_t queued_us;
};

// A record's fate, until it is told.
struct report {
    struct sim_blob *blob;
    void *opaque;
    rd_kafka_topic_t *topic;
    int32_t partition;
    int64_t offset;
    rd_kafka_resp_err_t code;
};

enum adding { ADD_NOT, ADD_ASKED, ADD_DONE };

// A partition that a producer writes to.
struct out_partition {
    rd_kafka_topic_t *topic;
    int32_t partition; // -1: not known yet
    enum adding adding;
    int32_t next_sequence; // of messages[0] when nothing is on its way
    struct out_message *messages;
    size_t count, cap;
    size_t sent;  // of them, on their way in one request
    uint64_t tag; // of that request; 0: none
    int64_t retry_us;
    int64_t missing_since_us; // the topic is not there; 0: it is
};

// A partition that a consumer reads.
struct in_partition {
    rd_kafka_topic_t *topic;
    int32_t partition;
    rd_kafka_queue_t *queue; // NULL: stopped
    int64_t next;
    int64_t retry_us; // 0: a fetch is on its way, or none is to be
    uint64_t asked;   // tag of the fetch on its way; 0: none
    int64_t end_told; // by _PARTITION_EOF
    int64_t missing_since_us;
    bool is_missing_told;
    bool is_broken; // no offset to go on from
    int64_t low, high;
    int64_t idle_us;
};

// A message as the application holds it.
struct lent_message {
    rd_kafka_message_t message; // first: the application has its address
    struct sim_blob *blob;
    rd_kafka_t *client;
    struct lent_message *previous, *next;
};

// A question whose asker waits: metadata, the ends of a partition, a committed offset.
struct client_ask {
    uint64_t tag;
    bool is_done;
    rd_kafka_resp_err_t code;
    int64_t low, stable;
    int64_t offset;
    int32_t partitions;
    bool is_unstable;
    char *metadata; // or NULL
};

#endif
