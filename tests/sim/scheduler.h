// Tasks that take turns in one thread and in a time of their own: what threads are to the daemon.
//
// A task gives its turn away only in task_sleep, task_yield and task_wait. Who comes next, and at what time, is
// drawn from the seed, so that a seed is one interleaving for ever.
#ifndef TESTS_SIM_SCHEDULER_H
#define TESTS_SIM_SCHEDULER_H

#include <stdbool.h>
#include <stdint.h>

#include "tests/sim/random.h"

struct scheduler;
struct task;

typedef void task_fn(void *argument);

// random is borrowed. now_us begins at 1.
struct scheduler *scheduler_create(struct sim_random *random);
void scheduler_destroy(struct scheduler *scheduler);

// A task of a process (0: of the world, which no crash ends). It runs from the next turn on.
struct task *task_start(
    struct scheduler *scheduler, uint32_t process, const char *name, task_fn *run, void *argument);

// Runs tasks until `until_us`, or until nobody can ever go on, or until task_stop_all. Not within a task.
void scheduler_run(struct scheduler *scheduler, int64_t until_us);
int64_t scheduler_now_us(const struct scheduler *scheduler);
// Called before time moves on; what it gives is the latest it may move to, INT64_MAX: as far as wanted.
typedef int64_t scheduler_step_fn(void *context);
void scheduler_set_step(struct scheduler *scheduler, scheduler_step_fn *step, void *context);

// --- within a task
void task_sleep_us(struct scheduler *scheduler, int64_t us);
// Others go first.
void task_yield(struct scheduler *scheduler);
// Until somebody wakes this task, or until us have gone by (0: for ever). A wake before the wait counts.
void task_wait_us(struct scheduler *scheduler, int64_t us);
void task_wake(struct task *task); // from anywhere
struct task *task_current(struct scheduler *scheduler);
uint32_t task_process(const struct task *task);
// Ends every task of the process of the running task, as SIGKILL does: never returns. Stacks are left as they are.
_Noreturn void task_kill_process(struct scheduler *scheduler);
// The same from outside of tasks.
void scheduler_kill_process(struct scheduler *scheduler, uint32_t process);

#endif
