// Keeps lines of the configuration that may hold a secret out of what is said of it.
#ifndef CONFIG_SECRET_LINES_H
#define CONFIG_SECRET_LINES_H

#include "config/diagnostic.h"

// Takes the source line from each diagnostic of the file whose line or message names something that signs in, or
// whose line belongs to one that does: what is wrong there is said without showing it. text is the whole file.
void secret_lines_hide(struct bytes text, struct diagnostics *list);

#endif
