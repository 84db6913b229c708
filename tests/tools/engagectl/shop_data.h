// A data directory of a small shop, made by the engine itself, for the commands that read one.
#ifndef TESTS_TOOLS_ENGAGECTL_SHOP_DATA_H
#define TESTS_TOOLS_ENGAGECTL_SHOP_DATA_H

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include <check.h>

#include "engine/fold/params.h"
#include "engine/os/os_disk.h"

#include "tests/tools/engagectl/command_fixture.h"
#include "tests/tools/engagectl/shop_events.h"

static inline void shop_activate_rules(struct shard *shard, const char *rules)
{
    const struct rule_file file = {"rules.yaml", bytes_text(rules)};
    const struct rule_bundle bundle = {.files = &file, .count = 1};
    struct diagnostics list = {0};
    struct ruleset *ruleset = NULL;
    struct fault fault;
    ck_assert_int_eq(ruleset_compile(&bundle, &list, &ruleset), ERR_OK);
    diagnostics_free(&list);
    uint64_t durable = 0;
    ck_assert_int_eq(shard_activate(shard, ruleset, 0, &fault), ERR_OK);
    ck_assert_int_eq(journal_sync(shard_journal(shard), &durable, &fault), ERR_OK);
}

static inline void shop_activate(struct shard *shard)
{
    shop_activate_rules(shard, SHOP_RULES);
}

static inline void shop_fold(struct shard *shard, const char *const *events)
{
    struct message messages[SHOP_MESSAGES_MAX];
    struct fault fault;
    uint64_t sequence = 0;
    size_t count = 0;
    for (; events[count] != NULL; count++) {
        int64_t position = (int64_t)count * 1000;
        messages[count] = (struct message){
            .value = bytes_text(events[count]),
            .position = position,
            .position_next = position + 1000,
            .value_bytes = strlen(events[count]),
        };
    }
    shard_frame_begin(shard, 0);
    ck_assert_uint_eq(shard_fold(shard, "file:shop", messages, count, NULL), count);
    ck_assert_int_eq(shard_frame_end(shard, &sequence, &fault), ERR_OK);
    ck_assert_int_eq(journal_sync(shard_journal(shard), &sequence, &fault), ERR_OK);
}

static inline void shop_checkpoint(struct shard *shard)
{
    struct fault fault;
    uint64_t sequence = 0;
    struct outbox_batch batch = {.sequence_last = 0};
    ck_assert(shard_take_outbox(shard, shard_sequence(shard), &batch));
    outbox_batch_free(&batch);
    shard_published(shard, shard_sequence(shard), 1);
    struct snapshot *snapshot = shard_checkpoint_begin(shard, &sequence);
    ck_assert_ptr_nonnull(snapshot);
    ck_assert_int_eq(snapshot_write(snapshot, &fault), ERR_OK);
    ck_assert_int_eq(snapshot_commit(snapshot, 1, &fault), ERR_OK);
    shard_checkpoint_end(shard, snapshot, SNAPSHOT_COMMITTED);
}

static inline struct shard *shop_open_shard(const char *data, uint32_t number)
{
    char *directory = shard_directory(data, number);
    struct shard_params params = shard_params_default(os_disk(), directory);
    struct shard_report report;
    struct shard *shard = NULL;
    struct fault fault = {.err = ERR_OK};
    params.shard = number;
    params.identity = 7;
    params.tick_mode = TICK_EVENT;
    params.journal_file_bytes = 1 << 20;
    ck_assert_msg(
        shard_open(&params, (struct shard_progress){0}, &shard, &report, &fault) == ERR_OK, "%s",
        fault.text);
    free(directory);
    return shard;
}

// DATA with shards 0 and 1; shard 0 has a checkpoint, shard 1 has to be folded again by who opens it.
static inline void shop_create(const char *data)
{
    ck_assert_int_eq(mkdir(data, 0700), 0);
    for (uint32_t i = 0; i < 2; i++) {
        struct shard *shard = shop_open_shard(data, i);
        shop_activate(shard);
        shop_fold(shard, shop_events[i]);
        if (i == 0)
            shop_checkpoint(shard);
        shard_close(shard);
    }
}

// More events for shard NUMBER of DATA.
static inline void shop_fold_more(const char *data, uint32_t number, const char *const *events)
{
    struct shard *shard = shop_open_shard(data, number);
    shop_fold(shard, events);
    shard_close(shard);
}

// The fixture's directory, with the shop's data and a configuration c.yaml.
static inline void shop_enter(void)
{
    fixture_enter();
    shop_create("d");
    fixture_write("c.yaml", "data: d\nrules: r\nsources: {files: [e.ndjson]}\n");
}

#endif
