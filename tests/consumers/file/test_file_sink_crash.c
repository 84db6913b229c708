// The file sink over power cuts: whatever the disk loses or garbles, every action is there once.
#include <stdio.h>
#include <string.h>

#include "consumers/file/file_sink.h"
#include "engine/base/hash.h"

#include "tests/fakes/fake_disk.h"
#include "tests/support/suite.h"

enum { FRAMES = 40, FRAME_ITEMS = 12, LINE_BYTES_MAX = 700, CRASHES = 12 };

#define PATH "/out/actions.ndjson"

static struct fault fault;

struct frame {
    char lines[FRAME_ITEMS][LINE_BYTES_MAX];
    struct outgoing items[FRAME_ITEMS];
};

// Frame n of shard s holds the same actions whenever it is asked for, as the journal does. Its
// lines fill whole sectors: the sink takes for granted that a sector with durable bytes in it is
// not garbled when more is appended to it, which the fake disk does not.
static void frame_fill(struct frame *frame, uint32_t shard, uint64_t sequence)
{
    size_t frame_bytes = 0;
    for (uint32_t i = 0; i < FRAME_ITEMS; i++) {
        struct hash128 id = {.low = sequence * 100 + i, .high = shard};
        char hex[HASH128_HEX_CHARS + 1] = "";
        hash128_hex(id, hex);
        size_t bare_bytes = strlen("{\"specversion\":\"1.0\",\"id\":\"\",\"pad\":\"\"}\n") + 32;
        size_t pad = (size_t)(hash_mix(id.low) % 300) + 1;
        if (i == FRAME_ITEMS - 1) {
            pad = 1;
            while ((frame_bytes + bare_bytes + pad) % FAKE_DISK_SECTOR_BYTES != 0)
                pad++;
        }
        frame_bytes += bare_bytes + pad;
        (void)snprintf(
            frame->lines[i], LINE_BYTES_MAX,
            "{\"specversion\":\"1.0\",\"id\":\"%s\",\"pad\":\"%0*u\"}", hex, (int)pad, 7U);
        frame->items[i] = (struct outgoing){
            .kind = OUTGOING_ACTION,
            .shard = shard,
            .sequence = sequence,
            .index = i,
            .id = id,
            .value = bytes_text(frame->lines[i])};
    }
}

static enum err publish(struct sink *sink, uint32_t shard, uint64_t sequence, uint64_t *mark)
{
    struct frame frame;
    frame_fill(&frame, shard, sequence);
    struct publish_shard published = {.shard = shard, .sequence_last = sequence};
    struct publication publication = {
        .shards = &published, .shard_count = 1, .items = frame.items, .item_count = FRAME_ITEMS};
    return sink->ops->publish(sink->self, &publication, mark, &fault);
}

// What the engine keeps over a crash: per shard, the frame of its checkpoint and that frame's mark.
struct checkpoint {
    uint64_t sequence;
    uint64_t mark;
};

// The one case for the operator: the first bytes of the first write ever were garbled. Nothing shows
// any more that the file is ours, so the sink leaves it alone, and the operator moves it away.
static void move_away(struct fake_disk *fake, const struct checkpoint *checkpoints)
{
    struct bytes content = fake_disk_content(fake, PATH);
    ck_assert_uint_gt(content.len, 0);
    ck_assert_msg(content.data[0] != '{' && content.data[0] != 0, "%s", fault.text);
    ck_assert_uint_eq(checkpoints[0].mark, 0); // nothing that was confirmed is in it
    ck_assert_uint_eq(checkpoints[1].mark, 0);
    fake_disk_put(fake, PATH, bytes_of(NULL, 0));
}

static enum err sink_start(
    struct fake_disk *fake, const struct checkpoint *checkpoints, struct sink *sink)
{
    struct disk disk = fake_disk_port(fake);
    struct file_sink_params params = {.path = PATH, .kinds = OUTGOING_KINDS_ALL};
    enum err err = file_sink_create(&disk, &params, sink, &fault);
    if (err != ERR_OK)
        return err;
    for (uint32_t shard = 0; shard < 2 && err == ERR_OK; shard++)
        err = sink->ops->recover(sink->self, shard, checkpoints[shard].mark, &fault);
    if (err != ERR_OK)
        sink->ops->destroy(sink->self);
    return err;
}

