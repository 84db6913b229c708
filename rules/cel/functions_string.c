// Strings: the standard functions and the strings extension, in characters (code points).
#include "engine/base/text.h"
#include "rules/cel/functions_internal.h"
#include "rules/cel/regex.h"

static bool is_text(const struct cel_value *args, uint32_t count)
{
    for (uint32_t i = 0; i < count; i++) {
        if (args[i].kind != CEL_STRING)
            return false;
    }
    return true;
}

// Where needle begins in text from a byte on; SIZE_MAX when nowhere.
static size_t find(struct bytes text, struct bytes needle, size_t from)
{
    if (needle.len == 0)
        return from <= text.len ? from : SIZE_MAX;
    for (; from + needle.len <= text.len; from++) {
        const uint8_t *at =
            memchr(text.data + from, needle.data[0], text.len - needle.len - from + 1);
        if (at == NULL)
            return SIZE_MAX;
        from = (size_t)(at - text.data);
        if (memcmp(at, needle.data, needle.len) == 0)
            return from;
    }
    return SIZE_MAX;
}

// Going through a text costs a step for 16 bytes; looking for one in another, their product at worst.
static bool spend_text(struct cel_eval *eval, struct bytes text)
{
    return cel_spend(eval, text.len / 16);
}

static bool spend_search(struct cel_eval *eval, struct bytes text, struct bytes needle)
{
    return cel_spend(eval, text.len / 16 * (needle.len / 16 + 1));
}

// --- asking
static struct cel_value size(struct cel_eval *eval, const struct cel_value *args, uint32_t count)
{
    if (args[0].kind == CEL_STRING)
        return spend_text(eval, args[0].as.text) ? cel_int((int64_t)utf8_count(args[0].as.text))
                                                 : cel_fail_cost(eval);
    if (args[0].kind == CEL_BYTES)
        return cel_int((int64_t)args[0].as.text.len);
    if (args[0].kind == CEL_LIST)
        return cel_int((int64_t)args[0].as.list->count);
    if (args[0].kind == CEL_MAP)
        return cel_int((int64_t)cel_map_count(eval, args[0].as.map));
    return cel_fail_overload(eval, "size", args, count);
}

static struct cel_value contains(
    struct cel_eval *eval, const struct cel_value *args, uint32_t count)
{
    if (!is_text(args, 2))
        return cel_fail_overload(eval, "contains", args, count);
    if (!spend_search(eval, args[0].as.text, args[1].as.text))
        return cel_fail_cost(eval);
    return cel_bool(find(args[0].as.text, args[1].as.text, 0) != SIZE_MAX);
}

static struct cel_value starts_with(
    struct cel_eval *eval, const struct cel_value *args, uint32_t count)
{
    if (!is_text(args, 2))
        return cel_fail_overload(eval, "startsWith", args, count);
    struct bytes text = args[0].as.text, start = args[1].as.text;
    if (text.len < start.len)
        return cel_bool(false);
    if (!spend_text(eval, start))
        return cel_fail_cost(eval);
    return cel_bool(bytes_equal(bytes_of(text.data, start.len), start));
}

static struct cel_value ends_with(
    struct cel_eval *eval, const struct cel_value *args, uint32_t count)
{
    if (!is_text(args, 2))
        return cel_fail_overload(eval, "endsWith", args, count);
    struct bytes text = args[0].as.text, end = args[1].as.text;
    if (text.len < end.len || end.len == 0)
        return cel_bool(end.len == 0);
    if (!spend_text(eval, end))
        return cel_fail_cost(eval);
    return cel_bool(bytes_equal(bytes_of(text.data + text.len - end.len, end.len), end));
}

