// Copies of a data directory.
#define _XOPEN_SOURCE 700
#include "tests/sim/backup.h"

#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "engine/base/invariant.h"
#include "engine/base/memory.h"

static const char *const store_names[] = {"data.mdb", "damaged"};
enum { STORE_NAMES = sizeof(store_names) / sizeof(store_names[0]) };

static void store_path(const struct sim *sim, uint32_t shard, const char *name, char path[192])
{
    (void)snprintf(path, 192, "%s/data/shard-%04" PRIu32 "/store/%s", sim->directory, shard, name);
}

static struct backup_file *add_file(struct backup *backup, const char *path)
{
    if (backup->count == backup->cap) {
        backup->cap = backup->cap * 2 + 16;
        backup->files = mem_resize(backup->files, backup->cap * sizeof(*backup->files));
    }
    struct backup_file *file = &backup->files[backup->count++];
    *file = (struct backup_file){.is_real = false};
    (void)snprintf(file->path, sizeof(file->path), "%s", path);
    return file;
}

static void add_simulated(struct sim *sim, struct backup *backup, const char *path)
{
    if (fake_disk_has(sim->disk, path))
        buffer_add_bytes(&add_file(backup, path)->content, fake_disk_content(sim->disk, path));
}

static void add_real(struct backup *backup, const char *path)
{
    struct stat about;
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return;
    struct backup_file *file = add_file(backup, path);
    file->is_real = true;
    INVARIANT(fstat(fd, &about) == 0);
    size_t bytes = (size_t)about.st_size;
    uint8_t *to = buffer_reserve(&file->content, bytes + 1);
    INVARIANT(read(fd, to, bytes) == (ssize_t)bytes);
    file->content.len = bytes;
    (void)close(fd);
}

// ---- the names in a directory of the simulated disk

struct names {
    char (*items)[192];
    size_t count;
    const char *directory;
};

static void take_name(void *context, const char *name)
{
    struct names *names = context;
    names->items = mem_resize(names->items, (names->count + 1) * sizeof(*names->items));
    (void)snprintf(names->items[names->count++], 192, "%s/%s", names->directory, name);
}

static struct names list(struct sim *sim, const char *directory)
{
    struct names names = {.directory = directory};
    struct disk disk = fake_disk_port(sim->disk);
    INVARIANT(disk.ops->list(disk.self, directory, take_name, &names) == ERR_OK);
    return names;
}

// ---- the whole

static uint64_t last_frame(struct sim *sim, const char *directory)
{
    struct history history;
    struct fault fault = {.err = ERR_OK};
    if (history_read(sim, directory, HISTORY_FRAMES, &history, &fault) != ERR_OK)
        sim_say(sim, "a backup with a torn tail: %s", fault.text);
    uint64_t last = history.frame_count;
    history_free(&history);
    return last;
}

void backup_take(
    struct sim *sim,
    const struct sim_setup *setup,
    const struct known_journal known[SIM_SHARDS_MAX],
    struct backup *backup)
{
    char path[192];
    backup_free(backup);
    (void)snprintf(path, sizeof(path), "%s/meta", setup->plan.config->data);
    add_simulated(sim, backup, path);
    add_simulated(sim, backup, setup->actions_path);
    add_simulated(sim, backup, setup->letters_path);
    for (uint32_t i = 0; i < setup->shape.shards; i++) {
        char directory[128];
        sim_setup_journal(setup, i, directory, sizeof(directory));
        struct names names = list(sim, directory);
        for (size_t at = 0; at < names.count; at++)
            add_simulated(sim, backup, names.items[at]);
        free(names.items);
        for (size_t at = 0; at < STORE_NAMES; at++) {
            store_path(sim, i, store_names[at], path);
            add_real(backup, path);
        }
        backup->last[i] = last_frame(sim, directory);
        backup->durable[i] = known[i].durable;
        backup->is_store_flipped[i] = sim->is_store_flipped[i];
    }
    backup->is_taken = true;
}

static void clear(struct sim *sim, const struct sim_setup *setup)
{
    char path[192];
    for (uint32_t i = 0; i < setup->shape.shards; i++) {
        char directory[128];
        sim_setup_journal(setup, i, directory, sizeof(directory));
        struct names names = list(sim, directory);
        for (size_t at = 0; at < names.count; at++)
            fake_disk_delete(sim->disk, names.items[at]);
        free(names.items);
        (void)snprintf(
            path, sizeof(path), "%s/shard-%04" PRIu32 "/inflight", setup->plan.config->data, i);
        if (fake_disk_has(sim->disk, path))
            fake_disk_delete(sim->disk, path);
        for (size_t at = 0; at < STORE_NAMES; at++) {
            store_path(sim, i, store_names[at], path);
            (void)unlink(path);
        }
        store_path(sim, i, "lock.mdb", path);
        (void)unlink(path);
    }
}

static void put_real(const struct backup_file *file)
{
    char directory[192];
    (void)snprintf(directory, sizeof(directory), "%s", file->path);
    *strrchr(directory, '/') = '\0';
    (void)mkdir(directory, 0700); // a store that was removed took it along
    int fd = open(file->path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    INVARIANT(fd >= 0);
    INVARIANT(write(fd, file->content.data, file->content.len) == (ssize_t)file->content.len);
    (void)close(fd);
}

void backup_put(
    struct sim *sim,
    const struct sim_setup *setup,
    const struct backup *backup,
    enum backup_extent extent)
{
    INVARIANT(backup->is_taken);
    clear(sim, setup);
    const char *const outputs[] = {setup->actions_path, setup->letters_path};
    for (size_t i = 0; extent == BACKUP_WITH_OUTPUTS && i < 2; i++)
        if (fake_disk_has(sim->disk, outputs[i]))
            fake_disk_delete(sim->disk, outputs[i]);
    for (size_t i = 0; i < backup->count; i++) {
        const struct backup_file *file = &backup->files[i];
        bool is_output = strcmp(file->path, outputs[0]) == 0 || strcmp(file->path, outputs[1]) == 0;
        if (file->is_real)
            put_real(file);
        else if (!is_output || extent == BACKUP_WITH_OUTPUTS)
            fake_disk_put(sim->disk, file->path, buffer_bytes(&file->content));
    }
    for (uint32_t i = 0; i < SIM_SHARDS_MAX; i++)
        sim->is_store_flipped[i] = backup->is_store_flipped[i];
}

void backup_free(struct backup *backup)
{
    for (size_t i = 0; i < backup->count; i++)
        buffer_free(&backup->files[i].content);
    free(backup->files);
    *backup = (struct backup){.is_taken = false};
}
