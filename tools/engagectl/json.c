// Reads JSON that this project wrote into a tree.
#include "tools/engagectl/json.h"

#include <stdbool.h>
#include <stddef.h>

struct reader {
    const uint8_t *at;
    const uint8_t *end;
    struct arena *arena;
};

static void skip_space(struct reader *reader)
{
    while (reader->at < reader->end && (*reader->at == ' ' || *reader->at == '\t' ||
                                        *reader->at == '\n' || *reader->at == '\r'))
        reader->at++;
}

// The next byte after white space, 0 at the end.
static uint8_t peek(struct reader *reader)
{
    skip_space(reader);
    return reader->at < reader->end ? *reader->at : 0;
}

static bool take(struct reader *reader, uint8_t wanted)
{
    if (peek(reader) != wanted)
        return false;
    reader->at++;
    return true;
}

static bool read_hex4(const uint8_t *at, const uint8_t *end, uint32_t *out)
{
    uint32_t value = 0;
    if (end - at < 4)
        return false;
    for (size_t i = 0; i < 4; i++) {
        uint8_t c = at[i];
        uint32_t digit = 0;
        if (c >= '0' && c <= '9')
            digit = (uint32_t)(c - '0');
        else if ((c | 0x20) >= 'a' && (c | 0x20) <= 'f')
            digit = (uint32_t)((c | 0x20) - 'a' + 10);
        else
            return false;
        value = value << 4 | digit;
    }
    *out = value;
    return true;
}

static uint8_t *put_utf8(uint8_t *to, uint32_t point)
{
    if (point < 0x80) {
        *to++ = (uint8_t)point;
        return to;
    }
    if (point < 0x800) {
        *to++ = (uint8_t)(0xC0 | point >> 6);
    } else {
        if (point < 0x10000) {
            *to++ = (uint8_t)(0xE0 | point >> 12);
        } else {
            *to++ = (uint8_t)(0xF0 | point >> 18);
            *to++ = (uint8_t)(0x80 | (point >> 12 & 0x3F));
        }
        *to++ = (uint8_t)(0x80 | (point >> 6 & 0x3F));
    }
    *to++ = (uint8_t)(0x80 | (point & 0x3F));
    return to;
}

// What follows "\u"; a pair of surrogates is one character. NULL: malformed.
static const uint8_t *unescape_unicode(const uint8_t *at, const uint8_t *end, uint32_t *out)
{
    uint32_t low = 0;
    if (!read_hex4(at, end, out))
        return NULL;
    at += 4;
    if (*out < 0xD800 || *out > 0xDFFF)
        return at;
    if (*out > 0xDBFF || end - at < 6 || at[0] != '\\' || at[1] != 'u' ||
        !read_hex4(at + 2, end, &low) || low < 0xDC00 || low > 0xDFFF)
        return NULL;
    *out = 0x10000 + ((*out - 0xD800) << 10) + (low - 0xDC00);
    return at + 6;
}

// What follows a backslash, as one character. NULL: malformed.
static const uint8_t *unescape(const uint8_t *at, const uint8_t *end, uint32_t *out)
{
    static const char escapes[] = "\"\\/bfnrt";
    static const char meanings[] = "\"\\/\b\f\n\r\t";
    if (at == end)
        return NULL;
    if (*at == 'u')
        return unescape_unicode(at + 1, end, out);
    for (size_t i = 0; i < sizeof(escapes) - 1; i++) {
        if (*at == (uint8_t)escapes[i]) {
            *out = (uint8_t)meanings[i];
            return at + 1;
        }
    }
    return NULL;
}

// The content of a string that has escapes; never longer than with them.
static bool unescape_all(struct reader *reader, struct bytes raw, struct bytes *out)
{
    uint8_t *text = arena_alloc(reader->arena, raw.len + 1);
    uint8_t *to = text;
    const uint8_t *end = raw.data + raw.len;
    for (const uint8_t *at = raw.data; at < end;) {
        uint32_t point = 0;
        if (*at != '\\') {
            *to++ = *at++;
            continue;
        }
        at = unescape(at + 1, end, &point);
        if (at == NULL)
            return false;
        to = put_utf8(to, point);
    }
    *out = bytes_of(text, (size_t)(to - text));
    return true;
}

