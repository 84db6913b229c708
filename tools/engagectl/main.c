// engagectl: the operator's tool.
#include "tools/engagectl/command.h"

int main(int argc, char **argv)
{
    return command_main(argc, argv);
}
