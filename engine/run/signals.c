// SIGTERM, SIGINT and SIGHUP as calls on the main thread.
#include "engine/run/signals.h"

#include <signal.h>

#include "engine/base/invariant.h"

static struct signals *signals_from(struct ev_signal *watcher)
{
    INVARIANT(watcher->data != NULL);
    return watcher->data;
}

static void on_stop_signal(struct ev_loop *loop, struct ev_signal *watcher, int events)
{
    (void)loop;
    (void)events;
    struct signals *signals = signals_from(watcher);
    signals->on_stop(signals->context, watcher->signum);
}

static void on_reload_signal(struct ev_loop *loop, struct ev_signal *watcher, int events)
{
    (void)loop;
    (void)events;
    struct signals *signals = signals_from(watcher);
    signals->on_reload(signals->context);
}

static void mask_reload(int how)
{
    sigset_t reload;
    (void)sigemptyset(&reload);
    (void)sigaddset(&reload, SIGHUP);
    (void)sigprocmask(how, &reload, NULL);
}

void signals_hold(void)
{
    mask_reload(SIG_BLOCK);
}

void signals_open(struct signals *signals, struct ev_loop *loop)
{
    (void)signal(SIGPIPE, SIG_IGN);
    signals->loop = loop;
    ev_signal_init(&signals->stop_term, on_stop_signal, SIGTERM);
    ev_signal_init(&signals->stop_int, on_stop_signal, SIGINT);
    ev_signal_init(&signals->reload, on_reload_signal, SIGHUP);
    signals->stop_term.data = signals;
    signals->stop_int.data = signals;
    signals->reload.data = signals;
    ev_signal_start(loop, &signals->stop_term);
    ev_signal_start(loop, &signals->stop_int);
    ev_signal_start(loop, &signals->reload);
    mask_reload(SIG_UNBLOCK);
}

void signals_release(struct signals *signals)
{
    ev_signal_stop(signals->loop, &signals->stop_term); // restores the default action
    ev_signal_stop(signals->loop, &signals->stop_int);
}
