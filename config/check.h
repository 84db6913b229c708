// What settings owe each other.
#ifndef CONFIG_CHECK_H
#define CONFIG_CHECK_H

#include "config/loader.h"

// Looks at the configuration as a whole, after its rows were read; sets what follows from others
// (the place of dead letters, host and port of the address).
void config_check(struct loader *loader);

#endif
