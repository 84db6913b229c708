#include "rules/cel/lexer.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

static uint8_t byte_at(const struct cel_lexer *lexer, uint32_t at)
{
    return at < lexer->text.len ? lexer->text.data[at] : 0;
}

static bool is_digit(uint8_t byte)
{
    return byte >= '0' && byte <= '9';
}

static bool is_name_start(uint8_t byte)
{
    return (uint8_t)((byte | 0x20) - 'a') < 26 || byte == '_';
}

static bool is_name_part(uint8_t byte)
{
    return is_name_start(byte) || is_digit(byte);
}

static bool fail_at(struct cel_lexer *lexer, uint32_t begin, uint32_t end, const char *why)
{
    cel_problem_add(
        lexer->problems, lexer->arena,
        (struct cel_problem){.kind = CEL_PROBLEM_SYNTAX, .begin = begin, .end = end}, "%s", why);
    return false;
}

static void skip_space(struct cel_lexer *lexer)
{
    for (;;) {
        uint8_t byte = byte_at(lexer, lexer->at);
        if (byte == ' ' || byte == '\t' || byte == '\n' || byte == '\r' || byte == '\f') {
            lexer->at++;
        } else if (byte == '/' && byte_at(lexer, lexer->at + 1) == '/') {
            while (lexer->at < lexer->text.len && lexer->text.data[lexer->at] != '\n')
                lexer->at++;
        } else {
            return;
        }
    }
}

// --- numbers
static bool is_hex(uint8_t byte)
{
    return is_digit(byte) || (byte >= 'a' && byte <= 'f') || (byte >= 'A' && byte <= 'F');
}

// Moves behind the digits, the point and the exponent; whether it is a double.
static bool scan_decimal(struct cel_lexer *lexer)
{
    bool is_double = false;
    while (is_digit(byte_at(lexer, lexer->at)))
        lexer->at++;
    if (byte_at(lexer, lexer->at) == '.' && is_digit(byte_at(lexer, lexer->at + 1))) {
        is_double = true;
        lexer->at++;
        while (is_digit(byte_at(lexer, lexer->at)))
            lexer->at++;
    }
    uint8_t byte = byte_at(lexer, lexer->at);
    if (byte != 'e' && byte != 'E')
        return is_double;
    uint8_t sign = byte_at(lexer, lexer->at + 1);
    uint32_t digits_at = lexer->at + 1 + (sign == '+' || sign == '-');
    if (!is_digit(byte_at(lexer, digits_at)))
        return is_double;
    lexer->at = digits_at;
    while (is_digit(byte_at(lexer, lexer->at)))
        lexer->at++;
    return true;
}

// What the digits say. False when 64 bits do not hold it.
static bool integer_of(struct bytes digits, uint64_t base, uint64_t *value_out)
{
    uint64_t value = 0;
    for (size_t i = 0; i < digits.len; i++) {
        uint8_t byte = digits.data[i];
        uint64_t digit =
            is_digit(byte) ? (uint64_t)(byte - '0') : (uint64_t)((byte | 0x20) - 'a') + 10;
        if (__builtin_mul_overflow(value, base, &value) ||
            __builtin_add_overflow(value, digit, &value))
            return false;
    }
    *value_out = value;
    return true;
}

static bool lex_double(struct cel_lexer *lexer, struct cel_token *token)
{
    char *text = arena_text(
        lexer->arena, bytes_of(lexer->text.data + token->begin, lexer->at - token->begin));
    double real = strtod(text, NULL); // too large: infinity, which is refused here
    if (real > 1.7976931348623157e308)
        return fail_at(lexer, token->begin, lexer->at, "this number is too large for a double");
    token->value = cel_double(real);
    return true;
}

