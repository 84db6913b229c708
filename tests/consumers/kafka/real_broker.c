// The real broker that the tests run against: its script, its address, new topics for each test.
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "engine/os/os_clock.h"

#include "tests/consumers/kafka/real_kafka.h"

void real_pause_ms(int ms)
{
    (void)poll(NULL, 0, ms);
}

void real_control(const char *command, const char *arguments)
{
    char line[512];
    (void)snprintf(
        line, sizeof(line), "%s %s %s %s >/dev/null", getenv("KAFKA_CONTROL"), command,
        getenv("KAFKA_DIR"), arguments);
    ck_assert_msg(system(line) == 0, "%s", line);
}

void real_setup(void)
{
    real_control("restart", ""); // a test before this one may have failed while it was down
    char line[512];
    (void)snprintf(
        line, sizeof(line), "%s address %s", getenv("KAFKA_CONTROL"), getenv("KAFKA_DIR"));
    FILE *pipe = popen(line, "r");
    ck_assert_ptr_nonnull(fgets(real.brokers, sizeof(real.brokers), pipe));
    ck_assert_int_eq(pclose(pipe), 0);
    real.brokers[strcspn(real.brokers, "\n")] = '\0';

    real.topic_number++;
    (void)snprintf(
        real.topic_in, sizeof(real.topic_in), "in-%d-%u", (int)getpid(), real.topic_number);
    (void)snprintf(
        real.topic_out, sizeof(real.topic_out), "out-%d-%u", (int)getpid(), real.topic_number);
    (void)snprintf(line, sizeof(line), "%s 2 %s 1", real.topic_in, real.topic_out);
    real_control("topic create", line);
    real.fault = (struct fault){0};
}

void real_teardown(void)
{
}

struct kafka_connection real_connection(void)
{
    return (struct kafka_connection){.brokers = real.brokers, .clock = os_clock()};
}

bool real_creates_topics(void)
{
    return strcmp(getenv("KAFKA_CREATES"), "yes") == 0;
}
