// Signals that would end the program, held back while something must be tidied up first.
#ifndef TOOLS_ENGAGECTL_INTERRUPT_H
#define TOOLS_ENGAGECTL_INTERRUPT_H

#include <stdbool.h>

// From now on SIGHUP, SIGINT, SIGPIPE and SIGTERM wait, but for those that are ignored anyway.
void interrupt_hold(void);
// Whether one of them has come: time to stop and tidy up.
bool interrupt_is_waiting(void);
// What has come ends the program now, as if it had not been held.
void interrupt_release(void);

#endif
