// Waits beside the main loop until the brokers tell how many partitions the input topic has.
#ifndef ENGINE_RUN_KAFKA_CONNECT_H
#define ENGINE_RUN_KAFKA_CONNECT_H

#include "consumers/kafka/kafka_source.h"
#include "engine/run/runtime.h"
#include "engine/run/side_thread.h"

struct kafka_connect {
    struct post post;
    struct runtime *runtime;
    struct kafka_consumer *consumer; // borrowed
    struct side_thread *side;
    struct postbox *reply_to;
    post_run_fn *done_run; // on reply_to's thread
    uint32_t partitions;   // result
};

// Everything but the result is set; asks again and again, and says once that it waits.
void kafka_connect_start(struct kafka_connect *connect);

#endif
