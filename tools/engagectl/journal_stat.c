// `engagectl journal stat`: size and extent of the journals.
#include <inttypes.h>
#include <stdlib.h>

#include "engine/base/memory.h"
#include "engine/fold/params.h"
#include "engine/journal/journal.h"
#include "engine/os/os_disk.h"
#include "tools/engagectl/commands.h"
#include "tools/engagectl/exit_of.h"
#include "tools/engagectl/journal_directory.h"
#include "tools/engagectl/load_config.h"
#include "tools/engagectl/open_shard.h"
#include "tools/engagectl/table.h"

char *journal_directory(const char *data, uint32_t shard)
{
    struct buffer path = {0};
    char *directory = shard_directory(data, shard);
    buffer_add_format(&path, "%s/journal", directory);
    buffer_add_u8(&path, 0);
    free(directory);
    return (char *)path.data;
}

static void add_json(struct buffer *to, const struct journal_stat *stat)
{
    buffer_add_format(
        to,
        "{\"shard\":%" PRIu32 ",\"format\":%" PRIu32 ",\"identity\":\"%016" PRIx64
        "\",\"files\":%" PRIu64 ",\"bytes\":%" PRIu64 ",\"sequence_first\":%" PRIu64
        ",\"sequence_last\":%" PRIu64 "}",
        stat->shard, stat->format, stat->identity, stat->files, stat->bytes, stat->frames_first,
        stat->frames_last);
}

static void print_json(
    const struct journal_stat *stats, size_t count, enum command_output output, struct buffer *to)
{
    bool is_list = output == OUTPUT_JSON;
    if (is_list)
        buffer_add_text(to, "[");
    for (size_t i = 0; i < count; i++) {
        if (i > 0 && is_list)
            buffer_add_text(to, ",");
        add_json(to, &stats[i]);
        if (!is_list)
            buffer_add_text(to, "\n");
    }
    if (is_list)
        buffer_add_text(to, "]\n");
}

static void print_table(const struct journal_stat *stats, size_t count, struct buffer *to)
{
    static const struct table_column columns[] = {
        {"shard", TABLE_RIGHT}, {"files", TABLE_RIGHT}, {"bytes", TABLE_RIGHT},
        {"first", TABLE_RIGHT}, {"last", TABLE_RIGHT},  {"frames", TABLE_RIGHT},
    };
    struct table table;
    table_init(&table, columns, sizeof(columns) / sizeof(columns[0]));
    for (size_t i = 0; i < count; i++) {
        const struct journal_stat *stat = &stats[i];
        uint64_t frames = stat->frames_last == 0 ? 0 : stat->frames_last - stat->frames_first + 1;
        table_add_number(&table, stat->shard);
        table_add_number(&table, stat->files);
        table_add_number(&table, stat->bytes);
        table_add_number(&table, stat->frames_first);
        table_add_number(&table, stat->frames_last);
        table_add_number(&table, frames);
    }
    table_print(&table, to);
    table_free(&table);
}

static enum err read_stats(
    const char *data, struct journal_stat **out, size_t *count_out, struct fault *fault)
{
    size_t count = 0;
    enum err err = shards_count(data, &count, fault);
    if (err != ERR_OK)
        return err;
    struct journal_stat *stats = mem_zero(count, sizeof(*stats));
    for (uint32_t i = 0; i < count && err == ERR_OK; i++) {
        char *directory = journal_directory(data, i);
        err = journal_stat(os_disk(), directory, &stats[i], fault);
        stats[i].shard = i; // also where the journal is empty
        free(directory);
    }
    if (err != ERR_OK) {
        free(stats);
        return err;
    }
    *out = stats;
    *count_out = count;
    return ERR_OK;
}

int journal_stat_command(const struct command_call *call)
{
    struct config *config = NULL;
    int code = load_config(call, &config);
    if (code != EXIT_CODE_DONE)
        return code;
    struct fault fault = {.err = ERR_OK};
    struct journal_stat *stats = NULL;
    size_t count = 0;
    if (read_stats(config->data, &stats, &count, &fault) != ERR_OK) {
        config_destroy(config);
        return exit_with_fault(call->command, &fault);
    }
    struct buffer text = {0};
    if (call->output == OUTPUT_JSON || call->output == OUTPUT_NDJSON)
        print_json(stats, count, call->output, &text);
    else
        print_table(stats, count, &text);
    code = command_print(buffer_bytes(&text));
    buffer_free(&text);
    free(stats);
    config_destroy(config);
    return code;
}
