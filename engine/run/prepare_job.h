// Gets the next journal file ready before it is needed, on a side thread.
#ifndef ENGINE_RUN_PREPARE_JOB_H
#define ENGINE_RUN_PREPARE_JOB_H

#include <stdatomic.h>

#include "engine/journal/journal.h"
#include "engine/run/runtime.h"
#include "engine/run/side_thread.h"

// One of each lane, sent again and again.
struct prepare_job {
    struct post post;
    struct runtime *runtime;
    struct side_thread *side;
    struct journal *journal;
    atomic_bool is_sent;
};

// Sends it unless it is under way. A full disk is left to the sync to report; any other failure ends the
// process with 70.
void prepare_job_send(struct prepare_job *job);

#endif
