// A thread beside a loop that runs posts one after another: syncs, publications, checkpoints.
#ifndef ENGINE_RUN_SIDE_THREAD_H
#define ENGINE_RUN_SIDE_THREAD_H

#include <stdbool.h>
#include <stdint.h>

#include "engine/run/post.h"

struct side_thread;

// name: up to 15 characters, as ps shows it. Ends the process with 70 when there is no thread to be had.
struct side_thread *side_thread_start(const char *name);
// Any thread. Posts run in order, also those sent before a stop.
void side_thread_send(struct side_thread *side, struct post *post);
// Within a post: waits; false at once when the thread is asked to stop.
bool side_thread_wait_ms(struct side_thread *side, uint32_t wait_ms);
// Asks it to stop: waits end, what was sent before is still run. Any thread; does not wait.
void side_thread_stop(struct side_thread *side);
// Stops it, waits for its end and frees it. NULL is fine.
void side_thread_join(struct side_thread *side);

// For every thread of the program: its name, and no signals but on the main thread.
void thread_prepare(const char *name);

#endif
