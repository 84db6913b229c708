// Recursive descent over the grammar of langdef.md. After the first problem each part gives NULL.
#include <stdio.h>

#include "engine/base/text.h"
#include "rules/cel/parser_internal.h"

static struct cel_node *parse_expr(struct parser *parser);

// --- tokens and nodes
struct cel_node *parse_fail(struct parser *parser, uint32_t begin, uint32_t end, const char *why)
{
    if (!parser->has_failed)
        cel_problem_add(
            parser->lexer.problems, parser->lexer.arena,
            (struct cel_problem){.kind = CEL_PROBLEM_SYNTAX, .begin = begin, .end = end}, "%s",
            why);
    parser->has_failed = true;
    parser->token.kind = CEL_TOKEN_END;
    return NULL;
}

static struct cel_node *fail_token(struct parser *parser, const char *expected)
{
    if (parser->has_failed)
        return NULL;
    struct cel_token *token = &parser->token;
    struct bytes found =
        bytes_of(parser->lexer.text.data + token->begin, token->end - token->begin);
    char why[160];
    if (token->kind == CEL_TOKEN_END)
        (void)snprintf(why, sizeof(why), "expected %s, but the expression ends here", expected);
    else
        (void)snprintf(
            why, sizeof(why), "expected %s, found '%.*s'", expected, text_shown_len(found, 40),
            (const char *)found.data);
    return parse_fail(parser, token->begin, token->end, why);
}

static void next(struct parser *parser)
{
    if (parser->has_failed)
        return;
    parser->last_end = parser->token.end;
    if (!cel_lex(&parser->lexer, &parser->token)) {
        parser->has_failed = true;
        parser->token.kind = CEL_TOKEN_END;
    }
}

static bool take(struct parser *parser, enum cel_token_kind kind)
{
    if (parser->token.kind != kind || parser->has_failed)
        return false;
    next(parser);
    return true;
}

static bool expect(struct parser *parser, enum cel_token_kind kind, const char *expected)
{
    if (take(parser, kind))
        return true;
    (void)fail_token(parser, expected);
    return false;
}

static struct cel_node *fail_depth(struct parser *parser, uint32_t begin, uint32_t end)
{
    if (!parser->has_failed)
        cel_problem_add(
            parser->lexer.problems, parser->lexer.arena,
            (struct cel_problem){.kind = CEL_PROBLEM_LIMIT, .begin = begin, .end = end},
            "this is nested deeper than %d", CEL_DEPTH_MAX);
    parser->has_failed = true;
    parser->token.kind = CEL_TOKEN_END;
    return NULL;
}

struct cel_node *parse_node(
    struct parser *parser,
    enum cel_node_kind kind,
    uint32_t begin,
    struct cel_node *const *children,
    uint32_t count)
{
    struct cel_node *node =
        arena_alloc(parser->lexer.arena, sizeof(*node) + count * sizeof(struct cel_node *));
    *node = (struct cel_node){
        .kind = kind,
        .begin = begin,
        .end = parser->last_end,
        .child_count = count,
        .children = (struct cel_node **)(void *)(node + 1),
        .height = 1,
        .size = 1,
        .variable = CEL_NOT_A_VARIABLE,
        .field = CEL_NO_FIELD,
    };
    for (uint32_t i = 0; i < count; i++) {
        if (children[i] == NULL)
            return NULL;
        node->children[i] = children[i];
        node->size += children[i]->size;
        if (children[i]->height + 1 > node->height)
            node->height = children[i]->height + 1;
    }
    if (node->height > CEL_DEPTH_MAX)
        return fail_depth(parser, begin, node->end);
    return parser->has_failed ? NULL : node;
}

// A growing list of children. Most have few, which need no memory of their own.
struct nodes {
    struct cel_node **more; // in the arena, once few has no more room; NULL: not yet
    struct cel_node *few[4];
    uint32_t count, cap;
};

