// The daemon as a whole: what is started and stopped in which order.
#include "engine/run/daemon.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <unistd.h>

#include "engine/base/failpoint.h"
#include "engine/base/invariant.h"
#include "engine/base/memory.h"
#include "engine/base/version.h"
#include "engine/os/os_clock.h"
#include "engine/os/os_disk.h"
#include "engine/os/os_private.h"
#include "engine/run/data_dir.h"
#include "engine/run/fleet.h"
#include "engine/run/http_events.h"
#include "engine/run/http_server.h"
#include "engine/run/kafka_connect.h"
#include "engine/run/kafka_settings.h"
#include "engine/run/progress.h"
#include "engine/run/reload.h"
#include "engine/run/runtime.h"
#include "engine/run/setup.h"
#include "engine/run/signals.h"
#include "engine/run/sources.h"

// What is still to be published after a signal gets this long; it is in the journal all the same.
#define STOP_DEADLINE_S 8.0

struct daemon {
    struct runtime runtime;
    struct setup setup;
    struct ev_loop *loop;
    struct postbox box;
    struct signals signals;
    struct ev_timer deadline;
    struct ev_timer progress_tick;
    struct progress progress;
    bool is_terminal;
    struct data_dir *dir;
    struct data_meta meta;
    struct sinks *sinks;
    struct worker_plan plan;
    struct side_thread *prepare_side;
    struct side_thread *history_side;
    struct side_thread *connect_side;
    struct kafka_connect connect;
    bool is_connected; // the connect thread has nothing to do any more
    struct http_events *events;
    struct http_server *http;
    struct reload *reload;
    struct fleet fleet;
    size_t ended_count;
    size_t drained_count;
};

// ---- log and time

static int64_t log_wall_ms(void *self)
{
    (void)self;
    struct clock clock = os_clock();
    return clock.ops->wall_ms(clock.self);
}

static void log_write(void *self, struct bytes line)
{
    (void)self;
    size_t done = 0;
    while (done < line.len) {
        ssize_t written = write(STDERR_FILENO, line.data + done, line.len - done);
        if (written < 0 && errno != EINTR)
            return; // nobody to tell
        if (written > 0)
            done += (size_t)written;
    }
}

static void open_runtime(struct daemon *daemon, bool is_once)
{
    static const enum diag_level levels[] = {
        [CONFIG_LOG_DEBUG] = DIAG_DEBUG,
        [CONFIG_LOG_INFO] = DIAG_INFO,
        [CONFIG_LOG_WARN] = DIAG_WARN,
        [CONFIG_LOG_ERROR] = DIAG_ERROR,
    };
    const struct config *config = daemon->setup.config;
    struct runtime *runtime = &daemon->runtime;
    runtime->log = (struct diag){
        .level_min = levels[config->log_level],
        .format = config->log_format == CONFIG_LOG_JSON ? DIAG_FORMAT_JSON : DIAG_FORMAT_TEXT,
        .wall_ms = log_wall_ms,
        .write_line = log_write,
    };
    runtime->clock = os_clock();
    struct clock_reading now = {runtime_wall_ms(runtime), runtime_mono_us(runtime) / 1000};
    clock_guard_begin(&runtime->clock_guard, (int64_t)config->limits.clock_jump_s * 1000, now);
    runtime->disk = os_disk();
    runtime->is_once = is_once;
    runtime->dead_letter_topic = config->dead_letters_kafka;
}

// ---- stopping

static void on_deadline(struct ev_loop *loop, struct ev_timer *watcher, int events)
{
    (void)loop;
    (void)events;
    struct daemon *daemon = watcher->data;
    DIAG_PLAIN(
        &daemon->runtime.log, DIAG_WARN,
        "stopped before everything was published; the next start goes on with it");
    _exit(EXIT_CODE_DONE);
}

static void stop(struct daemon *daemon)
{
    if (atomic_exchange(&daemon->runtime.is_stopping, true))
        return;
    fleet_nudge(&daemon->fleet);
    if (daemon->fleet.worker_count == 0)
        ev_break(daemon->loop, EVBREAK_ALL);
}

static void on_stop_signal(void *context, int number)
{
    struct daemon *daemon = context;
    DIAG(&daemon->runtime.log, DIAG_INFO, "stopping", DIAG_NUM("signal", number));
    signals_release(&daemon->signals); // a second one ends the process at once
    FAILPOINT(STOP_ASKED);
    stop(daemon);
    ev_timer_start(daemon->loop, &daemon->deadline);
}

static void on_reload_signal(void *context)
{
    const struct daemon *daemon = context;
    if (!atomic_load(&daemon->runtime.is_stopping))
        reload_ask(daemon->reload);
}

