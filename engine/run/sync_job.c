// Makes a journal durable on a side thread.
#include "engine/run/sync_job.h"

enum { DISK_FULL_RETRY_MS = 1000 };

static void sync_run(struct post *post)
{
    struct sync_job *job = (struct sync_job *)post;
    struct fault fault = {.err = ERR_OK};
    bool is_full = false;
    uint64_t durable = 0;
    enum err err = journal_sync(job->journal, &durable, &fault);
    while (err == ERR_NOSPACE) {
        if (!is_full) {
            atomic_fetch_add(&job->runtime->disks_full, 1);
            DIAG(
                &job->runtime->log, DIAG_ERROR, "disk full, input waits until there is room",
                DIAG_TEXT("reason", fault.text));
        }
        is_full = true;
        if (!side_thread_wait_ms(job->side, DISK_FULL_RETRY_MS))
            return; // stopping: nothing of this was acknowledged, and it is read again
        err = journal_sync(job->journal, &durable, &fault);
    }
    if (err != ERR_OK)
        runtime_fail(job->runtime, EXIT_CODE_INTERNAL, "journal cannot be made durable", &fault);
    if (is_full) {
        atomic_fetch_sub(&job->runtime->disks_full, 1);
        DIAG_PLAIN(&job->runtime->log, DIAG_INFO, "there is room again, going on");
    }
    job->result = durable;
    job->post.run = job->done_run;
    postbox_send(job->reply_to, &job->post);
}

void sync_job_send(struct sync_job *job)
{
    if (job->is_sent)
        return;
    job->is_sent = true;
    job->post.run = sync_run;
    side_thread_send(job->side, &job->post);
}
