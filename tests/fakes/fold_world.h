// A shard on a temporary directory of the real disk, fed with lines of JSON: the world of fold tests.
#ifndef TESTS_FAKES_FOLD_WORLD_H
#define TESTS_FAKES_FOLD_WORLD_H

#include "engine/fold/outbox.h"
#include "engine/fold/shard.h"

#include "tests/support/suite.h"

enum { WORLD_LINES_MAX = 4096 };

struct fold_world {
    char directory[TEST_SCRATCH_BYTES];
    struct shard_params params; // may be changed before world_open
    struct shard *shard;        // NULL while closed
    struct shard_report report; // of the last opening
    struct outbox_batch out;    // everything taken so far
    int64_t position;           // of the next line
    int64_t wall_ms;
};

void world_create(struct fold_world *world); // makes the directory; opens nothing
void world_destroy(struct fold_world *world);
// Opens the shard and puts the rules in force (NULL: leaves what is in force). Fails the test on errors.
void world_open(struct fold_world *world, const char *rules);
enum err world_try_open(struct fold_world *world, struct fault *fault);
void world_activate(struct fold_world *world, const char *rules);
void world_close(struct fold_world *world); // as a kill: no checkpoint
// Folds the lines as one frame and makes it durable; takes what may be published into out.
void world_feed(struct fold_world *world, const char *const *lines, size_t count);
void world_feed_line(struct fold_world *world, const char *line);
// Takes everything durable and calls it published.
void world_publish(struct fold_world *world);
void world_checkpoint(struct fold_world *world);   // publishes first
void world_remove_store(struct fold_world *world); // while closed
// Moves the clock of the events to a time ("2026-01-03T10:00:00Z"), and what is due by then is done. Publishes nothing.
void world_advance(struct fold_world *world, const char *time);
// One frame of no input, at wall_ms, which may fire timers.
void world_tick(struct fold_world *world);
// Whatever was done, the journal folds again to the same. While open; makes durable what the clock alone has made.
void world_check_refolds(struct fold_world *world);
// Takes the store away and opens again: the journal makes the same, and the same contact of that id (NULL: none is compared).
void world_check_rebuilt(struct fold_world *world, const char *contact);
// What is restarted may offer again what is out already: whether out has this item before, too.
bool world_is_offered_again(const struct fold_world *world, size_t item);
// A member of the JSON of out's item as text, be it a text or a number. Fails the test where there is none, or no room.
void world_copy_member(
    const struct fold_world *world, size_t item, const char *name, char *to, size_t size);
// What the shard has counted so far.
struct shard_flow world_flow(const struct fold_world *world);
struct shard_counts world_counts(const struct fold_world *world);
uint64_t world_digest(const struct fold_world *world);
// The contact as JSON; borrowed until the next call. "" when there is none.
const char *world_contact(struct fold_world *world, const char *id);
// Overwrites one byte of a file below the directory with its complement.
void world_flip(struct fold_world *world, const char *file, long offset);
// The path of the journal's first file, below the directory. Borrowed.
const char *world_journal_file(struct fold_world *world);

#endif
