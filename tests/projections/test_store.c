// The store under crashes, damage, growth and other readers.
#include <fcntl.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include "engine/base/memory.h"
#include "projections/store.h"

#include "tests/projections/support.h"
#include "tests/support/suite.h"

enum { CONTACTS = 500 };

static void add_contacts(struct state *state, uint32_t from, uint32_t to)
{
    state_frame_begin(state, 1000);
    for (uint32_t i = from; i < to; i++) {
        char value[32];
        (void)snprintf(value, sizeof(value), "contact-%u", i);
        struct contact_number contact = test_contact(state, value);
        (void)contact_add_tag(state, contact, test_name(state, NAME_TAG, "planted tag"));
    }
    (void)state_frame_end(state);
}

static void see_every(struct state *state, uint64_t step)
{
    state_frame_begin(state, 2000);
    for (uint64_t number = 1; number <= contacts_count(state); number += step)
        contact_seen(state, (struct contact_number){number}, 5000);
    (void)state_frame_end(state);
}

static void copy_file(const char *from, const char *to)
{
    char buffer[65536];
    int in = open(from, O_RDONLY);
    int out = open(to, O_WRONLY | O_CREAT | O_TRUNC, 0600);
    ck_assert_int_ge(in, 0);
    ck_assert_int_ge(out, 0);
    for (ssize_t len; (len = read(in, buffer, sizeof(buffer))) > 0;)
        ck_assert_int_eq(write(out, buffer, (size_t)len), len);
    ck_assert_int_eq(close(in), 0);
    ck_assert_int_eq(close(out), 0);
}

// A store as a kill at this moment would leave it: what was written stays.
static struct test_directory copy_store(const struct test_directory *from)
{
    struct test_directory to = test_directory_make();
    char source[TEST_SCRATCH_BYTES + 32], target[TEST_SCRATCH_BYTES + 32];
    ck_assert_int_eq(mkdir(to.store, 0700), 0);
    (void)snprintf(source, sizeof(source), "%s/data.mdb", from->store);
    (void)snprintf(target, sizeof(target), "%s/data.mdb", to.store);
    copy_file(source, target);
    return to;
}

static const struct checkpoint_limits every_mode[] = {
    {100000, 80, 4096, 10}, // direct
    {0, 0, 4096, 10},       // rewrite
    {0, 1000, 4096, 10},    // redo
};
enum { MODES = 3 };

static void expect_checkpoint(
    const struct test_directory *directory, uint64_t sequence, uint64_t digest)
{
    struct state_params params = test_params(directory->store);
    struct state *state;
    struct checkpoint at;
    struct fault fault = {0};
    enum err err = state_open(&params, &state, &at, &fault);
    ck_assert_msg(err == ERR_OK, "%s", fault.text);
    ck_assert_uint_eq(at.sequence, sequence);
    ck_assert_uint_eq(state_digest(state), digest);
    ck_assert_uint_eq(state_digest_recomputed(state), digest);
    ck_assert_int_eq(state_error(state, NULL), ERR_OK);
    state_close(state);
}

START_TEST(a_kill_in_the_middle_of_a_checkpoint_leaves_the_last_one)
{
    struct test_directory directory = test_directory_make();
    struct state_params params = test_params(directory.store);
    struct state *state = test_open(&params);
    add_contacts(state, 0, CONTACTS);
    (void)test_checkpoint(state, 1);
    uint64_t first = state_digest(state);
    state_set_checkpoint_limits(state, every_mode[_i]);
    see_every(state, 2);
    add_contacts(state, CONTACTS, CONTACTS + 100);
    uint64_t second = state_digest(state);

    struct fault fault;
    struct checkpoint at = test_checkpoint_at(state, 2);
    struct snapshot *snapshot = state_snapshot_begin(state, &at);
    ck_assert_int_eq(snapshot_write(snapshot, &fault), ERR_OK);
    struct test_directory killed = copy_store(&directory);
    ck_assert_int_eq(snapshot_commit(snapshot, 0, &fault), ERR_OK);
    struct test_directory committed = copy_store(&directory);
    state_snapshot_end(state, snapshot, SNAPSHOT_COMMITTED);
    state_close(state);

    expect_checkpoint(&killed, 1, first);
    // What the kill left behind is cleared away, and does not disturb the next checkpoint.
    struct state_params again = test_params(killed.store);
    state = test_open(&again);
    state_set_checkpoint_limits(state, every_mode[_i]);
    see_every(state, 3);
    (void)test_checkpoint(state, 2);
    uint64_t third = state_digest(state);
    state_close(state);
    expect_checkpoint(&killed, 2, third);
    expect_checkpoint(&committed, 2, second);
    test_directory_remove(&killed);
    test_directory_remove(&committed);
    test_directory_remove(&directory);
}
END_TEST

