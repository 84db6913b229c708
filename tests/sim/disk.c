// The disk as a process has it: the fake one, with waits, errors and crashes at every call.
#include <string.h>

#include "engine/base/invariant.h"
#include "engine/base/memory.h"

#include "tests/sim/sim.h"

// The fake disk's own handles are of another type with the same name; they are passed through as they are.
static struct disk inner(struct sim *sim)
{
    return fake_disk_port(sim->disk);
}

// Whether a fault meets this call: the one aimed at, or one of so many chances in 100,000.
static bool meets(
    struct sim *sim, enum sim_disk_fault fault, enum sim_disk_call call, uint32_t chance)
{
    struct sim_aim *aim = &sim->aim;
    if (!aim->is_set || aim->fault != fault || aim->call != call || aim->stage != sim->stage)
        return sim_chance(sim, chance);
    if (aim->calls_left-- > 0)
        return sim_chance(sim, chance);
    aim->is_set = false;
    return true;
}

static void wait_for_disk(struct sim *sim, enum sim_disk_call call)
{
    if (!sim_is_in_process(sim))
        return;
    bool is_slow = sim_fault_is_possible(SIM_FAULT_SLOW, call) &&
                   meets(sim, SIM_FAULT_SLOW, call, sim->faults.disk_slow);
    if (is_slow) {
        sim_note_fault(sim, SIM_FAULT_SLOW, call);
        task_sleep_us(sim->scheduler, (int64_t)sim_random_below(&sim->faults_random, 3000000));
    } else if (
        call == SIM_CALL_SYNC || call == SIM_CALL_SYNC_DIRECTORY || call == SIM_CALL_ALLOCATE) {
        uint64_t at_most = (uint64_t)sim->faults.disk_latency_us + 1;
        task_sleep_us(sim->scheduler, (int64_t)sim_random_below(&sim->faults_random, at_most));
    } else if (sim_random_below(&sim->faults_random, 16) == 0) {
        task_yield(sim->scheduler);
    }
}

static void maybe_end(
    struct sim *sim, enum sim_disk_call call, enum sim_disk_fault kill, enum sim_disk_fault power)
{
    if (!sim_is_in_process(sim) || !sim->are_faults_on)
        return;
    if (meets(sim, kill, call, sim->faults.disk_kill)) {
        sim_note_fault(sim, kill, call);
        sim_end_process(sim, SIM_END_KILL);
    }
    if (meets(sim, power, call, sim->faults.disk_power)) {
        sim_note_fault(sim, power, call);
        sim_end_process(sim, SIM_END_POWER);
    }
}

static enum err draw_error(struct sim *sim, enum sim_disk_call call)
{
    static const struct {
        enum sim_disk_fault fault;
        enum err err;
    } errors[] = {
        {SIM_FAULT_NOSPACE, ERR_NOSPACE},
        {SIM_FAULT_IO, ERR_IO},
        {SIM_FAULT_SYNC_FAILED, ERR_SYNC}};
    const uint32_t chances[] = {
        sim->faults.disk_nospace, sim->faults.disk_io, sim->faults.disk_sync};
    if (!sim_is_in_process(sim) || !sim->are_faults_on)
        return ERR_OK;
    for (size_t i = 0; i < sizeof(errors) / sizeof(errors[0]); i++) {
        if (!sim_fault_is_possible(errors[i].fault, call) ||
            !meets(sim, errors[i].fault, call, chances[i]))
            continue;
        sim_note_fault(sim, errors[i].fault, call);
        return errors[i].err;
    }
    return ERR_OK;
}

// What comes before the call proper: its turn, a crash, an error.
static enum err before(struct sim *sim, enum sim_disk_call call)
{
    sim->report->calls[call][sim->stage] += sim_is_in_process(sim);
    wait_for_disk(sim, call);
    maybe_end(sim, call, SIM_FAULT_KILL_BEFORE, SIM_FAULT_POWER_BEFORE);
    return draw_error(sim, call);
}

static enum err after(struct sim *sim, enum sim_disk_call call, enum err err)
{
    if (err == ERR_OK)
        maybe_end(sim, call, SIM_FAULT_KILL_AFTER, SIM_FAULT_POWER_AFTER);
    return err;
}

static enum err sim_open(void *self, const char *path, enum disk_mode mode, struct disk_file **out)
{
    struct sim *sim = self;
    struct disk disk = inner(sim);
    enum err err = before(sim, SIM_CALL_OPEN);
    if (err == ERR_OK)
        err = disk.ops->open(disk.self, path, mode, out);
    return after(sim, SIM_CALL_OPEN, err);
}

static void sim_close(void *self, struct disk_file *file)
{
    struct disk disk = inner(self);
    disk.ops->close(disk.self, file);
}

static enum err sim_read_at(
    void *self, struct disk_file *file, uint64_t offset, void *to, size_t len, size_t *read_out)
{
    struct sim *sim = self;
    struct disk disk = inner(sim);
    enum err err = before(sim, SIM_CALL_READ);
    if (err == ERR_OK)
        err = disk.ops->read_at(disk.self, file, offset, to, len, read_out);
    return after(sim, SIM_CALL_READ, err);
}

// A torn write: a part of it is there, and the process is gone.
static void maybe_tear(struct sim *sim, struct disk_file *file, uint64_t offset, struct bytes bytes)
{
    struct disk disk = inner(sim);
    if (!sim_is_in_process(sim) || !sim->are_faults_on || bytes.len < 2 ||
        !meets(sim, SIM_FAULT_TORN, SIM_CALL_WRITE, sim->faults.disk_torn))
        return;
    size_t len = (size_t)sim_random_below(&sim->faults_random, bytes.len);
    if (disk.ops->write_at(disk.self, file, offset, bytes_of(bytes.data, len)) != ERR_OK)
        return;
    sim_note_fault(sim, SIM_FAULT_TORN, SIM_CALL_WRITE);
    sim_end_process(sim, sim_chance(sim, 50000) ? SIM_END_POWER : SIM_END_KILL);
}

