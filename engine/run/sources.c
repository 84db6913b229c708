// The sources that the configuration names, put into the lanes they feed.
#include "engine/run/sources.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "consumers/file/file_source.h"
#include "engine/base/buffer.h"
#include "engine/base/invariant.h"

enum { MAILBOX_MESSAGES_MAX = 65536, MAILBOX_BODIES = 8, LINE_FACTOR = 4 };

static struct inlet *inlet_add(struct lane *lane, enum inlet_kind kind)
{
    INVARIANT(lane->inlet_count < LANE_INLETS_MAX);
    struct inlet *inlet = &lane->inlets[lane->inlet_count++];
    inlet->kind = kind;
    inlet->state = INLET_STARTING;
    return inlet;
}

void sources_add_files(const struct config *config, const struct disk *disk, struct lane *lane)
{
    for (size_t i = 0; i < config->source_files.count; i++) {
        const char *path = config->source_files.items[i];
        bool is_stdin = strcmp(path, "-") == 0;
        char *real = is_stdin ? NULL : realpath(path, NULL);
        struct buffer name = {0};
        buffer_add_format(&name, "file:%s", real != NULL ? real : path);
        buffer_add_u8(&name, 0);
        struct inlet *inlet = inlet_add(lane, INLET_FILE);
        inlet->is_stdin = is_stdin;
        struct file_source_params params = {
            .path = real != NULL ? real : path,
            .name = (const char *)name.data,
            .line_bytes_max = (size_t)config->limits.message_bytes * LINE_FACTOR,
        };
        file_source_create(disk, &params, &inlet->source);
        buffer_free(&name);
        free(real);
    }
}

void sources_add_kafka(struct kafka_consumer *consumer, struct lane *lane)
{
    struct inlet *inlet = inlet_add(lane, INLET_KAFKA);
    inlet->consumer = consumer;
    struct source_wake wake = {.wake = inlet_wake, .context = inlet};
    kafka_source_create(consumer, lane->number, &wake, &inlet->source);
}

struct mailbox *sources_add_mailbox(const struct config *config, struct lane *lane)
{
    struct inlet *inlet = inlet_add(lane, INLET_HTTP);
    struct source_wake wake = {.wake = inlet_wake, .context = inlet};
    struct mailbox *mailbox = mailbox_create(
        MAILBOX_MESSAGES_MAX, (size_t)config->limits.http_body_bytes * MAILBOX_BODIES, wake);
    inlet->source = mailbox_source(mailbox);
    return mailbox;
}

uint64_t sources_file_bytes(const struct config *config)
{
    uint64_t sum = 0;
    for (size_t i = 0; i < config->source_files.count; i++) {
        struct stat status;
        if (stat(config->source_files.items[i], &status) != 0 || !S_ISREG(status.st_mode))
            return 0;
        sum += (uint64_t)status.st_size;
    }
    return sum;
}
