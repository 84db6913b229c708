// The real clocks of this machine.
#ifndef ENGINE_OS_OS_CLOCK_H
#define ENGINE_OS_OS_CLOCK_H

#include "engine/port/clock.h"

// The same for every call; any number of threads.
struct clock os_clock(void);

#endif
