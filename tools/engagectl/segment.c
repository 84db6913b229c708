// `engagectl segment members`.
#include <inttypes.h>

#include "engine/base/text.h"
#include "engine/fold/query.h"
#include "tools/engagectl/ask.h"
#include "tools/engagectl/commands.h"
#include "tools/engagectl/exit_of.h"
#include "tools/engagectl/json.h"
#include "tools/engagectl/table.h"

enum { MEMBERS_DEFAULT = 1000, MEMBERS_MAX = 100000000, MEMBERS_OF_DAEMON_MAX = 1000 };

// One question.
struct segment_call {
    struct bytes name;
    size_t max;
};

static int no_segment(const struct command *command, struct bytes name)
{
    command_talk(
        command, "the rules in force have no segment '%.*s'", (int)name.len,
        (const char *)name.data);
    return EXIT_CODE_FAILED;
}

// Takes over what one shard says; *left is how many members are still wanted.
static enum err take_answer(
    struct bytes answer, struct buffer *members, int64_t *count, size_t *left)
{
    struct arena arena = {0};
    struct json *root = NULL;
    enum err err = json_read(answer, &arena, &root);
    if (err == ERR_OK) {
        const struct json *list = json_member(root, "members");
        const struct json *member = list == NULL ? NULL : list->first;
        *count += json_integer(root, "count", 0);
        for (; member != NULL && *left > 0; member = member->next, (*left)--) {
            if (members->len > 0)
                buffer_add_u8(members, ',');
            buffer_add_bytes(members, member->raw);
        }
    }
    arena_free(&arena);
    return err;
}

static int ask_every_shard(
    struct asking *asking, const struct segment_call *segment, struct buffer *to)
{
    int code = ask_shards(asking);
    if (code != EXIT_CODE_DONE)
        return code;
    struct buffer members = {0};
    struct fault fault = {.err = ERR_OK};
    enum err err = ERR_OK;
    int64_t count = 0;
    size_t left = segment->max, answers = 0;
    for (size_t i = 0; i < asking->set.count && err == ERR_OK; i++) {
        struct buffer json = {0};
        err = query_members(asking->set.shards[i], segment->name, segment->max, &json);
        if (err == ERR_OK) {
            answers++;
            err = take_answer(buffer_bytes(&json), &members, &count, &left);
        } else if (err == ERR_MISSING) {
            err = ERR_OK; // a shard without rules yet
        }
        buffer_free(&json);
    }
    if (err != ERR_OK) {
        (void)fault_set(&fault, err, "the segment cannot be read: %s", err_text(err));
        code = exit_with_fault(asking->command, &fault);
    } else if (answers == 0) {
        code = no_segment(asking->command, segment->name);
    } else {
        buffer_add_text(to, "{\"segment\":");
        text_add_json(to, segment->name);
        buffer_add_format(to, ",\"count\":%" PRId64 ",\"members\":[", count);
        buffer_add_bytes(to, buffer_bytes(&members));
        buffer_add_text(to, "]}");
    }
    buffer_free(&members);
    return code;
}

static int read_answer(struct asking *asking, const struct segment_call *segment, struct buffer *to)
{
    struct buffer target = {0};
    struct bytes body;
    size_t max = segment->max < MEMBERS_OF_DAEMON_MAX ? segment->max : MEMBERS_OF_DAEMON_MAX;
    buffer_add_text(&target, "/v1/segments/");
    http_add_escaped(&target, segment->name);
    buffer_add_format(&target, "/members?n=%zu", max);
    buffer_add_u8(&target, 0);
    // The daemon gives a thousand at once; whoever wants more reads the data directory.
    enum asked asked = segment->max > MEMBERS_OF_DAEMON_MAX
                           ? ASKED_ELSEWHERE
                           : ask_daemon(asking, (const char *)target.data, &body);
    buffer_free(&target);
    if (asked == ASKED_NOTHING)
        return no_segment(asking->command, segment->name);
    if (asked == ASKED_ELSEWHERE)
        return ask_every_shard(asking, segment, to);
    buffer_add_bytes(to, body);
    return EXIT_CODE_DONE;
}

static void add_table(struct buffer *to, const struct json *member)
{
    static const struct table_column columns[] = {{"ID", TABLE_LEFT}, {"SINCE", TABLE_LEFT}};
    struct table table;
    table_init(&table, columns, sizeof(columns) / sizeof(columns[0]));
    for (; member != NULL; member = member->next) {
        table_add(&table, json_text(member, "id"));
        table_add(&table, json_text(member, "since"));
    }
    table_print(&table, to);
    table_free(&table);
}

static int print(const struct command_call *call, struct bytes answer, size_t max)
{
    struct arena arena = {0};
    struct json *root = NULL;
    struct buffer text = {0};
    if (json_read(answer, &arena, &root) != ERR_OK) {
        command_talk(call->command, "expected an answer in JSON");
        arena_free(&arena);
        return EXIT_CODE_INTERNAL;
    }
    const struct json *list = json_member(root, "members");
    const struct json *member = list == NULL ? NULL : list->first;
    int64_t count = json_integer(root, "count", 0);
    enum command_output output = ask_output(call, OUTPUT_JSON);
    if (output == OUTPUT_TABLE) {
        add_table(&text, member);
    } else if (output == OUTPUT_NDJSON) {
        for (; member != NULL; member = member->next) {
            buffer_add_bytes(&text, member->raw);
            buffer_add_u8(&text, '\n');
        }
    } else {
        buffer_add_bytes(&text, root->raw);
        buffer_add_u8(&text, '\n');
    }
    int code = command_print(buffer_bytes(&text));
    if (output != OUTPUT_JSON && count > (int64_t)max)
        command_talk(
            call->command, "the first %zu of %" PRId64 " members; -n shows more", max, count);
    buffer_free(&text);
    arena_free(&arena);
    return code;
}

int segment_members_command(const struct command_call *call)
{
    const struct command_range range = {1, MEMBERS_MAX, MEMBERS_DEFAULT};
    long long number = 0;
    if (!command_option_number(call, "number", &range, &number))
        return EXIT_CODE_USAGE;
    const struct segment_call segment = {bytes_text(call->args[0]), (size_t)number};
    struct asking asking;
    struct buffer json = {0};
    int code = ask_begin(call, &asking);
    if (code == EXIT_CODE_DONE)
        code = read_answer(&asking, &segment, &json);
    if (code == EXIT_CODE_DONE)
        code = print(call, buffer_bytes(&json), segment.max);
    buffer_free(&json);
    ask_end(&asking);
    return code;
}
