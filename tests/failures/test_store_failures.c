// Every call that a state makes to LMDB, and LMDB to the system, fails once, and for ever.
//
// After each: a clean error in words, and when all is well again the store holds the last checkpoint that was
// confirmed, whole. At the end each place in the sources that calls LMDB must have seen a call fail.
// links: engine/base engine/event projections
#define _GNU_SOURCE // RTLD_NEXT
#include <dlfcn.h>
#include <errno.h>
#include <inttypes.h>
#include <stdarg.h>
#include <sys/uio.h>

#include <lmdb.h>

#include "tests/failures/lmdb_door.h"
#include "tests/projections/support.h"
#include "tests/support/call_sites.h"
#include "tests/support/suite.h"

// --- the doors

static struct {
    bool is_armed;
    enum lmdb_door door;
    struct door_plan plan;
    uint64_t calls, failures;
} doors;

void lmdb_door_arm(enum lmdb_door door, const struct door_plan *plan)
{
    doors.is_armed = true;
    doors.door = door;
    doors.plan = *plan;
    doors.calls = doors.failures = 0;
}

void lmdb_door_disarm(void)
{
    doors.is_armed = false;
}

uint64_t lmdb_door_failures(void)
{
    return doors.failures;
}

extern const char __executable_start, etext;

static bool is_ours(const void *from)
{
    return (const char *)from >= &__executable_start && (const char *)from < &etext;
}

// What the call must fail with, 0: nothing.
static int door_pass(enum lmdb_door door, const char *name, const void *from)
{
    bool is_meant = doors.is_armed && doors.door == door && is_ours(from) == (door == DOOR_LMDB);
    if (!is_meant)
        return 0;
    const struct door_plan *plan = &doors.plan;
    uint64_t call = ++doors.calls;
    int rc = 0;
    if (plan->fail_at != 0 &&
        (call == plan->fail_at || (plan->is_for_ever && call > plan->fail_at)))
        rc = plan->first;
    else if (plan->fail_at != 0 && call == plan->fail_at + plan->second_after)
        rc = plan->second;
    doors.failures += rc != 0;
    if (door == DOOR_LMDB)
        call_sites_note(name, from, rc != 0);
    return rc;
}

static void find_real(const char *name, void *to)
{
    void *found = dlsym(RTLD_NEXT, name);
    if (found == NULL)
        abort();
    memcpy(to, &found, sizeof(found));
}

