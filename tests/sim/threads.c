// What threads, posts and the end of a process are in the simulation. Stands in for engine/run's side_thread.c,
// post.c and runtime.c, and for the blocking calls of pthread, which are wrapped when the program is linked.
#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "engine/base/invariant.h"
#include "engine/base/memory.h"
#include "engine/run/runtime.h"
#include "engine/run/side_thread.h"

#include "tests/sim/process.h"
#include "tests/sim/sim.h"

// ---- the end of a process

bool sim_is_in_process(const struct sim *sim)
{
    const struct task *task = task_current(sim->scheduler);
    return task != NULL && task_process(task) != 0;
}

void sim_end_process(struct sim *sim, enum sim_end end)
{
    sim_process_ended(sim, end == SIM_END_POWER ? SIM_EXIT_POWER_CUT : SIM_EXIT_KILLED, "");
    task_kill_process(sim->scheduler);
}

enum err sim_failpoint(void *context, enum failpoint point)
{
    struct sim *sim = context;
    if (!sim_is_in_process(sim))
        return ERR_OK;
    sim->report->passes[point]++;
    if (!sim->are_faults_on)
        return ERR_OK;
    if (sim_chance(sim, sim->faults.failpoint_kill)) {
        sim->report->killed_at[point]++;
        sim_end_process(sim, SIM_END_KILL);
    }
    if (sim_chance(sim, sim->faults.failpoint_power)) {
        sim->report->power_cut_at[point]++;
        sim_end_process(sim, SIM_END_POWER);
    }
    // LMDB's own files are not the simulated disk's: their commits fail here.
    if (point == FAILPOINT_STORE_COMMIT_BEFORE && sim_chance(sim, sim->faults.failpoint_error)) {
        sim->report->failed_at[point]++;
        sim->report->faults++;
        sim->troubles++;
        return ERR_IO;
    }
    if (sim_random_below(&sim->faults_random, 20) == 0)
        task_yield(sim->scheduler); // others come in between two steps
    return ERR_OK;
}

int64_t runtime_wall_ms(const struct runtime *runtime)
{
    return runtime->clock.ops->wall_ms(runtime->clock.self);
}

int64_t runtime_mono_us(const struct runtime *runtime)
{
    return runtime->clock.ops->mono_us(runtime->clock.self);
}

_Noreturn void runtime_fail(
    struct runtime *runtime, enum exit_code code, const char *message, const struct fault *fault)
{
    char text[FAULT_TEXT_BYTES + 128];
    (void)runtime;
    (void)snprintf(text, sizeof(text), "%s: %s (%s)", message, fault->text, err_name(fault->err));
    sim_process_ended(sim_world, (int)code, text);
    task_kill_process(sim_world->scheduler);
}

void invariant_failed(const char *condition, const char *file, int line)
{
    char text[256];
    (void)snprintf(text, sizeof(text), "%s:%d: %s", file, line, condition);
    sim_fail(sim_world, "invariant", "%s", text);
    (void)fprintf(
        stderr, "seed %llu: invariant broken: %s\n", (unsigned long long)sim_world->seed, text);
    _exit(EXIT_CODE_INTERNAL);
}

// ---- posts

void post_queue_init(struct post_queue *queue)
{
    *queue = (struct post_queue){.first = NULL, .last = NULL};
}

void post_queue_destroy(struct post_queue *queue)
{
    (void)queue;
}

void post_queue_push(struct post_queue *queue, struct post *post)
{
    INVARIANT(post->run != NULL);
    post->next = NULL;
    if (queue->last == NULL)
        queue->first = post;
    else
        queue->last->next = post;
    queue->last = post;
}

struct post *post_queue_take(struct post_queue *queue)
{
    struct post *first = queue->first;
    queue->first = NULL;
    queue->last = NULL;
    return first;
}

// The task that runs a box's posts stands where the loop's watcher has its data.
void postbox_open(struct postbox *box, struct ev_loop *loop)
{
    post_queue_init(&box->queue);
    box->loop = loop;
    box->arrived.data = NULL;
}

void postbox_close(struct postbox *box)
{
    (void)box;
}

