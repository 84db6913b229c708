// The command line of the daemon.
#ifndef ENGINE_RUN_OPTIONS_H
#define ENGINE_RUN_OPTIONS_H

#include <stdbool.h>

#include "engine/base/buffer.h"
#include "engine/base/err.h"

enum options_action { OPTIONS_RUN, OPTIONS_CHECK, OPTIONS_HELP, OPTIONS_VERSION };

// Texts are borrowed from argv or static.
struct options {
    enum options_action action;
    const char *config_path;
    bool is_once;
};

//   ERR_INVALID wrong usage, told in *complaint; *out is untouched
NODISCARD enum err options_parse(
    int argc, char **argv, struct options *out, struct buffer *complaint);
const char *options_help(void);

#endif
