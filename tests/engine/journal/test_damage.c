// Damage to a journal: a torn tail is cut, anything else is named and left alone.
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include <check.h>

#include "engine/journal/layout.h"
#include "engine/journal/record.h"

#include "tests/fakes/journal_world.h"
#include "tests/support/suite.h"

#ifdef __SANITIZE_THREAD__
enum { STRIDE = 257 }; // there is one thread here, and it is slow
#else
enum { STRIDE = 13 };
#endif
enum { FILE_BYTES = 16384, SMALL_FILE_BYTES = 4096 };

static void write_more(
    struct journal_world *world, unsigned groups, uint32_t frames, uint32_t inputs)
{
    ck_assert_int_eq(journal_world_open(world), ERR_OK);
    for (unsigned i = 0; i < groups; i++)
        journal_world_write(world, frames, inputs);
    journal_world_close(world);
}

// Groups of several frames, some over the end of a file.
static void write_groups(
    struct journal_world *world, unsigned groups, uint32_t frames, uint32_t inputs)
{
    journal_world_create(world, FILE_BYTES);
    write_more(world, groups, frames, inputs);
}

static struct journal_path_text last_file(struct journal_world *world, uint64_t sequence_last)
{
    for (uint64_t first = sequence_last + 1; first > 0; first--) {
        struct journal_path_text path = journal_world_path(first);
        if (fake_disk_has(world->fake, path.text))
            return path;
    }
    ck_abort_msg("no file");
}

START_TEST(every_length_of_the_last_file_gives_a_prefix)
{
    struct journal_world world;
    journal_world_create(&world, SMALL_FILE_BYTES);
    write_more(&world, 9, 2, 2);
    uint64_t written = world.durable;
    struct journal_path_text path = last_file(&world, written);
    size_t size = fake_disk_content(world.fake, path.text).len;
    uint64_t longest = 0;
    for (size_t len = 0; len <= size; len++) {
        struct journal_world cut = world;
        cut.fake = fake_disk_copy(world.fake);
        cut.builder = frame_builder_create();
        fake_disk_cut(cut.fake, path.text, len);
        if (journal_world_open(&cut) != ERR_OK)
            ck_abort_msg("cut to %zu: %s", len, cut.fault.text);
        uint64_t last = cut.recovery.sequence_last;
        if (last < longest || last > written)
            ck_abort_msg("cut to %zu: %" PRIu64 " frames after %" PRIu64, len, last, longest);
        longest = last;
        if (len % 97 == 0) {
            uint64_t read;
            ck_assert_int_eq(journal_world_read(&cut, 0, &read), ERR_END);
            ck_assert_uint_eq(read, last);
            journal_world_write(&cut, 1, 3);
        }
        journal_world_destroy(&cut);
    }
    ck_assert_uint_eq(longest, written);
    journal_world_destroy(&world);
}
END_TEST

// What is told of a journal with one flipped bit.
enum told { TOLD_DAMAGE, TOLD_TAIL, TOLD_NOTHING };

static enum told flip_and_look(
    struct journal_world *world, const char *path, uint64_t bit, uint64_t written)
{
    struct journal_recovery found;
    fake_disk_flip(world->fake, path, bit);
    uint64_t before = fake_disk_digest(world->fake);
    enum err err =
        journal_verify(fake_disk_port(world->fake), WORLD_DIRECTORY, 0, &found, &world->fault);
    if (fake_disk_digest(world->fake) != before)
        ck_abort_msg("verifying changed something");
    fake_disk_flip(world->fake, path, bit);
    if (err == ERR_CORRUPT || err == ERR_FORMAT)
        return TOLD_DAMAGE;
    if (err != ERR_OK)
        ck_abort_msg("bit %" PRIu64 ": %s", bit, world->fault.text);
    return found.tail_cut_bytes > 0 || found.sequence_last < written ? TOLD_TAIL : TOLD_NOTHING;
}

