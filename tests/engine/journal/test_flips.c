// Every bit of a journal of several MiB is flipped, one at a time, and each is found.
//
// The flips go through the code that recovery, verification and reading share (engine/journal/walk.c), a
// record at a time, because a whole journal cannot be read 37 million times. That the parts are put together
// rightly is shown on a smaller journal, where every byte's flip goes through the whole of verifying,
// opening and reading.
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include <check.h>

#include "engine/journal/damage.h"
#include "engine/journal/layout.h"
#include "engine/journal/recover.h"

#include "tests/fakes/journal_world.h"
#include "tests/support/suite.h"

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
enum { LARGE_BYTES = 96 << 10, LARGE_FILE_BYTES = 32 << 10, SMALL_STRIDE = 31 }; // it is slow there
#else
enum { LARGE_BYTES = 4 << 20, LARGE_FILE_BYTES = 512 << 10, SMALL_STRIDE = 1 };
#endif
enum { SMALL_BYTES = 40 << 10, SMALL_FILE_BYTES = 12 << 10, ZEROES_MAX = 16 << 10 };

enum place {
    PLACE_HEADER, // of a file
    PLACE_FRAME,  // followed by a later group, or in a sealed file
    PLACE_GAP,    // between two groups, or behind the last and before the seal
    PLACE_SEAL,
    PLACE_LAST,   // the very last group, and the gap before it
    PLACE_ZEROES, // prepared, behind the last frame
    PLACE_COUNT
};
static const char *const place_names[PLACE_COUNT] = {
    "file header", "frame, not of the last group",     "gap",
    "seal",        "last group and the gap before it", "zeroes behind the last frame"};

// --- the journal: every kind of input, command and action; groups of 1 to 4 frames; a head that is nearly full
static uint64_t journal_bytes(struct fake_disk *fake, uint64_t sequence_last)
{
    uint64_t bytes = 0;
    for (uint64_t first = 1; first <= sequence_last; first++)
        bytes += fake_disk_content(fake, journal_world_path(first).text).len;
    return bytes;
}

static uint64_t head_first(struct journal_world *world)
{
    uint64_t first = world->durable;
    while (!fake_disk_has(world->fake, journal_world_path(first).text))
        first--;
    return first;
}

static size_t head_zeroes(struct journal_world *world)
{
    struct bytes content =
        fake_disk_content(world->fake, journal_world_path(head_first(world)).text);
    size_t end = content.len;
    while (end > 0 && content.data[end - 1] == 0)
        end--;
    return content.len - end;
}

static void write_journal(struct journal_world *world, uint64_t file_bytes, uint64_t bytes_min)
{
    journal_world_create(world, file_bytes);
    ck_assert_int_eq(journal_world_open(world), ERR_OK);
    for (uint32_t i = 0;; i++) {
        journal_world_write(world, i % 4 + 1, i * 7 % 23 + 1);
        bool may_end = i % 8 == 7 && journal_bytes(world->fake, world->durable) >= bytes_min;
        if (may_end && head_zeroes(world) < ZEROES_MAX)
            break;
    }
    journal_world_close(world);
}

// Fills the map from a byte of a file to the place it is in. Returns the bytes of the file.
static size_t map_file(struct journal_world *world, uint64_t first, uint8_t *map, size_t map_bytes)
{
    struct walk walk = {0};
    struct disk disk = fake_disk_port(world->fake);
    bool is_head = first == head_first(world);
    ck_assert_int_eq(walk_open(&walk, disk, WORLD_DIRECTORY, first, &world->fault), ERR_OK);
    ck_assert_uint_le(walk.size_bytes, map_bytes);
    memset(map, PLACE_ZEROES, map_bytes);
    memset(map, PLACE_HEADER, SECTOR_BYTES);
    uint64_t at = walk.at;
    do {
        ck_assert_int_eq(walk_next(&walk, WALK_WHOLE, &world->fault), ERR_OK);
        memset(map + at, PLACE_GAP, walk.record_at - at);
        if (walk.found == WALK_SEAL)
            memset(map + walk.record_at, PLACE_SEAL, SEAL_BYTES);
        if (walk.found == WALK_FRAME) {
            uint64_t mark = get_u64(walk.frame.data + RECORD_AT_DURABLE);
            bool is_last = is_head && mark + 4 >= world->durable;
            memset(
                map + walk.record_at, is_last ? PLACE_LAST : PLACE_FRAME, walk.at - walk.record_at);
            if (is_last)
                memset(map + at, PLACE_LAST, walk.record_at - at);
            at = walk.at;
        }
    } while (walk.found == WALK_FRAME);
    ck_assert_int_eq(walk.found, is_head ? WALK_ZERO : WALK_SEAL);
    if (is_head) // the rest of the last sector, too, is zeroes that were there before
        memset(map + at, PLACE_ZEROES, walk.size_bytes - at);
    size_t size = (size_t)walk.size_bytes;
    walk_free(&walk);
    return size;
}

