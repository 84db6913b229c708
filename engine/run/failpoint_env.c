// Failpoints chosen by the environment.
#include "engine/run/failpoint_env.h"

#ifdef FAILPOINTS

#    include <errno.h>
#    include <signal.h>
#    include <stdatomic.h>
#    include <stdbool.h>
#    include <stdio.h>
#    include <stdlib.h>
#    include <string.h>
#    include <time.h>
#    include <unistd.h>

#    include "engine/base/failpoint.h"

enum failpoint_action { DO_NOTHING, DO_KILL, DO_ABORT, DO_ERROR, DO_DELAY, DO_STOP };

struct failpoint_order {
    enum failpoint_action action;
    enum err err;
    long delay_ms;
    unsigned long at; // which pass, from 1
    bool is_for_ever; // and all after it
    atomic_ulong passes;
};

struct failpoint_orders {
    struct failpoint_order of[FAILPOINT_COUNT];
};

static void sleep_ms(long wait_ms)
{
    struct timespec left = {.tv_sec = wait_ms / 1000, .tv_nsec = wait_ms % 1000 * 1000000L};
    while (nanosleep(&left, &left) != 0 && errno == EINTR)
        continue;
}

static enum err on_pass(void *context, enum failpoint point)
{
    struct failpoint_orders *orders = context;
    struct failpoint_order *order = &orders->of[point];
    if (order->action == DO_NOTHING)
        return ERR_OK;
    unsigned long pass = atomic_fetch_add(&order->passes, 1) + 1;
    if (pass < order->at || (pass > order->at && !order->is_for_ever))
        return ERR_OK;
    switch (order->action) {
    case DO_NOTHING: break;
    case DO_KILL: (void)kill(getpid(), SIGKILL); break;
    case DO_ABORT: abort();
    case DO_ERROR: return order->err;
    case DO_DELAY: sleep_ms(order->delay_ms); break;
    case DO_STOP: (void)kill(getpid(), SIGSTOP); break;
    }
    return ERR_OK;
}

static _Noreturn void refuse(const char *part)
{
    (void)fprintf(
        stderr,
        "engaged: ENGAGED_FAILPOINTS: '%s': expected NAME=kill|abort|stop|error[:ERR]|delay:MS, "
        "then "
        "@N or @N+\n",
        part);
    _exit(EXIT_CODE_USAGE);
}

static enum failpoint point_of(const char *name, size_t len, const char *part)
{
    for (unsigned i = 0; i < FAILPOINT_COUNT; i++) {
        const char *known = failpoint_name((enum failpoint)i);
        if (strlen(known) == len && memcmp(known, name, len) == 0)
            return (enum failpoint)i;
    }
    refuse(part);
}

static enum err err_of_name(const char *name, const char *part)
{
    static const char *const names[] = {
#    define X(constant, text) #    constant,
        ERR_TABLE(X)
#    undef X
    };
    for (size_t i = 1; i < sizeof(names) / sizeof(names[0]); i++)
        if (strcmp(names[i] + strlen("ERR_"), name) == 0)
            return (enum err)i;
    refuse(part);
}

static void read_action(struct failpoint_order *order, const char *action, const char *part)
{
    order->err = ERR_IO;
    if (strcmp(action, "kill") == 0) {
        order->action = DO_KILL;
    } else if (strcmp(action, "abort") == 0) {
        order->action = DO_ABORT;
    } else if (strcmp(action, "stop") == 0) {
        order->action = DO_STOP;
    } else if (strncmp(action, "delay:", strlen("delay:")) == 0) {
        order->action = DO_DELAY;
        order->delay_ms = strtol(action + strlen("delay:"), NULL, 10);
    } else if (strncmp(action, "error", strlen("error")) == 0) {
        order->action = DO_ERROR;
        if (action[strlen("error")] == ':')
            order->err = err_of_name(action + strlen("error:"), part);
    } else {
        refuse(part);
    }
}

// One NAME=ACTION[@N[+]]; cut to pieces on the way.
static void read_order(struct failpoint_orders *orders, char *part)
{
    char whole[128];
    (void)snprintf(whole, sizeof(whole), "%s", part);
    char *equals = strchr(part, '=');
    if (equals == NULL)
        refuse(whole);
    struct failpoint_order *order = &orders->of[point_of(part, (size_t)(equals - part), whole)];
    order->at = 1;
    char *at = strchr(equals, '@');
    if (at != NULL) {
        char *end = NULL;
        order->at = strtoul(at + 1, &end, 10);
        order->is_for_ever = end != NULL && *end == '+';
        *at = '\0';
    }
    if (order->at == 0)
        refuse(whole);
    read_action(order, equals + 1, whole);
}

static _Noreturn void list(void)
{
    for (unsigned i = 0; i < FAILPOINT_COUNT; i++)
        (void)printf(
            "%s %s\n", failpoint_name((enum failpoint)i), failpoint_crash_point((enum failpoint)i));
    (void)fflush(stdout);
    _exit(EXIT_CODE_DONE);
}

void failpoint_env_install(void)
{
    static struct failpoint_orders orders;
    const char *given = getenv("ENGAGED_FAILPOINTS");
    if (given == NULL || given[0] == '\0')
        return;
    if (strcmp(given, "list") == 0)
        list();
    char *copy = strdup(given);
    char *rest = NULL;
    if (copy == NULL)
        refuse(given);
    for (char *part = strtok_r(copy, ",", &rest); part != NULL; part = strtok_r(NULL, ",", &rest))
        read_order(&orders, part);
    free(copy);
    failpoint_install(on_pass, &orders);
}

#else

void failpoint_env_install(void)
{
}

#endif
