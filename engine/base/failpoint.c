// The names of the failpoints, and the one handler that they share in test builds.
#include "engine/base/failpoint.h"

#include <stddef.h>

static const struct {
    const char *name;
    const char *crash_point;
} points[FAILPOINT_COUNT] = {
#define X(constant, name, crash_point) [FAILPOINT_##constant] = {name, crash_point},
    FAILPOINT_TABLE(X)
#undef X
};

const char *failpoint_name(enum failpoint point)
{
    return points[point].name;
}

const char *failpoint_crash_point(enum failpoint point)
{
    return points[point].crash_point;
}

#ifdef FAILPOINTS
static failpoint_fn *installed;
static void *installed_context;

void failpoint_install(failpoint_fn *handler, void *context)
{
    installed = handler;
    installed_context = context;
}

enum err failpoint_pass(enum failpoint point)
{
    return installed == NULL ? ERR_OK : installed(installed_context, point);
}
#endif
