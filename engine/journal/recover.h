// Private to the journal: what an open finds in the directory, and what it does about it.
#ifndef ENGINE_JOURNAL_RECOVER_H
#define ENGINE_JOURNAL_RECOVER_H

#include <stdbool.h>

#include "engine/journal/file.h"
#include "engine/journal/journal.h"
#include "engine/journal/record.h"

// Everything that recovery may do, decided before anything is changed.
struct recovery_plan {
    struct file_list files;   // without the one to be removed
    struct file_header head;  // of the last file
    bool has_head;            // there is a last file
    bool is_head_sealed;      // then the next frame goes into a new file
    uint64_t head_end;        // offset of the next group in the last file
    uint64_t head_size_bytes; // of the last file
    uint64_t cut_end;         // zeroes go to [head_end, cut_end) of the last file; 0: no cut
    uint64_t remove_first;    // a file that never held a frame; 0: none
    uint64_t before_first;    // the file before the last; 0: none
    uint64_t seal_first;      // a file left unsealed by an interrupted roll-over; 0: none
    uint64_t seal_at;         // where its seal belongs
    struct seal seal;
    struct journal_recovery found;
};

// Of sealed files, oldest first, that every open reads whole: as much as takes a fraction of a second.
#define RECOVERY_BYTES_MAX (UINT64_C(128) << 20)

// What to look at, and what is expected there; identity 0: nothing is (shard is not compared either).
struct recovery_request {
    struct disk disk;
    const char *directory;
    uint32_t shard;
    uint64_t identity;
    uint64_t sequence_known;
    uint64_t sealed_bytes_max; // sealed files beyond it by header and seal; UINT64_MAX: every byte
};

// Reads and decides; changes nothing. Errors as journal_open. The plan is freed by the caller.
NODISCARD enum err recovery_plan_make(
    const struct recovery_request *request, struct recovery_plan *out, struct fault *fault);
void recovery_plan_free(struct recovery_plan *plan);

// Carries the plan out. May be interrupted anywhere: a later plan comes to the same journal.
NODISCARD enum err recovery_plan_act(
    struct disk disk, const char *directory, const struct recovery_plan *plan, struct fault *fault);

#endif
