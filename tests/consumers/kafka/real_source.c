// The Kafka source and the producer of HTTP events against a real broker.
#include "tests/consumers/kafka/real_kafka.h"

Suite *test_suite(void)
{
    Suite *suite = suite_create("kafka source");
    suite_add_tcase(suite, source_scenarios());
    return suite;
}