START_TEST(flipped_bit_anywhere_is_told)
{
    struct journal_world world;
    write_groups(&world, 40, 3, 8);
    uint64_t written = world.durable;
    struct journal_path_text last = last_file(&world, written);
    uint64_t bytes = 0;
    unsigned files = 0;
    for (uint64_t first = 1; first <= written + 1; first++) {
        struct journal_path_text path = journal_world_path(first);
        if (!fake_disk_has(world.fake, path.text))
            continue;
        files++;
        size_t size = fake_disk_content(world.fake, path.text).len;
        bool is_last = strcmp(path.text, last.text) == 0;
        bytes += size;
        // One bit of every STRIDE-th byte, beginning where the seed says; all bits of the two sectors
        // that hold the file's header and the first frame's.
        for (uint64_t at = test_seed() % STRIDE; at < size; at += STRIDE) {
            enum told told = flip_and_look(&world, path.text, at * 8 + at % 8, written);
            if (told == TOLD_NOTHING || (told == TOLD_TAIL && !is_last))
                ck_abort_msg("%s: byte %" PRIu64 ": told %d", path.text, at, (int)told);
        }
        for (uint64_t bit = 0; bit < (uint64_t)2 * SECTOR_BYTES * 8;
             bit += bit < FILE_HEADER_BYTES * 8 ? 1 : 5) {
            enum told told = flip_and_look(&world, path.text, bit, written);
            if (told == TOLD_NOTHING || (told == TOLD_TAIL && !is_last))
                ck_abort_msg("%s: bit %" PRIu64 ": told %d", path.text, bit, (int)told);
        }
    }
    ck_assert_uint_ge(bytes, 64 * 1024);
    ck_assert_uint_ge(files, 4);
    journal_world_destroy(&world);
}
END_TEST

// The reader, which does not look at what recovery looks at, must stop at damage too.
START_TEST(reader_stops_at_a_flipped_bit)
{
    struct journal_world world;
    write_groups(&world, 40, 3, 8);
    uint64_t written = world.durable;
    struct journal_path_text last = last_file(&world, written);
    for (uint64_t first = 1; first <= written; first++) {
        struct journal_path_text path = journal_world_path(first);
        if (!fake_disk_has(world.fake, path.text) || strcmp(path.text, last.text) == 0)
            continue;
        size_t size = fake_disk_content(world.fake, path.text).len;
        for (uint64_t at = test_seed() % (2 * STRIDE); at < size; at += (uint64_t)2 * STRIDE) {
            uint64_t read;
            fake_disk_flip(world.fake, path.text, at * 8 + at % 8);
            enum err err = journal_world_read(&world, 0, &read);
            fake_disk_flip(world.fake, path.text, at * 8 + at % 8);
            if (err != ERR_CORRUPT && err != ERR_FORMAT)
                ck_abort_msg("%s: byte %" PRIu64 ": %s", path.text, at, err_name(err));
        }
    }
    journal_world_destroy(&world);
}
END_TEST

// Offset of a frame in a file, found by its sequence.
static size_t frame_offset(struct bytes content, uint64_t sequence)
{
    for (size_t at = SECTOR_BYTES; at + FRAME_HEADER_BYTES <= content.len; at += RECORD_ALIGN)
        if (get_u32(content.data + at + RECORD_AT_KIND) == RECORD_FRAME &&
            get_u64(content.data + at + RECORD_AT_IDENTITY) == WORLD_IDENTITY &&
            get_u64(content.data + at + RECORD_AT_SEQUENCE) == sequence)
            return at;
    ck_abort_msg("frame %" PRIu64 " is not there", sequence);
}

static const struct middle_case {
    const char *name;
    uint64_t sequence; // of the frame damaged, in groups of 2 frames: (1 2) (3 4) (5 6)
    uint64_t known;    // what the checkpoint knows
    size_t zeroed;     // bytes zeroed from the frame's start; 0: one bit of its body flipped
    enum err want;
    const char *range; // in the fault
    uint64_t last;     // after a cut
} middle_cases[] = {
    {"a frame with a later group behind it", 1, 0, 0, ERR_CORRUPT, "sequence 1..1:", 0},
    {"the second frame of a durable group", 4, 0, 0, ERR_CORRUPT, "sequence 4..4:", 0},
    {"a durable frame's header zeroed", 3, 0, 128, ERR_CORRUPT, "sequence 3..3:", 0},
    {"a whole durable group zeroed", 3, 0, 1536, ERR_CORRUPT, "sequence 3..4:", 0},
    {"the last group, torn in its first frame", 5, 0, 0, ERR_OK, "", 4},
    {"the last group, torn in its last frame", 6, 0, 0, ERR_OK, "", 5},
    {"the last group, its first sector lost", 5, 0, 512, ERR_OK, "", 4},
    {"the last group, known to the checkpoint", 6, 6, 0, ERR_CORRUPT, "sequence 6..6:", 0},
    {"the last group, the checkpoint before it", 6, 5, 0, ERR_OK, "", 5},
};

