// What all threads of the daemon share.
#include "engine/run/runtime.h"

#include <unistd.h>

int64_t runtime_wall_ms(const struct runtime *runtime)
{
    return runtime->clock.ops->wall_ms(runtime->clock.self);
}

int64_t runtime_mono_us(const struct runtime *runtime)
{
    return runtime->clock.ops->mono_us(runtime->clock.self);
}

_Noreturn void runtime_fail(
    struct runtime *runtime, enum exit_code code, const char *message, const struct fault *fault)
{
    if (atomic_exchange(&runtime->has_failed, true))
        for (;;)
            (void)pause(); // another thread is about to end the process
    DIAG(
        &runtime->log, DIAG_ERROR, message, DIAG_TEXT("reason", fault->text),
        DIAG_TEXT("err", err_name(fault->err)), DIAG_NUM("exit", code));
    _exit((int)code);
}
