// A thread that runs posts one after another.
#include "engine/run/side_thread.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <time.h>

#include "engine/base/invariant.h"
#include "engine/base/memory.h"

struct side_thread {
    pthread_t thread;
    const char *name;
    pthread_mutex_t mutex;
    pthread_cond_t changed;
    struct post *first;
    struct post *last;
    bool is_stopping;
};

void thread_prepare(const char *name)
{
    sigset_t all;
    (void)sigfillset(&all);
    static const int own[] = {
        SIGSEGV, SIGBUS, SIGILL, SIGFPE, SIGABRT}; // what the thread itself does
    for (size_t i = 0; i < sizeof(own) / sizeof(own[0]); i++)
        (void)sigdelset(&all, own[i]);
    (void)pthread_sigmask(SIG_BLOCK, &all, NULL);
    (void)prctl(PR_SET_NAME, name, 0, 0, 0); // for ps and gdb only
}

// The next post, or NULL when there is none and the thread is to stop.
static struct post *take(struct side_thread *side)
{
    (void)pthread_mutex_lock(&side->mutex);
    while (side->first == NULL && !side->is_stopping)
        (void)pthread_cond_wait(&side->changed, &side->mutex);
    struct post *post = side->first;
    if (post != NULL)
        side->first = post->next;
    if (side->first == NULL)
        side->last = NULL;
    (void)pthread_mutex_unlock(&side->mutex);
    return post;
}

static void *side_main(void *argument)
{
    struct side_thread *side = argument;
    thread_prepare(side->name);
    for (struct post *post = take(side); post != NULL; post = take(side))
        post->run(post);
    return NULL;
}

struct side_thread *side_thread_start(const char *name)
{
    struct side_thread *side = mem_zero(1, sizeof(*side));
    side->name = name;
    INVARIANT(pthread_mutex_init(&side->mutex, NULL) == 0);
    pthread_condattr_t attributes;
    INVARIANT(pthread_condattr_init(&attributes) == 0);
    INVARIANT(pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC) == 0);
    INVARIANT(pthread_cond_init(&side->changed, &attributes) == 0);
    (void)pthread_condattr_destroy(&attributes);
    INVARIANT(pthread_create(&side->thread, NULL, side_main, side) == 0);
    return side;
}

void side_thread_send(struct side_thread *side, struct post *post)
{
    INVARIANT(post->run != NULL);
    post->next = NULL;
    (void)pthread_mutex_lock(&side->mutex);
    if (side->last == NULL)
        side->first = post;
    else
        side->last->next = post;
    side->last = post;
    (void)pthread_cond_broadcast(&side->changed);
    (void)pthread_mutex_unlock(&side->mutex);
}

bool side_thread_wait_ms(struct side_thread *side, uint32_t wait_ms)
{
    struct timespec until;
    (void)clock_gettime(CLOCK_MONOTONIC, &until);
    until.tv_sec += (time_t)(wait_ms / 1000);
    until.tv_nsec += (long)(wait_ms % 1000) * 1000000L;
    if (until.tv_nsec >= 1000000000L) {
        until.tv_nsec -= 1000000000L;
        until.tv_sec++;
    }
    (void)pthread_mutex_lock(&side->mutex);
    int rc = 0;
    while (!side->is_stopping && rc != ETIMEDOUT)
        rc = pthread_cond_timedwait(&side->changed, &side->mutex, &until);
    bool may_go_on = !side->is_stopping;
    (void)pthread_mutex_unlock(&side->mutex);
    return may_go_on;
}

void side_thread_stop(struct side_thread *side)
{
    (void)pthread_mutex_lock(&side->mutex);
    side->is_stopping = true;
    (void)pthread_cond_broadcast(&side->changed);
    (void)pthread_mutex_unlock(&side->mutex);
}

void side_thread_join(struct side_thread *side)
{
    if (side == NULL)
        return;
    side_thread_stop(side);
    (void)pthread_join(side->thread, NULL);
    (void)pthread_cond_destroy(&side->changed);
    (void)pthread_mutex_destroy(&side->mutex);
    free(side);
}
