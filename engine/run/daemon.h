// The daemon as a whole: what is started and stopped in which order.
#ifndef ENGINE_RUN_DAEMON_H
#define ENGINE_RUN_DAEMON_H

#include "engine/base/exit_code.h"
#include "engine/run/options.h"

// Runs until it is told to stop, or with is_once until everything there is was done. Main thread.
// Some failures end the process from within.
enum exit_code daemon_run(const struct options *options);

#endif
