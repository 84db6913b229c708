// `engagectl contact explain`: where a contact's points came from.
#include "engine/fold/query.h"
#include "tools/engagectl/ask.h"
#include "tools/engagectl/commands.h"
#include "tools/engagectl/exit_of.h"
#include "tools/engagectl/explain_table.h"

// One question.
struct explain_call {
    const char *id;
    struct bytes score; // empty: all
};

static enum asked ask_live(
    struct asking *asking, const struct explain_call *explain, struct bytes *body_out)
{
    struct buffer target = {0};
    buffer_add_text(&target, "/v1/contacts/");
    http_add_escaped(&target, bytes_text(explain->id));
    buffer_add_text(&target, "/explain");
    if (explain->score.len > 0) {
        buffer_add_text(&target, "?score=");
        http_add_escaped(&target, explain->score);
    }
    buffer_add_u8(&target, 0);
    enum asked asked = ask_daemon(asking, (const char *)target.data, body_out);
    buffer_free(&target);
    return asked;
}

static int explain_here(
    struct asking *asking, const struct explain_call *explain, struct buffer *to)
{
    int code = ask_shards(asking);
    if (code != EXIT_CODE_DONE)
        return code;
    struct contact_number number;
    struct shard *shard = shard_set_find(&asking->set, explain->id, &number);
    if (shard == NULL) {
        command_talk(asking->command, "there is no contact '%s'", explain->id);
        return EXIT_CODE_FAILED;
    }
    struct fault fault = {.err = ERR_OK};
    enum err err = query_explain(shard, number, explain->score, to, &fault);
    if (err == ERR_OK)
        return EXIT_CODE_DONE;
    if (err == ERR_MISSING) {
        command_talk(asking->command, "%s", fault.text);
        return EXIT_CODE_FAILED;
    }
    fault.err = err;
    return exit_with_fault(asking->command, &fault);
}

static int read_explanation(
    struct asking *asking, const struct explain_call *explain, struct buffer *to)
{
    struct bytes body;
    enum asked asked = ask_live(asking, explain, &body);
    if (asked == ASKED_ANSWERED) {
        buffer_add_bytes(to, body);
        return EXIT_CODE_DONE;
    }
    if (asked == ASKED_ELSEWHERE)
        return explain_here(asking, explain, to);
    command_talk(asking->command, "there is no contact '%s', or no such score", explain->id);
    return EXIT_CODE_FAILED;
}

int contact_explain_command(const struct command_call *call)
{
    const char *score = command_option_value(call, "score");
    const struct explain_call explain = {call->args[0], bytes_text(score == NULL ? "" : score)};
    struct asking asking;
    struct buffer json = {0};
    struct buffer text = {0};
    int code = ask_begin(call, &asking);
    if (code == EXIT_CODE_DONE)
        code = read_explanation(&asking, &explain, &json);
    if (code == EXIT_CODE_DONE) {
        enum command_output output = ask_output(call, OUTPUT_JSON);
        if (explain_add_answer(&text, buffer_bytes(&json), output) == ERR_OK) {
            code = command_print(buffer_bytes(&text));
        } else {
            command_talk(call->command, "expected an answer in JSON");
            code = EXIT_CODE_INTERNAL;
        }
    }
    buffer_free(&json);
    buffer_free(&text);
    ask_end(&asking);
    return code;
}
