// The built-in catalogue, parsed once for all worlds.
#ifndef TESTS_SIM_CATALOGUE_H
#define TESTS_SIM_CATALOGUE_H

// Before worlds are run; from then on each ruleset that is compiled takes these trees, which are never changed.
void catalogue_parse(void);

#endif
