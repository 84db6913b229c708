// A disk in memory that fails on demand and forgets at a crash what was not synced.
#ifndef TESTS_FAKES_FAKE_DISK_H
#define TESTS_FAKES_FAKE_DISK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "engine/base/bytes.h"
#include "engine/port/disk.h"

enum { FAKE_DISK_SECTOR_BYTES = 512 };

struct fake_disk;

// An empty disk. Directories need not be made: a path is a name. All functions may be called from
// any thread.
struct fake_disk *fake_disk_create(void);
void fake_disk_destroy(struct fake_disk *fake);
struct disk fake_disk_port(struct fake_disk *fake);

enum fake_disk_repeat {
    FAKE_DISK_ONCE,    // only that call fails
    FAKE_DISK_FOR_EVER // that call and all after it
};
// The call after `calls` more ones fails with err. A failing write_at may have written a part (a
// failing call with ERR_NOSPACE has not).
void fake_disk_fail_after(
    struct fake_disk *fake, uint64_t calls, enum err err, enum fake_disk_repeat repeat);
void fake_disk_heal(struct fake_disk *fake); // nothing fails any more
uint64_t fake_disk_calls(struct fake_disk *fake);
uint64_t fake_disk_failures(struct fake_disk *fake); // calls that failed by fake_disk_fail_after
// Bytes that files may hold together; more gives ERR_NOSPACE. SIZE_MAX at first.
void fake_disk_set_room(struct fake_disk *fake, size_t room_bytes);

enum fake_disk_loss {
    FAKE_DISK_KEEP_ALL,   // the process was killed, the machine went on
    FAKE_DISK_LOSE_ALL,   // the power went: only what was synced is there
    FAKE_DISK_LOSE_MIXED, // each unsynced sector is kept, lost or garbled, by the seed; sizes and
                          // directory entries are kept up to some point
};
// Files whose path ends so are appended to: a crash garbles nothing that was durable in a sector of theirs.
// The text is borrowed.
void fake_disk_set_appended(struct fake_disk *fake, const char *suffix);
// Closes all handles and gives the state after a restart; heals.
void fake_disk_crash(struct fake_disk *fake, uint64_t seed, enum fake_disk_loss loss);

// --- looking and meddling
bool fake_disk_has(struct fake_disk *fake, const char *path);
// A view until the next change of that file; empty when there is no such file.
struct bytes fake_disk_content(struct fake_disk *fake, const char *path);
// Makes or replaces a file, durable at once.
void fake_disk_put(struct fake_disk *fake, const char *path, struct bytes content);
void fake_disk_flip(struct fake_disk *fake, const char *path, uint64_t bit);
void fake_disk_cut(struct fake_disk *fake, const char *path, size_t size_bytes);
void fake_disk_delete(struct fake_disk *fake, const char *path);
// Whether a crash garbled its first sector while nothing of it was durable.
bool fake_disk_is_garbled(struct fake_disk *fake, const char *path);
// Whether all that programs see of it is durable.
bool fake_disk_is_synced(struct fake_disk *fake, const char *path);
size_t fake_disk_files_open(struct fake_disk *fake);
// Of all names and bytes: equal when nothing was changed.
uint64_t fake_disk_digest(struct fake_disk *fake);
// A disk with the same files, all durable.
struct fake_disk *fake_disk_copy(struct fake_disk *fake);

#endif
