// `engagectl score top` and `score bands`.
#include "engine/base/text.h"
#include "engine/fold/query.h"
#include "tools/engagectl/ask.h"
#include "tools/engagectl/commands.h"
#include "tools/engagectl/exit_of.h"
#include "tools/engagectl/score_merge.h"
#include "tools/engagectl/score_table.h"

enum { TOP_DEFAULT = 10, TOP_MAX = 100000 };

// One question about a score.
struct score_call {
    struct bytes name;
    size_t top; // how many; 0: bands are asked for
};

static int no_score(const struct command *command, struct bytes name)
{
    command_talk(
        command, "the rules in force have no score '%.*s'", (int)name.len, (const char *)name.data);
    return EXIT_CODE_FAILED;
}

// Asks every shard and merges what they say. One that has no rules in force yet has no score.
static int ask_every_shard(struct asking *asking, const struct score_call *score, struct buffer *to)
{
    int code = ask_shards(asking);
    if (code != EXIT_CODE_DONE)
        return code;
    struct score_answers answers = {.count = 0};
    struct fault fault = {.err = ERR_OK};
    enum err err = ERR_OK;
    for (size_t i = 0; i < asking->set.count && err == ERR_OK; i++) {
        struct shard *shard = asking->set.shards[i];
        struct buffer json = {0};
        err = score->top > 0 ? query_top(shard, score->name, score->top, &json)
                             : query_bands(shard, score->name, &json);
        if (err == ERR_OK)
            err = score_answers_add(&answers, buffer_bytes(&json));
        else if (err == ERR_MISSING)
            err = ERR_OK;
        buffer_free(&json);
    }
    if (err != ERR_OK) {
        (void)fault_set(&fault, err, "the scores cannot be read: %s", err_text(err));
        code = exit_with_fault(asking->command, &fault);
    } else if (answers.count == 0) {
        code = no_score(asking->command, score->name);
    } else if (score->top > 0) {
        score_add_merged_top(&answers, score->top, to);
    } else {
        score_add_merged_bands(&answers, to);
    }
    score_answers_free(&answers);
    return code;
}

static int read_answer(struct asking *asking, const struct score_call *score, struct buffer *to)
{
    struct buffer target = {0};
    struct bytes body;
    buffer_add_text(&target, "/v1/scores/");
    http_add_escaped(&target, score->name);
    if (score->top > 0)
        buffer_add_format(&target, "/top?n=%zu", score->top);
    else
        buffer_add_text(&target, "/bands");
    buffer_add_u8(&target, 0);
    enum asked asked = ask_daemon(asking, (const char *)target.data, &body);
    buffer_free(&target);
    if (asked == ASKED_NOTHING)
        return no_score(asking->command, score->name);
    if (asked == ASKED_ELSEWHERE)
        return ask_every_shard(asking, score, to);
    buffer_add_bytes(to, body);
    return EXIT_CODE_DONE;
}

int score_top_command(const struct command_call *call)
{
    const struct command_range range = {1, TOP_MAX, TOP_DEFAULT};
    long long number = 0;
    if (!command_option_number(call, "number", &range, &number))
        return EXIT_CODE_USAGE;
    const struct score_call score = {bytes_text(call->args[0]), (size_t)number};
    struct asking asking;
    struct buffer json = {0};
    int code = ask_begin(call, &asking);
    if (code == EXIT_CODE_DONE)
        code = read_answer(&asking, &score, &json);
    if (code == EXIT_CODE_DONE)
        code = score_print(
            call->command, buffer_bytes(&json), SCORE_TOP, ask_output(call, OUTPUT_JSON));
    buffer_free(&json);
    ask_end(&asking);
    return code;
}

int score_bands_command(const struct command_call *call)
{
    const struct score_call score = {bytes_text(call->args[0]), 0};
    struct asking asking;
    struct buffer json = {0};
    int code = ask_begin(call, &asking);
    if (code == EXIT_CODE_DONE)
        code = read_answer(&asking, &score, &json);
    if (code == EXIT_CODE_DONE)
        code = score_print(
            call->command, buffer_bytes(&json), SCORE_BANDS, ask_output(call, OUTPUT_JSON));
    buffer_free(&json);
    ask_end(&asking);
    return code;
}