// --- the large journal, record by record

struct tally {
    uint64_t found[PLACE_COUNT];
    uint64_t missed;
    struct {
        const char *reason;
        uint64_t count;
    } by[16];
};

static void tally_reason(struct tally *tally, const char *reason)
{
    size_t i = 0;
    while (tally->by[i].reason != NULL && strcmp(tally->by[i].reason, reason) != 0)
        i++;
    ck_assert_uint_lt(i, sizeof(tally->by) / sizeof(tally->by[0]) - 1);
    tally->by[i].reason = reason;
    tally->by[i].count++;
}

static bool content_stands_behind(struct walk *walk)
{
    struct damage damage;
    struct fault fault;
    if (damage_scan(walk, &damage, &fault) != ERR_OK)
        ck_abort_msg("scanning: %s", fault.text);
    return damage.content_end > walk->at;
}

// Where a walk stands before a record.
struct stand {
    uint64_t at;
    uint64_t sequence;
    struct hash128 chain;
};

static struct stand stand_of(const struct walk *walk)
{
    return (struct stand){walk->at, walk->sequence, walk->chain};
}

static void stand_back(struct walk *walk, const struct stand *stand)
{
    walk->at = stand->at;
    walk->sequence = stand->sequence;
    walk->chain = stand->chain;
}

// Puts the walk back, and what the file holds from there on into its window.
static void read_again(struct walk *walk, const struct stand *stand)
{
    struct fault fault;
    struct bytes rest;
    stand_back(walk, stand);
    buffer_clear(&walk->window);
    if (walk_bytes(walk, walk->at, walk->size_bytes - walk->at, &rest, &fault) != ERR_OK)
        ck_abort_msg("%s", fault.text);
    ck_assert_uint_eq(rest.len, walk->size_bytes - walk->at);
    ck_assert_uint_eq(walk->window_at, walk->at);
}

// Looks at the record behind a stand with each bit of [from, end) flipped in what was read of the file.
static void flip_span(
    struct walk *walk,
    const struct stand *stand,
    uint64_t end,
    enum place place,
    struct tally *tally)
{
    struct fault fault;
    for (uint64_t bit = walk->record_at * 8; bit < end * 8; bit++) {
        walk->window.data[bit / 8 - stand->at] ^= (uint8_t)(1U << bit % 8);
        stand_back(walk, stand);
        if (walk_next(walk, WALK_WHOLE, &fault) != ERR_OK)
            ck_abort_msg("bit %" PRIu64 ": %s", bit, fault.text);
        bool is_found = walk->found == WALK_BAD;
        const char *reason = walk->reason;
        if (walk->found == WALK_ZERO) {
            is_found = content_stands_behind(walk);
            reason = "what stands here should be zeroes";
        }
        if (walk->window_at == stand->at)
            walk->window.data[bit / 8 - stand->at] ^= (uint8_t)(1U << bit % 8);
        else
            read_again(walk, stand); // looking at the end of the file moved the window
        tally->missed += !is_found;
        tally->found[place] += is_found;
        if (is_found)
            tally_reason(tally, reason);
        else
            (void)printf("%s: bit %" PRIu64 " is not found\n", walk->path.text, bit);
    }
}

