// What all threads of the daemon share: the log, the clock, the disk, and a few flags.
#ifndef ENGINE_RUN_RUNTIME_H
#define ENGINE_RUN_RUNTIME_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "engine/base/diag.h"
#include "engine/base/err.h"
#include "engine/base/exit_code.h"
#include "engine/port/clock.h"
#include "engine/port/disk.h"
#include "engine/run/ceiling_gate.h"
#include "engine/run/clock_guard.h"

// Everything but the flags is set before the first thread starts and never changed.
struct runtime {
    struct diag log;
    struct clock clock;
    struct disk disk;
    bool is_once;                  // --once: every source has an end
    const char *dead_letter_topic; // where dead letters go on Kafka; NULL: to a file

    struct clock_guard clock_guard; // of the ticks
    struct ceiling_gate ceiling;    // of the actions that all lanes publish
    atomic_bool is_stopping;        // nothing new is taken in
    atomic_uint disks_full;         // syncs and publications that wait for room
    atomic_uint sinks_waiting;      // publishers that cannot reach what they publish to
    atomic_bool has_failed;         // a thread is ending the process
};

int64_t runtime_wall_ms(const struct runtime *runtime);
int64_t runtime_mono_us(const struct runtime *runtime);

// Ends the process at once, with one line that says why. Any thread; of several the first one speaks.
// Whatever was acknowledged is durable, so that nothing needs to be undone.
_Noreturn void runtime_fail(
    struct runtime *runtime, enum exit_code code, const char *message, const struct fault *fault);

#endif