#define LMDB_DOOR(name, parameters, arguments)                                  \
    int mdb_##name parameters                                                   \
    {                                                                           \
        static int(*real) parameters;                                           \
        if (real == NULL)                                                       \
            find_real("mdb_" #name, &real);                                     \
        int failure = door_pass(DOOR_LMDB, #name, __builtin_return_address(0)); \
        return failure != 0 ? failure : real arguments;                         \
    }

LMDB_DOOR(env_create, (MDB_env * *env), (env))
LMDB_DOOR(
    env_open,
    (MDB_env * env, const char *path, unsigned flags, mdb_mode_t mode),
    (env, path, flags, mode))
LMDB_DOOR(env_set_maxdbs, (MDB_env * env, MDB_dbi max), (env, max))
LMDB_DOOR(env_set_mapsize, (MDB_env * env, size_t size), (env, size))
LMDB_DOOR(env_get_fd, (MDB_env * env, mdb_filehandle_t *fd), (env, fd))
LMDB_DOOR(reader_check, (MDB_env * env, int *dead), (env, dead))
LMDB_DOOR(
    txn_begin,
    (MDB_env * env, MDB_txn *parent, unsigned flags, MDB_txn **txn),
    (env, parent, flags, txn))
LMDB_DOOR(txn_renew, (MDB_txn * txn), (txn))
LMDB_DOOR(
    dbi_open,
    (MDB_txn * txn, const char *name, unsigned flags, MDB_dbi *dbi),
    (txn, name, flags, dbi))
LMDB_DOOR(stat, (MDB_txn * txn, MDB_dbi dbi, MDB_stat *stat), (txn, dbi, stat))
LMDB_DOOR(drop, (MDB_txn * txn, MDB_dbi dbi, int del), (txn, dbi, del))
LMDB_DOOR(get, (MDB_txn * txn, MDB_dbi dbi, MDB_val *key, MDB_val *data), (txn, dbi, key, data))
LMDB_DOOR(
    put,
    (MDB_txn * txn, MDB_dbi dbi, MDB_val *key, MDB_val *data, unsigned flags),
    (txn, dbi, key, data, flags))
LMDB_DOOR(cursor_open, (MDB_txn * txn, MDB_dbi dbi, MDB_cursor **cursor), (txn, dbi, cursor))
LMDB_DOOR(
    cursor_get,
    (MDB_cursor * cursor, MDB_val *key, MDB_val *data, MDB_cursor_op op),
    (cursor, key, data, op))
LMDB_DOOR(cursor_del, (MDB_cursor * cursor, unsigned flags), (cursor, flags))

// A commit that fails has ended its transaction.
int mdb_txn_commit(MDB_txn *txn)
{
    static int (*real)(MDB_txn *);
    if (real == NULL)
        find_real("mdb_txn_commit", &real);
    int failure = door_pass(DOOR_LMDB, "txn_commit", __builtin_return_address(0));
    if (failure == 0)
        return real(txn);
    mdb_txn_abort(txn);
    return failure;
}

#define SYSTEM_DOOR(type, name, parameters, arguments)                            \
    type name parameters                                                          \
    {                                                                             \
        static type(*real) parameters;                                            \
        if (real == NULL)                                                         \
            find_real(#name, &real);                                              \
        int failure = door_pass(DOOR_SYSTEM, #name, __builtin_return_address(0)); \
        if (failure == 0)                                                         \
            return real arguments;                                                \
        errno = failure;                                                          \
        return -1;                                                                \
    }

SYSTEM_DOOR(ssize_t, pwrite, (int fd, const void *from, size_t len, off_t at), (fd, from, len, at))
SYSTEM_DOOR(ssize_t, writev, (int fd, const struct iovec *parts, int count), (fd, parts, count))

// Nothing loses its power here: a sync that does not fail need not be waited for, be it asked for when the
// file is opened.
int open(const char *path, int flags, ...);
int open(const char *path, int flags, ...)
{
    enum { DATA_SYNC = 010000 }; // O_DSYNC; <fcntl.h> would declare another open
    static int (*real)(const char *, int, ...);
    va_list rest;
    va_start(rest, flags);
    unsigned mode = va_arg(rest, unsigned);
    va_end(rest);
    if (real == NULL)
        find_real("open", &real);
    return real(path, flags & ~DATA_SYNC, mode);
}

int fdatasync(int fd)
{
    (void)fd;
    int failure = door_pass(DOOR_SYSTEM, "fdatasync", __builtin_return_address(0));
    errno = failure;
    return failure == 0 ? 0 : -1;
}
SYSTEM_DOOR(off_t, lseek, (int fd, off_t at, int whence), (fd, at, whence))

// --- a life: opened, three checkpoints each in its way, closed, read again

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
enum { DENSE = 80, STRIDE = 11 }; // it is slow there: every call up to DENSE, then every STRIDE-th
#else
enum { DENSE = 80, STRIDE = 1 };
#endif
enum { CONTACTS = 60, SEQUENCES = 6, ROUNDS_MAX = 20000 };

struct life {
    struct test_directory directory;
    uint64_t digests[SEQUENCES]; // of the state at each checkpoint begun
    uint64_t confirmed;          // sequence of the last checkpoint that was
    uint64_t begun;
};

static struct state_params life_params(const struct life *life)
{
    struct state_params params = test_params(life->directory.store);
    params.map_bytes = 64 << 10; // full soon
    params.overlay_bytes_max = 0;
    params.dedup_window_ms = 1000;
    return params;
}

static void fold(struct state *state, uint64_t sequence)
{
    state_frame_begin(state, (int64_t)sequence * 100000);
    for (unsigned i = 0; i < CONTACTS; i++) {
        char value[40];
        (void)snprintf(value, sizeof(value), "contact-%u", i + (unsigned)sequence * 5);
        struct contact_number contact = test_contact(state, value);
        (void)snprintf(value, sizeof(value), "tag-%u-%u", (unsigned)sequence, i % 3);
        (void)contact_add_tag(state, contact, test_name(state, NAME_TAG, value));
        struct hash128 key = dedup_key(state, BYTES_LITERAL("s"), bytes_text(value));
        (void)dedup_add(state, key, (int64_t)sequence * 100000 + i);
    }
    dedup_expire(state, (int64_t)sequence * 100000 + CONTACTS);
    (void)state_frame_end(state);
}

static enum err checkpoint(struct life *life, struct state *state, struct fault *fault)
{
    static const struct checkpoint_limits ways[] = {
        {0, 0, 2048, 10}, {100000, 80, 2048, 10}, {0, 1000, 2048, 10}};
    uint64_t sequence = life->begun + 1;
    state_set_checkpoint_limits(state, ways[sequence % 3]);
    struct checkpoint at = test_checkpoint_at(state, sequence);
    life->begun = sequence;
    life->digests[sequence] = state_digest(state);
    struct snapshot *snapshot = state_snapshot_begin(state, &at);
    enum err err = snapshot_write(snapshot, fault);
    bool is_committed = false;
    if (err == ERR_OK) {
        err = snapshot_commit(snapshot, 0, fault);
        is_committed = snapshot->is_committed;
    }
    state_snapshot_end(state, snapshot, is_committed ? SNAPSHOT_COMMITTED : SNAPSHOT_ABANDONED);
    if (is_committed)
        life->confirmed = sequence;
    return err;
}

static enum err live(struct life *life, struct fault *fault)
{
    struct state *state = NULL;
    struct checkpoint at;
    struct state_params params = life_params(life);
    enum err err = ERR_OK;
    for (unsigned run = 0; err == ERR_OK && run < 2; run++) {
        err = state_open(&params, &state, &at, fault);
        for (unsigned i = 0; err == ERR_OK && i < 2; i++) {
            fold(state, life->begun + 1);
            err = state_error(state, fault);
            if (err == ERR_OK)
                err = checkpoint(life, state, fault);
        }
        if (err == ERR_OK) {
            state_load_all(state);
            (void)state_digest_recomputed(state);
            err = state_error(state, fault);
        }
        state_close(state);
        state = NULL;
    }
    if (err == ERR_OK)
        (void)state_peek(params.directory, params.map_bytes);
    return err;
}

// The store holds the checkpoint that was confirmed last; a commit may have been done and its failure be of
// what came after, but never the other way round.
static void settle(struct life *life, const char *what, uint64_t n)
{
    struct state_params params = life_params(life);
    struct state *state = NULL;
    struct checkpoint at;
    struct fault fault = {ERR_OK, ""};
    enum err err = state_open(&params, &state, &at, &fault);
    if (err != ERR_OK)
        ck_abort_msg("%s, call %" PRIu64 ": afterwards %s: %s", what, n, err_name(err), fault.text);
    if (at.sequence < life->confirmed || at.sequence > life->begun)
        ck_abort_msg(
            "%s, call %" PRIu64 ": checkpoint %" PRIu64 ", confirmed was %" PRIu64, what, n,
            at.sequence, life->confirmed);
    uint64_t digest = state_digest(state);
    bool is_right = digest == life->digests[at.sequence] &&
                    state_digest_recomputed(state) == digest &&
                    state_error(state, &fault) == ERR_OK;
    if (!is_right)
        ck_abort_msg(
            "%s, call %" PRIu64 ": checkpoint %" PRIu64 " is not whole: %s", what, n, at.sequence,
            fault.text);
    state_close(state);
}

static bool round_with(enum lmdb_door door, const struct door_plan *plan, const char *what)
{
    struct life life = {.directory = test_directory_make()};
    struct fault fault = {ERR_OK, ""};
    lmdb_door_arm(door, plan);
    enum err err = live(&life, &fault);
    lmdb_door_disarm();
    uint64_t failures = lmdb_door_failures();
    if (failures == 0 && plan->fail_at != 0 && err != ERR_OK)
        ck_abort_msg("%s without a failure: %s", err_name(err), fault.text);
    if (err != ERR_OK && strstr(fault.text, "store: ") == NULL)
        ck_abort_msg(
            "%s, call %" PRIu64 ": %s: \"%s\"", what, plan->fail_at, err_name(err), fault.text);
    settle(&life, what, plan->fail_at);
    test_directory_remove(&life.directory);
    return failures > 0;
}

static const struct plan_case {
    const char *name;
    enum lmdb_door door;
    struct door_plan plan;
} plan_cases[] = {
    {"LMDB: EIO", DOOR_LMDB, {.first = EIO}},
    {"LMDB: EIO twice", DOOR_LMDB, {.first = EIO, .second = EIO, .second_after = 1}},
    {"LMDB: EIO for ever", DOOR_LMDB, {.first = EIO, .is_for_ever = true}},
    {"LMDB: ENOSPC", DOOR_LMDB, {.first = ENOSPC}},
    {"LMDB: map resized", DOOR_LMDB, {.first = MDB_MAP_RESIZED}},
    {"LMDB: resized, EIO", DOOR_LMDB, {.first = MDB_MAP_RESIZED, .second = EIO, .second_after = 1}},
    {"LMDB: resized, later EIO",
     DOOR_LMDB,
     {.first = MDB_MAP_RESIZED, .second = EIO, .second_after = 2}},
    {"system: EIO", DOOR_SYSTEM, {.first = EIO}},
    {"system: EIO for ever", DOOR_SYSTEM, {.first = EIO, .is_for_ever = true}},
    {"system: ENOSPC", DOOR_SYSTEM, {.first = ENOSPC}},
    {"system: full for ever", DOOR_SYSTEM, {.first = ENOSPC, .is_for_ever = true}},
};
enum { PLAN_CASES = sizeof(plan_cases) / sizeof(plan_cases[0]) };

START_TEST(checkpoints_and_reads_survive_every_failure)
{
    const struct plan_case *c = &plan_cases[_i];
    struct door_plan plan = c->plan;
    uint64_t n = 1;
    for (;; n += n < DENSE ? 1 : STRIDE) {
        plan.fail_at = n;
        ck_assert_uint_lt(n, ROUNDS_MAX);
        if (!round_with(c->door, &plan, c->name))
            break;
    }
    (void)printf("  %-22s %9" PRIu64 " rounds\n", c->name, n - 1);
    ck_assert_uint_gt(n, 20);
}
END_TEST

// --- the report

START_TEST(each_place_that_calls_lmdb_saw_a_failure)
{
    static const char *const files[] = {
        "projections/store.c", "projections/store_check.c", "projections/store_read.c",
        "projections/store_write.c", NULL};
    static const char *const operations[] = {"env_create",
                                             "env_open",
                                             "env_set_maxdbs",
                                             "env_set_mapsize",
                                             "env_get_fd",
                                             "reader_check",
                                             "txn_begin",
                                             "txn_renew",
                                             "txn_commit",
                                             "dbi_open",
                                             "stat",
                                             "drop",
                                             "get",
                                             "put",
                                             "cursor_open",
                                             "cursor_get",
                                             "cursor_del",
                                             NULL};
    unsigned never =
        call_sites_report(&(struct call_area){"projections, LMDB", files, "mdb_", operations});
    ck_assert(never == 0 || STRIDE > 1);
}
END_TEST

Suite *test_suite(void)
{
    call_sites_begin();
    Suite *suite = suite_create("failures of the store");
    TCase *tcase = tcase_create("failures");
    tcase_set_timeout(tcase, 600);
    tcase_add_loop_test(tcase, checkpoints_and_reads_survive_every_failure, 0, PLAN_CASES);
    tcase_add_test(tcase, each_place_that_calls_lmdb_saw_a_failure);
    suite_add_tcase(suite, tcase);
    return suite;
}
