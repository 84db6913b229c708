// `engagectl version`.
#include "engine/base/version.h"

#include "engine/base/bytes.h"
#include "tools/engagectl/command.h"
#include "tools/engagectl/commands.h"

int version_command(const struct command_call *call)
{
    (void)call;
    return command_print(BYTES_LITERAL("engagectl " ENGAGED_VERSION "\n"));
}
