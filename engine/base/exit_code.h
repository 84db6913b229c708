// What both programs exit with; a contract with scripts (docs/operations.md).
#ifndef ENGINE_BASE_EXIT_CODE_H
#define ENGINE_BASE_EXIT_CODE_H

#include "engine/base/err.h"

enum exit_code {
    EXIT_CODE_DONE = 0,
    EXIT_CODE_FAILED = 1, // a check, a test or a comparison failed; nothing of that name; --once
                          // could not read all there is
    EXIT_CODE_USAGE = 2,  // wrong usage
    EXIT_CODE_UNREACHABLE = 69, // a broker or a service; commands only: the daemon waits
    EXIT_CODE_INTERNAL = 70,    // an internal or durability failure
    EXIT_CODE_IN_USE = 73,      // the data directory, or another instance took over
    EXIT_CODE_DAMAGED = 74,     // stored data, named
    EXIT_CODE_REFUSED = 78,     // configuration or rules
};

// What a daemon ends with when this cannot be worked around.
enum exit_code exit_code_of(enum err err);

#endif
