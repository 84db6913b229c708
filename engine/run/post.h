// Messages between threads: a post is run by the thread that it was sent to.
#ifndef ENGINE_RUN_POST_H
#define ENGINE_RUN_POST_H

#include <pthread.h>
#include <stdbool.h>

#include <ev.h>

struct post;
typedef void post_run_fn(struct post *post);

// Embedded as the first member of what it carries. Owned by the sender until it is run; from then on
// by whoever runs it. In one queue at a time.
struct post {
    struct post *next;
    post_run_fn *run;
};

struct post_queue {
    pthread_mutex_t mutex;
    struct post *first;
    struct post *last;
};

void post_queue_init(struct post_queue *queue);
void post_queue_destroy(struct post_queue *queue); // what is still in it stays its senders'
void post_queue_push(struct post_queue *queue, struct post *post); // any thread
struct post *post_queue_take(struct post_queue *queue); // all of them, in order; any thread

// The posts of a thread that runs an event loop.
struct postbox {
    struct post_queue queue;
    struct ev_loop *loop;
    struct ev_async arrived;
};

// Loop thread, or before it runs. The loop is borrowed. A postbox does not keep its loop alive.
void postbox_open(struct postbox *box, struct ev_loop *loop);
void postbox_close(struct postbox *box);
// Any thread; never blocks for long.
void postbox_send(struct postbox *box, struct post *post);
// Any thread: makes the loop go round once.
void postbox_nudge(struct postbox *box);
// Loop thread: runs what has arrived.
void postbox_run(struct postbox *box);

#endif
