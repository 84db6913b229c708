// Failpoints chosen by the environment. In builds without them it does nothing.
#ifndef ENGINE_RUN_FAILPOINT_ENV_H
#define ENGINE_RUN_FAILPOINT_ENV_H

#include "engine/base/exit_code.h"

// Reads ENGAGED_FAILPOINTS, "NAME=ACTION[@N],…": at the N-th pass (the first) of NAME
//   kill          the process kills itself with SIGKILL
//   abort         it ends by SIGABRT, as after a crash
//   error[:ERR]   the step fails with ERR_IO, or :NOSPACE, :SYNC, :UNREACHABLE, …; N+ instead of N: from then on
//   delay:MS      the thread sleeps
//   stop          SIGSTOP for the whole process
// "list" prints all names with their crash points and ends the program. What it cannot read ends it, too.
// Before any thread is started.
void failpoint_env_install(void);

#endif
