// `engagectl actions release` and `actions drop`: lets the daemon publish the actions that wait beyond the ceiling, or throw
// them away.
#include <inttypes.h>

#include "tools/engagectl/ask.h"
#include "tools/engagectl/commands.h"
#include "tools/engagectl/exit_of.h"
#include "tools/engagectl/json.h"

struct verb {
    const char *target;
    const char *done; // member of the answer
};

static int judge_answer(
    const struct command *command, const struct verb *verb, const struct http_answer *answer)
{
    struct arena arena = {0};
    struct json *json = NULL;
    int code = EXIT_CODE_DONE;
    bool is_json = json_read(answer->body, &arena, &json) == ERR_OK;
    if (answer->status == 200 && is_json) {
        int64_t count = json_integer(json, verb->done, 0);
        if (count == 0)
            command_talk(command, "no actions wait to be %s", verb->done);
        else
            command_talk(command, "%s: %" PRId64, verb->done, count);
    } else {
        struct bytes why = is_json ? json_text(json, "detail") : bytes_of(NULL, 0);
        command_talk(
            command, "the daemon answers with status %d%s%.*s", answer->status,
            why.len > 0 ? ": " : "", (int)why.len, (const char *)why.data);
        code = answer->status == 503 ? EXIT_CODE_UNREACHABLE : EXIT_CODE_FAILED;
    }
    arena_free(&arena);
    return code;
}

static int post(const struct command_call *call, const struct verb *verb)
{
    const struct http_request request = {.method = "POST", .target = verb->target};
    struct asking asking = {.command = call->command};
    struct http_answer answer;
    struct fault fault = {.err = ERR_OK};
    int code = ask_begin(call, &asking);
    if (code == EXIT_CODE_DONE && ask_request(&asking, &request, &answer, &fault) == ERR_OK) {
        code = judge_answer(call->command, verb, &answer);
    } else if (code == EXIT_CODE_DONE) {
        command_talk(call->command, "%s; the daemon must run with 'http: {listen: …}'", fault.text);
        code = EXIT_CODE_UNREACHABLE;
    }
    ask_end(&asking);
    return code;
}

int actions_release_command(const struct command_call *call)
{
    static const struct verb verb = {"/v1/actions/release", "released"};
    return post(call, &verb);
}

int actions_drop_command(const struct command_call *call)
{
    static const struct verb verb = {"/v1/actions/drop", "dropped"};
    return post(call, &verb);
}