static struct cel_value matches(struct cel_eval *eval, const struct cel_value *args, uint32_t count)
{
    const char *why = "";
    if (!is_text(args, 2))
        return cel_fail_overload(eval, "matches", args, count);
    struct bytes text = args[0].as.text, pattern = args[1].as.text;
    if (!cel_spend(eval, pattern.len / 16)) // looked for among those that are compiled
        return cel_fail_cost(eval);
    const struct cel_regex *regex = cel_eval_regex(eval, pattern, &why);
    if (eval->cost_left == 0)
        return cel_fail_cost(eval);
    if (regex == NULL)
        return cel_fail(eval, CEL_ERROR_ARGUMENT, "not a regular expression: %s", why);
    if (!cel_spend(eval, cel_regex_match_cost(regex, text.len)))
        return cel_fail_cost(eval);
    return cel_bool(cel_regex_matches(regex, (const char *)text.data, text.len));
}

// --- positions, in characters
// The byte of a position from 0 to the length; false, and an error, when there is no such.
static bool position(
    struct cel_eval *eval,
    struct bytes text,
    struct cel_value index,
    size_t *byte_out,
    struct cel_value *failed_out)
{
    size_t characters = utf8_count(text);
    if (index.as.integer < 0 || (uint64_t)index.as.integer > characters) {
        *failed_out = cel_fail(
            eval, CEL_ERROR_ARGUMENT, "position %lld out of range, the text has %zu characters",
            (long long)index.as.integer, characters);
        return false;
    }
    *byte_out = utf8_at(text, (size_t)index.as.integer);
    return true;
}

static struct cel_value char_at(struct cel_eval *eval, const struct cel_value *args, uint32_t count)
{
    if (!is_text(args, 1) || args[1].kind != CEL_INT)
        return cel_fail_overload(eval, "charAt", args, count);
    struct bytes text = args[0].as.text;
    size_t begin;
    struct cel_value failed;
    if (!spend_text(eval, text))
        return cel_fail_cost(eval);
    if (!position(eval, text, args[1], &begin, &failed))
        return failed;
    size_t len = utf8_at(bytes_of(text.data + begin, text.len - begin), 1);
    return cel_string(bytes_of(text.data + begin, len));
}

static struct cel_value index_of(
    struct cel_eval *eval, const struct cel_value *args, uint32_t count)
{
    size_t from = 0;
    struct cel_value failed;
    if (!is_text(args, 2) || (count == 3 && args[2].kind != CEL_INT))
        return cel_fail_overload(eval, "indexOf", args, count);
    struct bytes text = args[0].as.text;
    if (!spend_search(eval, text, args[1].as.text))
        return cel_fail_cost(eval);
    if (count == 3 && !position(eval, text, args[2], &from, &failed))
        return failed;
    size_t at = find(text, args[1].as.text, from);
    return cel_int(at == SIZE_MAX ? -1 : (int64_t)utf8_count(bytes_of(text.data, at)));
}

static struct cel_value last_index_of(
    struct cel_eval *eval, const struct cel_value *args, uint32_t count)
{
    struct cel_value failed;
    if (!is_text(args, 2) || (count == 3 && args[2].kind != CEL_INT))
        return cel_fail_overload(eval, "lastIndexOf", args, count);
    struct bytes text = args[0].as.text, needle = args[1].as.text;
    size_t from = text.len;
    if (!spend_search(eval, text, needle))
        return cel_fail_cost(eval);
    if (count == 3 && !position(eval, text, args[2], &from, &failed))
        return failed;
    if (needle.len > text.len)
        return cel_int(-1);
    if (from > text.len - needle.len)
        from = text.len - needle.len;
    for (size_t at = from + 1; at-- > 0;) {
        bool is_start = at == text.len || (text.data[at] & 0xC0) != 0x80;
        if (is_start && bytes_equal(bytes_of(text.data + at, needle.len), needle))
            return cel_int((int64_t)utf8_count(bytes_of(text.data, at)));
    }
    return cel_int(-1);
}

