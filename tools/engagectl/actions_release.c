// `engagectl actions release`: lets the daemon publish the actions that wait beyond the ceiling.
#include <inttypes.h>

#include "tools/engagectl/ask.h"
#include "tools/engagectl/commands.h"
#include "tools/engagectl/exit_of.h"
#include "tools/engagectl/json.h"

static int judge_answer(const struct command *command, const struct http_answer *answer)
{
    struct arena arena = {0};
    struct json *json = NULL;
    int code = EXIT_CODE_DONE;
    bool is_json = json_read(answer->body, &arena, &json) == ERR_OK;
    if (answer->status == 200 && is_json) {
        int64_t released = json_integer(json, "released", 0);
        command_talk(
            command, released == 0 ? "no actions wait to be released" : "released: %" PRId64,
            released);
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

int actions_release_command(const struct command_call *call)
{
    static const struct http_request request = {.method = "POST", .target = "/v1/actions/release"};
    struct asking asking = {.command = call->command};
    struct http_answer answer;
    struct fault fault = {.err = ERR_OK};
    int code = ask_begin(call, &asking);
    if (code == EXIT_CODE_DONE && ask_request(&asking, &request, &answer, &fault) == ERR_OK) {
        code = judge_answer(call->command, &answer);
    } else if (code == EXIT_CODE_DONE) {
        command_talk(call->command, "%s; the daemon must run with 'http: {listen: …}'", fault.text);
        code = EXIT_CODE_UNREACHABLE;
    }
    ask_end(&asking);
    return code;
}