// --- a redo that is in force and not applied yet, as a kill right after the commit leaves it
static void put_redo(void *context, struct store_txn *txn)
{
    const struct snapshot_item *items = context;
    for (size_t i = 0; items[i].contact != 0; i++) {
        struct bytes record = bytes_of(items[i].record, record_len(items[i].record));
        store_put(
            txn, STORE_REDO, (struct store_key){.low = items[i].contact},
            (struct store_value){record, items[i].hash}, STORE_PUT_APPEND);
    }
    store_put_place(txn, (struct store_place){STORE_CONTACTS_A, true});
}

START_TEST(a_redo_in_force_comes_before_the_contacts)
{
    struct test_directory directory = test_directory_make();
    struct state_params params = test_params(directory.store);
    struct state *state = test_open(&params);
    add_contacts(state, 0, CONTACTS);
    (void)test_checkpoint(state, 1);
    // Changed records of contacts 2 and 7, checksummed as the digest counts them.
    state_frame_begin(state, 1);
    contact_seen(state, (struct contact_number){2}, 1234567);
    contact_seen(state, (struct contact_number){7}, 1234567);
    (void)state_frame_end(state);
    struct snapshot_item items[3] = {{.contact = 2}, {.contact = 7}, {.contact = 0}};
    for (size_t i = 0; i < 2; i++) {
        const struct slot *slot = slots_at(&state->slots, items[i].contact);
        items[i].record = slot_record(slot);
        items[i].hash = slot->hash;
    }
    struct fault fault = {0};
    ck_assert_int_eq(store_write(state->store, put_redo, items, &fault), ERR_OK);
    state_close(state);

    params.access = (enum state_access)(_i == 0 ? STATE_READ_ONLY : STATE_WRITE);
    state = test_open(&params);
    struct arena arena = {0};
    for (uint64_t number = 1; number <= 8; number++) {
        struct contact_view view;
        ck_assert_int_eq(
            contact_read(state, (struct contact_number){number}, &arena, &view), ERR_OK);
        bool is_changed = number == 2 || number == 7;
        ck_assert_int_eq(view.updated_ms, is_changed ? 1234567 : 1000);
    }
    arena_free(&arena);
    state_close(state);
    test_directory_remove(&directory);
}
END_TEST

// --- damage
// Flips a bit of the n-th place where the text stands in the store's file; false when there is none.
static bool flip_text(const struct test_directory *directory, const char *text, unsigned nth)
{
    char path[TEST_SCRATCH_BYTES + 32];
    (void)snprintf(path, sizeof(path), "%s/data.mdb", directory->store);
    FILE *file = fopen(path, "r+b");
    ck_assert_ptr_nonnull(file);
    struct stat stat;
    ck_assert_int_eq(fstat(fileno(file), &stat), 0);
    size_t len = (size_t)stat.st_size;
    uint8_t *data = mem_alloc(len);
    ck_assert_uint_eq(fread(data, 1, len, file), len);
    bool is_found = false;
    for (size_t i = 0; i + strlen(text) <= len && !is_found; i++) {
        if (memcmp(data + i, text, strlen(text)) != 0 || nth-- > 0)
            continue;
        is_found = true;
        data[i + 1] ^= 0x10;
        ck_assert_int_eq(fseek(file, (long)i, SEEK_SET), 0);
        ck_assert_uint_eq(fwrite(data + i, 1, strlen(text), file), strlen(text));
    }
    free(data);
    ck_assert_int_eq(fclose(file), 0);
    return is_found;
}

