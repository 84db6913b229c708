// Waits until the brokers tell how many partitions the input topic has.
#include "engine/run/kafka_connect.h"

enum { RETRY_MS = 1000 };

static void run(struct post *post)
{
    struct kafka_connect *connect = (struct kafka_connect *)post;
    struct fault fault = {.err = ERR_OK};
    bool is_said = false;
    for (;;) {
        enum err err =
            kafka_consumer_count_partitions(connect->consumer, &connect->partitions, &fault);
        if (err == ERR_OK)
            break;
        if (!is_said)
            DIAG(
                &connect->runtime->log, DIAG_WARN, "source cannot be reached, will retry",
                DIAG_TEXT("reason", fault.text), DIAG_TEXT("err", err_name(err)));
        is_said = true;
        if (!side_thread_wait_ms(connect->side, RETRY_MS))
            return;
    }
    connect->post.run = connect->done_run;
    postbox_send(connect->reply_to, &connect->post);
}

void kafka_connect_start(struct kafka_connect *connect)
{
    connect->post.run = run;
    side_thread_send(connect->side, &connect->post);
}
