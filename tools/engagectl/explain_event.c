// `engagectl explain event`: what became of an event in the rules of its time, and why not more.
#include "engine/fold/explain_event.h"

#include <inttypes.h>
#include <stdlib.h>

#include "engine/fold/event_find.h"
#include "engine/fold/params.h"
#include "engine/os/os_clock.h"
#include "engine/os/os_disk.h"
#include "tools/engagectl/ask.h"
#include "tools/engagectl/commands.h"
#include "tools/engagectl/event_table.h"
#include "tools/engagectl/exit_of.h"
#include "tools/engagectl/progress.h"

// The newest of the events that are called so, over all shards.
struct sought {
    const struct config *config;
    struct event_wanted wanted;
    struct event_found newest;
    uint32_t shard;
    uint64_t count;
};

static void report_frames(void *context, uint64_t sequence, uint64_t last, uint64_t events)
{
    (void)last;
    progress_update(context, sequence, events);
}

// The directory is freed by the caller, behind the parameters.
static struct shard_params params_of(const struct config *config, uint32_t shard, char **directory)
{
    *directory = shard_directory(config->data, shard);
    struct shard_params params = shard_params_from_config(config, os_disk(), *directory, shard);
    params.access = STATE_READ_ONLY;
    return params;
}

// ERR_OK also where the shard has no such event.
static enum err look_into(struct sought *sought, uint32_t shard, struct fault *fault)
{
    char *directory = NULL;
    struct event_found found;
    struct shard_params params = params_of(sought->config, shard, &directory);
    struct progress progress = progress_begin(os_clock(), 0, "events");
    const struct shard_progress report = {report_frames, &progress};
    enum err err = event_find(&params, report, &sought->wanted, &found, fault);
    (void)progress_end(&progress);
    free(directory);
    if (err == ERR_MISSING)
        return ERR_OK;
    if (err != ERR_OK)
        return fault_wrap(fault, err, "shard %" PRIu32, shard);
    if (sought->count == 0 || found.tick_ms >= sought->newest.tick_ms) {
        sought->newest = found;
        sought->shard = shard;
    }
    sought->count += found.count;
    return ERR_OK;
}

static int find(const struct command *command, struct sought *sought)
{
    struct fault fault = {.err = ERR_OK};
    size_t count = 0;
    fault.err = shards_count(sought->config->data, &count, &fault);
    for (uint32_t i = 0; i < count && fault.err == ERR_OK; i++)
        fault.err = look_into(sought, i, &fault);
    if (fault.err != ERR_OK)
        return exit_with_fault(command, &fault);
    struct bytes id = sought->wanted.id, source = sought->wanted.source;
    if (sought->count == 0) {
        command_talk(
            command,
            "the journal has no event '%.*s'%s%.*s; what was refused is among the dead letters",
            (int)id.len, (const char *)id.data, source.len > 0 ? " of the source " : "",
            (int)source.len, (const char *)source.data);
        return EXIT_CODE_FAILED;
    }
    if (sought->count > 1)
        command_talk(
            command, "%" PRIu64 " events are called so; this is the newest%s", sought->count,
            source.len == 0 ? ", --source chooses among them" : "");
    return EXIT_CODE_DONE;
}

static int explain(const struct command *command, const struct sought *sought, struct buffer *json)
{
    char *directory = NULL;
    struct fault fault = {.err = ERR_OK};
    struct shard_params params = params_of(sought->config, sought->shard, &directory);
    struct progress progress =
        progress_begin(os_clock(), event_ref_sequence(sought->newest.ref), "events");
    const struct shard_progress report = {report_frames, &progress};
    fault.err = explain_event(&params, report, &sought->newest, json, &fault);
    (void)progress_end(&progress);
    free(directory);
    return fault.err == ERR_OK ? EXIT_CODE_DONE : exit_with_fault(command, &fault);
}

static int print(const struct command_call *call, const struct buffer *json)
{
    struct buffer text = {0};
    int code = EXIT_CODE_DONE;
    if (ask_output(call, OUTPUT_JSON) != OUTPUT_TABLE) {
        buffer_add_bytes(&text, buffer_bytes(json));
        buffer_add_u8(&text, '\n');
    } else if (event_add_tables(&text, buffer_bytes(json)) != ERR_OK) {
        command_talk(call->command, "what was told of the event cannot be read");
        code = EXIT_CODE_INTERNAL;
    }
    if (code == EXIT_CODE_DONE)
        code = command_print(buffer_bytes(&text));
    buffer_free(&text);
    return code;
}

int explain_event_command(const struct command_call *call)
{
    const char *source = command_option_value(call, "source");
    struct asking asking;
    struct buffer json = {0};
    int code = ask_begin(call, &asking);
    struct sought sought = {
        .config = asking.config,
        .wanted = {bytes_text(call->args[0]), bytes_text(source == NULL ? "" : source)},
    };
    if (code == EXIT_CODE_DONE)
        code = find(call->command, &sought);
    if (code == EXIT_CODE_DONE)
        code = explain(call->command, &sought, &json);
    if (code == EXIT_CODE_DONE)
        code = print(call, &json);
    buffer_free(&json);
    ask_end(&asking);
    return code;
}
