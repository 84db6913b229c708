// Facts about a journal, and its verification, without opening it for writing.
#include <inttypes.h>

#include "engine/journal/journal.h"
#include "engine/journal/recover.h"
#include "engine/journal/walk.h"

enum err journal_verify(
    struct disk disk,
    const char *directory,
    uint64_t sequence_known,
    struct journal_recovery *found_out,
    struct fault *fault)
{
    struct recovery_request request = {
        .disk = disk,
        .directory = directory,
        .sequence_known = sequence_known,
        .sealed_bytes_max = UINT64_MAX};
    struct recovery_plan plan;
    enum err err = recovery_plan_make(&request, &plan, fault);
    if (err != ERR_OK)
        return err;
    *found_out = plan.found;
    recovery_plan_free(&plan);
    return ERR_OK;
}

// Adds the file that is open.
static void stat_add(struct journal_stat *stat, const struct walk *walk)
{
    stat->files++;
    stat->bytes += walk->size_bytes;
    stat->identity = walk->header.identity;
    stat->shard = walk->header.shard;
    stat->format = walk->header.format;
}

static enum err stat_last_sequence(struct walk *walk, uint64_t *out, struct fault *fault)
{
    do {
        enum err err = walk_next(walk, WALK_SKIP, fault);
        if (err != ERR_OK)
            return err;
    } while (walk->found == WALK_FRAME);
    *out = walk->sequence - 1;
    return ERR_OK;
}

static enum err stat_files(
    struct walk *walk,
    struct disk disk,
    const char *directory,
    struct journal_stat *stat,
    struct fault *fault)
{
    struct file_list list = {0};
    enum err err = file_list_read(disk, directory, &list, fault);
    for (size_t i = 0; err == ERR_OK && i < list.count; i++) {
        walk_close(walk);
        err = walk_open(walk, disk, directory, list.first[i], fault);
        if (err == ERR_OK)
            stat_add(stat, walk);
        if (err == ERR_TORN && i + 1 == list.count)
            err = ERR_OK; // holds nothing; the next open removes it
    }
    if (err == ERR_OK && walk->file != NULL) {
        err = stat_last_sequence(walk, &stat->frames_last, fault);
        stat->frames_first = list.first[0];
        if (stat->frames_last < stat->frames_first)
            stat->frames_first = stat->frames_last = 0;
    }
    file_list_free(&list);
    return err;
}

enum err journal_stat(
    struct disk disk, const char *directory, struct journal_stat *out, struct fault *fault)
{
    struct journal_stat stat = {0};
    struct walk walk = {0};
    enum err err = stat_files(&walk, disk, directory, &stat, fault);
    walk_free(&walk);
    if (err != ERR_OK)
        return err;
    *out = stat;
    return ERR_OK;
}