static void nodes_grow(struct parser *parser, struct nodes *nodes)
{
    struct cel_node **before = nodes->more == NULL ? nodes->few : nodes->more;
    uint32_t cap = nodes->more == NULL ? 16 : nodes->cap * 2;
    nodes->more = arena_alloc(parser->lexer.arena, cap * sizeof(struct cel_node *));
    memcpy(nodes->more, before, nodes->count * sizeof(struct cel_node *));
    nodes->cap = cap;
}

static void nodes_add(struct parser *parser, struct nodes *nodes, struct cel_node *node)
{
    const uint32_t few = sizeof(nodes->few) / sizeof(nodes->few[0]);
    if (nodes->more == NULL && nodes->count < few) {
        nodes->few[nodes->count++] = node;
        return;
    }
    if (nodes->more == NULL || nodes->count == nodes->cap)
        nodes_grow(parser, nodes);
    nodes->more[nodes->count++] = node;
}

static struct cel_node **nodes_at(struct nodes *nodes)
{
    return nodes->more == NULL ? nodes->few : nodes->more;
}

// Of one or two operands; NULL where one of them is.
static struct cel_node *call_node(
    struct parser *parser,
    const char *function,
    uint32_t sign_begin,
    struct cel_node *const *args,
    uint32_t count)
{
    uint32_t begin = count > 1 && args[0] != NULL ? args[0]->begin : sign_begin;
    struct cel_node *node = parse_node(parser, CEL_NODE_CALL, begin, args, count);
    if (node != NULL) {
        node->text = bytes_text(function);
        node->text_begin = sign_begin;
    }
    return node;
}

// --- primary expressions
static bool is_reserved(struct bytes name)
{
    static const char *const words[] = {
        "as",  "break", "const",   "continue",  "else",   "for", "function", "if",   "import",
        "let", "loop",  "package", "namespace", "return", "var", "void",     "while"};
    for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
        if (name.data[0] == (uint8_t)words[i][0] && bytes_equal_text(name, words[i]))
            return true;
    }
    return false;
}

static struct cel_node *literal_node(struct parser *parser, uint32_t begin, struct cel_value value)
{
    struct cel_node *node = parse_node(parser, CEL_NODE_LITERAL, begin, NULL, 0);
    if (node != NULL)
        node->literal = value;
    return node;
}

// Elements up to the closing token, which is taken. A comma may stand behind the last where may_trail.
static bool parse_list(
    struct parser *parser, enum cel_token_kind close, bool may_trail, struct nodes *nodes)
{
    if (take(parser, close))
        return true;
    for (;;) {
        if (parser->token.kind == CEL_TOKEN_QUESTION) {
            (void)parse_fail(
                parser, parser->token.begin, parser->token.end,
                "optional values ('?') are not part of this language");
            return false;
        }
        struct cel_node *node = parse_expr(parser);
        if (node == NULL)
            return false;
        nodes_add(parser, nodes, node);
        bool has_comma = take(parser, CEL_TOKEN_COMMA);
        if (has_comma && may_trail && take(parser, close))
            return true;
        if (!has_comma)
            return expect(
                parser, close, close == CEL_TOKEN_RIGHT_PAREN ? "',' or ')'" : "',' or ']'");
    }
}

static struct cel_node *parse_map(struct parser *parser, uint32_t begin)
{
    struct nodes nodes = {.count = 0};
    while (!take(parser, CEL_TOKEN_RIGHT_BRACE)) {
        if (parser->token.kind == CEL_TOKEN_QUESTION)
            return parse_fail(
                parser, parser->token.begin, parser->token.end,
                "optional values ('?') are not part of this language");
        struct cel_node *key = parse_expr(parser);
        if (key == NULL || !expect(parser, CEL_TOKEN_COLON, "':' behind a key"))
            return NULL;
        struct cel_node *value = parse_expr(parser);
        if (value == NULL)
            return NULL;
        nodes_add(parser, &nodes, key);
        nodes_add(parser, &nodes, value);
        if (!take(parser, CEL_TOKEN_COMMA)) {
            if (!expect(parser, CEL_TOKEN_RIGHT_BRACE, "',' or '}'"))
                return NULL;
            break;
        }
    }
    return parse_node(parser, CEL_NODE_MAP, begin, nodes_at(&nodes), nodes.count);
}

