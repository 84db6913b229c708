// One transactional producer: made, fenced, begun, committed, aborted and made anew.
#ifndef CONSUMERS_KAFKA_TRANSACTION_H
#define CONSUMERS_KAFKA_TRANSACTION_H

#include <stdbool.h>
#include <stdint.h>

#include <librdkafka/rdkafka.h>

#include "consumers/kafka/client.h"
#include "consumers/kafka/record.h"
#include "engine/base/err.h"

enum { TRANSACTION_TOPIC_BYTES = 256 };

// Zeroed but for the first three, which the owner sets and keeps.
struct transaction {
    const struct kafka_connection *connection;
    const char *id; // transactional.id
    // How long one call waits for brokers. Sending offsets may wait until they are back: librdkafka does
    // not keep its timeout there while the group's coordinator is down (its issue 5456).
    int64_t patience_ms;

    struct kafka_client *client; // NULL: to be made
    bool is_ready;               // others are fenced
    bool is_open;
    bool is_fenced; // another instance took the id over: for ever
    int64_t begun_ms;
    int64_t timeout_ms; // after which the coordinator ends it by itself
    uint64_t produced;
    uint64_t delivered;
    rd_kafka_resp_err_t failure; // of the first record that was not delivered
    char failure_topic[TRANSACTION_TOPIC_BYTES];
};

// All of them:
//   ERR_UNREACHABLE  the outcome is not known · ERR_STATE nothing is out, or it is not known:
//                    prepare and look what was committed, at once · ERR_FENCED for ever
// After an error the producer is gone, or still to be prepared.

// Makes the producer when there is none, fences others and ends what is open.
NODISCARD enum err transaction_prepare(struct transaction *transaction, struct fault *fault);
NODISCARD enum err transaction_begin(struct transaction *transaction, struct fault *fault);
// And ERR_LIMIT the record is larger than message.max.bytes. Takes the headers in every case.
NODISCARD enum err transaction_produce(
    struct transaction *transaction, const struct kafka_record *record, struct fault *fault);
NODISCARD enum err transaction_send_offsets(
    struct transaction *transaction,
    const rd_kafka_topic_partition_list_t *offsets,
    const char *group,
    struct fault *fault);
// And ERR_MISSING, ERR_LIMIT: a record's topic is gone, a record is too large; nothing is out.
NODISCARD enum err transaction_commit(struct transaction *transaction, struct fault *fault);

void transaction_close(struct transaction *transaction);

#endif