static void flip_header(struct journal_world *world, uint64_t first, struct tally *tally)
{
    struct walk walk = {0};
    struct disk disk = fake_disk_port(world->fake);
    struct journal_path_text path = journal_world_path(first);
    for (uint64_t bit = 0; bit < (uint64_t)SECTOR_BYTES * 8; bit++) {
        fake_disk_flip(world->fake, path.text, bit);
        enum err err = walk_open(&walk, disk, WORLD_DIRECTORY, first, &world->fault);
        fake_disk_flip(world->fake, path.text, bit);
        bool is_found = err == ERR_CORRUPT || err == ERR_FORMAT;
        tally->found[PLACE_HEADER] += is_found;
        tally->missed += !is_found;
        if (is_found)
            tally_reason(tally, "the file header is damaged");
        else
            (void)printf("%s: bit %" PRIu64 " of the header is not found\n", path.text, bit);
        walk_close(&walk);
    }
    walk_free(&walk);
}

static void flip_file(struct journal_world *world, uint64_t first, struct tally *tally)
{
    struct walk walk = {0};
    struct disk disk = fake_disk_port(world->fake);
    flip_header(world, first, tally);
    ck_assert_int_eq(walk_open(&walk, disk, WORLD_DIRECTORY, first, &world->fault), ERR_OK);
    enum walk_found found = WALK_FRAME;
    while (found == WALK_FRAME) {
        struct stand stand = stand_of(&walk);
        ck_assert_int_eq(walk_next(&walk, WALK_WHOLE, &world->fault), ERR_OK);
        found = walk.found;
        ck_assert_int_ne(found, WALK_BAD);
        struct stand after = stand_of(&walk);
        uint64_t record_at = found == WALK_ZERO ? walk.size_bytes : walk.record_at;
        read_again(&walk, &stand);
        walk.record_at = stand.at;
        flip_span(&walk, &stand, record_at, found == WALK_ZERO ? PLACE_ZEROES : PLACE_GAP, tally);
        walk.record_at = record_at;
        flip_span(&walk, &stand, after.at, found == WALK_SEAL ? PLACE_SEAL : PLACE_FRAME, tally);
        read_again(&walk, &after);
    }
    walk_free(&walk);
}

START_TEST(every_bit_of_a_large_journal_is_found)
{
    struct journal_world world;
    struct tally tally = {.missed = 0};
    write_journal(&world, LARGE_FILE_BYTES, LARGE_BYTES);
    uint64_t bytes = journal_bytes(world.fake, world.durable);
    unsigned files = 0;
    for (uint64_t first = 1; first <= world.durable; first++) {
        if (!fake_disk_has(world.fake, journal_world_path(first).text))
            continue;
        files++;
        flip_file(&world, first, &tally);
    }
    uint64_t found = 0;
    (void)printf(
        "journal of %" PRIu64 " bytes, %u files, %" PRIu64 " frames\n", bytes, files,
        world.durable);
    for (unsigned i = 0; i < PLACE_COUNT; i++) {
        found += tally.found[i];
        if (tally.found[i] > 0)
            (void)printf(
                "  %11" PRIu64 " in: %s\n", tally.found[i],
                i == PLACE_FRAME ? "frame" : place_names[i]);
    }
    for (unsigned i = 0; tally.by[i].reason != NULL; i++)
        (void)printf("  %11" PRIu64 " told as: %s\n", tally.by[i].count, tally.by[i].reason);
    (void)printf(
        "flipped=%" PRIu64 " found=%" PRIu64 " missed=%" PRIu64 "\n", bytes * 8, found,
        tally.missed);
    ck_assert_uint_ge(bytes, LARGE_BYTES);
    ck_assert_uint_eq(found, bytes * 8);
    ck_assert_uint_eq(tally.missed, 0);
    journal_world_destroy(&world);
}
END_TEST

// --- the small journal, every way of looking at all of it

enum look {
    LOOK_VERIFY,
    LOOK_OPEN,        // a journal within the bytes that every open reads
    LOOK_OPEN_BEYOND, // sealed files by header and seal
    LOOK_READ,        // from the first frame to the last
    LOOK_COUNT
};
static const char *const look_names[LOOK_COUNT] = {"verify", "open", "open beyond 128 MiB", "read"};

enum told { TOLD_DAMAGE, TOLD_TAIL, TOLD_NOTHING, TOLD_COUNT };

