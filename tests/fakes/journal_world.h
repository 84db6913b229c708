// What the journal's tests share: a journal on a fake disk, and frames with content made from their sequence.
#ifndef TESTS_FAKES_JOURNAL_WORLD_H
#define TESTS_FAKES_JOURNAL_WORLD_H

#include <stdint.h>

#include "engine/journal/journal.h"

#include "tests/fakes/fake_disk.h"

#define WORLD_DIRECTORY "/journal"
#define WORLD_IDENTITY  UINT64_C(0x1122334455667788)
enum { WORLD_SHARD = 3 };

struct journal_world {
    struct fake_disk *fake;
    struct journal *journal;
    struct frame_builder *builder;
    struct journal_recovery recovery;
    struct fault fault;
    uint64_t file_bytes_max;
    uint64_t sequence_known;
    uint64_t durable;     // what the last successful sync said
    struct hash128 chain; // of the last frame appended
};

void journal_world_create(struct journal_world *world, uint64_t file_bytes_max);
void journal_world_destroy(struct journal_world *world);
enum err journal_world_open(struct journal_world *world); // journal_open on the fake disk
void journal_world_close(struct journal_world *world);
// The process dies, with or without the machine.
void journal_world_crash(struct journal_world *world, uint64_t seed, enum fake_disk_loss loss);
// Appends the frame that belongs to the next sequence: its inputs follow from the sequence and `inputs`.
enum err journal_world_append(struct journal_world *world, uint32_t inputs);
enum err journal_world_sync(struct journal_world *world);
// Appends `frames` frames and syncs; fails the test on an error.
void journal_world_write(struct journal_world *world, uint32_t frames, uint32_t inputs);

// Fills the builder with the frame of a sequence.
void journal_world_build(struct frame_builder *builder, uint64_t sequence, uint32_t inputs);
// Fails the test unless the frame holds what journal_world_build put into it.
void journal_world_check_frame(struct frame_reader *frame);

// Reads the journal with a reader from `from` on, checks every frame; *last_out: last sequence read.
// Gives what the reader gave instead of a frame: ERR_END, ERR_CORRUPT… ERR_END too when empty.
enum err journal_world_read(struct journal_world *world, uint64_t from, uint64_t *last_out);

struct journal_path_text {
    char text[128];
};
struct journal_path_text journal_world_path(uint64_t first);

#endif
