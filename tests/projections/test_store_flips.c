// Every byte of a store is flipped: that is found, or does no harm, and never crashes anything.
//
// Each flip is looked at in a process of its own kind (a child goes through many, and dies alone): the state is
// opened, every record read, and where nothing was found another checkpoint written and read again.
// STORE_FLIPS=all flips each bit of each byte, and all of each byte; otherwise some of them.
#include <fcntl.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include "tests/projections/support.h"
#include "tests/support/suite.h"

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
enum { STRIDE = 233 }; // it is slow there
#else
enum { STRIDE = 11 };
#endif
enum {
    CONTACTS = 220,
    LONG_EVERY = 40, // contacts whose record takes pages of its own
    LONG_LINES = 190,
    FIRST_EVENTS = 1500,
    WRITE_ON_EVERY = 61, // of the flips that do no harm, those after which a checkpoint is written
    CHILD_SECONDS_MAX = 20,
    SEQUENCES = 5
};

enum told {
    TOLD_OPENING,  // the store is refused when it is opened
    TOLD_READING,  // a record is refused when it is read
    TOLD_HARMLESS, // everything is as it was
    TOLD_OLDER,    // everything is as the checkpoint before left it
    TOLD_EMPTY,    // no checkpoint is there: all is folded from the journal again
    TOLD_SILENT,   // something else is there, and nothing says so
    TOLD_IN_VAIN,  // it is refused, but not as damage: it would not be built anew
    TOLD_CRASH,    // a signal
    TOLD_COUNT
};
static const char *const told_names[TOLD_COUNT] = {
    "refused when opened",
    "refused when read",
    "harmless",
    "an older checkpoint",
    "no checkpoint",
    "SILENT",
    "REFUSED IN VAIN",
    "CRASH"};

// What the child tells the parent, in memory they share.
struct report {
    uint64_t at; // flip under way
    uint64_t told[TOLD_COUNT];
    uint64_t written_on;
    char first_bad[300];
};

struct world {
    struct test_directory directory;
    uint64_t digests[SEQUENCES]; // by sequence
    uint64_t newest;
    uint8_t *pristine;
    uint8_t *file; // mapped
    size_t bytes;
    int fd;
    struct report *report;
};

static struct state_params flip_params(const struct world *world)
{
    struct state_params params = test_params(world->directory.store);
    params.ledger_entries_max = LONG_LINES + 10;
    return params;
}

static void fold_events(struct state *state, uint32_t from, uint32_t count)
{
    struct name_id score = test_name(state, NAME_SCORE, "engagement");
    struct name_id rule = test_name(state, NAME_RULE, "opened");
    for (uint32_t i = from; i < from + count; i++) {
        struct hash128 key = dedup_key(state, BYTES_LITERAL("s"), bytes_of(&i, sizeof(i)));
        (void)dedup_add(state, key, 1000 + i);
        struct ledger_entry entry = {
            .score = score,
            .rule = rule,
            .ref = {i + 1},
            .count = 1,
            .time_ms = i,
            .points_milli = 5000};
        struct contact_number contact = {i % contacts_count(state) + 1};
        bool is_long = i < CONTACTS && contact.value % LONG_EVERY == 0;
        for (uint32_t line = 0; line < (is_long ? LONG_LINES : 1); line++)
            test_add_entry(state, contact, &entry);
    }
}

static void add_contacts(struct state *state, uint32_t from, uint32_t count)
{
    for (uint32_t i = from; i < from + count; i++) {
        char value[40];
        (void)snprintf(value, sizeof(value), "contact-%u@example.com", i);
        struct contact_number contact = test_contact(state, value);
        (void)snprintf(value, sizeof(value), "tag number %u", i % 37);
        (void)contact_add_tag(state, contact, test_name(state, NAME_TAG, value));
    }
}

// A store with every database in use, long values, free pages of several checkpoints, each made in its way.
static void build(struct world *world)
{
    static const struct checkpoint_limits ways[] = {
        {0, 0, 4096, 50},       // all contacts appended to the other database
        {100000, 80, 4096, 50}, // put directly
        {0, 1000, 4096, 10},    // by way of the redo
        {100000, 80, 4096, 50}};
    world->directory = test_directory_make();
    struct state_params params = flip_params(world);
    struct state *state = test_open(&params);
    for (uint32_t i = 0; i + 1 < SEQUENCES; i++) {
        state_set_checkpoint_limits(state, ways[i]);
        state_frame_begin(state, 1000 + i * 100000);
        add_contacts(state, i == 0 ? 0 : CONTACTS + i * 10, i == 0 ? CONTACTS : 10);
        fold_events(state, i == 0 ? 0 : FIRST_EVENTS + i * 30, i == 0 ? FIRST_EVENTS : 30);
        (void)state_frame_end(state);
        (void)test_checkpoint(state, i + 1);
        world->digests[i + 1] = state_digest(state);
        world->newest = i + 1;
    }
    state_close(state);
}

