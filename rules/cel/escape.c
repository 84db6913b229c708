// Escapes in string and bytes literals.
#include "rules/cel/lexer.h"

struct escaped {
    struct cel_lexer *lexer;
    const uint8_t *text;
    uint32_t at, end;
    bool is_bytes;
    uint8_t *to;
    size_t len;
};

struct escape_digits {
    int base;
    uint32_t count;
};

static bool fail_escape(struct escaped *of, uint32_t begin, const char *why)
{
    uint32_t end = of->at < of->end ? of->at + 1 : of->end;
    while (end < of->end && (of->text[end] & 0xC0) == 0x80) // the whole character
        end++;
    cel_problem_add(
        of->lexer->problems, of->lexer->arena,
        (struct cel_problem){.kind = CEL_PROBLEM_SYNTAX, .begin = begin, .end = end}, "%s", why);
    return false;
}

static void add_code_point(struct escaped *of, uint32_t point)
{
    uint8_t *to = of->to + of->len;
    if (point < 0x80) {
        to[0] = (uint8_t)point;
        of->len += 1;
    } else if (point < 0x800) {
        to[0] = (uint8_t)(0xC0 | point >> 6);
        to[1] = (uint8_t)(0x80 | (point & 0x3F));
        of->len += 2;
    } else if (point < 0x10000) {
        to[0] = (uint8_t)(0xE0 | point >> 12);
        to[1] = (uint8_t)(0x80 | (point >> 6 & 0x3F));
        to[2] = (uint8_t)(0x80 | (point & 0x3F));
        of->len += 3;
    } else {
        to[0] = (uint8_t)(0xF0 | point >> 18);
        to[1] = (uint8_t)(0x80 | (point >> 12 & 0x3F));
        to[2] = (uint8_t)(0x80 | (point >> 6 & 0x3F));
        to[3] = (uint8_t)(0x80 | (point & 0x3F));
        of->len += 4;
    }
}

// -1 when it is no digit of that base.
static int digit_value(uint8_t byte, int base)
{
    int value = -1;
    if (byte >= '0' && byte <= '9')
        value = byte - '0';
    else if (byte >= 'a' && byte <= 'f')
        value = byte - 'a' + 10;
    else if (byte >= 'A' && byte <= 'F')
        value = byte - 'A' + 10;
    return value < base ? value : -1;
}

// Exactly count digits from at on.
static bool read_digits(
    struct escaped *of, uint32_t begin, struct escape_digits digits, uint32_t *value_out)
{
    uint32_t value = 0;
    for (uint32_t i = 0; i < digits.count; i++, of->at++) {
        int digit = of->at < of->end ? digit_value(of->text[of->at], digits.base) : -1;
        if (digit < 0)
            return fail_escape(
                of, begin,
                digits.base == 8 ? "an octal escape has three digits, \\000 to \\377"
                                 : "an escape has two (\\x), four (\\u) or eight (\\U) hexadecimal "
                                   "digits");
        value = value * (uint32_t)digits.base + (uint32_t)digit;
    }
    *value_out = value;
    return true;
}

static bool add_number(struct escaped *of, uint32_t begin, struct escape_digits digits)
{
    uint32_t value = 0;
    if (!read_digits(of, begin, digits, &value))
        return false;
    if (digits.count > 3 && of->is_bytes) {
        of->at--;
        return fail_escape(of, begin, "\\u and \\U have no meaning in bytes; write \\x");
    }
    if (digits.count <= 3 && value > 255) {
        of->at--;
        return fail_escape(of, begin, "an octal escape has three digits, \\000 to \\377");
    }
    if (of->is_bytes) {
        of->to[of->len++] = (uint8_t)value;
        return true;
    }
    if (value > 0x10FFFF || (value >= 0xD800 && value <= 0xDFFF)) {
        of->at--;
        return fail_escape(of, begin, "this escape is no Unicode character");
    }
    add_code_point(of, value);
    return true;
}

// at is behind the backslash.
static bool add_escape(struct escaped *of)
{
    static const char simple[] = "a\ab\bf\fn\nr\rt\tv\v\\\\??\"\"''``";
    uint32_t begin = of->at - 1;
    uint8_t byte = of->at < of->end ? of->text[of->at] : 0;
    for (size_t i = 0; i + 1 < sizeof(simple) && of->at < of->end; i += 2) {
        if ((uint8_t)simple[i] == byte) {
            of->to[of->len++] = (uint8_t)simple[i + 1];
            of->at++;
            return true;
        }
    }
    if (byte >= '0' && byte <= '3')
        return add_number(of, begin, (struct escape_digits){8, 3});
    struct escape_digits digits = {16, 0};
    if (byte == 'x' || byte == 'X')
        digits.count = 2;
    else if (byte == 'u')
        digits.count = 4;
    else if (byte == 'U')
        digits.count = 8;
    else
        return fail_escape(of, begin, "unknown escape; a backslash itself is written \\\\");
    of->at++;
    return add_number(of, begin, digits);
}

bool cel_unescape(
    struct cel_lexer *lexer,
    uint32_t begin,
    uint32_t end,
    enum cel_kind kind,
    struct bytes *text_out)
{
    const uint8_t *text = lexer->text.data;
    *text_out = bytes_of(text + begin, end - begin);
    if (end == begin || memchr(text + begin, '\\', end - begin) == NULL)
        return true;
    // No escape is shorter than what it stands for.
    struct escaped of = {
        lexer, text, begin, end, kind == CEL_BYTES, arena_alloc(lexer->arena, end - begin), 0};
    while (of.at < end) {
        uint8_t byte = text[of.at++];
        if (byte != '\\')
            of.to[of.len++] = byte;
        else if (!add_escape(&of))
            return false;
    }
    *text_out = bytes_of(of.to, of.len);
    return true;
}
