// `engagectl team stat`: what the members of a team have, were handed, and whose turn it is.
#include <inttypes.h>

#include "engine/fold/team_stats.h"
#include "tools/engagectl/commands.h"
#include "tools/engagectl/stat.h"
#include "tools/engagectl/table.h"

static enum err sum(
    const struct bytes *packed, size_t count, struct arena *arena, struct buffer *to)
{
    struct team_stats stats;
    enum err err = team_stats_sum(packed, count, arena, &stats);
    if (err == ERR_OK)
        team_stats_add_json(to, &stats);
    return err;
}

// Each shard has its own turns.
static void add_next(struct table *table, int64_t next_in, int64_t shards)
{
    struct buffer text = {0};
    if (next_in > 0 && shards == 1)
        buffer_add_text(&text, "next");
    else if (next_in > 0)
        buffer_add_format(&text, "next in %" PRId64 " of %" PRId64 " shards", next_in, shards);
    table_add(table, buffer_bytes(&text));
    buffer_free(&text);
}

static void add_member(struct table *table, const struct json *member, int64_t shards)
{
    static const char *const numbers[] = {"weight", "capacity", "contacts", "handed_over"};
    bool is_gone = json_member(member, "gone") != NULL;
    table_add(table, json_text(member, "person"));
    for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++)
        table_add(table, json_text(member, numbers[i]));
    if (is_gone)
        table_add_text(table, "(no longer a member)");
    else
        add_next(table, json_integer(member, "next_in", 0), shards);
}

static void add_team(struct buffer *to, const struct json *root, const struct json *team)
{
    static const struct table_column columns[] = {
        {"PERSON", TABLE_LEFT},    {"WEIGHT", TABLE_RIGHT},      {"CAPACITY", TABLE_RIGHT},
        {"CONTACTS", TABLE_RIGHT}, {"HANDED OVER", TABLE_RIGHT}, {"TURN", TABLE_LEFT},
    };
    const struct json *members = json_member(team, "members");
    int64_t shards = json_integer(root, "shards", 1);
    struct table table;
    buffer_add_bytes(to, json_text(team, "team"));
    buffer_add_u8(to, '\n');
    table_init(&table, columns, sizeof(columns) / sizeof(columns[0]));
    for (const struct json *member = members == NULL ? NULL : members->first; member != NULL;
         member = member->next)
        add_member(&table, member, shards);
    table_print(&table, to);
    table_free(&table);
}

int team_stat_command(const struct command_call *call)
{
    static const struct stat_kind kind = {
        .target = "/v1/teams",
        .list = "teams",
        .what = "team",
        .pack = team_stats_pack,
        .sum = sum,
        .add_table = add_team,
    };
    return stat_command(call, &kind);
}