static struct cel_value substring(
    struct cel_eval *eval, const struct cel_value *args, uint32_t count)
{
    struct cel_value failed;
    if (!is_text(args, 1) || args[1].kind != CEL_INT || (count == 3 && args[2].kind != CEL_INT))
        return cel_fail_overload(eval, "substring", args, count);
    struct bytes text = args[0].as.text;
    size_t begin, end = text.len;
    if (!spend_text(eval, text))
        return cel_fail_cost(eval);
    if (!position(eval, text, args[1], &begin, &failed) ||
        (count == 3 && !position(eval, text, args[2], &end, &failed)))
        return failed;
    if (end < begin)
        return cel_fail(
            eval, CEL_ERROR_ARGUMENT, "a substring cannot end at %lld before it begins at %lld",
            (long long)args[2].as.integer, (long long)args[1].as.integer);
    return cel_string(bytes_of(text.data + begin, end - begin));
}

// --- changing
static struct cel_value change_ascii(
    struct cel_eval *eval, const struct cel_value *args, const char *name, uint8_t first)
{
    if (!is_text(args, 1))
        return cel_fail_overload(eval, name, args, 1);
    struct bytes text = args[0].as.text;
    if (!spend_text(eval, text))
        return cel_fail_cost(eval);
    uint8_t *changed = arena_alloc(&eval->arena, text.len + 1);
    for (size_t i = 0; i < text.len; i++) {
        bool is_other = text.data[i] >= first && text.data[i] < first + 26;
        changed[i] = is_other ? text.data[i] ^ 0x20 : text.data[i];
    }
    return cel_string(bytes_of(changed, text.len));
}

static struct cel_value lower_ascii(
    struct cel_eval *eval, const struct cel_value *args, uint32_t count)
{
    (void)count;
    return change_ascii(eval, args, "lowerAscii", 'A');
}

static struct cel_value upper_ascii(
    struct cel_eval *eval, const struct cel_value *args, uint32_t count)
{
    (void)count;
    return change_ascii(eval, args, "upperAscii", 'a');
}

static struct cel_value reverse_text(struct cel_eval *eval, struct bytes text)
{
    if (!spend_text(eval, text))
        return cel_fail_cost(eval);
    uint8_t *reversed = arena_alloc(&eval->arena, text.len + 1);
    size_t to = text.len;
    for (size_t at = 0; at < text.len;) {
        size_t len = utf8_at(bytes_of(text.data + at, text.len - at), 1);
        to -= len;
        memcpy(reversed + to, text.data + at, len);
        at += len;
    }
    return cel_string(bytes_of(reversed, text.len));
}

static struct cel_value reverse_list(struct cel_eval *eval, const struct cel_list *list)
{
    if (!cel_spend(eval, list->count))
        return cel_fail_cost(eval);
    struct cel_value *items = arena_alloc(&eval->arena, list->count * sizeof(*items) + 1);
    for (size_t i = 0; i < list->count; i++)
        items[i] = cel_list_at(eval, list, list->count - 1 - i);
    return cel_list_of(&eval->arena, items, list->count);
}

static struct cel_value reverse(struct cel_eval *eval, const struct cel_value *args, uint32_t count)
{
    if (args[0].kind == CEL_STRING)
        return reverse_text(eval, args[0].as.text);
    if (args[0].kind == CEL_LIST)
        return reverse_list(eval, args[0].as.list);
    return cel_fail_overload(eval, "reverse", args, count);
}

// The code point at a byte of valid UTF-8.
static uint32_t code_point(const uint8_t *at, size_t len)
{
    uint32_t point = len == 1 ? at[0] : at[0] & (0xFFU >> (len + 1));
    for (size_t i = 1; i < len; i++)
        point = point << 6 | (at[i] & 0x3FU);
    return point;
}

// What Unicode calls White_Space.
static bool is_space(uint32_t point)
{
    return (point >= 0x09 && point <= 0x0D) || point == 0x20 || point == 0x85 || point == 0xA0 ||
           point == 0x1680 || (point >= 0x2000 && point <= 0x200A) || point == 0x2028 ||
           point == 0x2029 || point == 0x202F || point == 0x205F || point == 0x3000;
}

