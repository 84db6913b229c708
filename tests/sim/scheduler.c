// Tasks that take turns in one thread and in a time of their own.
#define _XOPEN_SOURCE 700
#include "tests/sim/scheduler.h"

#include <stdlib.h>
#include <sys/mman.h>
#include <ucontext.h>

#include "engine/base/invariant.h"
#include "engine/base/memory.h"

enum { TASKS_MAX = 64, STACK_BYTES = 512 * 1024 };

enum task_state { TASK_FREE, TASK_READY, TASK_ASLEEP, TASK_WAITING };

struct task {
    enum task_state state;
    uint32_t process;
    uint32_t generation; // a slot is used again
    const char *name;
    task_fn *run;
    void *argument;
    struct scheduler *scheduler;
    int64_t wake_us; // asleep, or waiting with a limit; 0: none
    bool is_woken;
    void *stack;
    ucontext_t context;
};

struct scheduler {
    struct sim_random *random;
    int64_t now_us;
    struct task tasks[TASKS_MAX];
    struct task *running;
    ucontext_t main;
    scheduler_step_fn *step;
    void *step_context;
};

struct scheduler *scheduler_create(struct sim_random *random)
{
    struct scheduler *scheduler = mem_zero(1, sizeof(*scheduler));
    scheduler->random = random;
    scheduler->now_us = 1;
    return scheduler;
}

void scheduler_destroy(struct scheduler *scheduler)
{
    for (unsigned i = 0; i < TASKS_MAX; i++)
        if (scheduler->tasks[i].stack != NULL)
            (void)munmap(scheduler->tasks[i].stack, STACK_BYTES);
    free(scheduler);
}

static void task_main(unsigned low, unsigned high)
{
    struct task *task = (struct task *)(uintptr_t)((uint64_t)high << 32 | low);
    struct scheduler *scheduler = task->scheduler;
    task->run(task->argument);
    task->state = TASK_FREE;
    scheduler->running = NULL;
    (void)setcontext(&scheduler->main);
}

struct task *task_start(
    struct scheduler *scheduler, uint32_t process, const char *name, task_fn *run, void *argument)
{
    unsigned i = 0;
    while (i < TASKS_MAX && scheduler->tasks[i].state != TASK_FREE)
        i++;
    INVARIANT(i < TASKS_MAX);
    struct task *task = &scheduler->tasks[i];
    void *stack = task->stack;
    if (stack == NULL)
        stack = mmap(
            NULL, STACK_BYTES, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE,
            -1, 0);
    INVARIANT(stack != MAP_FAILED);
    *task = (struct task){
        .state = TASK_READY,
        .process = process,
        .generation = task->generation + 1,
        .name = name,
        .run = run,
        .argument = argument,
        .scheduler = scheduler,
        .stack = stack,
    };
    INVARIANT(getcontext(&task->context) == 0);
    task->context.uc_stack.ss_sp = stack;
    task->context.uc_stack.ss_size = STACK_BYTES;
    task->context.uc_link = &scheduler->main;
    uint64_t at = (uint64_t)(uintptr_t)task;
    makecontext(
        &task->context, (void (*)(void))task_main, 2, (unsigned)(at & 0xffffffffU),
        (unsigned)(at >> 32));
    return task;
}

int64_t scheduler_now_us(const struct scheduler *scheduler)
{
    return scheduler->now_us;
}

void scheduler_set_step(struct scheduler *scheduler, scheduler_step_fn *step, void *context)
{
    scheduler->step = step;
    scheduler->step_context = context;
}

static struct task *choose_ready(struct scheduler *scheduler)
{
    struct task *ready[TASKS_MAX];
    unsigned count = 0;
    for (unsigned i = 0; i < TASKS_MAX; i++)
        if (scheduler->tasks[i].state == TASK_READY)
            ready[count++] = &scheduler->tasks[i];
    if (count == 0)
        return NULL;
    return count == 1 ? ready[0] : ready[sim_random_below(scheduler->random, count)];
}

static int64_t next_wake_us(const struct scheduler *scheduler)
{
    int64_t next = INT64_MAX;
    for (unsigned i = 0; i < TASKS_MAX; i++) {
        const struct task *task = &scheduler->tasks[i];
        bool may_wake =
            task->state == TASK_ASLEEP || (task->state == TASK_WAITING && task->wake_us > 0);
        if (may_wake && task->wake_us < next)
            next = task->wake_us;
    }
    return next;
}

static void wake_due(struct scheduler *scheduler)
{
    for (unsigned i = 0; i < TASKS_MAX; i++) {
        struct task *task = &scheduler->tasks[i];
        bool may_wake =
            task->state == TASK_ASLEEP || (task->state == TASK_WAITING && task->wake_us > 0);
        if (may_wake && task->wake_us <= scheduler->now_us)
            task->state = TASK_READY;
    }
}

static void resume(struct scheduler *scheduler, struct task *task)
{
    scheduler->running = task;
    INVARIANT(swapcontext(&scheduler->main, &task->context) == 0);
    scheduler->running = NULL;
}

void scheduler_run(struct scheduler *scheduler, int64_t until_us)
{
    INVARIANT(scheduler->running == NULL);
    for (;;) {
        int64_t limit_us =
            scheduler->step == NULL ? INT64_MAX : scheduler->step(scheduler->step_context);
        wake_due(scheduler);
        struct task *task = choose_ready(scheduler);
        if (task != NULL) {
            resume(scheduler, task);
            continue;
        }
        int64_t next_us = next_wake_us(scheduler);
        if (limit_us < next_us)
            next_us = limit_us;
        if (next_us > until_us) {
            if (scheduler->now_us < until_us && until_us != INT64_MAX)
                scheduler->now_us = until_us;
            return;
        }
        if (next_us > scheduler->now_us)
            scheduler->now_us = next_us;
    }
}

struct task *task_current(struct scheduler *scheduler)
{
    return scheduler->running;
}

uint32_t task_process(const struct task *task)
{
    return task->process;
}

static void give_away(struct scheduler *scheduler, enum task_state state)
{
    struct task *task = scheduler->running;
    INVARIANT(task != NULL);
    task->state = state;
    INVARIANT(swapcontext(&task->context, &scheduler->main) == 0);
}

void task_sleep_us(struct scheduler *scheduler, int64_t us)
{
    if (us <= 0) {
        task_yield(scheduler);
        return;
    }
    scheduler->running->wake_us = scheduler->now_us + us;
    give_away(scheduler, TASK_ASLEEP);
}

void task_yield(struct scheduler *scheduler)
{
    give_away(scheduler, TASK_READY);
}

void task_wait_us(struct scheduler *scheduler, int64_t us)
{
    struct task *task = scheduler->running;
    INVARIANT(task != NULL);
    if (!task->is_woken) {
        task->wake_us = us > 0 ? scheduler->now_us + us : 0;
        give_away(scheduler, TASK_WAITING);
    }
    task->is_woken = false;
}

void task_wake(struct task *task)
{
    task->is_woken = true;
    if (task->state == TASK_WAITING)
        task->state = TASK_READY;
}

void scheduler_kill_process(struct scheduler *scheduler, uint32_t process)
{
    for (unsigned i = 0; i < TASKS_MAX; i++)
        if (scheduler->tasks[i].process == process)
            scheduler->tasks[i].state = TASK_FREE;
}

_Noreturn void task_kill_process(struct scheduler *scheduler)
{
    INVARIANT(scheduler->running != NULL && scheduler->running->process != 0);
    scheduler_kill_process(scheduler, scheduler->running->process);
    scheduler->running = NULL;
    (void)setcontext(&scheduler->main);
    abort();
}