START_TEST(a_flipped_bit_in_a_contact_is_named_and_never_answered)
{
    struct test_directory directory = test_directory_make();
    struct state_params params = test_params(directory.store);
    struct state *state = test_open(&params);
    add_contacts(state, 0, CONTACTS);
    (void)test_checkpoint(state, 1);
    state_close(state);
    ck_assert(flip_text(&directory, "contact-123", 0));

    state = test_open(&params);
    struct arena arena = {0};
    struct contact_view view;
    struct fault fault = {0};
    struct identity_key key;
    state_frame_begin(state, 1);
    key = identity_key_of(
        state, test_name(state, NAME_IDENTIFIER, "contact_id"), bytes_text("contact-123"));
    ck_assert_uint_eq(identity_find(state, &key).value, 0);
    (void)state_frame_end(state);
    ck_assert_int_eq(state_error(state, &fault), ERR_CORRUPT);
    ck_assert_ptr_nonnull(strstr(fault.text, "contact 124"));
    ck_assert_int_eq(contact_read(state, (struct contact_number){124}, &arena, &view), ERR_CORRUPT);
    // A state that has failed writes no checkpoint.
    struct checkpoint at = test_checkpoint_at(state, 2);
    struct snapshot *snapshot = state_snapshot_begin(state, &at);
    ck_assert_int_eq(snapshot_write(snapshot, &fault), ERR_CORRUPT);
    state_snapshot_end(state, snapshot, SNAPSHOT_ABANDONED);
    arena_free(&arena);
    state_close(state);
    test_directory_remove(&directory);
}
END_TEST

static const char *const damaged_texts[] = {
    "planted tag",           // a name
    "where the sources are", // the meta entry
};

START_TEST(a_flipped_bit_in_what_is_loaded_refuses_the_store)
{
    struct test_directory directory = test_directory_make();
    struct state_params params = test_params(directory.store);
    struct state *state = test_open(&params);
    add_contacts(state, 0, 10);
    (void)test_checkpoint(state, 1);
    state_close(state);
    for (unsigned i = 0; flip_text(&directory, damaged_texts[_i], 0) && i < 10; i++)
        ;
    struct checkpoint at = {.sequence = 77};
    struct fault fault = {0};
    ck_assert_int_eq(state_open(&params, &state, &at, &fault), ERR_CORRUPT);
    ck_assert_uint_eq(at.sequence, 77); // untouched
    ck_assert_ptr_nonnull(strstr(fault.text, "store:"));
    test_directory_remove(&directory);
}
END_TEST

static void damage_list(void *context, struct store_txn *txn)
{
    const int *given = context;
    enum store_db db = *given % 2 == 0 ? STORE_IDENTIFIERS : STORE_NAMES;
    struct store_key key = {.low = db == STORE_NAMES};
    struct store_value value;
    ck_assert(store_txn_get(txn, db, key, &value));
    uint8_t copy[65536];
    memcpy(copy, value.payload.data, value.payload.len);
    copy[0] ^= 1;
    if (*given / 2 == 0)
        store_put(
            txn, db, key, (struct store_value){bytes_of(copy, value.payload.len), value.checksum},
            STORE_PUT_ANYWHERE);
    else
        store_clear(txn, db);
}

START_TEST(a_list_that_is_damaged_or_gone_refuses_the_store)
{
    struct test_directory directory = test_directory_make();
    struct state_params params = test_params(directory.store);
    struct state *state = test_open(&params);
    struct checkpoint at;
    struct fault fault = {0};
    add_contacts(state, 0, 10);
    (void)test_checkpoint(state, 1);
    ck_assert_int_eq(store_write(state->store, damage_list, &_i, &fault), ERR_OK);
    state_close(state);
    ck_assert_int_eq(state_open(&params, &state, &at, &fault), ERR_CORRUPT);
    test_directory_remove(&directory);
}
END_TEST

