// `engagectl journal verify`: every byte checked, every frame folded again, the store held against it.
#include <inttypes.h>
#include <stdlib.h>

#include "engine/base/memory.h"
#include "engine/base/text.h"
#include "engine/fold/params.h"
#include "engine/fold/verify.h"
#include "engine/os/os_clock.h"
#include "engine/os/os_disk.h"
#include "tools/engagectl/ask.h"
#include "tools/engagectl/commands.h"
#include "tools/engagectl/data_lock.h"
#include "tools/engagectl/exit_of.h"
#include "tools/engagectl/progress.h"
#include "tools/engagectl/table.h"

// What became of one shard.
struct verified {
    uint32_t shard;
    struct verify_report report;
    uint64_t torn_bytes; // of a frame that was never durable; the next start cuts it off
    struct fault fault;  // ERR_OK: all is well
};

static void report_frames(void *context, uint64_t sequence, uint64_t last, uint64_t events)
{
    (void)last;
    progress_update(context, sequence, events);
}

static enum err verify_bytes(const char *directory, struct verified *out)
{
    struct buffer path = {0};
    struct journal_recovery found;
    buffer_add_format(&path, "%s/journal", directory);
    buffer_add_u8(&path, 0);
    enum err err = journal_verify(os_disk(), (const char *)path.data, 0, &found, &out->fault);
    buffer_free(&path);
    if (err == ERR_OK)
        out->torn_bytes = found.tail_cut_bytes;
    return err;
}

// A journal that is being written to cannot be read byte by byte: its end moves.
static void verify_one(
    const struct config *config, uint32_t shard, enum data_lock lock, struct verified *out)
{
    char *directory = shard_directory(config->data, shard);
    struct shard_params params = shard_params_from_config(config, os_disk(), directory, shard);
    struct progress progress = progress_begin(os_clock(), 0, "events");
    *out = (struct verified){.shard = shard};
    params.access = STATE_READ_ONLY;
    enum err err = lock == DATA_LOCK_IN_USE ? ERR_OK : verify_bytes(directory, out);
    if (err == ERR_OK)
        err = verify_shard(
            &params, (struct shard_progress){report_frames, &progress}, &out->report, &out->fault);
    (void)progress_end(&progress);
    out->fault.err = err;
    free(directory);
}

static void add_json(struct buffer *to, const struct verified *verified)
{
    const struct verify_report *report = &verified->report;
    buffer_add_format(
        to,
        "{\"shard\":%" PRIu32 ",\"frames\":%" PRIu64 ",\"events\":%" PRIu64 ",\"actions\":%" PRIu64
        ",\"first\":%" PRIu64 ",\"last\":%" PRIu64 ",\"digest\":\"%016" PRIx64
        "\",\"store\":%" PRIu64 ",\"torn_bytes\":%" PRIu64 ",\"ok\":%s",
        verified->shard, report->frames, report->events, report->actions, report->sequence_first,
        report->sequence_last, report->digest, report->store_sequence, verified->torn_bytes,
        verified->fault.err == ERR_OK ? "true" : "false");
    if (verified->fault.err != ERR_OK) {
        buffer_add_text(to, ",\"reason\":");
        text_add_json(to, bytes_text(verified->fault.text));
    }
    buffer_add_u8(to, '}');
}

static void add_row(struct table *table, const struct verified *verified)
{
    const struct verify_report *report = &verified->report;
    struct buffer text = {0};
    table_add_number(table, verified->shard);
    table_add_number(table, report->frames);
    table_add_number(table, report->events);
    table_add_number(table, report->actions);
    buffer_add_format(&text, "%" PRIu64 "-%" PRIu64, report->sequence_first, report->sequence_last);
    table_add(table, buffer_bytes(&text));
    buffer_clear(&text);
    buffer_add_format(&text, "%016" PRIx64, report->digest);
    table_add(table, buffer_bytes(&text));
    buffer_clear(&text);
    if (report->store_sequence > 0)
        buffer_add_format(&text, "same at %" PRIu64, report->store_sequence);
    else
        buffer_add_text(&text, "none");
    bool is_good = verified->fault.err == ERR_OK;
    table_add(table, is_good ? buffer_bytes(&text) : bytes_of(NULL, 0));
    table_add_text(table, is_good ? "ok" : "DAMAGED");
    buffer_free(&text);
}

