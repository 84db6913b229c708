// Messages between threads.
#include "engine/run/post.h"

#include <stddef.h>

#include "engine/base/invariant.h"

void post_queue_init(struct post_queue *queue)
{
    *queue = (struct post_queue){.first = NULL, .last = NULL};
    INVARIANT(pthread_mutex_init(&queue->mutex, NULL) == 0);
}

void post_queue_destroy(struct post_queue *queue)
{
    (void)pthread_mutex_destroy(&queue->mutex);
}

void post_queue_push(struct post_queue *queue, struct post *post)
{
    INVARIANT(post->run != NULL);
    post->next = NULL;
    (void)pthread_mutex_lock(&queue->mutex);
    if (queue->last == NULL)
        queue->first = post;
    else
        queue->last->next = post;
    queue->last = post;
    (void)pthread_mutex_unlock(&queue->mutex);
}

struct post *post_queue_take(struct post_queue *queue)
{
    (void)pthread_mutex_lock(&queue->mutex);
    struct post *first = queue->first;
    queue->first = NULL;
    queue->last = NULL;
    (void)pthread_mutex_unlock(&queue->mutex);
    return first;
}

static void on_arrived(struct ev_loop *loop, struct ev_async *watcher, int events)
{
    (void)loop;
    (void)events;
    struct postbox *box = watcher->data;
    INVARIANT(box != NULL);
    postbox_run(box);
}

void postbox_open(struct postbox *box, struct ev_loop *loop)
{
    post_queue_init(&box->queue);
    box->loop = loop;
    ev_async_init(&box->arrived, on_arrived);
    box->arrived.data = box;
    ev_async_start(loop, &box->arrived);
}

void postbox_close(struct postbox *box)
{
    ev_async_stop(box->loop, &box->arrived);
    post_queue_destroy(&box->queue);
}

void postbox_send(struct postbox *box, struct post *post)
{
    post_queue_push(&box->queue, post);
    ev_async_send(box->loop, &box->arrived);
}

void postbox_nudge(struct postbox *box)
{
    ev_async_send(box->loop, &box->arrived);
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
