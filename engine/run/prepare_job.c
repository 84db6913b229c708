// Gets the next journal file ready before it is needed.
#include "engine/run/prepare_job.h"

static void prepare_run(struct post *post)
{
    struct prepare_job *job = (struct prepare_job *)post;
    struct fault fault = {.err = ERR_OK};
    enum err err = journal_prepare(job->journal, &fault);
    fault.err = err;
    if (err != ERR_OK && err != ERR_NOSPACE)
        runtime_fail(
            job->runtime, EXIT_CODE_INTERNAL, "next journal file cannot be prepared", &fault);
    atomic_store(&job->is_sent, false);
}

void prepare_job_send(struct prepare_job *job)
{
    if (atomic_exchange(&job->is_sent, true))
        return;
    job->post.run = prepare_run;
    side_thread_send(job->side, &job->post);
}