static bool lex_number(struct cel_lexer *lexer, struct cel_token *token)
{
    token->kind = CEL_TOKEN_LITERAL;
    uint64_t base = 10;
    uint32_t digits_at = lexer->at;
    bool is_double = false;
    uint8_t second = byte_at(lexer, lexer->at + 1);
    if (byte_at(lexer, lexer->at) == '0' && (second == 'x' || second == 'X') &&
        is_hex(byte_at(lexer, lexer->at + 2))) {
        base = 16;
        digits_at += 2;
        lexer->at += 2;
        while (is_hex(byte_at(lexer, lexer->at)))
            lexer->at++;
    } else {
        is_double = scan_decimal(lexer);
    }
    struct bytes digits = bytes_of(lexer->text.data + digits_at, lexer->at - digits_at);
    uint8_t next = byte_at(lexer, lexer->at);
    bool is_uint = !is_double && (next == 'u' || next == 'U');
    lexer->at += is_uint;
    next = byte_at(lexer, lexer->at);
    if (is_name_part(next))
        return fail_at(
            lexer, token->begin, lexer->at + 1,
            next != '\0' && strchr("smhdw", next) != NULL
                ? "a letter directly behind a number means nothing; a span of time is days(1) or "
                  "duration(\"36h\")"
                : "a letter directly behind a number means nothing");
    if (is_double)
        return lex_double(lexer, token);
    uint64_t value;
    if (!integer_of(digits, base, &value))
        return fail_at(lexer, token->begin, lexer->at, "this number does not fit in 64 bits");
    if (is_uint) {
        token->value = cel_uint(value);
    } else if (value <= INT64_MAX) {
        token->value = cel_int((int64_t)value);
    } else if (value == (uint64_t)INT64_MAX + 1) { // only behind a minus
        token->kind = CEL_TOKEN_NUMBER;
        token->value = cel_uint(value);
    } else {
        return fail_at(
            lexer, token->begin, lexer->at,
            "this number does not fit in an int; write it as a uint, with a u behind it");
    }
    return true;
}

// --- strings
struct quotes {
    uint8_t quote;
    bool is_triple, is_raw, is_bytes;
};

// Where the closing quotes begin, looking from lexer->at on; false when there are none.
static bool find_close(const struct cel_lexer *lexer, struct quotes quotes, uint32_t *close_out)
{
    for (uint32_t at = lexer->at; at < lexer->text.len; at++) {
        uint8_t byte = lexer->text.data[at];
        if (byte == quotes.quote && (!quotes.is_triple || (byte_at(lexer, at + 1) == byte &&
                                                           byte_at(lexer, at + 2) == byte))) {
            *close_out = at;
            return true;
        }
        if (!quotes.is_triple && (byte == '\n' || byte == '\r'))
            return false;
        if (byte == '\\' && !quotes.is_raw)
            at++;
    }
    return false;
}

// lexer->at is at the first quote.
static bool lex_string(struct cel_lexer *lexer, struct cel_token *token, struct quotes quotes)
{
    token->kind = CEL_TOKEN_LITERAL;
    quotes.quote = byte_at(lexer, lexer->at);
    quotes.is_triple = byte_at(lexer, lexer->at + 1) == quotes.quote &&
                       byte_at(lexer, lexer->at + 2) == quotes.quote;
    lexer->at += quotes.is_triple ? 3 : 1;
    uint32_t begin = lexer->at, close;
    if (!find_close(lexer, quotes, &close))
        return fail_at(lexer, token->begin, begin, "this string has no end");
    struct bytes text = bytes_of(lexer->text.data + begin, close - begin);
    if (!quotes.is_raw &&
        !cel_unescape(lexer, begin, close, quotes.is_bytes ? CEL_BYTES : CEL_STRING, &text))
        return false;
    lexer->at = close + (quotes.is_triple ? 3 : 1);
    token->value = quotes.is_bytes ? cel_bytes(text) : cel_string(text);
    return true;
}

// Whether a string begins here, with r, b or br before it; then lexer->at is at its first quote.
static bool is_string(struct cel_lexer *lexer, struct quotes *quotes_out)
{
    *quotes_out = (struct quotes){0};
    uint32_t at = lexer->at;
    if ((byte_at(lexer, at) | 0x20) == 'b') {
        quotes_out->is_bytes = true;
        at++;
    }
    if ((byte_at(lexer, at) | 0x20) == 'r') {
        quotes_out->is_raw = true;
        at++;
    }
    if (byte_at(lexer, at) != '"' && byte_at(lexer, at) != '\'')
        return false;
    lexer->at = at;
    return true;
}

// --- names
static void lex_name(struct cel_lexer *lexer, struct cel_token *token)
{
    const uint8_t *at = lexer->text.data + lexer->at, *end = lexer->text.data + lexer->text.len;
    while (at < end && is_name_part(*at))
        at++;
    lexer->at = (uint32_t)(at - lexer->text.data);
    token->text = bytes_of(lexer->text.data + token->begin, lexer->at - token->begin);
    token->kind = CEL_TOKEN_LITERAL;
    if (bytes_equal_text(token->text, "true"))
        token->value = cel_bool(true);
    else if (bytes_equal_text(token->text, "false"))
        token->value = cel_bool(false);
    else if (bytes_equal_text(token->text, "null"))
        token->value = cel_null();
    else if (bytes_equal_text(token->text, "in"))
        token->kind = CEL_TOKEN_IN;
    else
        token->kind = CEL_TOKEN_IDENT;
}