START_TEST(a_newer_format_and_another_journal_are_refused)
{
    struct test_directory directory = test_directory_make();
    struct state_params params = test_params(directory.store);
    struct state *state = test_open(&params);
    add_contacts(state, 0, 10);
    (void)test_checkpoint(state, 1);
    state_close(state);
    struct checkpoint at;
    struct fault fault = {0};
    params.seed++;
    ck_assert_int_eq(state_open(&params, &state, &at, &fault), ERR_CORRUPT);
    ck_assert_ptr_nonnull(strstr(fault.text, "another journal"));
    params.seed--;

    // The meta entry's format byte stands 9 bytes before the payload, which begins with the seed.
    const uint8_t seed[8] = {7};
    char path[TEST_SCRATCH_BYTES + 32];
    (void)snprintf(path, sizeof(path), "%s/data.mdb", directory.store);
    int file = open(path, O_RDWR);
    ck_assert_int_ge(file, 0);
    uint8_t page[4096];
    unsigned found = 0;
    for (off_t offset = 0; pread(file, page, sizeof(page), offset) == (ssize_t)sizeof(page);
         offset += (off_t)sizeof(page)) {
        for (size_t i = 9; i + sizeof(seed) < sizeof(page); i++) {
            if (memcmp(page + i, seed, sizeof(seed)) != 0 || page[i - 9] != STORE_FORMAT)
                continue;
            page[i - 9] = STORE_FORMAT + 1;
            found++;
        }
        ck_assert_int_eq(pwrite(file, page, sizeof(page), offset), sizeof(page));
    }
    ck_assert_int_eq(close(file), 0);
    ck_assert_uint_gt(found, 0);
    ck_assert_int_eq(state_open(&params, &state, &at, &fault), ERR_FORMAT);
    test_directory_remove(&directory);
}
END_TEST

START_TEST(a_file_that_is_no_store_is_refused_and_can_be_removed)
{
    struct test_directory directory = test_directory_make();
    struct state_params params = test_params(directory.store);
    struct state *state;
    struct checkpoint at;
    struct fault fault = {0};
    params.access = STATE_READ_ONLY;
    ck_assert_int_eq(state_open(&params, &state, &at, &fault), ERR_MISSING);
    params.access = STATE_WRITE;
    ck_assert_int_eq(mkdir(directory.store, 0700), 0);
    char path[TEST_SCRATCH_BYTES + 32];
    (void)snprintf(path, sizeof(path), "%s/data.mdb", directory.store);
    FILE *file = fopen(path, "wb");
    ck_assert_ptr_nonnull(file);
    for (int i = 0; i < 20000; i++)
        ck_assert_int_ne(fputc('x', file), EOF);
    ck_assert_int_eq(fclose(file), 0);
    ck_assert_int_eq(state_open(&params, &state, &at, &fault), ERR_CORRUPT);
    ck_assert_int_eq(state_remove(directory.store, &fault), ERR_OK);
    ck_assert_int_eq(state_remove(directory.store, &fault), ERR_OK); // gone already
    state = test_open(&params);
    struct stat stat_of;
    ck_assert_int_eq(stat(directory.store, &stat_of), 0);
    ck_assert_uint_eq(stat_of.st_mode & 0777, 0700);
    ck_assert_int_eq(stat(path, &stat_of), 0);
    ck_assert_uint_eq(stat_of.st_mode & 0777, 0600);
    state_close(state);
    test_directory_remove(&directory);
}
END_TEST

START_TEST(the_map_grows_when_it_is_full)
{
    struct test_directory directory = test_directory_make();
    struct state_params params = test_params(directory.store);
    params.map_bytes = 128 << 10;
    struct state *state = test_open(&params);
    state_set_checkpoint_limits(state, every_mode[_i]);
    uint64_t map_bytes = store_map_bytes(state->store);
    for (uint32_t i = 1; i <= 4; i++) {
        add_contacts(state, i * 1000, i * 1000 + 1000);
        see_every(state, 2);
        (void)test_checkpoint(state, i);
    }
    ck_assert_uint_gt(store_map_bytes(state->store), map_bytes);
    uint64_t digest = state_digest(state);
    state_close(state);
    expect_checkpoint(&directory, 4, digest);
    test_directory_remove(&directory);
}
END_TEST

// No file may grow beyond so many bytes, as on a full disk.
static void limit_file_bytes(rlim_t bytes)
{
    struct rlimit limit;
    ck_assert_int_eq(getrlimit(RLIMIT_FSIZE, &limit), 0);
    limit.rlim_cur = bytes;
    ck_assert_int_eq(setrlimit(RLIMIT_FSIZE, &limit), 0);
}

