// Full disk, read-only, memory limits, frozen.
#include "tests/torture/phases.h"
void phase_faults(const struct settings *settings, struct tally *tally)
{
    (void)settings;
    (void)tally;
}