static bool lex_quoted_name(struct cel_lexer *lexer, struct cel_token *token)
{
    uint32_t at = lexer->at + 1;
    while (is_name_part(byte_at(lexer, at)) ||
           (at < lexer->text.len && strchr("-./ ", byte_at(lexer, at)) != NULL))
        at++;
    if (byte_at(lexer, at) != '`' || at == lexer->at + 1)
        return fail_at(
            lexer, lexer->at, at,
            "a name in backticks has letters, digits, '_', '-', '.', '/' and spaces, and ends with "
            "a backtick");
    token->kind = CEL_TOKEN_QUOTED;
    token->text = bytes_of(lexer->text.data + lexer->at + 1, at - lexer->at - 1);
    lexer->at = at + 1;
    return true;
}

// --- signs
static bool fail_sign(struct cel_lexer *lexer)
{
    uint32_t end = lexer->at + 1;
    uint8_t byte = byte_at(lexer, lexer->at);
    while ((byte_at(lexer, end) & 0xC0) == 0x80)
        end++;
    const char *why = "this character means nothing here";
    if (byte == '&' || byte == '|')
        why = "'and' is written &&, 'or' is written ||";
    else if (byte == '=')
        why = "'equals' is written ==";
    return fail_at(lexer, lexer->at, end, why);
}

// The sign of two characters where the second is that, else the one of the first alone; END: there is none.
static enum cel_token_kind sign_of(
    struct cel_lexer *lexer, uint8_t second, enum cel_token_kind two, enum cel_token_kind one)
{
    if (byte_at(lexer, lexer->at + 1) != second)
        return one;
    lexer->at++;
    return two;
}

static bool lex_sign(struct cel_lexer *lexer, struct cel_token *token)
{
    enum cel_token_kind kind = CEL_TOKEN_END;
    switch (lexer->text.data[lexer->at]) {
    case '&': kind = sign_of(lexer, '&', CEL_TOKEN_AND, CEL_TOKEN_END); break;
    case '|': kind = sign_of(lexer, '|', CEL_TOKEN_OR, CEL_TOKEN_END); break;
    case '=': kind = sign_of(lexer, '=', CEL_TOKEN_EQUAL, CEL_TOKEN_END); break;
    case '!': kind = sign_of(lexer, '=', CEL_TOKEN_NOT_EQUAL, CEL_TOKEN_NOT); break;
    case '<': kind = sign_of(lexer, '=', CEL_TOKEN_LESS_EQUAL, CEL_TOKEN_LESS); break;
    case '>': kind = sign_of(lexer, '=', CEL_TOKEN_GREATER_EQUAL, CEL_TOKEN_GREATER); break;
    case '+': kind = CEL_TOKEN_PLUS; break;
    case '-': kind = CEL_TOKEN_MINUS; break;
    case '*': kind = CEL_TOKEN_STAR; break;
    case '/': kind = CEL_TOKEN_SLASH; break;
    case '%': kind = CEL_TOKEN_PERCENT; break;
    case '?': kind = CEL_TOKEN_QUESTION; break;
    case ':': kind = CEL_TOKEN_COLON; break;
    case ',': kind = CEL_TOKEN_COMMA; break;
    case '.': kind = CEL_TOKEN_DOT; break;
    case '(': kind = CEL_TOKEN_LEFT_PAREN; break;
    case ')': kind = CEL_TOKEN_RIGHT_PAREN; break;
    case '[': kind = CEL_TOKEN_LEFT_BRACKET; break;
    case ']': kind = CEL_TOKEN_RIGHT_BRACKET; break;
    case '{': kind = CEL_TOKEN_LEFT_BRACE; break;
    case '}': kind = CEL_TOKEN_RIGHT_BRACE; break;
    default: break;
    }
    if (kind == CEL_TOKEN_END)
        return fail_sign(lexer);
    token->kind = kind;
    lexer->at++;
    return true;
}

bool cel_lex(struct cel_lexer *lexer, struct cel_token *token_out)
{
    skip_space(lexer);
    *token_out = (struct cel_token){.kind = CEL_TOKEN_END, .begin = lexer->at};
    struct quotes quotes;
    uint8_t byte = byte_at(lexer, lexer->at);
    bool is_ok = true;
    if (lexer->at == lexer->text.len)
        token_out->kind = CEL_TOKEN_END;
    else if (is_digit(byte) || (byte == '.' && is_digit(byte_at(lexer, lexer->at + 1))))
        is_ok = lex_number(lexer, token_out);
    else if (is_string(lexer, &quotes))
        is_ok = lex_string(lexer, token_out, quotes);
    else if (is_name_start(byte))
        lex_name(lexer, token_out);
    else if (byte == '`')
        is_ok = lex_quoted_name(lexer, token_out);
    else
        is_ok = lex_sign(lexer, token_out);
    token_out->end = lexer->at;
    return is_ok;
}
