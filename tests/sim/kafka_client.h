// One simulated librdkafka client. Inside tests/sim/kafka_client*.c.
#ifndef TESTS_SIM_KAFKA_CLIENT_H
#define TESTS_SIM_KAFKA_CLIENT_H

#include "tests/sim/kafka_client_parts.h"

enum client_txn {
    CLIENT_TXN_INIT,
    CLIENT_TXN_READY,
    CLIENT_TXN_OPEN,
    CLIENT_TXN_COMMITTING,
    CLIENT_TXN_ABORTABLE,
    CLIENT_TXN_ABORTING,
    CLIENT_TXN_FATAL
};

// The blocking call under way; it goes on in the background when its caller's time is up.
struct client_call {
    const char *name; // NULL: none
    uint64_t tag;     // of the request on its way; 0: none
    enum sim_kafka_call call;
    int64_t retry_us; // 0: not
    int64_t until_us;
    bool is_done;
    struct rd_kafka_error_s error; // code 0: none
    struct sim_place *places;      // offsets to send
    size_t place_count;
    char *group;
};

struct rd_kafka_s {
    struct sim_kafka *kafka;
    uint64_t number;
    uint32_t process;
    rd_kafka_type_t type;
    bool is_nowhere; // its broker is at port 1, where nobody listens
    rd_kafka_conf_t *conf;
    char *transactional_id; // or NULL
    char *group;            // or NULL
    rd_kafka_topic_t **topics;
    size_t topic_count;
    rd_kafka_queue_t **queues;
    size_t queue_count;
    rd_kafka_queue_t *main_queue;
    int64_t stats_next_us;
    uint64_t outages_told;
    uint64_t tags_made;
    int64_t pump_us; // the pump that is planned; INT64_MAX: none
    // --- producers
    int64_t pid;
    int16_t epoch;
    bool wants_pid, has_pid;
    uint64_t pid_tag;
    int64_t pid_retry_us;
    rd_kafka_resp_err_t pid_code; // why there is none yet
    struct out_partition *outs;
    size_t out_count;
    size_t queued; // records whose fate is not told
    uint64_t add_tag;
    int64_t add_retry_us;
    bool is_flushing;
    struct report *reports;
    size_t report_first, report_count, report_cap;
    enum client_txn txn;
    rd_kafka_resp_err_t txn_code, fatal_code;
    char txn_text[CLIENT_TEXT_BYTES], fatal_text[CLIENT_TEXT_BYTES];
    uint64_t failed_reports; // of this transaction
    bool has_asked_coordinator;
    struct client_call op;
    // --- consumers
    struct in_partition **ins;
    size_t in_count;
    struct lent_message *lent;
    struct client_ask **asks;
    size_t ask_count;
};

// --- kafka_client.c
int64_t client_now_us(const rd_kafka_t *client);
int64_t client_deadline_us(const rd_kafka_t *client, int timeout_ms);
int64_t client_number(const rd_kafka_t *client, const char *setting, int64_t otherwise);
bool client_is_set(const rd_kafka_t *client, const char *setting, const char *value);
rd_kafka_topic_t *client_topic(rd_kafka_t *client, const char *name);
void client_plan(rd_kafka_t *client, int64_t at_us); // pumps then
// Lets time pass up to what happens next, at most until then; false when that is now. Only where calls block.
bool client_step(rd_kafka_t *client, int64_t until_us);
struct sim_request *client_request(rd_kafka_t *client, enum sim_kafka_call call, uint64_t *tag_out);
void client_crash_here(const rd_kafka_t *client, const char *where);
// --- kafka_client_producer.c
void producer_pump(rd_kafka_t *client);
void producer_answer(rd_kafka_t *client, struct sim_request *request);
void producer_serve(rd_kafka_t *client); // tells reports
void producer_fail_queued(rd_kafka_t *client, rd_kafka_resp_err_t code);
void producer_free(rd_kafka_t *client);
// --- kafka_client_transaction.c
void txn_pump(rd_kafka_t *client);
void txn_answer(rd_kafka_t *client, struct sim_request *request);
void txn_fail(rd_kafka_t *client, rd_kafka_resp_err_t code, const char *step);
void txn_fail_for_good(rd_kafka_t *client, rd_kafka_resp_err_t code, const char *step);
void op_clear(rd_kafka_t *client);
// --- kafka_client_consumer.c
void consumer_pump(rd_kafka_t *client);
void consumer_answer(rd_kafka_t *client, struct sim_request *request);
void consumer_free(rd_kafka_t *client);
// --- kafka_client_ask.c
void ask_answer(rd_kafka_t *client, struct sim_request *request);
void ask_free(rd_kafka_t *client);
// --- kafka_client_values.c
rd_kafka_error_t *error_create(rd_kafka_resp_err_t code, const char *text);

#endif
