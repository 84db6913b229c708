// `engagectl contact timeline`: what happened to one contact, folded again from the journal.
#include "tools/engagectl/commands.h"
#include "tools/engagectl/story_print.h"

static int print_timeline(const struct command_call *call, const struct asking *asking)
{
    const struct shard_set *set = &asking->set;
    struct contact_number number;
    struct buffer lines = {0};
    struct shard *shard = shard_set_find(set, call->args[0], &number);
    if (shard == NULL) {
        command_talk(call->command, "there is no contact '%s'", call->args[0]);
        return EXIT_CODE_FAILED;
    }
    size_t at = 0;
    while (set->shards[at] != shard)
        at++;
    struct contact_asked asked = {.known = {.number = number}};
    int code = story_read(asking, at, &asked, &lines);
    if (code == EXIT_CODE_DONE)
        code = story_print(call, &lines);
    buffer_free(&lines);
    return code;
}

int contact_timeline_command(const struct command_call *call)
{
    struct asking asking;
    int code = ask_begin(call, &asking);
    if (code == EXIT_CODE_DONE)
        code = ask_shards(&asking);
    if (code == EXIT_CODE_DONE)
        code = print_timeline(call, &asking);
    ask_end(&asking);
    return code;
}