static struct cel_node *parse_name(struct parser *parser)
{
    uint32_t begin = parser->token.begin;
    bool is_rooted = take(parser, CEL_TOKEN_DOT);
    struct cel_token name = parser->token;
    if (name.kind == CEL_TOKEN_QUOTED)
        return parse_fail(
            parser, name.begin, name.end, "backticks are for members: write them behind a '.'");
    if (name.kind != CEL_TOKEN_IDENT)
        return fail_token(parser, is_rooted ? "a name behind '.'" : "a value");
    if (is_reserved(name.text))
        return parse_fail(
            parser, name.begin, name.end, "this word is reserved and cannot be a name");
    next(parser);
    struct nodes nodes = {.count = 0};
    bool is_call = take(parser, CEL_TOKEN_LEFT_PAREN);
    if (is_call && !parse_list(parser, CEL_TOKEN_RIGHT_PAREN, false, &nodes))
        return NULL;
    struct cel_node *node = parse_node(
        parser, is_call ? CEL_NODE_CALL : CEL_NODE_IDENT, begin, nodes_at(&nodes), nodes.count);
    if (node == NULL)
        return NULL;
    node->text = name.text;
    node->text_begin = name.begin;
    node->is_rooted = is_rooted;
    return is_call ? parse_macro(parser, node) : node;
}

static struct cel_node *parse_primary(struct parser *parser)
{
    struct cel_token token = parser->token;
    struct nodes nodes = {.count = 0};
    if (take(parser, CEL_TOKEN_LITERAL))
        return literal_node(parser, token.begin, token.value);
    if (token.kind == CEL_TOKEN_NUMBER)
        return parse_fail(
            parser, token.begin, token.end,
            "this number does not fit in an int; write it as a uint, with a u behind it");
    if (take(parser, CEL_TOKEN_LEFT_PAREN)) {
        struct cel_node *node = parse_expr(parser);
        if (node == NULL || !expect(parser, CEL_TOKEN_RIGHT_PAREN, "')'"))
            return NULL;
        return node;
    }
    if (take(parser, CEL_TOKEN_LEFT_BRACKET)) {
        if (!parse_list(parser, CEL_TOKEN_RIGHT_BRACKET, true, &nodes))
            return NULL;
        return parse_node(parser, CEL_NODE_LIST, token.begin, nodes_at(&nodes), nodes.count);
    }
    if (take(parser, CEL_TOKEN_LEFT_BRACE))
        return parse_map(parser, token.begin);
    return parse_name(parser);
}

// --- members
static struct cel_node *parse_selector(struct parser *parser, struct cel_node *of)
{
    if (parser->token.kind == CEL_TOKEN_QUESTION)
        return parse_fail(
            parser, parser->token.begin, parser->token.end,
            "optional values ('?') are not part of this language");
    struct cel_token name = parser->token;
    if (!take(parser, CEL_TOKEN_IDENT) && !take(parser, CEL_TOKEN_QUOTED))
        return fail_token(parser, "a name behind '.'");
    struct nodes nodes = {.count = 0};
    nodes_add(parser, &nodes, of);
    bool is_call = name.kind == CEL_TOKEN_IDENT && take(parser, CEL_TOKEN_LEFT_PAREN);
    if (is_call && !parse_list(parser, CEL_TOKEN_RIGHT_PAREN, false, &nodes))
        return NULL;
    struct cel_node *node = parse_node(
        parser, is_call ? CEL_NODE_CALL : CEL_NODE_SELECT, of->begin, nodes_at(&nodes),
        nodes.count);
    if (node == NULL)
        return NULL;
    node->text = name.text;
    node->text_begin = name.begin;
    node->is_member = is_call;
    return is_call ? parse_macro(parser, node) : node;
}

