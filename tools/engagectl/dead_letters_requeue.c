// `engagectl dead-letters requeue`: sends what was refused to the daemon again.
#include <ctype.h>

#include "tools/engagectl/commands.h"
#include "tools/engagectl/dead_letters.h"

enum { HEADERS_MAX = 64 };

// "ce_type" is spelt "ce-type" over HTTP.
static struct bytes header_name(struct bytes name, struct arena *arena)
{
    bool is_attribute = name.len > 3 && tolower(name.data[0]) == 'c' &&
                        tolower(name.data[1]) == 'e' && name.data[2] == '_';
    if (!is_attribute)
        return name;
    uint8_t *copy = arena_alloc(arena, name.len);
    memcpy(copy, name.data, name.len);
    copy[2] = '-';
    return bytes_of(copy, name.len);
}

// A line break within a header would begin another one.
static bool is_one_line(struct bytes text)
{
    for (size_t i = 0; i < text.len; i++) {
        if (text.data[i] < 0x20 && text.data[i] != '\t')
            return false;
    }
    return true;
}

static bool is_named(struct bytes name, const char *wanted)
{
    size_t i = 0;
    for (; i < name.len && wanted[i] != '\0'; i++) {
        if (tolower(name.data[i]) != wanted[i])
            return false;
    }
    return i == name.len && wanted[i] == '\0';
}

// The headers as the letter has them; without a content type, that of the payload's own form.
static size_t read_headers(
    const struct json *letter, struct bytes payload, struct arena *arena, struct header *out)
{
    const struct json *headers = json_member(letter, "headers");
    const struct json *header = headers == NULL ? NULL : headers->first;
    bool has_type = false;
    size_t count = 0;
    for (; header != NULL && count < HEADERS_MAX - 1; header = header->next) {
        if (!is_one_line(header->name) || !is_one_line(header->text))
            continue;
        has_type = has_type || is_named(header->name, "content-type");
        out[count++] = (struct header){header_name(header->name, arena), header->text};
    }
    bool is_packed = payload.len > 0 && payload.data[0] >= 0x80;
    if (!has_type)
        out[count++] = (struct header){
            BYTES_LITERAL("Content-Type"),
            is_packed ? BYTES_LITERAL("application/msgpack") : BYTES_LITERAL("application/json")};
    return count;
}

// What the daemon says of the one event it was sent.
static int judge_answer(const struct command *command, const struct http_answer *answer)
{
    struct arena arena = {0};
    struct json *json = NULL;
    int code = EXIT_CODE_FAILED;
    enum err err = json_read(answer->body, &arena, &json);
    const struct json *rejected = err == ERR_OK ? json_member(json, "rejected") : NULL;
    const struct json *first = rejected == NULL ? NULL : rejected->first;
    if (first != NULL) {
        struct bytes refused = json_text(first, "code");
        struct bytes reason = json_text(first, "reason");
        command_talk(
            command, "refused again: %.*s: %.*s", (int)refused.len, (const char *)refused.data,
            (int)reason.len, (const char *)reason.data);
    } else if (answer->status == 202) {
        bool is_duplicate = err == ERR_OK && json_integer(json, "duplicates", 0) > 0;
        command_talk(command, is_duplicate ? "accepted before: a duplicate" : "accepted");
        code = EXIT_CODE_DONE;
    } else {
        struct bytes why = err == ERR_OK ? json_text(json, "detail") : bytes_of(NULL, 0);
        command_talk(
            command, "the daemon answers with status %d%s%.*s", answer->status,
            why.len > 0 ? ": " : "", (int)why.len, (const char *)why.data);
        bool is_busy = answer->status == 429 || answer->status == 503;
        code = is_busy ? EXIT_CODE_UNREACHABLE : EXIT_CODE_FAILED;
    }
    arena_free(&arena);
    return code;
}

static int send_payload(
    struct asking *asking, const struct json *letter, struct bytes payload, struct arena *arena)
{
    struct header headers[HEADERS_MAX];
    struct http_answer answer;
    struct fault fault = {.err = ERR_OK};
    const struct http_request request = {
        .method = "POST",
        .target = "/v1/events",
        .headers = headers,
        .header_count = read_headers(letter, payload, arena, headers),
        .body = payload,
    };
    if (ask_request(asking, &request, &answer, &fault) == ERR_OK)
        return judge_answer(asking->command, &answer);
    command_talk(
        asking->command,
        "%s; the daemon must run with 'http: {listen: …}' and 'sources: {http: true}'", fault.text);
    return EXIT_CODE_UNREACHABLE;
}

static int requeue(struct asking *asking, struct bytes line)
{
    struct arena arena = {0};
    struct buffer payload = {0};
    struct json *letter = NULL;
    int code = EXIT_CODE_DAMAGED;
    if (json_read(line, &arena, &letter) != ERR_OK ||
        base64_decode(json_text(letter, "payload"), &payload) != ERR_OK) {
        command_talk(asking->command, "its payload is no base64");
    } else if (bytes_equal_text(json_text(letter, "truncated"), "true")) {
        command_talk(
            asking->command,
            "it was too large, and not all of it was kept: send it from its origin");
        code = EXIT_CODE_FAILED;
    } else if (payload.len == 0) {
        command_talk(asking->command, "it is empty: there is nothing to send");
        code = EXIT_CODE_FAILED;
    } else {
        code = send_payload(asking, letter, buffer_bytes(&payload), &arena);
    }
    buffer_free(&payload);
    arena_free(&arena);
    return code;
}

int dead_letters_requeue_command(const struct command_call *call)
{
    struct asking asking = {.command = call->command};
    struct wanted_letter wanted;
    int code = letter_find(call, &asking, &wanted);
    if (code == EXIT_CODE_DONE)
        code = requeue(&asking, buffer_bytes(&wanted.line));
    buffer_free(&wanted.line);
    ask_end(&asking);
    return code;
}