static struct cel_value trim(struct cel_eval *eval, const struct cel_value *args, uint32_t count)
{
    if (!is_text(args, 1))
        return cel_fail_overload(eval, "trim", args, count);
    struct bytes text = args[0].as.text;
    if (!spend_text(eval, text))
        return cel_fail_cost(eval);
    while (text.len > 0) {
        size_t len = utf8_at(text, 1);
        if (!is_space(code_point(text.data, len)))
            break;
        text = bytes_of(text.data + len, text.len - len);
    }
    while (text.len > 0) {
        size_t at = text.len - 1;
        while (at > 0 && (text.data[at] & 0xC0) == 0x80)
            at--;
        if (!is_space(code_point(text.data + at, text.len - at)))
            break;
        text.len = at;
    }
    return cel_string(text);
}

// How many times: a limit below 0 is none.
static uint64_t limit_of(const struct cel_value *args, uint32_t count, uint32_t at)
{
    return count <= at || args[at].as.integer < 0 ? UINT64_MAX : (uint64_t)args[at].as.integer;
}

static struct cel_value replace(struct cel_eval *eval, const struct cel_value *args, uint32_t count)
{
    if (!is_text(args, 3) || (count == 4 && args[3].kind != CEL_INT))
        return cel_fail_overload(eval, "replace", args, count);
    struct bytes text = args[0].as.text, old = args[1].as.text;
    struct text_builder builder = {.eval = eval};
    size_t at = 0, searched = 0;
    if (!spend_search(eval, text, old))
        return cel_fail_cost(eval);
    for (uint64_t left = limit_of(args, count, 3); left > 0 && !builder.has_failed; left--) {
        size_t found = find(text, old, searched);
        if (found == SIZE_MAX)
            break;
        builder_add(&builder, bytes_of(text.data + at, found - at));
        builder_add(&builder, args[2].as.text);
        at = found + old.len;
        searched = at;
        if (old.len > 0)
            continue;
        if (at == text.len) // nothing is found between all characters, and at both ends
            break;
        searched += utf8_at(bytes_of(text.data + at, text.len - at), 1);
        if (!cel_spend(eval, 1))
            return cel_fail_cost(eval);
    }
    builder_add(&builder, bytes_of(text.data + at, text.len - at));
    return builder_string(&builder);
}

// --- parts
struct parts {
    struct cel_eval *eval;
    struct cel_value *items;
    size_t count, cap;
};

static bool parts_add(struct parts *parts, struct bytes text)
{
    if (!cel_spend(parts->eval, 1))
        return false;
    if (parts->count == parts->cap) {
        size_t cap = parts->cap == 0 ? 8 : parts->cap * 2;
        struct cel_value *items = arena_alloc(&parts->eval->arena, cap * sizeof(*items));
        if (parts->count > 0)
            memcpy(items, parts->items, parts->count * sizeof(*items));
        parts->items = items;
        parts->cap = cap;
    }
    parts->items[parts->count++] = cel_string(text);
    return true;
}

static struct cel_value split(struct cel_eval *eval, const struct cel_value *args, uint32_t count)
{
    if (!is_text(args, 2) || (count == 3 && args[2].kind != CEL_INT))
        return cel_fail_overload(eval, "split", args, count);
    struct bytes text = args[0].as.text, separator = args[1].as.text;
    uint64_t limit = limit_of(args, count, 2);
    struct parts parts = {.eval = eval};
    if (!spend_search(eval, text, separator))
        return cel_fail_cost(eval);
    size_t at = 0;
    bool has_more = limit > 0 && (separator.len > 0 || text.len > 0);
    while (has_more && parts.count + 1 < limit) {
        size_t found = separator.len > 0 ? find(text, separator, at)
                                         : at + utf8_at(bytes_of(text.data + at, text.len - at), 1);
        if (found == SIZE_MAX || (separator.len == 0 && found >= text.len))
            break;
        if (!parts_add(&parts, bytes_of(text.data + at, found - at)))
            return cel_fail_cost(eval);
        at = found + separator.len;
    }
    if (has_more && !parts_add(&parts, bytes_of(text.data + at, text.len - at)))
        return cel_fail_cost(eval);
    return cel_list_of(&eval->arena, parts.items == NULL ? args : parts.items, parts.count);
}

