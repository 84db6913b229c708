// SIGTERM, SIGINT and SIGHUP as calls on the main thread.
#ifndef ENGINE_RUN_SIGNALS_H
#define ENGINE_RUN_SIGNALS_H

#include <ev.h>

struct signals {
    struct ev_loop *loop;
    struct ev_signal stop_term;
    struct ev_signal stop_int;
    struct ev_signal reload;
    void (*on_stop)(void *context, int number);
    void (*on_reload)(void *context);
    void *context;
};

// From now on a SIGHUP waits for signals_open. Before the first thread.
void signals_hold(void);
// on_stop, on_reload and context are set. Ignores SIGPIPE.
void signals_open(struct signals *signals, struct ev_loop *loop);
// From now on SIGTERM and SIGINT end the process as they do by default.
void signals_release(struct signals *signals);

#endif
