// Makes a journal durable on a side thread and reports how far it is.
#ifndef ENGINE_RUN_SYNC_JOB_H
#define ENGINE_RUN_SYNC_JOB_H

#include "engine/journal/journal.h"
#include "engine/run/runtime.h"
#include "engine/run/side_thread.h"

// One of each lane, sent again and again: what is appended while it is under way is its next group.
struct sync_job {
    struct post post;
    struct runtime *runtime;
    struct side_thread *side;
    struct journal *journal;
    struct postbox *reply_to;
    post_run_fn *done_run; // runs on reply_to's thread with this post
    bool is_sent;          // lane's thread only
    uint64_t durable;      // last durable frame that is known; lane's thread only
    uint64_t result;       // the same of the sync under way; side thread until done_run
};

// Sends it unless it is under way. Lane's thread.
//
// A full disk is waited out, said once and counted in runtime->disks_full. Any other failure ends the
// process with 70: a failed sync is never tried again.
void sync_job_send(struct sync_job *job);

#endif