static struct cel_node *parse_index(
    struct parser *parser, struct cel_node *of, uint32_t bracket_begin)
{
    if (parser->token.kind == CEL_TOKEN_QUESTION)
        return parse_fail(
            parser, parser->token.begin, parser->token.end,
            "optional values ('?') are not part of this language");
    struct cel_node *args[2] = {of, parse_expr(parser)};
    if (args[1] == NULL || !expect(parser, CEL_TOKEN_RIGHT_BRACKET, "']'"))
        return NULL;
    return call_node(parser, "_[_]", bracket_begin, args, 2);
}

static struct cel_node *parse_members(struct parser *parser, struct cel_node *node)
{
    while (node != NULL && !parser->has_failed) {
        uint32_t begin = parser->token.begin;
        if (take(parser, CEL_TOKEN_DOT))
            node = parse_selector(parser, node);
        else if (take(parser, CEL_TOKEN_LEFT_BRACKET))
            node = parse_index(parser, node, begin);
        else if (
            parser->token.kind == CEL_TOKEN_LEFT_BRACE &&
            (node->kind == CEL_NODE_IDENT || node->kind == CEL_NODE_SELECT))
            return parse_fail(
                parser, node->begin, parser->token.end,
                "messages ('name{…}') are not part of this language");
        else
            return node;
    }
    return NULL;
}

// A minus directly before a number is the number's.
static struct cel_node *parse_negative(struct parser *parser, struct cel_token minus)
{
    struct cel_value value = parser->token.value;
    if (parser->token.kind == CEL_TOKEN_NUMBER)
        value = cel_int(INT64_MIN);
    else if (value.kind == CEL_INT)
        value.as.integer = -value.as.integer;
    else
        value.as.real = -value.as.real;
    next(parser);
    return parse_members(parser, literal_node(parser, minus.begin, value));
}

static struct cel_node *parse_unary(struct parser *parser)
{
    enum cel_token_kind kind = parser->token.kind;
    if (kind != CEL_TOKEN_NOT && kind != CEL_TOKEN_MINUS)
        return parse_members(parser, parse_primary(parser));
    struct cel_token sign = parser->token;
    if (parser->depth == CEL_DEPTH_MAX)
        return fail_depth(parser, sign.begin, sign.end);
    next(parser);
    bool is_number =
        parser->token.kind == CEL_TOKEN_NUMBER ||
        (parser->token.kind == CEL_TOKEN_LITERAL &&
         (parser->token.value.kind == CEL_INT || parser->token.value.kind == CEL_DOUBLE));
    if (kind == CEL_TOKEN_MINUS && is_number)
        return parse_negative(parser, sign);
    parser->depth++;
    struct cel_node *arg = parse_unary(parser);
    parser->depth--;
    return call_node(parser, kind == CEL_TOKEN_NOT ? "!_" : "-_", sign.begin, &arg, 1);
}

// --- operators between two operands, by their precedence
struct operator_sign {
    uint32_t precedence; // the higher binds the closer, 1 at least; 0: no operator
    const char *function;
};

enum { PRECEDENCE_MAX = 3 };

