// The zones that new rules need over events of before: had from the system while the journal is folded again, for the frame
// that puts the rules in force.
#ifndef ENGINE_FOLD_HISTORY_ZONES_H
#define ENGINE_FOLD_HISTORY_ZONES_H

#include "engine/base/buffer.h"
#include "engine/fold/fold.h"
#include "engine/port/zone_files.h"

struct history_zones {
    struct fold *fold; // that folds again; what is found is in its zones
    struct zone_files files;
    struct buffer found; // payloads of their commands, sized
    uint64_t found_bytes_max;
    uint8_t
        *none; // names that are of no zone, as bits that they set; NULL: the system is not asked
};

// From now on the fold asks the files. What is found stays until history_zones_free, and what was none stays none, for a
// replay knows from the beginning what was found in the end.
void history_zones_ask(
    struct history_zones *zones,
    struct fold *fold,
    struct zone_files files,
    uint64_t found_bytes_max);
// Whether the name was asked for and is of no zone, as far as the bits tell: one that they do not know was not asked for.
bool history_zones_was_none(const struct history_zones *zones, struct bytes name);
void history_zones_free(struct history_zones *zones);

#endif