void postbox_nudge(struct postbox *box)
{
    if (box->arrived.data != NULL)
        task_wake(box->arrived.data);
}

void postbox_send(struct postbox *box, struct post *post)
{
    post_queue_push(&box->queue, post);
    postbox_nudge(box);
}

void postbox_run(struct postbox *box)
{
    struct post *post = post_queue_take(&box->queue);
    while (post != NULL) {
        struct post *next = post->next; // run may send it on
        post->run(post);
        post = next;
    }
}

// ---- side threads

struct side_thread {
    struct task *task;
    struct post_queue queue;
    bool is_stopping;
    bool has_ended;
};

void thread_prepare(const char *name)
{
    (void)name;
}

static struct post *take_one(struct side_thread *side)
{
    struct post *post = side->queue.first;
    if (post != NULL)
        side->queue.first = post->next;
    if (side->queue.first == NULL)
        side->queue.last = NULL;
    return post;
}

static void side_main(void *argument)
{
    struct side_thread *side = argument;
    for (;;) {
        struct post *post = take_one(side);
        if (post != NULL) {
            post->run(post);
            task_yield(sim_world->scheduler);
        } else if (side->is_stopping) {
            break;
        } else {
            task_wait_us(sim_world->scheduler, 0);
        }
    }
    side->has_ended = true;
}

struct side_thread *side_thread_start(const char *name)
{
    struct side_thread *side = mem_zero(1, sizeof(*side));
    uint32_t process = task_process(task_current(sim_world->scheduler));
    side->task = task_start(sim_world->scheduler, process, name, side_main, side);
    return side;
}

void side_thread_send(struct side_thread *side, struct post *post)
{
    post_queue_push(&side->queue, post);
    task_wake(side->task);
}

bool side_thread_wait_ms(struct side_thread *side, uint32_t wait_ms)
{
    int64_t until_us = scheduler_now_us(sim_world->scheduler) + (int64_t)wait_ms * 1000;
    while (!side->is_stopping && scheduler_now_us(sim_world->scheduler) < until_us)
        task_wait_us(sim_world->scheduler, until_us - scheduler_now_us(sim_world->scheduler));
    return !side->is_stopping;
}

void side_thread_stop(struct side_thread *side)
{
    side->is_stopping = true;
    task_wake(side->task);
}

void side_thread_join(struct side_thread *side)
{
    if (side == NULL)
        return;
    side_thread_stop(side);
    while (!side->has_ended)
        task_sleep_us(sim_world->scheduler, 1000);
    free(side);
}

// ---- blocking calls: a task that would block lets the others go on

enum { BLOCKED_US = 100 };

int __wrap_pthread_mutex_lock(pthread_mutex_t *mutex);
int __wrap_pthread_cond_wait(pthread_cond_t *cond, pthread_mutex_t *mutex);
int __wrap_pthread_rwlock_rdlock(pthread_rwlock_t *lock);
int __wrap_pthread_rwlock_wrlock(pthread_rwlock_t *lock);

int __wrap_pthread_mutex_lock(pthread_mutex_t *mutex)
{
    int rc;
    while ((rc = pthread_mutex_trylock(mutex)) == EBUSY)
        task_sleep_us(sim_world->scheduler, BLOCKED_US);
    return rc;
}

int __wrap_pthread_cond_wait(pthread_cond_t *cond, pthread_mutex_t *mutex)
{
    (void)cond; // it may wake without a reason
    (void)pthread_mutex_unlock(mutex);
    task_sleep_us(sim_world->scheduler, BLOCKED_US);
    return __wrap_pthread_mutex_lock(mutex);
}

int __wrap_pthread_rwlock_rdlock(pthread_rwlock_t *lock)
{
    int rc;
    while ((rc = pthread_rwlock_tryrdlock(lock)) == EBUSY)
        task_sleep_us(sim_world->scheduler, BLOCKED_US);
    return rc;
}

int __wrap_pthread_rwlock_wrlock(pthread_rwlock_t *lock)
{
    int rc;
    while ((rc = pthread_rwlock_trywrlock(lock)) == EBUSY)
        task_sleep_us(sim_world->scheduler, BLOCKED_US);
    return rc;
}
