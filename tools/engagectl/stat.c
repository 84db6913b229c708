#include "tools/engagectl/stat.h"

#include "engine/base/text.h"
#include "tools/engagectl/exit_of.h"

static int no_such(const struct command *command, const struct stat_kind *kind, struct bytes name)
{
    command_talk(
        command, "the rules in force have no %s '%.*s'", kind->what, (int)name.len,
        (const char *)name.data);
    return EXIT_CODE_FAILED;
}

// --- asking
// What every shard says, summed up. One that has no rules in force yet has none.
static int ask_every_shard(
    struct asking *asking, const struct stat_kind *kind, struct bytes name, struct buffer *to)
{
    struct arena arena = {0};
    int code = ask_shards(asking);
    if (code != EXIT_CODE_DONE)
        return code;
    struct buffer *packed =
        arena_alloc(&arena, (asking->set.count + 1) * sizeof(*packed)); // their own memory
    struct bytes *views = arena_alloc(&arena, (asking->set.count + 1) * sizeof(*views));
    size_t count = 0;
    for (size_t i = 0; i < asking->set.count; i++) {
        packed[count] = (struct buffer){.data = NULL};
        if (kind->pack(asking->set.shards[i], name, &packed[count]) != ERR_OK)
            continue;
        views[count] = buffer_bytes(&packed[count]);
        count++;
    }
    if (count == 0)
        code = no_such(asking->command, kind, name);
    else if (kind->sum(views, count, &arena, to) != ERR_OK)
        code = EXIT_CODE_INTERNAL;
    for (size_t i = 0; i < count; i++)
        buffer_free(&packed[i]);
    arena_free(&arena);
    return code;
}

static int read_answer(
    struct asking *asking, const struct stat_kind *kind, struct bytes name, struct buffer *to)
{
    struct buffer target = {0};
    struct bytes body;
    buffer_add_text(&target, kind->target);
    if (name.len > 0) {
        buffer_add_u8(&target, '/');
        http_add_escaped(&target, name);
    }
    buffer_add_u8(&target, 0);
    enum asked asked = ask_daemon(asking, (const char *)target.data, &body);
    buffer_free(&target);
    if (asked == ASKED_NOTHING)
        return no_such(asking->command, kind, name);
    if (asked == ASKED_ELSEWHERE)
        return ask_every_shard(asking, kind, name, to);
    buffer_add_bytes(to, body);
    return EXIT_CODE_DONE;
}

// --- printing
static int print(
    const struct command_call *call, const struct stat_kind *kind, const struct buffer *json)
{
    struct arena arena = {0};
    struct json *root = NULL;
    struct buffer text = {0};
    enum command_output output = ask_output(call, OUTPUT_JSON);
    int code = EXIT_CODE_INTERNAL;
    if (json_read(buffer_bytes(json), &arena, &root) == ERR_OK) {
        const struct json *list = json_member(root, kind->list);
        const struct json *first = list == NULL ? NULL : list->first;
        if (output == OUTPUT_JSON) {
            buffer_add_bytes(&text, root->raw);
            buffer_add_u8(&text, '\n');
        }
        for (const struct json *at = first; at != NULL && output != OUTPUT_JSON; at = at->next) {
            if (output == OUTPUT_TABLE && at != first)
                buffer_add_u8(&text, '\n');
            if (output == OUTPUT_TABLE)
                kind->add_table(&text, root, at);
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

int stat_command(const struct command_call *call, const struct stat_kind *kind)
{
    struct bytes name = bytes_text(call->arg_count > 0 ? call->args[0] : "");
    struct asking asking;
    struct buffer json = {0};
    int code = ask_begin(call, &asking);
    if (code == EXIT_CODE_DONE)
        code = read_answer(&asking, kind, name, &json);
    if (code == EXIT_CODE_DONE)
        code = print(call, kind, &json);
    buffer_free(&json);
    ask_end(&asking);
    return code;
}
