// `engagectl explain run`: what a run of a workflow did, step by step, and what decided.
#include "engine/fold/query.h"
#include "tools/engagectl/commands.h"
#include "tools/engagectl/exit_of.h"
#include "tools/engagectl/story_print.h"

static int no_run(const struct command *command, const char *id)
{
    command_talk(command, "there is no run '%s'", id);
    return EXIT_CODE_FAILED;
}

// Looks through the contacts of a shard, or at one.
static int find_in(
    const struct asking *asking, size_t shard, struct contact_asked *asked, bool *is_found_out)
{
    struct fault fault = {.err = ERR_OK};
    enum err err =
        query_find_run(asking->set.shards[shard], asked->run, &asked->known.number, &fault);
    *is_found_out = err == ERR_OK;
    return err == ERR_OK || err == ERR_MISSING ? EXIT_CODE_DONE
                                               : exit_with_fault(asking->command, &fault);
}

// EXIT_CODE_DONE, or another code after having said why not.
static int find(
    const struct command_call *call,
    const struct asking *asking,
    struct contact_asked *asked,
    size_t *shard_out)
{
    const char *contact = command_option_value(call, "contact");
    const struct shard *of = NULL;
    bool is_found = false;
    int code = EXIT_CODE_DONE;
    if (!hash128_parse(bytes_text(call->args[0]), &asked->run))
        return command_usage_error(
            call->command, "'%s' is no id of a run: expected 32 hexadecimal digits", call->args[0]);
    if (contact != NULL) {
        of = shard_set_find(&asking->set, contact, &asked->known.number);
        if (of == NULL) {
            command_talk(call->command, "there is no contact '%s'", contact);
            return EXIT_CODE_FAILED;
        }
    }
    for (size_t i = 0; i < asking->set.count && code == EXIT_CODE_DONE && !is_found; i++) {
        if (of != NULL && of != asking->set.shards[i])
            continue;
        code = find_in(asking, i, asked, &is_found);
        *shard_out = i;
    }
    return code == EXIT_CODE_DONE && !is_found ? no_run(call->command, call->args[0]) : code;
}

int explain_run_command(const struct command_call *call)
{
    struct asking asking;
    struct buffer lines = {0};
    struct contact_asked asked = {.is_of_run = true};
    size_t shard = 0;
    int code = ask_begin(call, &asking);
    if (code == EXIT_CODE_DONE)
        code = ask_shards(&asking);
    if (code == EXIT_CODE_DONE)
        code = find(call, &asking, &asked, &shard);
    if (code == EXIT_CODE_DONE)
        code = story_read(&asking, shard, &asked, &lines);
    if (code == EXIT_CODE_DONE)
        code = story_print(call, &lines);
    buffer_free(&lines);
    ask_end(&asking);
    return code;
}
