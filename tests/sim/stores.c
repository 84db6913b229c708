// What befalls the stores between two processes.
#include "tests/sim/stores.h"

#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "engine/base/invariant.h"
#include "engine/fold/verify.h"

enum { FLIP_PERMILLE = 120, LOOKS_FOR_DATA = 8 };

static void path_of(const struct sim *sim, uint64_t shard, const char *name, char path[160])
{
    (void)snprintf(path, 160, "%s/data/shard-%04" PRIu64 "/store/%s", sim->directory, shard, name);
}

void stores_remove(struct sim *sim, uint64_t shard)
{
    static const char *const names[] = {"data.mdb", "lock.mdb", "damaged"};
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        char path[160];
        path_of(sim, shard, names[i], path);
        (void)unlink(path);
    }
    sim->report->events[SIM_EVENT_STORE_GONE] += sim->is_store_flipped[shard];
    sim->is_store_flipped[shard] = false;
}

// Most of a small store is zeros that nobody reads: what is data is rather looked for.
static off_t draw_place(struct sim *sim, int fd, off_t bytes)
{
    off_t at = 0;
    for (int i = 0; i < LOOKS_FOR_DATA; i++) {
        uint8_t byte = 0;
        at = (off_t)sim_random_below(&sim->mishaps, (uint64_t)bytes);
        if (pread(fd, &byte, 1, at) == 1 && byte != 0)
            break;
    }
    return at;
}

static void flip(struct sim *sim, uint32_t shard)
{
    char path[160];
    struct stat about;
    path_of(sim, shard, "data.mdb", path);
    int fd = open(path, O_RDWR | O_CLOEXEC);
    if (fd < 0)
        return; // there is none yet
    if (fstat(fd, &about) == 0 && about.st_size > 0) {
        off_t at = draw_place(sim, fd, about.st_size);
        uint8_t byte = 0;
        INVARIANT(pread(fd, &byte, 1, at) == 1);
        byte ^= (uint8_t)(1 + sim_random_below(&sim->mishaps, 255));
        INVARIANT(pwrite(fd, &byte, 1, at) == 1);
        sim->is_store_flipped[shard] = true;
        sim->report->events[SIM_EVENT_STORE_FLIPPED]++;
        sim_say(sim, "byte %lld of the store of shard %" PRIu32 " flips", (long long)at, shard);
    }
    (void)close(fd);
}

void stores_flip(struct sim *sim, uint32_t shards)
{
    uint32_t shard = (uint32_t)sim_random_below(&sim->mishaps, shards);
    bool is_meant = sim_random_chance(&sim->mishaps, FLIP_PERMILLE);
    if (is_meant && (sim->limits.without & SIM_WITHOUT_STORE_FLIPS) == 0 &&
        !sim->is_store_flipped[shard] && !sim->are_offsets_gone)
        flip(sim, shard);
}

void stores_were_rebuilt(struct sim *sim, uint32_t shard)
{
    if (!sim->is_store_flipped[shard]) {
        sim_fail(
            sim, "I4", "shard %" PRIu32 ": the store was built anew, and nothing was wrong with it",
            shard);
        return;
    }
    sim->is_store_flipped[shard] = false;
    sim->report->events[SIM_EVENT_STORE_REBUILT]++;
}

bool stores_explain(struct sim *sim, const char *exit_text)
{
    for (uint32_t i = 0; i < SIM_SHARDS_MAX; i++) {
        char removed[64];
        (void)snprintf(removed, sizeof(removed), "shard %" PRIu32 ": the store was removed", i);
        if (!sim->is_store_flipped[i] || strstr(exit_text, removed) == NULL)
            continue;
        sim->is_store_flipped[i] = false;
        sim->report->events[SIM_EVENT_STORE_FOUND]++;
        return true;
    }
    return false;
}

bool stores_look(struct sim *sim, const struct sim_setup *setup)
{
    const struct shard_progress none = {NULL, NULL};
    bool is_any_refused = false;
    for (uint32_t i = 0; i < setup->shape.shards; i++) {
        if (!sim->is_store_flipped[i])
            continue;
        char directory[128];
        struct shard_params params = setup->plan.shard;
        struct verify_report verified;
        struct fault fault = {.err = ERR_OK};
        (void)snprintf(directory, sizeof(directory), "%s/data/shard-%04" PRIu32, sim->directory, i);
        params.directory = directory;
        params.shard = i;
        params.access = STATE_READ_ONLY;
        if (verify_shard(&params, none, &verified, &fault) == ERR_OK) {
            sim->is_store_flipped[i] = false; // check_settled holds it against the oracle
            sim->report->events[SIM_EVENT_STORE_HARMLESS]++;
            continue;
        }
        sim_say(sim, "verify: %s", fault.text);
        if (verified.mismatch_sequence != 0 || strstr(fault.text, "has digest") != NULL)
            sim_fail(
                sim, "I5", "a flipped byte of the store has made another state: %s", fault.text);
        sim->is_store_flipped[i] = false;
        sim->report->events[SIM_EVENT_STORE_NAMED]++;
        stores_remove(sim, i);
        is_any_refused = true;
    }
    return is_any_refused;
}
