// Whether the files that the daemon is told to write can be what the configuration calls them.
#ifndef ENGINE_RUN_OUTPUT_FILES_H
#define ENGINE_RUN_OUTPUT_FILES_H

#include "config/config.h"
#include "engine/base/err.h"

// Looks at names and directories only; creates nothing. The data directory itself may be missing.
//   ERR_INVALID a directory is missing, or one file stands for two things
NODISCARD enum err output_files_check(const struct config *config, struct fault *fault);

#endif