static enum err sim_write_at(
    void *self, struct disk_file *file, uint64_t offset, struct bytes bytes)
{
    struct sim *sim = self;
    struct disk disk = inner(sim);
    enum err err = before(sim, SIM_CALL_WRITE);
    if (err == ERR_OK)
        maybe_tear(sim, file, offset, bytes);
    if (err == ERR_IO && bytes.len > 1) { // of a write that fails a part may be there
        size_t len = (size_t)sim_random_below(&sim->faults_random, bytes.len);
        (void)disk.ops->write_at(disk.self, file, offset, bytes_of(bytes.data, len));
    }
    if (err == ERR_OK)
        err = disk.ops->write_at(disk.self, file, offset, bytes);
    return after(sim, SIM_CALL_WRITE, err);
}

static enum err sim_sync_data(void *self, struct disk_file *file)
{
    struct sim *sim = self;
    struct disk disk = inner(sim);
    enum err err = before(sim, SIM_CALL_SYNC);
    if (err == ERR_OK)
        err = disk.ops->sync_data(disk.self, file);
    return after(sim, SIM_CALL_SYNC, err);
}

static enum err sim_size(void *self, struct disk_file *file, uint64_t *out)
{
    struct sim *sim = self;
    struct disk disk = inner(sim);
    enum err err = before(sim, SIM_CALL_SIZE);
    if (err == ERR_OK)
        err = disk.ops->size(disk.self, file, out);
    return after(sim, SIM_CALL_SIZE, err);
}

static enum err sim_truncate(void *self, struct disk_file *file, uint64_t size_bytes)
{
    struct sim *sim = self;
    struct disk disk = inner(sim);
    enum err err = before(sim, SIM_CALL_TRUNCATE);
    if (err == ERR_OK)
        err = disk.ops->truncate(disk.self, file, size_bytes);
    return after(sim, SIM_CALL_TRUNCATE, err);
}

static enum err sim_allocate(void *self, struct disk_file *file, uint64_t size_bytes)
{
    struct sim *sim = self;
    struct disk disk = inner(sim);
    enum err err = before(sim, SIM_CALL_ALLOCATE);
    if (err == ERR_OK)
        err = disk.ops->allocate(disk.self, file, size_bytes);
    return after(sim, SIM_CALL_ALLOCATE, err);
}

static enum err sim_lock(void *self, struct disk_file *file)
{
    struct sim *sim = self;
    struct disk disk = inner(sim);
    enum err err = before(sim, SIM_CALL_LOCK);
    if (err == ERR_OK)
        err = disk.ops->lock(disk.self, file);
    return after(sim, SIM_CALL_LOCK, err);
}

static enum err sim_rename(void *self, const char *from, const char *to)
{
    struct sim *sim = self;
    struct disk disk = inner(sim);
    enum err err = before(sim, SIM_CALL_RENAME);
    if (err == ERR_OK)
        err = disk.ops->rename(disk.self, from, to);
    return after(sim, SIM_CALL_RENAME, err);
}

static enum err sim_remove(void *self, const char *path)
{
    struct sim *sim = self;
    struct disk disk = inner(sim);
    enum err err = before(sim, SIM_CALL_REMOVE);
    if (err == ERR_OK)
        err = disk.ops->remove(disk.self, path);
    return after(sim, SIM_CALL_REMOVE, err);
}

static enum err sim_make_directory(void *self, const char *path)
{
    struct sim *sim = self;
    struct disk disk = inner(sim);
    enum err err = before(sim, SIM_CALL_MAKE_DIRECTORY);
    if (err == ERR_OK)
        err = disk.ops->make_directory(disk.self, path);
    return after(sim, SIM_CALL_MAKE_DIRECTORY, err);
}

static enum err sim_sync_directory(void *self, const char *path)
{
    struct sim *sim = self;
    struct disk disk = inner(sim);
    enum err err = before(sim, SIM_CALL_SYNC_DIRECTORY);
    if (err == ERR_OK)
        err = disk.ops->sync_directory(disk.self, path);
    return after(sim, SIM_CALL_SYNC_DIRECTORY, err);
}

static enum err sim_list(void *self, const char *path, disk_list_fn *each, void *context)
{
    struct sim *sim = self;
    struct disk disk = inner(sim);
    enum err err = before(sim, SIM_CALL_LIST);
    if (err == ERR_OK)
        err = disk.ops->list(disk.self, path, each, context);
    return after(sim, SIM_CALL_LIST, err);
}

static enum err sim_free_bytes(void *self, const char *path, uint64_t *out)
{
    struct disk disk = inner(self);
    return disk.ops->free_bytes(disk.self, path, out);
}

static const struct disk_ops sim_ops = {
    .open = sim_open,
    .close = sim_close,
    .read_at = sim_read_at,
    .write_at = sim_write_at,
    .sync_data = sim_sync_data,
    .size = sim_size,
    .truncate = sim_truncate,
    .allocate = sim_allocate,
    .lock = sim_lock,
    .rename = sim_rename,
    .remove = sim_remove,
    .make_directory = sim_make_directory,
    .sync_directory = sim_sync_directory,
    .list = sim_list,
    .free_bytes = sim_free_bytes,
};

struct disk sim_disk_port(struct sim *sim)
{
    return (struct disk){.ops = &sim_ops, .self = sim};
}
