// Which error ends a command with which exit code.
#include "tools/engagectl/exit_of.h"

enum exit_code exit_of(enum err err)
{
    switch (err) {
    case ERR_OK: return EXIT_CODE_DONE;
    case ERR_CORRUPT:
    case ERR_TORN:
    case ERR_FORMAT:
    case ERR_INVALID: return EXIT_CODE_DAMAGED;
    case ERR_BUSY:
    case ERR_FENCED: return EXIT_CODE_IN_USE;
    case ERR_MISSING:
    case ERR_UNREACHABLE: return EXIT_CODE_UNREACHABLE;
    case ERR_LIMIT:
    case ERR_NOSPACE:
    case ERR_IO:
    case ERR_SYNC:
    case ERR_EXISTS:
    case ERR_AGAIN:
    case ERR_END:
    case ERR_GAP:
    case ERR_STATE: return EXIT_CODE_INTERNAL;
    }
    return EXIT_CODE_INTERNAL;
}

int exit_with_fault(const struct command *command, const struct fault *fault)
{
    command_talk(command, "%s", fault->text[0] == '\0' ? err_text(fault->err) : fault->text);
    return exit_of(fault->err);
}
