// The daemon's configuration, for commands that look at its data or ask it.
#ifndef TOOLS_ENGAGECTL_LOAD_CONFIG_H
#define TOOLS_ENGAGECTL_LOAD_CONFIG_H

#include "config/config.h"
#include "tools/engagectl/command.h"

// Reads what --config names, or the default. EXIT_CODE_DONE and the caller owns *out, or
// EXIT_CODE_REFUSED after having said all that is wrong.
int load_config(const struct command_call *call, struct config **out);

#endif