static void on_rules_loaded(void *context, const struct rules *rules)
{
    const struct daemon *daemon = context;
    if (daemon->events != NULL)
        http_events_set_catalog(daemon->events, ruleset_catalog(rules->ruleset));
}

static struct daemon *daemon_of(const struct worker *worker)
{
    struct postbox *box = worker_get_plan(worker)->main_box;
    return (struct daemon *)(void *)((char *)box - offsetof(struct daemon, box));
}

static void on_worker_ended(struct post *post)
{
    struct daemon *daemon = daemon_of(worker_of_ended(post));
    daemon->ended_count++;
    if (daemon->ended_count == daemon->fleet.worker_count)
        stop(daemon);
}

static void on_worker_drained(struct post *post)
{
    struct daemon *daemon = daemon_of(worker_of_drained(post));
    daemon->drained_count++;
    if (daemon->drained_count == daemon->fleet.worker_count)
        ev_break(daemon->loop, EVBREAK_ALL);
}

// ---- starting

static enum exit_code refuse(struct daemon *daemon, enum exit_code code, const struct fault *fault)
{
    DIAG(
        &daemon->runtime.log, DIAG_ERROR, "cannot start", DIAG_TEXT("reason", fault->text),
        DIAG_TEXT("err", err_name(fault->err)), DIAG_NUM("exit", code));
    return code;
}

static enum exit_code open_data(struct daemon *daemon)
{
    struct fault fault = {.err = ERR_OK};
    enum err private = os_private_check(daemon->setup.config->data, data_dir_has, &fault);
    if (private != ERR_OK && private != ERR_MISSING)
        return refuse(daemon, EXIT_CODE_REFUSED, &fault);
    fault.err =
        data_dir_open(&daemon->runtime.disk, daemon->setup.config->data, &daemon->dir, &fault);
    if (fault.err == ERR_BUSY)
        return refuse(daemon, EXIT_CODE_IN_USE, &fault);
    if (fault.err == ERR_MISSING)
        return refuse(daemon, EXIT_CODE_REFUSED, &fault);
    if (fault.err != ERR_OK)
        return refuse(daemon, exit_code_of(fault.err), &fault);
    fault.err = data_dir_read_meta(daemon->dir, &daemon->meta, &fault);
    if (fault.err != ERR_OK && fault.err != ERR_MISSING)
        return refuse(daemon, exit_code_of(fault.err), &fault);
    return EXIT_CODE_DONE;
}

// A new directory gets its number of shards for ever; an old one must have that number.
static enum exit_code fix_shards(struct daemon *daemon, uint32_t shards)
{
    struct fault fault = {.err = ERR_OK};
    if (daemon->meta.shards == shards)
        return EXIT_CODE_DONE;
    if (daemon->meta.shards != 0) {
        fault.err = fault_set(
            &fault, ERR_INVALID,
            "%s was created with %" PRIu32 " shards and cannot be run with %" PRIu32,
            daemon->setup.config->data, daemon->meta.shards, shards);
        return refuse(daemon, EXIT_CODE_REFUSED, &fault);
    }
    daemon->meta.shards = shards;
    ssize_t got = getrandom(&daemon->meta.identity, sizeof(daemon->meta.identity), 0);
    INVARIANT(got == (ssize_t)sizeof(daemon->meta.identity));
    fault.err = data_dir_write_meta(daemon->dir, &daemon->meta, &fault);
    if (fault.err != ERR_OK)
        return refuse(daemon, exit_code_of(fault.err), &fault);
    return EXIT_CODE_DONE;
}

static enum exit_code start_workers(struct daemon *daemon, uint32_t shards)
{
    const struct config *config = daemon->setup.config;
    enum exit_code code = fix_shards(daemon, shards);
    if (code != EXIT_CODE_DONE)
        return code;
    setup_fill_plan(config, shards, &daemon->plan);
    daemon->plan.shard.identity = daemon->meta.identity;
    struct fault fault = {.err = ERR_OK};
    fault.err = fleet_start(&daemon->fleet, config, &daemon->plan, daemon->sinks, &fault);
    if (fault.err != ERR_OK)
        return refuse(daemon, EXIT_CODE_REFUSED, &fault);
    fleet_run(&daemon->fleet);
    return EXIT_CODE_DONE;
}

static void on_connected(struct post *post)
{
    struct daemon *daemon =
        (struct daemon *)(void *)((char *)post - offsetof(struct daemon, connect.post));
    uint32_t partitions = daemon->connect.partitions;
    daemon->is_connected = true;
    if (atomic_load(&daemon->runtime.is_stopping))
        return;
    enum exit_code code = daemon->fleet.shards > 0 ? fix_shards(daemon, partitions)
                                                   : start_workers(daemon, partitions);
    if (code != EXIT_CODE_DONE)
        _exit((int)code); // nothing was acknowledged that is not durable
}

