// One source of a lane.
#include "engine/run/inlet.h"

enum { RETRY_MS_MIN = 100, RETRY_MS_MAX = 5000 };

void inlet_wake(void *context)
{
    struct inlet *inlet = context;
    atomic_store(&inlet->is_woken, true);
    postbox_nudge(inlet->box);
}

static void start_later(struct inlet *inlet, struct runtime *runtime)
{
    uint32_t wait_ms = inlet->retry_ms == 0 ? RETRY_MS_MIN : inlet->retry_ms;
    inlet->retry_ms = wait_ms * 2 < RETRY_MS_MAX ? wait_ms * 2 : RETRY_MS_MAX;
    inlet->retry_at_us = runtime_mono_us(runtime) + (int64_t)wait_ms * 1000;
    inlet->state = INLET_STARTING;
}

static void say_unreachable(struct inlet *inlet, struct runtime *runtime, const struct fault *fault)
{
    if (inlet->is_said)
        return;
    inlet->is_said = true;
    DIAG(
        &runtime->log, DIAG_WARN, "source cannot be reached, will retry",
        DIAG_TEXT("source", inlet->source.name), DIAG_TEXT("reason", fault->text),
        DIAG_TEXT("err", err_name(fault->err)));
}

// Stops reading, or goes on behind the gap where an operator chose so.
static enum err cross_gap(struct inlet *inlet, struct runtime *runtime, struct fault *fault)
{
    inlet->gaps++;
    if (!inlet->may_skip_gap) {
        DIAG(
            &runtime->log, DIAG_ERROR, "position is gone from the source, it is not read any more",
            DIAG_TEXT("source", inlet->source.name), DIAG_TEXT("reason", fault->text));
        inlet->state = INLET_STOPPED;
        return ERR_GAP;
    }
    DIAG(
        &runtime->log, DIAG_ERROR,
        "position is gone from the source, going on at the oldest there is",
        DIAG_TEXT("source", inlet->source.name), DIAG_TEXT("reason", fault->text));
    return inlet->source.ops->start(inlet->source.self, SOURCE_POSITION_START, fault);
}

static enum err start(struct inlet *inlet, int64_t position, struct fault *fault)
{
    if (inlet->consumer != NULL && !kafka_consumer_is_connected(inlet->consumer))
        return fault_set(fault, ERR_UNREACHABLE, "no broker answers");
    return inlet->source.ops->start(inlet->source.self, position, fault);
}

void inlet_start(struct inlet *inlet, struct runtime *runtime, int64_t position)
{
    struct fault fault = {.err = ERR_OK};
    enum err err = start(inlet, position, &fault);
    if (err == ERR_GAP)
        err = cross_gap(inlet, runtime, &fault);
    fault.err = err;
    if (err == ERR_GAP) {
        inlet->state = INLET_STOPPED;
        return;
    }
    if (err != ERR_OK) {
        say_unreachable(inlet, runtime, &fault);
        start_later(inlet, runtime);
        return;
    }
    DIAG(
        &runtime->log, DIAG_INFO, "source started", DIAG_TEXT("source", inlet->source.name),
        DIAG_NUM("position", position));
    inlet->is_said = false;
    inlet->retry_ms = 0;
    inlet->state = INLET_READING;
}

static void say_reached(struct inlet *inlet, struct runtime *runtime)
{
    inlet->retry_ms = 0;
    if (!inlet->is_said)
        return;
    inlet->is_said = false;
    DIAG(&runtime->log, DIAG_INFO, "source reached again", DIAG_TEXT("source", inlet->source.name));
}

bool inlet_poll(
    struct inlet *inlet,
    struct runtime *runtime,
    struct message *messages,
    size_t max,
    size_t *count_out)
{
    struct fault fault = {.err = ERR_OK};
    *count_out = 0;
    atomic_store(&inlet->is_woken, false); // what wakes us from here on is seen after ERR_AGAIN
    enum err err = inlet->source.ops->poll(inlet->source.self, messages, max, count_out, &fault);
    fault.err = err;
    if (err == ERR_OK) {
        inlet->polled += *count_out;
        say_reached(inlet, runtime);
        return true;
    }
    if (err == ERR_AGAIN) {
        inlet->state = INLET_IDLE;
    } else if (err == ERR_END) {
        inlet->state = INLET_ENDED;
        DIAG(
            &runtime->log, DIAG_INFO, "source read to its end",
            DIAG_TEXT("source", inlet->source.name));
    } else if (err == ERR_GAP) {
        if (cross_gap(inlet, runtime, &fault) != ERR_OK && inlet->may_skip_gap)
            start_later(inlet, runtime);
    } else {
        say_unreachable(inlet, runtime, &fault);
        start_later(inlet, runtime);
    }
    return false;
}

bool inlet_is_due(struct inlet *inlet, int64_t now_us)
{
    switch (inlet->state) {
    case INLET_READING: return true;
    case INLET_ENDED:
    case INLET_STOPPED: return false;
    case INLET_STARTING: return now_us >= inlet->retry_at_us;
    case INLET_IDLE:
        if (!atomic_load(&inlet->is_woken))
            return false;
        inlet->state = INLET_READING;
        return true;
    }
    return false;
}