static struct cel_value join(struct cel_eval *eval, const struct cel_value *args, uint32_t count)
{
    if (args[0].kind != CEL_LIST || (count == 2 && args[1].kind != CEL_STRING))
        return cel_fail_overload(eval, "join", args, count);
    const struct cel_list *list = args[0].as.list;
    struct text_builder builder = {.eval = eval};
    for (size_t i = 0; i < list->count; i++) {
        struct cel_value item = cel_list_at(eval, list, i);
        if (item.kind != CEL_STRING)
            return cel_fail_overload(eval, "join", &item, 1);
        if (!cel_spend(eval, 1))
            return cel_fail_cost(eval);
        if (i > 0 && count == 2)
            builder_add(&builder, args[1].as.text);
        builder_add(&builder, item.as.text);
    }
    return builder_string(&builder);
}

// As a literal that reads back: in double quotes, with escapes.
static struct cel_value quote(struct cel_eval *eval, const struct cel_value *args, uint32_t count)
{
    static const char escapes[] = "\aa\bb\ff\nn\rr\tt\vv\\\\\"\"";
    if (!is_text(args, 1))
        return cel_fail_overload(eval, "strings.quote", args, count);
    struct bytes text = args[0].as.text;
    if (!cel_spend(eval, text.len / 8))
        return cel_fail_cost(eval);
    uint8_t *quoted = arena_alloc(&eval->arena, text.len * 2 + 2);
    size_t len = 0;
    quoted[len++] = '"';
    for (size_t i = 0; i < text.len; i++) {
        const char *escape =
            text.data[i] == 0 ? NULL : memchr(escapes, text.data[i], sizeof(escapes) - 1);
        bool is_escaped = escape != NULL && (escape - escapes) % 2 == 0;
        if (is_escaped)
            quoted[len++] = '\\';
        quoted[len++] = is_escaped ? (uint8_t)escape[1] : text.data[i];
    }
    quoted[len++] = '"';
    return cel_string(bytes_of(quoted, len));
}

const struct cel_function_row cel_functions_string[] = {
    {"size(string): int", size},
    {"size(bytes): int", size},
    {"size(list(A)): int", size},
    {"size(map(A, B)): int", size},
    {"string.size(): int", size},
    {"bytes.size(): int", size},
    {"list(A).size(): int", size},
    {"map(A, B).size(): int", size},
    {"string.contains(string): bool", contains},
    {"string.startsWith(string): bool", starts_with},
    {"string.endsWith(string): bool", ends_with},
    {"string.matches(string): bool", matches},
    {"matches(string, string): bool", matches},
    {"string.charAt(int): string", char_at},
    {"string.indexOf(string): int", index_of},
    {"string.indexOf(string, int): int", index_of},
    {"string.lastIndexOf(string): int", last_index_of},
    {"string.lastIndexOf(string, int): int", last_index_of},
    {"string.substring(int): string", substring},
    {"string.substring(int, int): string", substring},
    {"string.lowerAscii(): string", lower_ascii},
    {"string.upperAscii(): string", upper_ascii},
    {"string.reverse(): string", reverse},
    {"list(A).reverse(): list(A)", reverse},
    {"string.trim(): string", trim},
    {"string.replace(string, string): string", replace},
    {"string.replace(string, string, int): string", replace},
    {"string.split(string): list(string)", split},
    {"string.split(string, int): list(string)", split},
    {"list(string).join(): string", join},
    {"list(string).join(string): string", join},
    {"strings.quote(string): string", quote},
    {"string.format(list(dyn)): string", cel_format},
    {NULL, NULL},
};
