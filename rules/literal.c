// Reads constants out of tree nodes.
#include "rules/literal.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>

#include "engine/base/text.h"
#include "engine/base/time.h"

enum { NUMBER_CHARS_MAX = 40 };

static size_t skip_digits(struct bytes text, size_t at)
{
    while (at < text.len && text.data[at] >= '0' && text.data[at] <= '9')
        at++;
    return at;
}

// A number as JSON has them; is_whole_out: neither fraction nor exponent.
static bool is_number_form(struct bytes text, bool *is_whole_out)
{
    size_t first = text.len > 0 && text.data[0] == '-' ? 1 : 0;
    size_t at = skip_digits(text, first);
    if (at == first || (at > first + 1 && text.data[first] == '0'))
        return false;
    *is_whole_out = at == text.len;
    if (at < text.len && text.data[at] == '.') {
        size_t point = at;
        at = skip_digits(text, at + 1);
        if (at == point + 1)
            return false;
    }
    if (at < text.len && (text.data[at] == 'e' || text.data[at] == 'E')) {
        size_t exponent = at + 1;
        if (exponent < text.len && (text.data[exponent] == '-' || text.data[exponent] == '+'))
            exponent++;
        at = skip_digits(text, exponent);
        if (at == exponent)
            return false;
    }
    return at == text.len;
}

static bool parse_int(struct bytes text, int64_t *out)
{
    char digits[NUMBER_CHARS_MAX + 1];
    bool is_whole;
    if (text.len > NUMBER_CHARS_MAX || !is_number_form(text, &is_whole) || !is_whole)
        return false;
    memcpy(digits, text.data, text.len);
    digits[text.len] = '\0';
    errno = 0;
    long long number = strtoll(digits, NULL, 10);
    if (errno != 0)
        return false;
    *out = number;
    return true;
}

static bool parse_double(struct bytes text, double *out)
{
    char digits[NUMBER_CHARS_MAX + 1];
    bool is_whole;
    if (text.len > NUMBER_CHARS_MAX || !is_number_form(text, &is_whole))
        return false;
    memcpy(digits, text.data, text.len);
    digits[text.len] = '\0';
    char *end = NULL;
    double number = strtod(digits, &end);
    if (*end != '\0' || !isfinite(number))
        return false;
    *out = number;
    return true;
}

void literal_add_json(struct buffer *to, const struct yaml_node *node)
{
    double number;
    switch (node->kind) {
    case YAML_KIND_SEQUENCE:
        buffer_add_u8(to, '[');
        for (const struct yaml_node *item = yaml_first(node); item != NULL;
             item = yaml_next(item)) {
            literal_add_json(to, item); // trees are at most YAML_DEPTH_MAX deep
            if (yaml_next(item) != NULL)
                buffer_add_u8(to, ',');
        }
        buffer_add_u8(to, ']');
        return;
    case YAML_KIND_MAPPING:
        buffer_add_u8(to, '{');
        for (struct yaml_entry entry = yaml_first_entry(node); entry.key != NULL;
             entry = yaml_next_entry(entry)) {
            text_add_json(to, yaml_text(entry.key));
            buffer_add_u8(to, ':');
            literal_add_json(to, entry.value);
            if (yaml_next_entry(entry).key != NULL)
                buffer_add_u8(to, ',');
        }
        buffer_add_u8(to, '}');
        return;
    case YAML_KIND_SCALAR:
        if (yaml_is_null(node))
            buffer_add_text(to, "null");
        else if (
            node->is_plain &&
            (parse_double(yaml_text(node), &number) || bytes_equal_text(yaml_text(node), "true") ||
             bytes_equal_text(yaml_text(node), "false")))
            buffer_add_bytes(to, yaml_text(node));
        else
            text_add_json(to, yaml_text(node));
        return;
    }
}

static bool is_in_name(uint8_t character)
{
    return (character >= 'a' && character <= 'z') || (character >= 'A' && character <= 'Z') ||
           (character >= '0' && character <= '9') || character == '_' || character == '.';
}

// What somebody who writes an expression begins or joins it with.
bool literal_is_like_expression(const struct yaml_node *node)
{
    static const char *const scopes[] = {
        "contact.", "data.", "event.",   "score.", "counter.", "segment.",
        "run.",     "days(", "objects.", "date(",  "local(",   "age(",
    };
    struct bytes text = yaml_text(node);
    bool is_now = text.len >= 3 && memcmp(text.data, "now", 3) == 0;
    if (is_now || (text.len > 0 && text.data[0] == '!'))
        return true;
    for (size_t at = 0; at < text.len; at++) {
        if (memchr("()*/<>=?&|+", text.data[at], 11) != NULL)
            return true;
        if (at > 0 && is_in_name(text.data[at - 1]))
            continue;
        for (size_t i = 0; i < sizeof(scopes) / sizeof(scopes[0]); i++) {
            size_t len = strlen(scopes[i]);
            if (text.len - at >= len && memcmp(text.data + at, scopes[i], len) == 0)
                return true;
        }
    }
    return false;
}