START_TEST(middle_damage_is_named_and_a_torn_tail_cut)
{
    const struct middle_case *c = &middle_cases[_i];
    struct journal_world world;
    write_groups(&world, 3, 2, 6);
    struct journal_path_text path = journal_world_path(1);
    struct bytes content = fake_disk_content(world.fake, path.text);
    size_t at = frame_offset(content, c->sequence);
    if (c->zeroed == 0)
        fake_disk_flip(world.fake, path.text, (at + FRAME_HEADER_BYTES + 40) * 8);
    for (size_t i = at; i < at + c->zeroed; i++)
        for (unsigned bit = 0; bit < 8; bit++)
            if ((content.data[i] >> bit & 1) != 0)
                fake_disk_flip(world.fake, path.text, i * 8 + bit);

    uint64_t before = fake_disk_digest(world.fake);
    world.sequence_known = c->known;
    ck_assert_msg(journal_world_open(&world) == c->want, "%s: %s", c->name, world.fault.text);
    if (c->want == ERR_CORRUPT) {
        ck_assert_msg(
            strstr(world.fault.text, c->range) != NULL, "%s: %s", c->name, world.fault.text);
        ck_assert_msg(strstr(world.fault.text, path.text) != NULL, "%s", world.fault.text);
        ck_assert_uint_eq(fake_disk_digest(world.fake), before);
    } else {
        uint64_t read;
        ck_assert_msg(
            world.recovery.sequence_last == c->last, "%s: %" PRIu64, c->name,
            world.recovery.sequence_last);
        ck_assert_uint_gt(world.recovery.tail_cut_bytes, 0);
        ck_assert_uint_eq(world.recovery.tail_cut_file, 1);
        journal_world_write(&world, 2, 6);
        ck_assert_int_eq(journal_world_read(&world, 0, &read), ERR_END);
        ck_assert_uint_eq(read, c->last + 2);
    }
    journal_world_destroy(&world);
}
END_TEST

// Only bytes that stop early may cost a durable frame; a length that says too much does not look so.
START_TEST(flipped_length_of_the_last_durable_frame_is_damage)
{
    struct journal_world world;
    write_groups(&world, 3, 2, 6);
    struct journal_path_text path = journal_world_path(1);
    size_t at = frame_offset(fake_disk_content(world.fake, path.text), 6);
    world.sequence_known = 6;
    for (uint64_t bit = 0; bit < 32; bit++) {
        fake_disk_flip(world.fake, path.text, at * 8 + bit);
        uint64_t before = fake_disk_digest(world.fake);
        ck_assert_msg(
            journal_world_open(&world) == ERR_CORRUPT, "bit %" PRIu64 ": %s", bit,
            world.fault.text);
        ck_assert_msg(strstr(world.fault.text, "sequence 6..6:") != NULL, "%s", world.fault.text);
        ck_assert_uint_eq(fake_disk_digest(world.fake), before);
        fake_disk_flip(world.fake, path.text, at * 8 + bit);
    }
    ck_assert_int_eq(journal_world_open(&world), ERR_OK);
    journal_world_destroy(&world);
}
END_TEST

// Whole by itself, with right checksums, but with another content than the chain hash is of.
START_TEST(frame_that_does_not_follow_from_the_one_before_is_named_and_kept)
{
    struct journal_world world;
    uint64_t read;
    uint8_t copy[FILE_BYTES];
    write_groups(&world, 3, 2, 6);
    struct journal_path_text path = journal_world_path(1);
    struct bytes content = fake_disk_content(world.fake, path.text);
    memcpy(copy, content.data, sizeof(copy));
    uint8_t *frame = copy + frame_offset(content, 6); // the last one: the tail would be cut
    frame[FRAME_HEADER_BYTES + 40] ^= 1;
    struct bytes body =
        bytes_of(frame + FRAME_HEADER_BYTES, get_u32(frame) - (size_t)FRAME_HEADER_BYTES);
    put_u32(frame + RECORD_AT_BODY_CRC, crc32c(0, body));
    record_finish_header(frame);
    fake_disk_put(world.fake, path.text, bytes_of(copy, sizeof(copy)));
    uint64_t before = fake_disk_digest(world.fake);
    ck_assert_int_eq(journal_world_open(&world), ERR_CORRUPT);
    ck_assert_msg(strstr(world.fault.text, "sequence 6..6:") != NULL, "%s", world.fault.text);
    ck_assert_uint_eq(fake_disk_digest(world.fake), before);
    (void)journal_world_read(&world, 0, &read);
    ck_assert_uint_eq(read, 5);
    journal_world_destroy(&world);
}
END_TEST