// Starts, publishes what is behind the checkpoints, and more, until it is done or a call fails.
static bool run_once(struct fake_disk *fake, struct checkpoint *checkpoints, uint64_t seed)
{
    struct sink sink;
    enum err err = sink_start(fake, checkpoints, &sink);
    if (err == ERR_CORRUPT) {
        move_away(fake, checkpoints);
        err = sink_start(fake, checkpoints, &sink);
        ck_assert_msg(err != ERR_CORRUPT, "%s", fault.text);
    }
    if (err != ERR_OK)
        return false;
    bool is_done = true;
    for (uint32_t step = 0; is_done && step < 2 * FRAMES; step++) {
        uint32_t shard = step % 2;
        uint64_t sequence = step / 2 + 1;
        uint64_t mark = 0;
        if (sequence <= checkpoints[shard].sequence)
            continue;
        if (publish(&sink, shard, sequence, &mark) != ERR_OK)
            is_done = false;
        else if (hash_mix(seed + step) % 4 == 0)
            checkpoints[shard] = (struct checkpoint){.sequence = sequence, .mark = mark};
    }
    sink.ops->destroy(sink.self);
    return is_done;
}

static void expect_each_once(struct fake_disk *fake)
{
    struct bytes content = fake_disk_content(fake, PATH);
    uint64_t next[2] = {100, 100}; // 100 * frame + index
    size_t lines = 0;
    for (size_t at = 0; at < content.len; lines++) {
        const uint8_t *newline = memchr(content.data + at, '\n', content.len - at);
        ck_assert_ptr_nonnull(newline);
        struct hash128 id;
        ck_assert(hash128_parse(
            bytes_of(content.data + at + strlen("{\"specversion\":\"1.0\",\"id\":\""), 32), &id));
        ck_assert_uint_lt(id.high, 2);
        ck_assert_uint_eq(id.low, next[id.high]);
        next[id.high] = id.low % 100 == FRAME_ITEMS - 1 ? (id.low / 100 + 1) * 100 : id.low + 1;
        struct frame frame;
        frame_fill(&frame, (uint32_t)id.high, id.low / 100);
        size_t len = (size_t)(newline - (content.data + at));
        ck_assert(bytes_equal(frame.items[id.low % 100].value, bytes_of(content.data + at, len)));
        at += len + 1;
    }
    ck_assert_uint_eq(lines, 2 * FRAMES * FRAME_ITEMS);
}

START_TEST(every_action_is_there_once_after_any_power_cuts)
{
    uint64_t seed = test_seed() + (uint64_t)_i * 1000;
    enum fake_disk_loss loss = (enum fake_disk_loss)(_i % 3);
    struct fake_disk *fake = fake_disk_create();
    struct checkpoint checkpoints[2] = {{0}, {0}};
    for (unsigned crash = 0; crash < CRASHES; crash++) {
        uint64_t calls = 1 + hash_mix(seed + crash) % 60;
        fake_disk_fail_after(fake, calls, crash % 2 == 0 ? ERR_IO : ERR_SYNC, FAKE_DISK_FOR_EVER);
        (void)run_once(fake, checkpoints, seed + crash);
        fake_disk_crash(fake, seed + crash, loss);
    }
    ck_assert_msg(run_once(fake, checkpoints, seed), "%s", fault.text);
    expect_each_once(fake);
    fake_disk_destroy(fake);
}
END_TEST

Suite *test_suite(void)
{
    Suite *suite = suite_create("file sink over power cuts");
    TCase *tcase = tcase_create("crash");
    tcase_add_loop_test(tcase, every_action_is_there_once_after_any_power_cuts, 0, 150);
    suite_add_tcase(suite, tcase);
    return suite;
}
