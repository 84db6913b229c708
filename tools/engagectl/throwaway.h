// A data directory for one run of the program, removed when the run is over.
#ifndef TOOLS_ENGAGECTL_THROWAWAY_H
#define TOOLS_ENGAGECTL_THROWAWAY_H

#include "engine/base/err.h"
#include "engine/port/disk.h"

// Does not move while its disk is in use.
struct throwaway {
    char *path;          // owned
    struct disk_ops ops; // those of the real disk, but nothing is synced: it need not last
    struct disk disk;
};

// Makes the directory below TMPDIR, or /tmp.
//   ERR_MISSING, ERR_NOSPACE, ERR_IO it cannot be made
NODISCARD enum err throwaway_create(struct throwaway *out, struct fault *fault);
// Removes it with all that is in it.
void throwaway_remove(struct throwaway *throwaway);

#endif
