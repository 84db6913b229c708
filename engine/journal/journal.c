// Opens a journal, appends to it, closes it.
#include "engine/journal/journal.h"

#include <inttypes.h>
#include <stdlib.h>

#include "engine/base/invariant.h"
#include "engine/base/memory.h"
#include "engine/journal/encode.h"
#include "engine/journal/layout.h"
#include "engine/journal/recover.h"
#include "engine/journal/state.h"

enum { FILE_BYTES_MIN = 4096 };
#define JOURNAL_FRAME_BYTES_MAX UINT64_C(0x40000000)

// Lays the journal's state out as the plan found the files.
static void journal_take_over(struct journal *journal, const struct recovery_plan *plan)
{
    journal->sequence_next = 1;
    if (!plan->has_head)
        return;
    journal->identity = plan->head.identity;
    journal->shard = plan->head.shard;
    journal->sequence_next =
        plan->found.sequence_last > 0 ? plan->found.sequence_last + 1 : plan->head.first;
    journal->durable = journal->sequence_next - 1;
    journal->chain = plan->found.chain_last;
    journal->durable_chain = plan->found.chain_last;
    journal->previous_first = plan->is_head_sealed ? plan->head.first : plan->head.previous;
    journal->head = (struct journal_head){
        .first = plan->head.first,
        .end = (plan->head_end + SECTOR_BYTES - 1) / SECTOR_BYTES * SECTOR_BYTES,
        .size_bytes = plan->head_size_bytes > journal->file_bytes_max ? plan->head_size_bytes
                                                                      : journal->file_bytes_max,
        .frames = journal->sequence_next - plan->head.first,
    };
}

static struct journal *journal_create(const struct journal_params *params)
{
    struct journal *journal = mem_zero(1, sizeof(*journal));
    journal->disk = params->disk;
    journal->directory = mem_text(params->directory, strlen(params->directory));
    journal->shard = params->shard;
    journal->identity = params->identity;
    journal->file_bytes_max = params->file_bytes_max;
    journal->frame_bytes_max = params->frame_bytes_max;
    INVARIANT(pthread_mutex_init(&journal->mutex, NULL) == 0);
    INVARIANT(pthread_cond_init(&journal->prepare_done, NULL) == 0);
    return journal;
}

static enum err journal_open_head(struct journal *journal, struct fault *fault)
{
    struct journal_path path = journal_file_path(journal->directory, journal->head.first);
    enum err err =
        journal->disk.ops->open(journal->disk.self, path.text, DISK_WRITE, &journal->head.file);
    return err == ERR_OK ? ERR_OK
                         : fault_set(fault, err, "%s: opening: %s", path.text, err_text(err));
}

enum err journal_open(
    const struct journal_params *params,
    struct journal **out,
    struct journal_recovery *recovery_out,
    struct fault *fault)
{
    INVARIANT(params->file_bytes_max >= FILE_BYTES_MIN);
    INVARIANT(params->frame_bytes_max <= JOURNAL_FRAME_BYTES_MAX);
    struct recovery_request request = {
        .disk = params->disk,
        .directory = params->directory,
        .shard = params->shard,
        .identity = params->identity,
        .sequence_known = params->sequence_known,
        .sealed_bytes_max = RECOVERY_BYTES_MAX};
    struct recovery_plan plan;
    enum err err = recovery_plan_make(&request, &plan, fault);
    if (err != ERR_OK)
        return err;
    if (!plan.has_head && params->identity == 0) {
        err =
            fault_set(fault, ERR_INVALID, "%s: a new journal needs an identity", params->directory);
        goto free_plan;
    }
    err = recovery_plan_act(params->disk, params->directory, &plan, fault);
    if (err != ERR_OK)
        goto free_plan;

    struct journal *journal = journal_create(params);
    journal_take_over(journal, &plan);
    if (plan.has_head && !plan.is_head_sealed)
        err = journal_open_head(journal, fault);
    if (err != ERR_OK) {
        journal_close(journal);
        goto free_plan;
    }
    *recovery_out = plan.found;
    *out = journal;

free_plan:
    recovery_plan_free(&plan);
    return err;
}

void journal_close(struct journal *journal)
{
    if (journal == NULL)
        return;
    INVARIANT(!journal->is_preparing);
    struct disk_file *files[] = {journal->prepared, journal->head.file, journal->sealing.file};
    for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++)
        if (files[i] != NULL)
            journal->disk.ops->close(journal->disk.self, files[i]);
    buffer_free(&journal->waiting);
    buffer_free(&journal->writing);
    INVARIANT(pthread_cond_destroy(&journal->prepare_done) == 0);
    INVARIANT(pthread_mutex_destroy(&journal->mutex) == 0);
    free(journal->directory);
    free(journal);
}

uint64_t journal_identity(const struct journal *journal)
{
    return journal->identity;
}

uint64_t journal_sequence_next(const struct journal *journal)
{
    return journal->sequence_next; // the worker that appends is the one that asks
}

enum err journal_fail(struct journal *journal, enum err err)
{
    INVARIANT(err != ERR_OK && err != ERR_NOSPACE);
    (void)pthread_mutex_lock(&journal->mutex);
    if (journal->failed == ERR_OK)
        journal->failed = err;
    (void)pthread_mutex_unlock(&journal->mutex);
    return err;
}

enum err journal_append(
    struct journal *journal, const struct frame_builder *builder, struct frame_head *head)
{
    if (frame_builder_bytes(builder) > journal->frame_bytes_max)
        return ERR_LIMIT;
    (void)pthread_mutex_lock(&journal->mutex);
    enum err err = journal->failed;
    if (err == ERR_OK) {
        struct frame_stamp stamp = {
            .identity = journal->identity,
            .sequence = journal->sequence_next,
            .durable = journal->durable,
            .previous = journal->chain};
        frame_encode(builder, &stamp, head, &journal->waiting);
        journal->chain = head->chain;
        journal->sequence_next++;
    }
    (void)pthread_mutex_unlock(&journal->mutex);
    if (err != ERR_OK)
        return err;
    journal->appended.events += head->counts.events;
    journal->appended.duplicates += head->counts.duplicates;
    journal->appended.rejected += head->counts.rejected;
    return ERR_OK;
}

const struct journal_totals *journal_appended(const struct journal *journal)
{
    return &journal->appended;
}

uint64_t journal_waiting_bytes(struct journal *journal)
{
    (void)pthread_mutex_lock(&journal->mutex);
    uint64_t bytes = journal->waiting.len + journal->writing_left;
    (void)pthread_mutex_unlock(&journal->mutex);
    return bytes;
}

uint64_t journal_sequence_durable(struct journal *journal)
{
    (void)pthread_mutex_lock(&journal->mutex);
    uint64_t durable = journal->durable;
    (void)pthread_mutex_unlock(&journal->mutex);
    return durable;
}
