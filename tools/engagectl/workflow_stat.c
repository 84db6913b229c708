// `engagectl workflow stat`: the funnel of a workflow, or of all.
#include "engine/base/text.h"
#include "engine/fold/workflow_stats.h"
#include "tools/engagectl/ask.h"
#include "tools/engagectl/commands.h"
#include "tools/engagectl/exit_of.h"
#include "tools/engagectl/json.h"
#include "tools/engagectl/table.h"

static int no_workflow(const struct command *command, struct bytes name)
{
    command_talk(
        command, "the rules in force have no workflow '%.*s'", (int)name.len,
        (const char *)name.data);
    return EXIT_CODE_FAILED;
}

// --- asking
// What every shard says, summed up. One that has no rules in force yet has no workflow.
static int ask_every_shard(struct asking *asking, struct bytes name, struct buffer *to)
{
    struct arena arena = {0};
    struct workflow_stats stats;
    int code = ask_shards(asking);
    if (code != EXIT_CODE_DONE)
        return code;
    struct buffer *packed =
        arena_alloc(&arena, (asking->set.count + 1) * sizeof(*packed)); // their own memory
    struct bytes *views = arena_alloc(&arena, (asking->set.count + 1) * sizeof(*views));
    size_t count = 0;
    for (size_t i = 0; i < asking->set.count; i++) {
        packed[count] = (struct buffer){.data = NULL};
        if (workflow_stats_pack(asking->set.shards[i], name, &packed[count]) != ERR_OK)
            continue;
        views[count] = buffer_bytes(&packed[count]);
        count++;
    }
    if (count == 0)
        code = no_workflow(asking->command, name);
    else if (workflow_stats_sum(views, count, &arena, &stats) == ERR_OK)
        workflow_stats_add_json(to, &stats);
    for (size_t i = 0; i < count; i++)
        buffer_free(&packed[i]);
    arena_free(&arena);
    return code;
}

static int read_answer(struct asking *asking, struct bytes name, struct buffer *to)
{
    struct buffer target = {0};
    struct bytes body;
    buffer_add_text(&target, "/v1/workflows");
    if (name.len > 0) {
        buffer_add_u8(&target, '/');
        http_add_escaped(&target, name);
    }
    buffer_add_u8(&target, 0);
    enum asked asked = ask_daemon(asking, (const char *)target.data, &body);
    buffer_free(&target);
    if (asked == ASKED_NOTHING)
        return no_workflow(asking->command, name);
    if (asked == ASKED_ELSEWHERE)
        return ask_every_shard(asking, name, to);
    buffer_add_bytes(to, body);
    return EXIT_CODE_DONE;
}

// --- tables
static void add_share(struct table *table, int64_t entered, int64_t first)
{
    struct buffer share = {0};
    if (first > 0)
        buffer_add_format(&share, "%.1f%%", (double)entered * 100 / (double)first);
    table_add(table, buffer_bytes(&share));
    buffer_free(&share);
}

static void add_row(struct table *table, const struct json *of, struct bytes step, int64_t first)
{
    static const char *const numbers[] = {"entered", "waiting", "done", "stopped", "failed"};
    bool is_gone = json_member(of, "gone") != NULL;
    table_add(table, step);
    table_add(table, is_gone ? BYTES_LITERAL("(no longer in the rules)") : json_text(of, "does"));
    for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++)
        table_add(table, json_text(of, numbers[i]));
    add_share(table, json_integer(of, "entered", 0), first);
}

// Shares are of the runs that started; a step that a loop comes back to may have more than all.
static void add_workflow(struct buffer *to, const struct json *workflow)
{
    static const struct table_column columns[] = {
        {"STEP", TABLE_LEFT},     {"DOES", TABLE_LEFT},   {"ENTERED", TABLE_RIGHT},
        {"WAITING", TABLE_RIGHT}, {"DONE", TABLE_RIGHT},  {"STOPPED", TABLE_RIGHT},
        {"FAILED", TABLE_RIGHT},  {"SHARE", TABLE_RIGHT},
    };
    const struct json *steps = json_member(workflow, "steps");
    int64_t first = json_integer(workflow, "entered", 0);
    struct table table;
    buffer_add_bytes(to, json_text(workflow, "workflow"));
    buffer_add_u8(to, '\n');
    table_init(&table, columns, sizeof(columns) / sizeof(columns[0]));
    add_row(&table, workflow, BYTES_LITERAL("(runs)"), first);
    for (const struct json *step = steps == NULL ? NULL : steps->first; step != NULL;
         step = step->next)
        add_row(&table, step, json_text(step, "step"), first);
    table_print(&table, to);
    table_free(&table);
}

static int print(const struct command_call *call, const struct buffer *json)
{
    struct arena arena = {0};
    struct json *root = NULL;
    struct buffer text = {0};
    enum command_output output = ask_output(call, OUTPUT_JSON);
    int code = EXIT_CODE_INTERNAL;
    if (json_read(buffer_bytes(json), &arena, &root) == ERR_OK) {
        const struct json *list = json_member(root, "workflows");
        const struct json *first = list == NULL ? NULL : list->first;
        if (output == OUTPUT_JSON) {
            buffer_add_bytes(&text, root->raw);
            buffer_add_u8(&text, '\n');
        }
        for (const struct json *at = first; at != NULL && output != OUTPUT_JSON; at = at->next) {
            if (output == OUTPUT_TABLE && at != first)
                buffer_add_u8(&text, '\n');
            if (output == OUTPUT_TABLE)
                add_workflow(&text, at);
            else
                buffer_add_bytes(&text, at->raw);
            if (output == OUTPUT_NDJSON)
                buffer_add_u8(&text, '\n');
        }
        code = command_print(buffer_bytes(&text));
    } else {
        command_talk(call->command, "expected an answer in JSON");
    }
    buffer_free(&text);
    arena_free(&arena);
    return code;
}

int workflow_stat_command(const struct command_call *call)
{
    struct bytes name = bytes_text(call->arg_count > 0 ? call->args[0] : "");
    struct asking asking;
    struct buffer json = {0};
    int code = ask_begin(call, &asking);
    if (code == EXIT_CODE_DONE)
        code = read_answer(&asking, name, &json);
    if (code == EXIT_CODE_DONE)
        code = print(call, &json);
    buffer_free(&json);
    ask_end(&asking);
    return code;
}