static bool read_text(struct reader *reader, struct bytes *out)
{
    if (!take(reader, '"'))
        return false;
    const uint8_t *begin = reader->at;
    bool has_escapes = false;
    while (reader->at < reader->end && *reader->at != '"') {
        if (*reader->at < 0x20)
            return false;
        ptrdiff_t step = *reader->at == '\\' ? 2 : 1;
        if (reader->end - reader->at < step)
            return false;
        has_escapes = has_escapes || step == 2;
        reader->at += step;
    }
    if (reader->at >= reader->end)
        return false;
    *out = bytes_of(begin, (size_t)(reader->at - begin));
    reader->at++;
    return !has_escapes || unescape_all(reader, *out, out);
}

static bool read_word(struct reader *reader, struct json *json)
{
    static const struct {
        const char *word;
        enum json_kind kind;
    } words[] = {{"null", JSON_NULL}, {"false", JSON_FALSE}, {"true", JSON_TRUE}};
    const uint8_t *begin = reader->at;
    while (reader->at < reader->end &&
           ((*reader->at >= '0' && *reader->at <= '9') ||
            ((*reader->at | 0x20) >= 'a' && (*reader->at | 0x20) <= 'z') || *reader->at == '-' ||
            *reader->at == '+' || *reader->at == '.'))
        reader->at++;
    json->text = bytes_of(begin, (size_t)(reader->at - begin));
    for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
        if (bytes_equal_text(json->text, words[i].word)) {
            json->kind = words[i].kind;
            return true;
        }
    }
    json->kind = JSON_NUMBER;
    return json->text.len > 0 && (*begin == '-' || (*begin >= '0' && *begin <= '9'));
}

static bool read_value(struct reader *reader, struct json *json, unsigned depth);

static bool read_members(struct reader *reader, struct json *json, unsigned depth)
{
    uint8_t close = json->kind == JSON_OBJECT ? '}' : ']';
    struct json **last = &json->first;
    reader->at++;
    if (take(reader, close))
        return true;
    do {
        struct json *member = arena_alloc(reader->arena, sizeof(*member));
        *member = (struct json){.kind = JSON_NULL};
        if (json->kind == JSON_OBJECT && (!read_text(reader, &member->name) || !take(reader, ':')))
            return false;
        if (!read_value(reader, member, depth + 1))
            return false;
        *last = member;
        last = &member->next;
    } while (take(reader, ','));
    return take(reader, close);
}

// Depth is bounded, so the recursion is.
static bool read_value(struct reader *reader, struct json *json, unsigned depth)
{
    uint8_t first = peek(reader);
    const uint8_t *begin = reader->at;
    bool is_read = false;
    if (depth > JSON_DEPTH_MAX)
        return false;
    if (first == '{' || first == '[') {
        json->kind = first == '{' ? JSON_OBJECT : JSON_LIST;
        is_read = read_members(reader, json, depth);
    } else if (first == '"') {
        json->kind = JSON_TEXT;
        is_read = read_text(reader, &json->text);
    } else {
        is_read = read_word(reader, json);
    }
    json->raw = bytes_of(begin, (size_t)(reader->at - begin));
    return is_read;
}

enum err json_read(struct bytes text, struct arena *arena, struct json **out)
{
    struct reader reader = {text.data, text.data + text.len, arena};
    struct json *json = arena_alloc(arena, sizeof(*json));
    *json = (struct json){.kind = JSON_NULL};
    if (text.len == 0 || !read_value(&reader, json, 0))
        return ERR_INVALID;
    skip_space(&reader);
    if (reader.at != reader.end)
        return ERR_INVALID;
    *out = json;
    return ERR_OK;
}

const struct json *json_member_of(const struct json *object, struct bytes name)
{
    if (object == NULL || object->kind != JSON_OBJECT)
        return NULL;
    for (const struct json *member = object->first; member != NULL; member = member->next) {
        if (bytes_equal(member->name, name))
            return member;
    }
    return NULL;
}

const struct json *json_member(const struct json *object, const char *name)
{
    return json_member_of(object, bytes_text(name));
}

struct bytes json_text(const struct json *object, const char *name)
{
    const struct json *member = json_member(object, name);
    return member == NULL ? bytes_of(NULL, 0) : member->text;
}

int64_t json_integer(const struct json *object, const char *name, int64_t otherwise)
{
    struct bytes text = json_text(object, name);
    bool is_negative = text.len > 0 && text.data[0] == '-';
    int64_t number = 0;
    size_t at = is_negative ? 1 : 0;
    if (text.len == at || text.len - at > 18)
        return otherwise;
    for (; at < text.len; at++) {
        if (text.data[at] < '0' || text.data[at] > '9')
            return otherwise;
        number = number * 10 + (text.data[at] - '0');
    }
    return is_negative ? -number : number;
}