static enum told look_by_plan(struct journal_world *world, uint64_t sealed_bytes_max)
{
    struct recovery_request request = {
        .disk = fake_disk_port(world->fake),
        .directory = WORLD_DIRECTORY,
        .shard = WORLD_SHARD,
        .identity = WORLD_IDENTITY,
        .sealed_bytes_max = sealed_bytes_max};
    struct recovery_plan plan;
    enum err err = recovery_plan_make(&request, &plan, &world->fault);
    if (err != ERR_OK) {
        if (err != ERR_CORRUPT && err != ERR_FORMAT)
            ck_abort_msg("%s: %s", err_name(err), world->fault.text);
        return TOLD_DAMAGE;
    }
    uint64_t last = plan.found.sequence_last;
    bool is_tail = plan.found.tail_cut_bytes > 0 || last < world->durable;
    recovery_plan_free(&plan);
    return is_tail ? TOLD_TAIL : TOLD_NOTHING;
}

static enum told look_by_verify(struct journal_world *world)
{
    struct journal_recovery found;
    enum err err =
        journal_verify(fake_disk_port(world->fake), WORLD_DIRECTORY, 0, &found, &world->fault);
    if (err != ERR_OK) {
        if (err != ERR_CORRUPT && err != ERR_FORMAT)
            ck_abort_msg("%s: %s", err_name(err), world->fault.text);
        return TOLD_DAMAGE;
    }
    bool is_tail = found.tail_cut_bytes > 0 || found.sequence_last < world->durable;
    return is_tail ? TOLD_TAIL : TOLD_NOTHING;
}

// Reading gives frames as they were written, or says that something is wrong, or ends early.
static enum told look_by_reading(struct journal_world *world)
{
    struct journal_reader *reader = NULL;
    struct bytes bytes;
    struct frame_reader frame;
    uint64_t last = 0;
    enum err err = journal_reader_open(
        fake_disk_port(world->fake), WORLD_DIRECTORY, 0, &reader, &world->fault);
    while (err == ERR_OK) {
        err = journal_reader_next(reader, &bytes, &frame, &world->fault);
        if (err != ERR_OK)
            break;
        last++;
        if (frame.head.sequence != last || frame.head.digest != last * 0x9e3779b97f4a7c15U)
            ck_abort_msg("frame %" PRIu64 " is not what was written", last);
    }
    journal_reader_close(reader);
    if (err == ERR_CORRUPT || err == ERR_FORMAT)
        return TOLD_DAMAGE;
    if (err != ERR_END)
        ck_abort_msg("%s: %s", err_name(err), world->fault.text);
    return last < world->durable ? TOLD_TAIL : TOLD_NOTHING;
}

static enum told look_by(struct journal_world *world, enum look look)
{
    switch (look) {
    case LOOK_VERIFY: return look_by_verify(world);
    case LOOK_OPEN: return look_by_plan(world, RECOVERY_BYTES_MAX);
    case LOOK_OPEN_BEYOND: return look_by_plan(world, 0);
    case LOOK_READ: return look_by_reading(world);
    case LOOK_COUNT: break;
    }
    ck_abort_msg("no such look");
}

static const char *told_name(const uint64_t told[TOLD_COUNT])
{
    uint64_t all = told[TOLD_DAMAGE] + told[TOLD_TAIL] + told[TOLD_NOTHING];
    if (told[TOLD_DAMAGE] == all)
        return "damage, named";
    if (told[TOLD_TAIL] == all)
        return "torn tail, cut and said";
    if (told[TOLD_NOTHING] == all)
        return "not looked at";
    return told[TOLD_TAIL] == 0 ? "damage, named; not looked at in sealed files" : "it depends";
}

// What each way must tell of each place. A seal whose file is followed by one with frames is damage.
static bool may_tell(enum look look, enum place place, enum told told)
{
    bool is_tail = place == PLACE_LAST || place == PLACE_ZEROES;
    if (look == LOOK_READ && place == PLACE_ZEROES)
        return told == TOLD_NOTHING; // what may be a write under way is the end for a reader
    if (look == LOOK_OPEN_BEYOND && (place == PLACE_FRAME || place == PLACE_GAP))
        return told != TOLD_TAIL; // of the last file: damage; of the others: not looked at
    return told == (is_tail ? TOLD_TAIL : TOLD_DAMAGE);
}

