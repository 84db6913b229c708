// The shards of a data directory, opened read only.
#include "tools/engagectl/open_shard.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "engine/base/memory.h"
#include "engine/fold/params.h"
#include "engine/fold/query.h"
#include "engine/os/os_clock.h"
#include "engine/os/os_disk.h"
#include "tools/engagectl/progress.h"

// What a listing has shown.
struct listing {
    size_t count;
    size_t highest;
};

static void note_name(void *context, const char *name)
{
    struct listing *listing = context;
    char *end = NULL;
    if (strncmp(name, "shard-", 6) != 0 || name[6] < '0' || name[6] > '9')
        return;
    unsigned long number = strtoul(name + 6, &end, 10);
    if (*end != '\0' || number >= SHARDS_MAX)
        return;
    listing->count++;
    listing->highest = number > listing->highest ? number : listing->highest;
}

// Why a directory cannot be listed, as the system says it: mostly it is another user's.
static const char *why_not(const char *path)
{
    int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0)
        return strerror(errno);
    (void)close(fd);
    return err_text(ERR_IO);
}

enum err shards_count(const char *data, size_t *count_out, struct fault *fault)
{
    struct disk disk = os_disk();
    struct listing listing = {0, 0};
    enum err err = disk.ops->list(disk.self, data, note_name, &listing);
    if (err != ERR_OK)
        return fault_set(fault, err, "%s: %s", data, err == ERR_IO ? why_not(data) : err_text(err));
    if (listing.count == 0)
        return fault_set(fault, ERR_MISSING, "%s: no daemon has worked there yet", data);
    if (listing.count != listing.highest + 1)
        return fault_set(
            fault, ERR_CORRUPT, "%s: expected shards 0 to %zu, found %zu of them", data,
            listing.highest, listing.count);
    *count_out = listing.count;
    return ERR_OK;
}

static void report_replay(void *context, uint64_t sequence, uint64_t last, uint64_t events)
{
    (void)last;
    progress_update(context, sequence, events);
}

// Opens the next one of the set.
static enum err open_next(
    const struct config *config,
    struct shard_progress progress,
    struct shard_set *set,
    struct fault *fault)
{
    uint32_t number = (uint32_t)set->count;
    char *directory = shard_directory(config->data, number);
    struct shard_params params = shard_params_from_config(config, os_disk(), directory, number);
    struct shard_report report;
    params.access = STATE_READ_ONLY;
    enum err err = shard_open(&params, progress, &set->shards[number], &report, fault);
    if (err != ERR_OK) {
        free(directory);
        return err;
    }
    set->directories[set->count++] = directory; // the shard borrows it
    return ERR_OK;
}

enum err shard_set_open(const struct config *config, struct shard_set *out, struct fault *fault)
{
    size_t count = 0;
    enum err err = shards_count(config->data, &count, fault);
    if (err != ERR_OK)
        return err;
    struct shard_set set = {
        .shards = mem_zero(count, sizeof(*set.shards)),
        .directories = mem_zero(count, sizeof(*set.directories)),
    };
    struct progress progress = progress_begin(os_clock(), 0, "events");
    while (set.count < count && err == ERR_OK)
        err = open_next(config, (struct shard_progress){report_replay, &progress}, &set, fault);
    (void)progress_end(&progress);
    if (err != ERR_OK) {
        shard_set_close(&set);
        return err;
    }
    *out = set;
    return ERR_OK;
}

void shard_set_close(struct shard_set *set)
{
    for (size_t i = 0; i < set->count; i++) {
        shard_close(set->shards[i]);
        free(set->directories[i]);
    }
    free(set->shards);
    free(set->directories);
    *set = (struct shard_set){.count = 0};
}

struct shard *shard_set_find(
    const struct shard_set *set, const char *id, struct contact_number *number_out)
{
    for (size_t i = 0; i < set->count; i++) {
        struct contact_number number = query_find(set->shards[i], bytes_text(id));
        if (number.value != 0) {
            *number_out = number;
            return set->shards[i];
        }
    }
    return NULL;
}
