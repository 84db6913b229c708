// `engagectl journal cat`: what the journals hold, one line of JSON for each thing.
#include <inttypes.h>
#include <stdlib.h>

#include "engine/fold/params.h"
#include "engine/journal/journal.h"
#include "engine/os/os_disk.h"
#include "tools/engagectl/commands.h"
#include "tools/engagectl/exit_of.h"
#include "tools/engagectl/journal_directory.h"
#include "tools/engagectl/journal_line.h"
#include "tools/engagectl/load_config.h"
#include "tools/engagectl/open_shard.h"

enum { PRINT_BYTES = 64 * 1024 };

struct cat {
    const struct command *command;
    struct journal_lines lines;
    long long from;
    long long to;
    struct buffer text;
};

// Prints what has come together. EXIT_CODE_DONE or why it cannot be written.
static int cat_print(struct cat *cat)
{
    int code = cat->text.len > 0 ? command_print(buffer_bytes(&cat->text)) : EXIT_CODE_DONE;
    buffer_clear(&cat->text);
    return code;
}

static int cat_frames(struct cat *cat, struct journal_reader *reader)
{
    struct fault fault = {.err = ERR_OK};
    int code = EXIT_CODE_DONE;
    while (code == EXIT_CODE_DONE) {
        struct bytes bytes;
        struct frame_reader frame;
        enum err err = journal_reader_next(reader, &bytes, &frame, &fault);
        if (err == ERR_END || (err == ERR_OK && frame.head.sequence > (uint64_t)cat->to))
            break;
        if (err == ERR_OK && journal_lines_add(&cat->lines, &frame, &cat->text) != ERR_OK)
            err = fault_set(
                &fault, ERR_CORRUPT, "shard %" PRIu32 ": sequence %" PRIu64 " is malformed",
                cat->lines.shard, frame.head.sequence);
        if (err != ERR_OK) {
            (void)cat_print(cat);
            return exit_with_fault(cat->command, &fault);
        }
        if (cat->text.len >= PRINT_BYTES)
            code = cat_print(cat);
    }
    return code == EXIT_CODE_DONE ? cat_print(cat) : code;
}

static int cat_shard(struct cat *cat, const char *data)
{
    struct fault fault = {.err = ERR_OK};
    struct journal_reader *reader = NULL;
    char *directory = journal_directory(data, cat->lines.shard);
    // Retention may have removed the oldest frames: without --from, reading begins where there are some.
    enum err err = journal_reader_open(os_disk(), directory, (uint64_t)cat->from, &reader, &fault);
    free(directory);
    if (err == ERR_MISSING)
        return EXIT_CODE_DONE; // another shard may have it
    if (err != ERR_OK)
        return exit_with_fault(cat->command, &fault);
    int code = cat_frames(cat, reader);
    journal_reader_close(reader);
    return code;
}

static int cat_shards(struct cat *cat, const char *data)
{
    struct fault fault = {.err = ERR_OK};
    size_t count = 0;
    if (shards_count(data, &count, &fault) != ERR_OK)
        return exit_with_fault(cat->command, &fault);
    int code = EXIT_CODE_DONE;
    for (uint32_t i = 0; i < count && code == EXIT_CODE_DONE; i++) {
        cat->lines.shard = i;
        code = cat_shard(cat, data);
    }
    return code;
}

int journal_cat_command(const struct command_call *call)
{
    const struct command_range from = {1, INT64_MAX, 0};
    const struct command_range to = {1, INT64_MAX, INT64_MAX};
    struct cat cat = {.command = call->command};
    if (!command_option_number(call, "from", &from, &cat.from) ||
        !command_option_number(call, "to", &to, &cat.to))
        return EXIT_CODE_USAGE;
    struct config *config = NULL;
    int code = load_config(call, &config);
    if (code != EXIT_CODE_DONE)
        return code;

    const struct decode_limits limits = shard_params_default(os_disk(), config->data).decode;
    const char *contact = command_option_value(call, "contact");
    struct arena arena = {0};
    struct catalog *catalog = catalog_create();
    cat.lines.arena = &arena;
    cat.lines.contact = contact == NULL ? bytes_of(NULL, 0) : bytes_text(contact);
    cat.lines.decoder = decoder_create(&limits, catalog);
    code = cat_shards(&cat, config->data);
    decoder_destroy(cat.lines.decoder);
    catalog_destroy(catalog);
    arena_free(&arena);
    buffer_free(&cat.text);
    config_destroy(config);
    return code;
}