static void check_file(
    struct journal_world *world,
    uint64_t first,
    uint64_t table[LOOK_COUNT][PLACE_COUNT][TOLD_COUNT])
{
    static uint8_t map[SMALL_FILE_BYTES + SECTOR_BYTES];
    struct journal_path_text path = journal_world_path(first);
    size_t size = map_file(world, first, map, sizeof(map));
    for (size_t at = test_seed() % SMALL_STRIDE; at < size; at += SMALL_STRIDE) {
        uint64_t bit = at * 8 + (at + test_seed()) % 8;
        enum place place = (enum place)map[at];
        fake_disk_flip(world->fake, path.text, bit);
        for (unsigned look = 0; look < LOOK_COUNT; look++) {
            enum told told = look_by(world, (enum look)look);
            table[look][place][told]++;
            if (!may_tell((enum look)look, place, told))
                ck_abort_msg(
                    "%s: bit %" PRIu64 " (%s): %s tells %d", path.text, bit, place_names[place],
                    look_names[look], (int)told);
        }
        fake_disk_flip(world->fake, path.text, bit);
    }
}

START_TEST(every_byte_of_a_small_journal_is_told_by_each_way_of_looking)
{
    static uint64_t table[LOOK_COUNT][PLACE_COUNT][TOLD_COUNT];
    struct journal_world world;
    write_journal(&world, SMALL_FILE_BYTES, SMALL_BYTES);
    for (uint64_t first = 1; first <= world.durable; first++) {
        if (fake_disk_has(world.fake, journal_world_path(first).text))
            check_file(&world, first, table);
    }
    for (unsigned place = 0; place < PLACE_COUNT; place++) {
        for (unsigned look = 0; look < LOOK_COUNT; look++)
            (void)printf(
                "  %-33s %-20s %s\n", look == 0 ? place_names[place] : "", look_names[look],
                told_name(table[look][place]));
    }
    ck_assert_int_eq(look_by_verify(&world), TOLD_NOTHING); // and nothing when nothing is flipped
    journal_world_destroy(&world);
}
END_TEST

// A header alone must say how long its frame is: readers skip by it.
START_TEST(flipped_length_is_found_by_the_header_alone)
{
    struct journal_world world;
    struct walk walk = {0};
    unsigned frames = 0;
    write_journal(&world, SMALL_FILE_BYTES, SMALL_BYTES);
    struct disk disk = fake_disk_port(world.fake);
    ck_assert_int_eq(walk_open(&walk, disk, WORLD_DIRECTORY, 1, &world.fault), ERR_OK);
    for (;; frames++) {
        struct walk before = walk;
        ck_assert_int_eq(walk_next(&walk, WALK_SKIP, &world.fault), ERR_OK);
        if (walk.found != WALK_FRAME)
            break;
        struct walk after = walk;
        for (unsigned bit = 0; bit < 32; bit++) {
            uint8_t *byte = walk.window.data + (after.record_at - walk.window_at) + bit / 8;
            *byte ^= (uint8_t)(1U << bit % 8);
            walk.at = before.at;
            walk.sequence = before.sequence;
            ck_assert_int_eq(walk_next(&walk, WALK_SKIP, &world.fault), ERR_OK);
            if (walk.found == WALK_FRAME)
                ck_abort_msg("frame %" PRIu64 ": bit %u of the length", before.sequence, bit);
            *byte ^= (uint8_t)(1U << bit % 8);
        }
        walk = after;
    }
    ck_assert_uint_gt(frames, 5);
    walk_free(&walk);
    journal_world_destroy(&world);
}
END_TEST

Suite *test_suite(void)
{
    Suite *suite = suite_create("flipped bits of a journal");
    TCase *tcase = tcase_create("flips");
    tcase_set_timeout(tcase, 600);
    tcase_add_test(tcase, every_bit_of_a_large_journal_is_found);
    tcase_add_test(tcase, every_byte_of_a_small_journal_is_told_by_each_way_of_looking);
    tcase_add_test(tcase, flipped_length_is_found_by_the_header_alone);
    suite_add_tcase(suite, tcase);
    return suite;
}