// The topic's partitions are the shards. A directory that knows its number is opened at once, and
// compared when the brokers answer; a new one waits for them.
static enum exit_code start_kafka(struct daemon *daemon)
{
    struct fault fault = {.err = ERR_OK};
    fault.err =
        kafka_consumer_of(daemon->setup.config, &daemon->runtime, &daemon->fleet.consumer, &fault);
    if (fault.err != ERR_OK)
        return refuse(daemon, EXIT_CODE_REFUSED, &fault);
    daemon->connect_side = side_thread_start("connect");
    daemon->connect = (struct kafka_connect){
        .runtime = &daemon->runtime,
        .consumer = daemon->fleet.consumer,
        .side = daemon->connect_side,
        .reply_to = &daemon->box,
        .done_run = on_connected,
    };
    kafka_connect_start(&daemon->connect);
    return daemon->meta.shards == 0 ? EXIT_CODE_DONE : start_workers(daemon, daemon->meta.shards);
}

// Before recovery, so that a waiting daemon can say that it is alive.
static enum exit_code start_http(struct daemon *daemon)
{
    const struct config *config = daemon->setup.config;
    if (config->http_listen == NULL || daemon->runtime.is_once)
        return EXIT_CODE_DONE;
    struct fault fault = {.err = ERR_OK};
    struct http_produce *produce = NULL;
    if (config->source_http && config->source_kafka.brokers != NULL)
        fault.err = http_produce_open(config, &daemon->runtime, daemon->loop, &produce, &fault);
    if (fault.err != ERR_OK)
        return refuse(daemon, EXIT_CODE_REFUSED, &fault);
    if (config->source_http)
        daemon->events = http_events_create(
            &daemon->fleet, &daemon->plan.shard, ruleset_catalog(daemon->setup.rules.ruleset),
            produce);
    daemon->history_side = side_thread_start("history");
    struct http_context context = {
        .runtime = &daemon->runtime,
        .config = config,
        .fleet = &daemon->fleet,
        .box = &daemon->box,
        .events = daemon->events,
        .reload = daemon->reload,
        .history_side = daemon->history_side,
        .began_us = daemon->progress.began_us,
    };
    fault.err = http_server_open(&context, daemon->loop, &daemon->http, &fault);
    if (fault.err != ERR_OK)
        return refuse(daemon, EXIT_CODE_REFUSED, &fault);
    DIAG(
        &daemon->runtime.log, DIAG_INFO, "listening", DIAG_TEXT("host", config->http_host),
        DIAG_NUM("port", http_server_port(daemon->http)));
    return EXIT_CODE_DONE;
}

static enum exit_code start(struct daemon *daemon)
{
    enum exit_code code = open_data(daemon);
    if (code != EXIT_CODE_DONE)
        return code;
    struct fault fault = {.err = ERR_OK};
    fault.err = sinks_open(daemon->setup.config, &daemon->runtime, &daemon->sinks, &fault);
    if (fault.err != ERR_OK)
        return refuse(
            daemon, fault.err == ERR_MISSING ? EXIT_CODE_REFUSED : exit_code_of(fault.err), &fault);
    DIAG(
        &daemon->runtime.log, DIAG_INFO, "starting", DIAG_TEXT("version", ENGAGED_VERSION),
        DIAG_HEX("ruleset", ruleset_hash(daemon->setup.rules.ruleset)));
    daemon->prepare_side = side_thread_start("prepare");
    daemon->reload = reload_create(&(struct reload_params){
        .runtime = &daemon->runtime,
        .config = daemon->setup.config,
        .fleet = &daemon->fleet,
        .box = &daemon->box,
        .rules = &daemon->setup.rules,
        .on_loaded = on_rules_loaded,
        .context = daemon,
    });
    daemon->plan = (struct worker_plan){
        .runtime = &daemon->runtime,
        .rules = &daemon->setup.rules,
        .prepare_side = daemon->prepare_side,
        .main_box = &daemon->box,
        .ended_run = on_worker_ended,
        .drained_run = on_worker_drained,
    };
    setup_fill_plan(daemon->setup.config, 1, &daemon->plan);
    code = start_http(daemon);
    if (code != EXIT_CODE_DONE)
        return code;
    if (daemon->setup.config->source_kafka.brokers != NULL)
        return start_kafka(daemon);
    return start_workers(daemon, daemon->setup.config->shards);
}

// ---- progress and summary