START_TEST(flipped_bit_in_a_file_sealed_long_ago_is_told_at_the_next_start)
{
    struct journal_world world;
    write_groups(&world, 40, 3, 8);
    struct journal_path_text path = journal_world_path(1);
    size_t at = frame_offset(fake_disk_content(world.fake, path.text), 2);
    fake_disk_flip(world.fake, path.text, (at + FRAME_HEADER_BYTES + 40) * 8);
    uint64_t before = fake_disk_digest(world.fake);
    ck_assert_int_eq(journal_world_open(&world), ERR_CORRUPT);
    ck_assert_msg(strstr(world.fault.text, "sequence 2..") != NULL, "%s", world.fault.text);
    ck_assert_msg(strstr(world.fault.text, path.text) != NULL, "%s", world.fault.text);
    ck_assert_uint_eq(fake_disk_digest(world.fake), before);
    journal_world_destroy(&world);
}
END_TEST

START_TEST(missing_file_in_the_middle_is_named)
{
    struct journal_world world;
    uint64_t read;
    write_groups(&world, 40, 3, 8);
    uint64_t second = 2;
    while (!fake_disk_has(world.fake, journal_world_path(second).text))
        second++;
    uint64_t third = second + 1;
    while (!fake_disk_has(world.fake, journal_world_path(third).text))
        third++;
    fake_disk_delete(world.fake, journal_world_path(second).text);
    char range[64];
    (void)snprintf(range, sizeof(range), "sequence %" PRIu64 "..%" PRIu64, second, third - 1);
    ck_assert_int_eq(journal_world_open(&world), ERR_CORRUPT);
    ck_assert_msg(strstr(world.fault.text, range) != NULL, "%s", world.fault.text);
    ck_assert_int_eq(journal_world_read(&world, 0, &read), ERR_CORRUPT);
    ck_assert_uint_eq(read, second - 1);
    journal_world_destroy(&world);
}
END_TEST

START_TEST(oldest_files_may_be_gone)
{
    struct journal_world world;
    uint64_t read;
    write_groups(&world, 40, 3, 8);
    uint64_t second = 2;
    while (!fake_disk_has(world.fake, journal_world_path(second).text))
        second++;
    fake_disk_delete(world.fake, journal_world_path(1).text);
    ck_assert_int_eq(journal_world_open(&world), ERR_OK);
    ck_assert_uint_eq(world.recovery.sequence_first, second);
    ck_assert_uint_eq(world.recovery.sequence_last, world.durable);
    ck_assert_int_eq(journal_world_read(&world, 0, &read), ERR_END);
    ck_assert_uint_eq(read, world.durable);
    ck_assert_int_eq(journal_world_read(&world, 1, &read), ERR_END);
    ck_assert_uint_eq(read, 0);
    journal_world_destroy(&world);
}
END_TEST

START_TEST(last_file_gone_is_seen_by_the_checkpoint)
{
    struct journal_world world;
    write_groups(&world, 40, 3, 8);
    fake_disk_delete(world.fake, last_file(&world, world.durable).text);
    world.sequence_known = world.durable;
    ck_assert_int_eq(journal_world_open(&world), ERR_CORRUPT);
    world.sequence_known = 0;
    ck_assert_int_eq(journal_world_open(&world), ERR_OK);
    journal_world_write(&world, 3, 3);
    journal_world_destroy(&world);
}
END_TEST

START_TEST(all_files_gone_are_seen_by_the_checkpoint)
{
    struct journal_world world;
    write_groups(&world, 2, 2, 6);
    fake_disk_delete(world.fake, journal_world_path(1).text);
    world.sequence_known = 4;
    ck_assert_int_eq(journal_world_open(&world), ERR_CORRUPT);
    ck_assert_msg(strstr(world.fault.text, "sequence 1..4:") != NULL, "%s", world.fault.text);
    journal_world_destroy(&world);
}
END_TEST

START_TEST(frames_without_their_file_header_are_named_and_kept)
{
    struct journal_world world;
    uint8_t copy[FILE_BYTES];
    write_groups(&world, 2, 2, 6);
    struct journal_path_text path = journal_world_path(1);
    memcpy(copy, fake_disk_content(world.fake, path.text).data, sizeof(copy));
    memset(copy, 0, SECTOR_BYTES);
    fake_disk_put(world.fake, path.text, bytes_of(copy, sizeof(copy)));
    ck_assert_int_eq(journal_world_open(&world), ERR_CORRUPT);
    ck_assert(fake_disk_has(world.fake, path.text));
    journal_world_destroy(&world);
}
END_TEST

