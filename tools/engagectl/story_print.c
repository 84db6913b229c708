#include "tools/engagectl/story_print.h"

#include "engine/fold/params.h"
#include "engine/os/os_clock.h"
#include "engine/os/os_disk.h"
#include "tools/engagectl/exit_of.h"
#include "tools/engagectl/progress.h"
#include "tools/engagectl/story_text.h"
#include "tools/engagectl/table.h"

static void report_frames(void *context, uint64_t sequence, uint64_t last, uint64_t events)
{
    (void)last;
    progress_update(context, sequence, events);
}

int story_read(
    const struct asking *asking, size_t shard, struct contact_asked *asked, struct buffer *lines)
{
    struct arena arena = {0};
    struct buffer json = {0};
    const char *directory = asking->set.directories[shard];
    struct fault fault = {.err = ERR_OK};
    struct shard_params params =
        shard_params_from_config(asking->config, os_disk(), directory, (uint32_t)shard);
    params.access = STATE_READ_ONLY;
    struct progress progress =
        progress_begin(os_clock(), shard_sequence(asking->set.shards[shard]), "events");
    const struct shard_progress report = {report_frames, &progress};
    fault.err = contact_known_read(
        asking->set.shards[shard], asked->known.number, &arena, &json, &asked->known);
    if (fault.err == ERR_OK)
        fault.err = explain_contact(&params, report, asked, lines, &fault);
    else
        (void)fault_set(&fault, fault.err, "the contact cannot be read");
    (void)progress_end(&progress);
    arena_free(&arena);
    buffer_free(&json);
    return fault.err == ERR_OK ? EXIT_CODE_DONE : exit_with_fault(asking->command, &fault);
}

static bool next_line(struct bytes *rest, struct bytes *line_out)
{
    if (rest->len == 0)
        return false;
    const uint8_t *end = memchr(rest->data, '\n', rest->len);
    size_t len = end == NULL ? rest->len : (size_t)(end - rest->data);
    size_t used = end == NULL ? len : len + 1;
    *line_out = bytes_of(rest->data, len);
    *rest = bytes_of(rest->data + used, rest->len - used);
    return true;
}

static void add_row(struct table *table, const struct json *line)
{
    struct buffer cell = {0};
    table_add(table, json_text(line, "time"));
    table_add(table, json_text(line, "what"));
    story_add_name(&cell, line);
    table_add(table, buffer_bytes(&cell));
    buffer_clear(&cell);
    story_add_detail(&cell, line);
    table_add(table, buffer_bytes(&cell));
    buffer_free(&cell);
}

static enum err add_table(struct buffer *to, struct bytes lines)
{
    static const struct table_column columns[] = {
        {"TIME", TABLE_LEFT}, {"WHAT", TABLE_LEFT}, {"NAME", TABLE_LEFT}, {"DETAIL", TABLE_LEFT}};
    struct arena arena = {0};
    struct table table;
    struct bytes line;
    enum err err = ERR_OK;
    table_init(&table, columns, sizeof(columns) / sizeof(columns[0]));
    while (err == ERR_OK && next_line(&lines, &line)) {
        struct json *root = NULL;
        arena_clear(&arena);
        err = json_read(line, &arena, &root);
        if (err == ERR_OK)
            add_row(&table, root);
    }
    if (err == ERR_OK)
        table_print(&table, to);
    table_free(&table);
    arena_free(&arena);
    return err;
}

static void add_list(struct buffer *to, struct bytes lines)
{
    struct bytes line;
    bool is_first = true;
    buffer_add_u8(to, '[');
    while (next_line(&lines, &line)) {
        if (!is_first)
            buffer_add_u8(to, ',');
        is_first = false;
        buffer_add_bytes(to, line);
    }
    buffer_add_text(to, "]\n");
}

int story_print(const struct command_call *call, const struct buffer *lines)
{
    struct buffer text = {0};
    int code = EXIT_CODE_DONE;
    switch (ask_output(call, OUTPUT_NDJSON)) {
    case OUTPUT_TABLE:
        if (add_table(&text, buffer_bytes(lines)) != ERR_OK) {
            command_talk(call->command, "what was told of the contact cannot be read");
            code = EXIT_CODE_INTERNAL;
        }
        break;
    case OUTPUT_JSON: add_list(&text, buffer_bytes(lines)); break;
    case OUTPUT_NDJSON:
    case OUTPUT_DEFAULT: buffer_add_bytes(&text, buffer_bytes(lines)); break;
    }
    if (code == EXIT_CODE_DONE)
        code = command_print(buffer_bytes(&text));
    buffer_free(&text);
    return code;
}
