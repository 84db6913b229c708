// Who answers a command: the live daemon over HTTP, else its data directory, read only.
#include "tools/engagectl/ask.h"

#include <unistd.h>

#include "engine/fold/query.h"
#include "engine/fold/shard_clock.h"
#include "engine/os/os_clock.h"
#include "tools/engagectl/exit_of.h"
#include "tools/engagectl/load_config.h"

int ask_begin(const struct command_call *call, struct asking *out)
{
    *out = (struct asking){.command = call->command};
    return load_config(call, &out->config);
}

void ask_end(struct asking *asking)
{
    shard_set_close(&asking->set);
    config_destroy(asking->config);
    buffer_free(&asking->answer);
    asking->config = NULL;
}

enum err ask_request(
    struct asking *asking,
    const struct http_request *request,
    struct http_answer *out,
    struct fault *fault)
{
    const struct config *config = asking->config;
    if (config->http_listen == NULL || config->http_port == 0)
        return fault_set(fault, ERR_STATE, "the configuration names no port that it listens on");
    const struct http_place place = {config->http_host, config->http_port, config->http_token};
    return http_ask(&place, request, &asking->answer, out, fault);
}

enum asked ask_daemon(struct asking *asking, const char *target, struct bytes *body_out)
{
    const struct http_request request = {.method = "GET", .target = target};
    struct http_answer answer;
    if (ask_request(asking, &request, &answer, &asking->fault) != ERR_OK)
        return ASKED_ELSEWHERE;
    if (answer.status == 200) {
        *body_out = answer.body;
        return ASKED_ANSWERED;
    }
    if (answer.status == 404)
        return ASKED_NOTHING;
    command_talk(
        asking->command, "the daemon answers with status %d; reading its data directory",
        answer.status);
    return ASKED_ELSEWHERE;
}

enum err ask_open(struct asking *asking, struct fault *fault)
{
    enum err err = shard_set_open(asking->config, &asking->set, fault);
    const struct clock clock = os_clock();
    for (size_t i = 0; i < asking->set.count; i++)
        shard_look_at(asking->set.shards[i], clock.ops->wall_ms(clock.self));
    return err;
}

int ask_shards(struct asking *asking)
{
    struct fault fault = {.err = ERR_OK};
    enum err err = ask_open(asking, &fault);
    if (err == ERR_OK)
        return EXIT_CODE_DONE;
    if (err == ERR_MISSING && asking->fault.text[0] != '\0')
        command_talk(asking->command, "no daemon answers: %s", asking->fault.text);
    return exit_with_fault(asking->command, &fault);
}

static int no_contact(const struct command *command, const char *id)
{
    command_talk(command, "there is no contact '%s'", id);
    return EXIT_CODE_FAILED;
}

int ask_contact(struct asking *asking, const char *id, struct buffer *to)
{
    struct buffer target = {0};
    struct bytes body;
    buffer_add_text(&target, "/v1/contacts/");
    http_add_escaped(&target, bytes_text(id));
    buffer_add_u8(&target, 0);
    enum asked asked = ask_daemon(asking, (const char *)target.data, &body);
    buffer_free(&target);
    if (asked == ASKED_ANSWERED) {
        buffer_add_bytes(to, body);
        return EXIT_CODE_DONE;
    }
    if (asked == ASKED_NOTHING)
        return no_contact(asking->command, id);
    int code = ask_shards(asking);
    if (code != EXIT_CODE_DONE)
        return code;
    struct contact_number number;
    struct shard *shard = shard_set_find(&asking->set, id, &number);
    if (shard == NULL)
        return no_contact(asking->command, id);
    struct fault fault = {.err = ERR_OK};
    enum err err = query_contact(shard, number, to);
    if (err == ERR_OK)
        return EXIT_CODE_DONE;
    (void)fault_set(&fault, err, "the contact cannot be read: %s", err_text(err));
    return exit_with_fault(asking->command, &fault);
}

enum command_output ask_output(const struct command_call *call, enum command_output otherwise)
{
    if (call->output != OUTPUT_DEFAULT)
        return call->output;
    return isatty(STDOUT_FILENO) ? OUTPUT_TABLE : otherwise;
}