START_TEST(file_that_never_got_its_header_is_removed)
{
    struct journal_world world;
    uint8_t zeroes[FILE_BYTES] = {0};
    write_groups(&world, 2, 2, 6);
    struct journal_path_text path = journal_world_path(5);
    fake_disk_put(world.fake, path.text, bytes_of(zeroes, sizeof(zeroes)));
    ck_assert_int_eq(journal_world_open(&world), ERR_OK);
    ck_assert(!fake_disk_has(world.fake, path.text));
    ck_assert_uint_eq(world.recovery.sequence_last, 4);
    journal_world_write(&world, 2, 6);
    journal_world_destroy(&world);
}
END_TEST

// Writes a header with one field changed and its checksum right.
static void put_header(struct journal_world *world, const char *path, size_t field, uint32_t value)
{
    struct bytes content = fake_disk_content(world->fake, path);
    uint8_t copy[FILE_BYTES];
    ck_assert_uint_le(content.len, sizeof(copy));
    memcpy(copy, content.data, content.len);
    put_u32(copy + field, value);
    put_u32(
        copy + FILE_AT_CRC,
        crc32c(0, bytes_of(copy + FILE_AT_FORMAT, FILE_HEADER_BYTES - FILE_AT_FORMAT)));
    fake_disk_put(world->fake, path, bytes_of(copy, content.len));
}

static const struct header_case {
    const char *name;
    size_t field;
    uint32_t value;
    enum err want;
} header_cases[] = {
    {"a newer format", FILE_AT_FORMAT, FILE_FORMAT + 1, ERR_FORMAT},
    {"another shard", FILE_AT_SHARD, WORLD_SHARD + 1, ERR_INVALID},
    {"another data directory", FILE_AT_IDENTITY, 7, ERR_INVALID},
    {"a first sequence that is not the name's", FILE_AT_SEQUENCE, 2, ERR_CORRUPT},
};

START_TEST(foreign_header_is_refused)
{
    const struct header_case *c = &header_cases[_i];
    struct journal_world world;
    write_groups(&world, 2, 2, 6);
    struct journal_path_text path = journal_world_path(1);
    put_header(&world, path.text, c->field, c->value);
    uint64_t before = fake_disk_digest(world.fake);
    ck_assert_msg(journal_world_open(&world) == c->want, "%s: %s", c->name, world.fault.text);
    ck_assert_uint_eq(fake_disk_digest(world.fake), before);
    journal_world_destroy(&world);
}
END_TEST

START_TEST(file_that_follows_another_is_refused)
{
    struct journal_world world;
    uint64_t read;
    write_groups(&world, 40, 3, 8);
    uint64_t second = 2;
    while (!fake_disk_has(world.fake, journal_world_path(second).text))
        second++;
    put_header(&world, journal_world_path(second).text, FILE_AT_PREVIOUS, 99);
    ck_assert_int_eq(journal_world_open(&world), ERR_CORRUPT);
    ck_assert_int_eq(journal_world_read(&world, 0, &read), ERR_CORRUPT);
    ck_assert_uint_eq(read, second - 1);
    journal_world_destroy(&world);
}
END_TEST

Suite *test_suite(void)
{
    Suite *suite = suite_create("journal damage");
    TCase *tcase = tcase_create("damage");
    tcase_set_timeout(tcase, 120);
    tcase_add_test(tcase, every_length_of_the_last_file_gives_a_prefix);
    tcase_add_test(tcase, flipped_bit_anywhere_is_told);
    tcase_add_test(tcase, reader_stops_at_a_flipped_bit);
    tcase_add_loop_test(
        tcase, middle_damage_is_named_and_a_torn_tail_cut, 0,
        sizeof(middle_cases) / sizeof(middle_cases[0]));
    tcase_add_test(tcase, flipped_length_of_the_last_durable_frame_is_damage);
    tcase_add_test(tcase, frame_that_does_not_follow_from_the_one_before_is_named_and_kept);
    tcase_add_test(tcase, flipped_bit_in_a_file_sealed_long_ago_is_told_at_the_next_start);
    tcase_add_test(tcase, missing_file_in_the_middle_is_named);
    tcase_add_test(tcase, oldest_files_may_be_gone);
    tcase_add_test(tcase, last_file_gone_is_seen_by_the_checkpoint);
    tcase_add_test(tcase, all_files_gone_are_seen_by_the_checkpoint);
    tcase_add_test(tcase, frames_without_their_file_header_are_named_and_kept);
    tcase_add_test(tcase, file_that_never_got_its_header_is_removed);
    tcase_add_test(tcase, file_that_follows_another_is_refused);
    tcase_add_loop_test(
        tcase, foreign_header_is_refused, 0, sizeof(header_cases) / sizeof(header_cases[0]));
    suite_add_tcase(suite, tcase);
    return suite;
}
