// Tokens of an expression, one at a time.
#ifndef RULES_CEL_LEXER_H
#define RULES_CEL_LEXER_H

#include "rules/cel/problem.h"
#include "rules/cel/value.h"

enum cel_token_kind {
    CEL_TOKEN_END,
    CEL_TOKEN_IDENT,   // a name, reserved words too; true, false and null are literals
    CEL_TOKEN_QUOTED,  // `a name`
    CEL_TOKEN_LITERAL, // value
    CEL_TOKEN_NUMBER,  // a decimal number that int64 cannot hold by itself: 9223372036854775808
    CEL_TOKEN_IN,
    CEL_TOKEN_PLUS,
    CEL_TOKEN_MINUS,
    CEL_TOKEN_STAR,
    CEL_TOKEN_SLASH,
    CEL_TOKEN_PERCENT,
    CEL_TOKEN_NOT,
    CEL_TOKEN_AND,
    CEL_TOKEN_OR,
    CEL_TOKEN_EQUAL,
    CEL_TOKEN_NOT_EQUAL,
    CEL_TOKEN_LESS,
    CEL_TOKEN_LESS_EQUAL,
    CEL_TOKEN_GREATER,
    CEL_TOKEN_GREATER_EQUAL,
    CEL_TOKEN_QUESTION,
    CEL_TOKEN_COLON,
    CEL_TOKEN_COMMA,
    CEL_TOKEN_DOT,
    CEL_TOKEN_LEFT_PAREN,
    CEL_TOKEN_RIGHT_PAREN,
    CEL_TOKEN_LEFT_BRACKET,
    CEL_TOKEN_RIGHT_BRACKET,
    CEL_TOKEN_LEFT_BRACE,
    CEL_TOKEN_RIGHT_BRACE,
};

struct cel_token {
    enum cel_token_kind kind;
    uint32_t begin, end;
    struct bytes text;      // of a name, without its backticks
    struct cel_value value; // of a literal; text is copied into the arena where it has escapes
};

struct cel_lexer {
    struct arena *arena;
    struct bytes text;
    uint32_t at;
    struct cel_problems *problems;
};

// The text must be valid UTF-8. False when there is no token there; the problem is added.
bool cel_lex(struct cel_lexer *lexer, struct cel_token *token_out);

// Decodes what stands between the quotes of a CEL_STRING or CEL_BYTES. False when an escape is wrong; the problem is added.
bool cel_unescape(
    struct cel_lexer *lexer,
    uint32_t begin,
    uint32_t end,
    enum cel_kind kind,
    struct bytes *text_out);

#endif
