// One librdkafka client: its settings, its log lines, whether it is connected. Inside this layer.
#ifndef CONSUMERS_KAFKA_CLIENT_H
#define CONSUMERS_KAFKA_CLIENT_H

#include <stdbool.h>
#include <stdint.h>

#include <librdkafka/rdkafka.h>

#include "consumers/kafka/connection.h"
#include "engine/base/err.h"

struct kafka_client;

// A copy with its own texts, and the end of one.
struct kafka_connection kafka_connection_copy(const struct kafka_connection *from);
void kafka_connection_free(struct kafka_connection *connection);

// Called from within librdkafka calls that serve delivery reports, on their thread.
typedef void kafka_report_fn(void *owner, const rd_kafka_message_t *message);

struct kafka_client_params {
    const struct kafka_connection *connection;
    rd_kafka_type_t type;
    const struct kafka_property *tuning; // ends with a NULL name; the operator's properties win
    const struct kafka_property *needed; // ends with a NULL name; wins over them
    kafka_report_fn *report;             // NULL: no delivery reports
    void *owner;                         // handed to report; outlives the client
};

//   ERR_INVALID a property is refused by librdkafka; named
NODISCARD enum err kafka_client_open(
    const struct kafka_client_params *params, struct kafka_client **out, struct fault *fault);

// Throws away what was not delivered. NULL is fine. Blocks until librdkafka's threads have ended.
void kafka_client_close(struct kafka_client *client);

rd_kafka_t *kafka_client_handle(const struct kafka_client *client);

// Whether a broker answers, as of the last second in which the client was polled. Any thread.
bool kafka_client_is_connected(struct kafka_client *client);

// What a librdkafka error means to us: ERR_UNREACHABLE, ERR_MISSING, ERR_FENCED, ERR_LIMIT,
// ERR_INVALID, else ERR_IO.
enum err kafka_err(rd_kafka_resp_err_t code);

// Milliseconds that never step back.
int64_t kafka_mono_ms(const struct clock *clock);

#endif
