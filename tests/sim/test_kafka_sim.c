// The simulated Kafka: what real brokers are seen to do, and what its faults do to the Kafka layer.
// links: engine/base engine/event consumers/kafka
// without: rdkafka
// with: tests/consumers/kafka/real_kafka.c tests/consumers/kafka/sim_broker.c tests/consumers/kafka/scenarios_sink.c
// with: tests/consumers/kafka/scenarios_source.c
#include <stdio.h>
#include <string.h>

#include "tests/consumers/kafka/sim_broker.h"

Suite *test_suite(void)
{
    Suite *suite = suite_create("simulated kafka");
    suite_add_tcase(suite, sink_scenarios());
    suite_add_tcase(suite, source_scenarios());
    return suite;
}
