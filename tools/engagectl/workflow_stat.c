// `engagectl workflow stat`: the funnel of a workflow, or of all.
#include "engine/fold/workflow_stats.h"
#include "tools/engagectl/commands.h"
#include "tools/engagectl/stat.h"
#include "tools/engagectl/table.h"

static enum err sum(
    const struct bytes *packed, size_t count, struct arena *arena, struct buffer *to)
{
    struct workflow_stats stats;
    enum err err = workflow_stats_sum(packed, count, arena, &stats);
    if (err == ERR_OK)
        workflow_stats_add_json(to, &stats);
    return err;
}

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
static void add_workflow(struct buffer *to, const struct json *root, const struct json *workflow)
{
    (void)root;
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

int workflow_stat_command(const struct command_call *call)
{
    static const struct stat_kind kind = {
        .target = "/v1/workflows",
        .list = "workflows",
        .what = "workflow",
        .pack = workflow_stats_pack,
        .sum = sum,
        .add_table = add_workflow,
    };
    return stat_command(call, &kind);
}
