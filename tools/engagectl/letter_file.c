// The file of dead letters, line by line, and the bytes that a letter carries.
#include "tools/engagectl/letter_file.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static enum err take_line(
    struct letter *letter, letter_fn *each, void *context, struct fault *fault)
{
    struct arena arena = {0};
    struct json *json = NULL;
    enum err err = json_read(letter->line, &arena, &json);
    if (err == ERR_OK && json->kind != JSON_OBJECT)
        err = ERR_INVALID;
    if (err == ERR_OK) {
        letter->json = json;
        err = each(context, letter, fault);
    } else {
        err = fault_set(
            fault, err, "line %" PRIu64 ": expected a dead letter in JSON", letter->number);
    }
    arena_free(&arena);
    return err;
}

enum err letter_file_each(const char *path, letter_fn *each, void *context, struct fault *fault)
{
    FILE *stream = fopen(path, "re");
    if (stream == NULL && errno == ENOENT)
        return ERR_OK;
    if (stream == NULL)
        return fault_set(fault, ERR_IO, "%s: %s", path, strerror(errno));
    char *line = NULL;
    size_t cap = 0;
    enum err err = ERR_OK;
    struct letter letter = {.number = 0};
    while (err == ERR_OK) {
        ssize_t len = getline(&line, &cap, stream);
        if (len <= 0 || line[len - 1] != '\n')
            break;
        letter.number++;
        letter.line = bytes_of(line, (size_t)len - 1);
        err = take_line(&letter, each, context, fault);
    }
    if (err == ERR_OK && ferror(stream))
        err = fault_set(fault, ERR_IO, "%s: cannot be read: %s", path, strerror(errno));
    else if (err != ERR_OK && err != ERR_END)
        err = fault_wrap(fault, err, "%s", path);
    free(line);
    (void)fclose(stream);
    return err == ERR_END ? ERR_OK : err;
}

static int base64_digit(uint8_t c)
{
    static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    const char *at = c == 0 ? NULL : strchr(digits, c);
    return at == NULL ? -1 : (int)(at - digits);
}

enum err base64_decode(struct bytes text, struct buffer *to)
{
    size_t begin = to->len;
    if (text.len % 4 != 0)
        return ERR_INVALID;
    for (size_t i = 0; i < text.len; i += 4) {
        bool is_last = i + 4 == text.len;
        size_t padding = 0;
        uint32_t group = 0;
        for (size_t j = 0; j < 4; j++) {
            uint8_t c = text.data[i + j];
            int digit = base64_digit(c);
            if (c == '=' && is_last && j >= 2)
                padding++;
            else if (digit < 0 || padding > 0)
                goto malformed;
            group = group << 6 | (uint32_t)(digit < 0 ? 0 : digit);
        }
        uint8_t bytes[3] = {(uint8_t)(group >> 16), (uint8_t)(group >> 8), (uint8_t)group};
        buffer_add(to, bytes, 3 - padding);
    }
    return ERR_OK;
malformed:
    to->len = begin;
    return ERR_INVALID;
}
