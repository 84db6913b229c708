// Where the journal of a shard is below a data directory.
#ifndef TOOLS_ENGAGECTL_JOURNAL_DIRECTORY_H
#define TOOLS_ENGAGECTL_JOURNAL_DIRECTORY_H

#include <stdint.h>

// Owned by the caller.
char *journal_directory(const char *data, uint32_t shard);

#endif