static const struct operator_sign operators[] = {
    [CEL_TOKEN_LESS] = {1, "_<_"},       [CEL_TOKEN_LESS_EQUAL] = {1, "_<=_"},
    [CEL_TOKEN_GREATER] = {1, "_>_"},    [CEL_TOKEN_GREATER_EQUAL] = {1, "_>=_"},
    [CEL_TOKEN_EQUAL] = {1, "_==_"},     [CEL_TOKEN_NOT_EQUAL] = {1, "_!=_"},
    [CEL_TOKEN_IN] = {1, "@in"},         [CEL_TOKEN_PLUS] = {2, "_+_"},
    [CEL_TOKEN_MINUS] = {2, "_-_"},      [CEL_TOKEN_STAR] = {3, "_*_"},
    [CEL_TOKEN_SLASH] = {3, "_/_"},      [CEL_TOKEN_PERCENT] = {3, "_%_"},
    [CEL_TOKEN_RIGHT_BRACE] = {0, NULL}, // the last of them
};

// Operators of at least this precedence, from left to right. At most PRECEDENCE_MAX deep.
static struct cel_node *parse_operators(struct parser *parser, uint32_t precedence)
{
    struct cel_node *left = parse_unary(parser);
    while (left != NULL) {
        const struct operator_sign *sign = &operators[parser->token.kind];
        if (sign->precedence < precedence)
            break;
        uint32_t sign_begin = parser->token.begin;
        next(parser);
        struct cel_node *right = sign->precedence == PRECEDENCE_MAX
                                     ? parse_unary(parser)
                                     : parse_operators(parser, sign->precedence + 1);
        struct cel_node *args[2] = {left, right};
        left = call_node(parser, sign->function, sign_begin, args, 2);
    }
    return left;
}

// a && b && c is one node, however long.
static struct cel_node *parse_junction(struct parser *parser, enum cel_token_kind kind)
{
    struct nodes nodes = {.count = 0};
    do {
        struct cel_node *node = kind == CEL_TOKEN_OR ? parse_junction(parser, CEL_TOKEN_AND)
                                                     : parse_operators(parser, 1);
        if (node == NULL || (nodes.count == 0 && parser->token.kind != kind))
            return node;
        nodes_add(parser, &nodes, node);
    } while (take(parser, kind));
    return parse_node(
        parser, kind == CEL_TOKEN_OR ? CEL_NODE_OR : CEL_NODE_AND, nodes_at(&nodes)[0]->begin,
        nodes_at(&nodes), nodes.count);
}

static struct cel_node *parse_conditional(struct parser *parser)
{
    struct cel_node *condition = parse_junction(parser, CEL_TOKEN_OR);
    if (condition == NULL || !take(parser, CEL_TOKEN_QUESTION))
        return condition;
    struct cel_node *then = parse_junction(parser, CEL_TOKEN_OR);
    if (then == NULL || !expect(parser, CEL_TOKEN_COLON, "':' of '?'"))
        return NULL;
    struct cel_node *children[] = {condition, then, parse_expr(parser)};
    return parse_node(parser, CEL_NODE_CONDITIONAL, condition->begin, children, 3);
}

static struct cel_node *parse_expr(struct parser *parser)
{
    if (parser->depth == CEL_DEPTH_MAX)
        return fail_depth(parser, parser->token.begin, parser->token.end);
    parser->depth++;
    struct cel_node *node = parse_conditional(parser);
    parser->depth--;
    return node;
}

struct cel_node *cel_parse(struct arena *arena, struct bytes text, struct cel_problems *problems)
{
    struct parser parser = {.lexer = {.arena = arena, .text = text, .problems = problems}};
    if (text.len > CEL_LENGTH_MAX) {
        cel_problem_add(
            problems, arena, (struct cel_problem){.kind = CEL_PROBLEM_LIMIT, .end = 1},
            "this expression has %zu bytes; at most %d are taken", text.len, CEL_LENGTH_MAX);
        return NULL;
    }
    if (!text_is_utf8(text))
        return parse_fail(&parser, 0, (uint32_t)text.len, "this is not valid UTF-8");
    next(&parser);
    struct cel_node *root = parse_expr(&parser);
    if (root != NULL && parser.token.kind != CEL_TOKEN_END)
        return fail_token(&parser, "an operator or the end");
    return parser.has_failed ? NULL : root;
}