static const char *type_wanted(enum data_type type)
{
    switch (type) {
    case DATA_ANY: return "a value";
    case DATA_STRING: return "text";
    case DATA_INT: return "a whole number";
    case DATA_DOUBLE: return "a number";
    case DATA_BOOL: return "true or false";
    case DATA_TIMESTAMP: return "a time such as 2026-01-31T09:00:00Z";
    case DATA_DATE: return "a date such as 2026-01-31";
    case DATA_DURATION: return "a duration such as 36h";
    case DATA_LIST: return "a list";
    case DATA_MAP: return "a mapping";
    }
    return "a value";
}

static bool refuse_templates(struct compiler *compiler, const struct yaml_node *node)
{
    bool is_refused = node->kind == YAML_KIND_SCALAR && compile_refuse_template(compiler, node);
    for (const struct yaml_node *item = yaml_first(node); item != NULL; item = yaml_next(item))
        is_refused = refuse_templates(compiler, item) || is_refused;
    for (struct yaml_entry entry = yaml_first_entry(node); entry.key != NULL;
         entry = yaml_next_entry(entry))
        is_refused = refuse_templates(compiler, entry.value) || is_refused;
    return is_refused;
}

static struct value value_json(struct compiler *compiler, const struct yaml_node *node)
{
    struct buffer json = {0};
    literal_add_json(&json, node);
    struct value value = {
        .kind = node->kind == YAML_KIND_MAPPING ? VALUE_MAP : VALUE_LIST,
        .pair_count = VALUE_AS_JSON,
        .as.text = compile_copy(compiler, buffer_bytes(&json)),
    };
    buffer_free(&json);
    return value;
}

// A scalar, by what it looks like.
static struct value value_any(struct compiler *compiler, const struct yaml_node *node)
{
    int64_t integer;
    double real;
    bool is_true = bytes_equal_text(yaml_text(node), "true");
    if (yaml_is_null(node))
        return (struct value){.kind = VALUE_NULL};
    if (node->is_plain && (is_true || bytes_equal_text(yaml_text(node), "false")))
        return (struct value){.kind = VALUE_BOOL, .as.boolean = is_true};
    if (node->is_plain && parse_int(yaml_text(node), &integer))
        return value_int(integer);
    if (node->is_plain && parse_double(yaml_text(node), &real))
        return value_double(real);
    return value_text(compile_copy(compiler, yaml_text(node)));
}

// A scalar of a type; false when it is none.
static bool value_typed(
    struct compiler *compiler, const struct yaml_node *node, enum data_type type, struct value *out)
{
    int64_t integer;
    double real;
    struct bytes text = yaml_text(node);
    switch (type) {
    case DATA_ANY: *out = value_any(compiler, node); return true;
    case DATA_STRING: break;
    case DATA_INT:
        if (!node->is_plain || !parse_int(text, &integer))
            return false;
        *out = value_int(integer);
        return true;
    case DATA_DOUBLE:
        if (!node->is_plain || !parse_double(text, &real))
            return false;
        *out = parse_int(text, &integer) ? value_int(integer) : value_double(real);
        return true;
    case DATA_BOOL: *out = value_any(compiler, node); return out->kind == VALUE_BOOL;
    case DATA_TIMESTAMP:
        if (node->is_plain && parse_int(text, &integer) && integer >= TIME_MS_MIN &&
            integer <= TIME_MS_MAX) {
            *out = value_int(integer);
            return true;
        }
        if (!time_parse(text, &integer))
            return false;
        break;
    case DATA_DATE:
        if (!time_parse_date(text, &integer))
            return false;
        break;
    case DATA_DURATION:
        if (!duration_parse(text, &integer))
            return false;
        break;
    case DATA_LIST:
    case DATA_MAP: return false;
    }
    *out = value_text(compile_copy(compiler, text));
    return true;
}

bool literal_is_of(struct compiler *compiler, const struct yaml_node *node, enum data_type type)
{
    struct value ignored;
    return node->kind == YAML_KIND_SCALAR && !yaml_is_null(node) &&
           value_typed(compiler, node, type, &ignored);
}

bool literal_value(
    struct compiler *compiler,
    const struct yaml_node *node,
    const char *what,
    enum data_type type,
    struct value *out)
{
    if (node->is_refused || refuse_templates(compiler, node))
        return false;
    bool is_list = node->kind == YAML_KIND_SEQUENCE && (type == DATA_LIST || type == DATA_ANY);
    bool is_map = node->kind == YAML_KIND_MAPPING && (type == DATA_MAP || type == DATA_ANY);
    if (is_list || is_map) {
        *out = value_json(compiler, node);
        return true;
    }
    struct value value = {.kind = VALUE_ABSENT};
    bool is_scalar = node->kind == YAML_KIND_SCALAR && (!yaml_is_null(node) || type == DATA_ANY);
    if (is_scalar && value_typed(compiler, node, type, &value)) {
        *out = value;
        return true;
    }
    if (is_scalar && literal_is_like_expression(node)) {
        diagnostic_add(
            compiler->list, DIAGNOSTIC_E0302, yaml_place(node),
            "an expression in %s is not supported yet", what);
        return false;
    }
    diagnostic_add(
        compiler->list, DIAGNOSTIC_E0213, yaml_place(node), "%s must be %s, found %s", what,
        type_wanted(type),
        !is_scalar && node->kind == YAML_KIND_SCALAR ? "nothing"
        : is_scalar                                  ? "something else"
                                                     : yaml_kind_text(node->kind));
    return false;
}
