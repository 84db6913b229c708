// Which error ends a command with which exit code.
#include "tools/engagectl/exit_of.h"

enum exit_code exit_of(enum err err)
{
    if (err == ERR_MISSING || err == ERR_UNREACHABLE)
        return EXIT_CODE_UNREACHABLE; // a daemon waits, a command does not
    return exit_code_of(err);
}

int exit_with_fault(const struct command *command, const struct fault *fault)
{
    command_talk(command, "%s", fault->text[0] == '\0' ? err_text(fault->err) : fault->text);
    return exit_of(fault->err);
}
