// Which error ends the process with which exit code.
#include "engine/base/exit_code.h"

enum exit_code exit_code_of(enum err err)
{
    switch (err) {
    case ERR_OK: return EXIT_CODE_DONE;
    case ERR_CORRUPT:
    case ERR_TORN:
    case ERR_FORMAT:
    case ERR_INVALID: return EXIT_CODE_DAMAGED;
    case ERR_BUSY:
    case ERR_FENCED: return EXIT_CODE_IN_USE;
    case ERR_LIMIT:
    case ERR_NOSPACE:
    case ERR_IO:
    case ERR_SYNC:
    case ERR_MISSING:
    case ERR_EXISTS:
    case ERR_AGAIN:
    case ERR_END:
    case ERR_GAP:
    case ERR_UNREACHABLE:
    case ERR_STATE: return EXIT_CODE_INTERNAL;
    }
    return EXIT_CODE_INTERNAL;
}
