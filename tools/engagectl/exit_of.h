// Which error ends a command with which exit code.
#ifndef TOOLS_ENGAGECTL_EXIT_OF_H
#define TOOLS_ENGAGECTL_EXIT_OF_H

#include "tools/engagectl/command.h"

enum exit_code exit_of(enum err err);
// Says what went wrong and returns exit_of(fault->err).
int exit_with_fault(const struct command *command, const struct fault *fault);

#endif