static void world_create(struct world *world)
{
    char path[TEST_SCRATCH_BYTES + 32];
    struct stat about;
    *world = (struct world){.fd = -1};
    build(world);
    (void)snprintf(path, sizeof(path), "%s/data.mdb", world->directory.store);
    world->fd = open(path, O_RDWR);
    ck_assert_int_eq(fstat(world->fd, &about), 0);
    world->bytes = (size_t)about.st_size;
    world->pristine = malloc(world->bytes);
    ck_assert_int_eq(pread(world->fd, world->pristine, world->bytes, 0), (ssize_t)world->bytes);
    world->file = mmap(NULL, world->bytes, PROT_READ | PROT_WRITE, MAP_SHARED, world->fd, 0);
    ck_assert_ptr_ne(world->file, MAP_FAILED);
    world->report = mmap(
        NULL, sizeof(*world->report), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    ck_assert_ptr_ne(world->report, MAP_FAILED);
}

static void world_destroy(struct world *world)
{
    ck_assert_int_eq(munmap(world->file, world->bytes), 0);
    ck_assert_int_eq(close(world->fd), 0);
    ck_assert_int_eq(munmap(world->report, sizeof(*world->report)), 0);
    free(world->pristine);
    test_directory_remove(&world->directory);
}

static void restore(struct world *world)
{
    ck_assert_int_eq(ftruncate(world->fd, (off_t)world->bytes), 0);
    ck_assert_int_eq(pwrite(world->fd, world->pristine, world->bytes, 0), (ssize_t)world->bytes);
}

// Takes the flip back, and all that was written since.
static void restore_if_changed(struct world *world, size_t at)
{
    struct stat about;
    world->file[at] = world->pristine[at];
    ck_assert_int_eq(fstat(world->fd, &about), 0);
    bool is_same = (size_t)about.st_size == world->bytes &&
                   memcmp(world->file, world->pristine, world->bytes) == 0;
    if (!is_same)
        restore(world);
}

static bool is_damage(enum err err)
{
    return err == ERR_CORRUPT || err == ERR_FORMAT || err == ERR_INVALID || err == ERR_MISSING;
}

// Folds on and writes another checkpoint over what the flip left, then reads all of it.
static enum told write_on(struct world *world, struct state *state, struct fault *fault)
{
    state_set_checkpoint_limits(state, (struct checkpoint_limits){100000, 80, 4096, 50});
    state_frame_begin(state, 10000000);
    add_contacts(state, 1000, 60);
    fold_events(state, 50000, CONTACTS);
    (void)state_frame_end(state);
    if (state_error(state, fault) != ERR_OK) {
        state_close(state);
        return TOLD_READING;
    }
    struct checkpoint at = test_checkpoint_at(state, SEQUENCES);
    uint64_t digest = state_digest(state);
    struct snapshot *snapshot = state_snapshot_begin(state, &at);
    enum err err = snapshot_write(snapshot, fault);
    if (err == ERR_OK)
        err = snapshot_commit(snapshot, 99, fault);
    state_snapshot_end(state, snapshot, err == ERR_OK ? SNAPSHOT_COMMITTED : SNAPSHOT_ABANDONED);
    state_close(state);
    world->report->written_on++;
    if (err != ERR_OK)
        return is_damage(err) ? TOLD_READING : TOLD_IN_VAIN;
    struct state_params params = flip_params(world);
    err = state_open(&params, &state, &at, fault);
    if (err != ERR_OK)
        return is_damage(err) ? TOLD_READING : TOLD_IN_VAIN;
    bool is_right = at.sequence == SEQUENCES && state_digest(state) == digest &&
                    state_digest_recomputed(state) == digest;
    enum err read = state_error(state, fault);
    state_close(state);
    if (read != ERR_OK)
        return is_damage(read) ? TOLD_READING : TOLD_IN_VAIN;
    return is_right ? TOLD_HARMLESS : TOLD_SILENT;
}

// Opens the store as it is, and reads all of it.
static enum told look(struct world *world, struct fault *fault)
{
    struct state_params params = flip_params(world);
    struct state *state = NULL;
    struct checkpoint at;
    enum err err = state_open(&params, &state, &at, fault);
    if (err != ERR_OK)
        return is_damage(err) ? TOLD_OPENING : TOLD_IN_VAIN;
    uint64_t digest = state_digest(state);
    uint64_t recomputed = state_digest_recomputed(state);
    err = state_error(state, fault);
    enum told told = at.sequence == world->newest ? TOLD_HARMLESS : TOLD_OLDER;
    if (at.sequence == 0)
        told = TOLD_EMPTY;
    if (err != ERR_OK)
        told = is_damage(err) ? TOLD_READING : TOLD_IN_VAIN;
    else if (
        at.sequence >= SEQUENCES || digest != world->digests[at.sequence] || recomputed != digest)
        told = TOLD_SILENT;
    bool goes_on = told == TOLD_OLDER || told == TOLD_EMPTY ||
                   (told == TOLD_HARMLESS && world->report->at % WRITE_ON_EVERY == 0);
    if (!goes_on) {
        state_close(state);
        return told;
    }
    enum told then = write_on(world, state, fault);
    return then == TOLD_HARMLESS ? told : then;
}

// Which flips are tried: all bits of a byte and the whole of it, or one of those, of every STRIDE-th byte
// and of every byte where the head and the offsets of a page stand.
struct plan {
    bool is_all;
    uint64_t flips;
};
enum { MASKS = 9 };

static struct plan plan_of(const struct world *world)
{
    const char *all = getenv("STORE_FLIPS");
    return (struct plan){
        .is_all = all != NULL && strcmp(all, "all") == 0, .flips = world->bytes * MASKS};
}

static uint8_t plan_mask(uint64_t flip)
{
    unsigned which = (unsigned)(flip % MASKS);
    return which == MASKS - 1 ? 0xff : (uint8_t)(1U << which);
}

static bool plan_has(const struct plan *plan, uint64_t flip)
{
    uint64_t at = flip / MASKS;
    if (plan->is_all)
        return true;
    if ((at + test_seed()) % MASKS != flip % MASKS)
        return false;
    return (at + test_seed() / MASKS) % STRIDE == 0 || (at % 4096 < 40 && STRIDE < 100);
}

static void note(struct world *world, enum told told, size_t at, uint8_t mask, const char *why)
{
    struct report *report = world->report;
    report->told[told]++;
    if (told >= TOLD_SILENT && report->first_bad[0] == 0)
        (void)snprintf(
            report->first_bad, sizeof(report->first_bad),
            "page %zu, byte %zu, flipped by 0x%02x: %s: %s", at / 4096, at % 4096, mask,
            told_names[told], why);
}

static void child(struct world *world, const struct plan *plan)
{
    struct report *report = world->report;
    for (; report->at < plan->flips; report->at++) {
        if (!plan_has(plan, report->at))
            continue;
        size_t at = report->at / MASKS;
        uint8_t mask = plan_mask(report->at);
        struct fault fault = {ERR_OK, ""};
        (void)alarm(CHILD_SECONDS_MAX);
        world->file[at] ^= mask;
        note(world, look(world, &fault), at, mask, fault.text);
        restore_if_changed(world, at);
    }
    _exit(0);
}

START_TEST(every_byte_of_a_store_is_found_or_harmless)
{
    static struct world world;
    world_create(&world);
    struct plan plan = plan_of(&world);
    struct report *report = world.report;
    uint64_t flips = 0;
    while (report->at < plan.flips) {
        pid_t pid = fork();
        ck_assert_int_ge(pid, 0);
        if (pid == 0)
            child(&world, &plan);
        int status = 0;
        ck_assert_int_eq(waitpid(pid, &status, 0), pid);
        if (WIFEXITED(status) && WEXITSTATUS(status) == 0)
            break;
        char why[40];
        (void)snprintf(why, sizeof(why), "wait status 0x%x", (unsigned)status);
        note(&world, TOLD_CRASH, report->at / MASKS, plan_mask(report->at), why);
        restore(&world);
        report->at++;
    }
    for (unsigned i = 0; i < TOLD_COUNT; i++)
        flips += report->told[i];
    (void)printf(
        "store of %zu pages, %u checkpoints, %" PRIu64 " flips\n", world.bytes / 4096,
        (unsigned)world.newest, flips);
    for (unsigned i = 0; i < TOLD_COUNT; i++)
        (void)printf("  %9" PRIu64 " %s\n", report->told[i], told_names[i]);
    (void)printf("  %9" PRIu64 " checkpoints written over a flip\n", report->written_on);
    ck_assert_msg(report->first_bad[0] == 0, "%s", report->first_bad);
    ck_assert_uint_gt(report->told[TOLD_OPENING], 0);
    ck_assert_uint_gt(report->told[TOLD_READING], 0);
    ck_assert_uint_gt(report->told[TOLD_HARMLESS], 0);
    world_destroy(&world);
}
END_TEST

Suite *test_suite(void)
{
    Suite *suite = suite_create("flipped bytes of a store");
    TCase *tcase = tcase_create("flips");
    tcase_set_timeout(tcase, 3600);
    tcase_add_test(tcase, every_byte_of_a_store_is_found_or_harmless);
    suite_add_tcase(suite, tcase);
    return suite;
}