static void add_table(struct buffer *to, const struct verified *all, size_t count)
{
    static const struct table_column columns[] = {
        {"SHARD", TABLE_RIGHT},   {"FRAMES", TABLE_RIGHT},   {"EVENTS", TABLE_RIGHT},
        {"ACTIONS", TABLE_RIGHT}, {"SEQUENCES", TABLE_LEFT}, {"DIGEST", TABLE_LEFT},
        {"STORE", TABLE_LEFT},    {"RESULT", TABLE_LEFT}};
    struct table table;
    table_init(&table, columns, sizeof(columns) / sizeof(columns[0]));
    for (size_t i = 0; i < count; i++)
        add_row(&table, &all[i]);
    table_print(&table, to);
    table_free(&table);
}

static int print_report(const struct command_call *call, const struct verified *all, size_t count)
{
    struct buffer text = {0};
    enum command_output output = call->output == OUTPUT_DEFAULT ? OUTPUT_TABLE : call->output;
    if (output == OUTPUT_TABLE)
        add_table(&text, all, count);
    for (size_t i = 0; i < count && output != OUTPUT_TABLE; i++) {
        if (output == OUTPUT_JSON)
            buffer_add_u8(&text, i == 0 ? '[' : ',');
        add_json(&text, &all[i]);
        if (output == OUTPUT_NDJSON)
            buffer_add_u8(&text, '\n');
    }
    if (output == OUTPUT_JSON)
        buffer_add_text(&text, "]\n");
    int code = command_print(buffer_bytes(&text));
    buffer_free(&text);
    return code;
}

// All that is wrong is said; the first decides the exit code.
static int talk_faults(const struct command *command, const struct verified *all, size_t count)
{
    int code = EXIT_CODE_DONE;
    for (size_t i = 0; i < count; i++) {
        if (all[i].torn_bytes > 0)
            command_talk(
                command,
                "shard %" PRIu32 ": the last %" PRIu64
                " bytes are a frame that was never finished; the next start cuts them off",
                all[i].shard, all[i].torn_bytes);
        if (all[i].fault.err == ERR_OK)
            continue;
        int own_code = exit_with_fault(command, &all[i].fault);
        code = code == EXIT_CODE_DONE ? own_code : code;
    }
    return code;
}

static int verify_all(const struct command_call *call, const struct config *config, size_t count)
{
    struct verified *all = mem_zero(count, sizeof(*all));
    struct held_lock held;
    enum data_lock lock = data_lock_take(config->data, &held);
    if (lock == DATA_LOCK_IN_USE)
        command_talk(
            call->command, "a daemon is at work there: frames are folded again, the bytes behind "
                           "them are not read");
    for (size_t i = 0; i < count; i++)
        verify_one(config, (uint32_t)i, lock, &all[i]);
    data_lock_release(&held);
    int code = print_report(call, all, count);
    int fault_code = talk_faults(call->command, all, count);
    free(all);
    return fault_code != EXIT_CODE_DONE ? fault_code : code;
}

int journal_verify_command(const struct command_call *call)
{
    struct asking asking;
    struct fault fault = {.err = ERR_OK};
    size_t count = 0;
    int code = ask_begin(call, &asking);
    if (code == EXIT_CODE_DONE && shards_count(asking.config->data, &count, &fault) != ERR_OK)
        code = exit_with_fault(call->command, &fault);
    if (code == EXIT_CODE_DONE)
        code = verify_all(call, asking.config, count);
    ask_end(&asking);
    return code;
}
