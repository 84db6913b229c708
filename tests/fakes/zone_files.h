// A zone database in memory, which may change, fail, and grow a zone while it is read.
#ifndef TESTS_FAKES_ZONE_FILES_H
#define TESTS_FAKES_ZONE_FILES_H

#include "engine/port/zone_files.h"

enum { FAKE_ZONES_MAX = 16 };

struct fake_zone {
    const char *name;      // of that zone; ending in '/', of all that begin so
    const char *rule;      // the footer of its file; NULL: the file is none of a zone
    unsigned padding;      // transitions that say nothing, 9 bytes each
    unsigned reads_before; // it is there from that read on
    enum err failure;
};

struct fake_zones {
    struct fake_zone zones[FAKE_ZONES_MAX]; // up to the first without a name
    unsigned reads;
};

// Borrows.
struct zone_files fake_zone_files(struct fake_zones *zones);

#endif