START_TEST(a_full_disk_leaves_the_last_checkpoint_and_is_got_over)
{
    struct test_directory directory = test_directory_make();
    struct state_params params = test_params(directory.store);
    struct state *state = test_open(&params);
    state_set_checkpoint_limits(state, every_mode[_i]);
    add_contacts(state, 0, CONTACTS);
    (void)test_checkpoint(state, 1);
    uint64_t first = state_digest(state);
    add_contacts(state, CONTACTS, CONTACTS * 20);
    see_every(state, 1);

    char path[TEST_SCRATCH_BYTES + 32];
    struct stat stat_of;
    (void)snprintf(path, sizeof(path), "%s/data.mdb", directory.store);
    ck_assert_int_eq(stat(path, &stat_of), 0);
    ck_assert(signal(SIGXFSZ, SIG_IGN) != SIG_ERR);
    limit_file_bytes((rlim_t)stat_of.st_size + 8192);
    struct fault fault = {0};
    struct checkpoint at = test_checkpoint_at(state, 2);
    struct snapshot *snapshot = state_snapshot_begin(state, &at);
    enum err err = snapshot_write(snapshot, &fault);
    if (err == ERR_OK)
        err = snapshot_commit(snapshot, 0, &fault);
    limit_file_bytes(RLIM_INFINITY);
    ck_assert_int_eq(err, ERR_NOSPACE);
    ck_assert_ptr_nonnull(strstr(fault.text, "store:"));
    state_snapshot_end(state, snapshot, SNAPSHOT_ABANDONED);
    struct test_directory killed = copy_store(&directory);
    expect_checkpoint(&killed, 1, first);
    test_directory_remove(&killed);

    (void)test_checkpoint(state, 2);
    uint64_t second = state_digest(state);
    state_close(state);
    expect_checkpoint(&directory, 2, second);
    test_directory_remove(&directory);
}
END_TEST

// Whatever step the disk is full at, also one after the commit: what the checkpoint says of itself is what
// the store holds.
START_TEST(a_disk_that_is_full_at_any_step_is_told_as_the_store_has_it)
{
    enum { STEP_BYTES = 32 << 10 };
    struct test_directory directory = test_directory_make();
    struct state_params params = test_params(directory.store);
    struct state *state = test_open(&params);
    state_set_checkpoint_limits(state, every_mode[_i]);
    add_contacts(state, 0, CONTACTS);
    (void)test_checkpoint(state, 1);
    uint64_t first = state_digest(state);
    add_contacts(state, CONTACTS, CONTACTS * 4);
    see_every(state, 1);
    ck_assert(signal(SIGXFSZ, SIG_IGN) != SIG_ERR);
    enum err err = ERR_NOSPACE;
    unsigned refused = 0;
    for (; err == ERR_NOSPACE; refused++) {
        char path[TEST_SCRATCH_BYTES + 32];
        struct stat stat_of;
        (void)snprintf(path, sizeof(path), "%s/data.mdb", directory.store);
        ck_assert_int_eq(stat(path, &stat_of), 0);
        limit_file_bytes((rlim_t)stat_of.st_size + STEP_BYTES);
        struct fault fault = {0};
        struct checkpoint at = test_checkpoint_at(state, 2);
        struct snapshot *snapshot = state_snapshot_begin(state, &at);
        err = snapshot_write(snapshot, &fault);
        if (err == ERR_OK)
            err = snapshot_commit(snapshot, 0, &fault);
        limit_file_bytes(RLIM_INFINITY);
        ck_assert_msg(err == ERR_OK || err == ERR_NOSPACE, "%s", fault.text);
        state_snapshot_end(
            state, snapshot, err == ERR_OK ? SNAPSHOT_COMMITTED : SNAPSHOT_ABANDONED);
        struct test_directory killed = copy_store(&directory);
        expect_checkpoint(
            &killed, err == ERR_OK ? 2 : 1, err == ERR_OK ? state_digest(state) : first);
        test_directory_remove(&killed);
    }
    ck_assert_uint_gt(refused, 1);
    state_close(state);
    test_directory_remove(&directory);
}
END_TEST

