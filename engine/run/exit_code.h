// Exit codes of the daemon, as docs/operations.md lists them.
#ifndef ENGINE_RUN_EXIT_CODE_H
#define ENGINE_RUN_EXIT_CODE_H

#include "engine/base/err.h"

enum exit_code {
    EXIT_CODE_OK = 0,
    EXIT_CODE_FAILED = 1,    // --once could not read all there is
    EXIT_CODE_USAGE = 2,     // wrong usage
    EXIT_CODE_INTERNAL = 70, // internal or durability failure
    EXIT_CODE_IN_USE = 73,   // data directory in use, or another instance took over
    EXIT_CODE_DAMAGED = 74,  // stored data is damaged
    EXIT_CODE_CONFIG = 78,   // configuration or rules refused
};

// What the process ends with when this cannot be worked around.
enum exit_code exit_code_of(enum err err);

#endif