static void on_progress(struct ev_loop *loop, struct ev_timer *watcher, int events)
{
    (void)loop;
    (void)events;
    struct daemon *daemon = watcher->data;
    uint64_t read = 0;
    uint64_t bytes = 0;
    for (uint32_t i = 0; i < daemon->fleet.shards; i++) {
        struct lane *lane = daemon->fleet.lanes[i];
        read += atomic_load(&lane->events_read);
        bytes += atomic_load(&lane->bytes_read);
    }
    struct buffer line = {0};
    buffer_add_text(&line, "\r");
    progress_print(&daemon->progress, runtime_mono_us(&daemon->runtime), read, bytes, &line);
    buffer_add_text(&line, "\033[K");
    log_write(NULL, buffer_bytes(&line));
    buffer_free(&line);
}

static void summarise(struct daemon *daemon)
{
    struct shard_flow totals = {.journalled = 0};
    fleet_totals(&daemon->fleet, &totals);
    struct buffer line = {0};
    if (daemon->is_terminal)
        buffer_add_text(&line, "\r\033[K");
    progress_summary(&daemon->progress, runtime_mono_us(&daemon->runtime), &totals, &line);
    log_write(NULL, buffer_bytes(&line));
    buffer_free(&line);
}

// ---- the whole

static void open_loop(struct daemon *daemon)
{
    daemon->loop = ev_loop_new(EVBACKEND_EPOLL | EVFLAG_NOENV);
    INVARIANT(daemon->loop != NULL);
    postbox_open(&daemon->box, daemon->loop);
    daemon->signals.on_stop = on_stop_signal;
    daemon->signals.on_reload = on_reload_signal;
    daemon->signals.context = daemon;
    signals_open(&daemon->signals, daemon->loop);
    ev_timer_init(&daemon->deadline, on_deadline, STOP_DEADLINE_S, 0.0);
    daemon->deadline.data = daemon;
    ev_timer_init(&daemon->progress_tick, on_progress, 1.0, 1.0);
    daemon->progress_tick.data = daemon;
    daemon->is_terminal = daemon->runtime.is_once && isatty(STDERR_FILENO) == 1;
    if (daemon->is_terminal)
        ev_timer_start(daemon->loop, &daemon->progress_tick);
    progress_begin(
        &daemon->progress, sources_file_bytes(daemon->setup.config),
        runtime_mono_us(&daemon->runtime));
}

static void close_all(struct daemon *daemon)
{
    http_server_close(daemon->http);
    http_events_destroy(daemon->events);
    reload_stop(daemon->reload);
    side_thread_join(daemon->history_side);
    side_thread_join(daemon->prepare_side); // before the journals it works on are closed
    side_thread_join(daemon->connect_side);
    fleet_stop(&daemon->fleet);
    reload_destroy(daemon->reload);
    kafka_consumer_close(daemon->fleet.consumer);
    sinks_close(daemon->sinks);
    data_dir_close(daemon->dir);
    postbox_close(&daemon->box);
    ev_loop_destroy(daemon->loop);
    setup_free(&daemon->setup);
}

static enum exit_code run(struct daemon *daemon)
{
    enum exit_code code = start(daemon);
    if (code != EXIT_CODE_DONE)
        _exit((int)code); // whatever was started has done nothing yet
    ev_run(daemon->loop, 0);
    FAILPOINT(STOP_DRAINED);
    if (daemon->runtime.is_once) {
        summarise(daemon);
        code = fleet_has_gap(&daemon->fleet) ? EXIT_CODE_FAILED : EXIT_CODE_DONE;
    }
    DIAG(&daemon->runtime.log, DIAG_INFO, "stopped", DIAG_NUM("exit", code));
    if (daemon->connect_side != NULL && !daemon->is_connected)
        _exit((int)code); // it waits for brokers that do not answer
    close_all(daemon);
    FAILPOINT(STOP_CLOSED);
    return code;
}

enum exit_code daemon_run(const struct options *options)
{
    signals_hold();
    struct daemon *daemon = mem_zero(1, sizeof(*daemon));
    enum exit_code code = EXIT_CODE_REFUSED;
    if (setup_load(options->config_path, &daemon->setup) != ERR_OK)
        goto free_daemon;
    if (options->action == OPTIONS_CHECK) {
        const size_t files = daemon->setup.rules.bundle.count;
        (void)fprintf(
            stderr, "configuration and rules are fine: %zu rule file%s, ruleset %016" PRIx64 "\n",
            files, files == 1 ? "" : "s", ruleset_hash(daemon->setup.rules.ruleset));
        setup_free(&daemon->setup);
        code = EXIT_CODE_DONE;
        goto free_daemon;
    }
    open_runtime(daemon, options->is_once);
    open_loop(daemon);
    code = run(daemon);
free_daemon:
    free(daemon);
    return code;
}