// A process that opens the store again and again and checks each answer; exit status 0: all well.
static void read_until_told(const char *directory, int told)
{
    struct state_params params = test_params(directory);
    params.access = STATE_READ_ONLY;
    uint64_t last = 0;
    char byte;
    for (unsigned rounds = 1;; rounds++) {
        struct state *state;
        struct checkpoint at;
        struct fault fault = {0};
        if (state_open(&params, &state, &at, &fault) != ERR_OK) {
            (void)fprintf(stderr, "%s\n", fault.text);
            _exit(10);
        }
        if (at.sequence < last || state_digest(state) != at.digest)
            _exit(11);
        if (state_digest_recomputed(state) != at.digest || state_error(state, NULL) != ERR_OK)
            _exit(12);
        last = at.sequence;
        state_close(state);
        if (rounds >= 3 && read(told, &byte, 1) == 1)
            _exit(0);
    }
}

START_TEST(another_process_reads_while_checkpoints_are_written)
{
    struct test_directory directory = test_directory_make();
    struct state_params params = test_params(directory.store);
    params.map_bytes = 256 << 10;
    struct state *state = test_open(&params);
    add_contacts(state, 0, CONTACTS);
    (void)test_checkpoint(state, 1);
    state_close(state); // an environment must not be carried through a fork
    int tell[2];
    ck_assert_int_eq(pipe(tell), 0);
    ck_assert_int_eq(fcntl(tell[0], F_SETFL, O_NONBLOCK), 0);
    pid_t reader = fork();
    ck_assert_int_ge(reader, 0);
    if (reader == 0)
        read_until_told(directory.store, tell[0]);

    state = test_open(&params);
    state_set_checkpoint_limits(state, every_mode[_i]);
    for (uint32_t i = 2; i < 40; i++) {
        see_every(state, 3);
        add_contacts(state, i * 1000, i * 1000 + 20);
        (void)test_checkpoint(state, i);
    }
    ck_assert_int_eq(write(tell[1], "x", 1), 1);
    int status = -1;
    ck_assert_int_eq(waitpid(reader, &status, 0), reader);
    ck_assert_msg(
        WIFEXITED(status) && WEXITSTATUS(status) == 0, "reader ended with %d", WEXITSTATUS(status));
    state_close(state);
    test_directory_remove(&directory);
}
END_TEST

Suite *test_suite(void)
{
    Suite *suite = suite_create("store");
    TCase *crash = tcase_create("crash");
    tcase_add_loop_test(crash, a_kill_in_the_middle_of_a_checkpoint_leaves_the_last_one, 0, MODES);
    tcase_add_loop_test(crash, a_redo_in_force_comes_before_the_contacts, 0, 2);
    suite_add_tcase(suite, crash);
    TCase *damage = tcase_create("damage");
    tcase_add_test(damage, a_flipped_bit_in_a_contact_is_named_and_never_answered);
    tcase_add_loop_test(
        damage, a_flipped_bit_in_what_is_loaded_refuses_the_store, 0,
        (int)(sizeof(damaged_texts) / sizeof(damaged_texts[0])));
    tcase_add_loop_test(damage, a_list_that_is_damaged_or_gone_refuses_the_store, 0, 4);
    tcase_add_test(damage, a_newer_format_and_another_journal_are_refused);
    tcase_add_test(damage, a_file_that_is_no_store_is_refused_and_can_be_removed);
    suite_add_tcase(suite, damage);
    TCase *use = tcase_create("use");
    tcase_set_timeout(use, 60);
    tcase_add_loop_test(use, the_map_grows_when_it_is_full, 0, MODES);
    tcase_add_loop_test(use, a_full_disk_leaves_the_last_checkpoint_and_is_got_over, 0, MODES);
    tcase_add_loop_test(use, a_disk_that_is_full_at_any_step_is_told_as_the_store_has_it, 0, MODES);
    tcase_add_loop_test(use, another_process_reads_while_checkpoints_are_written, 0, MODES);
    suite_add_tcase(suite, use);
    return suite;
}
