// Reads values out of tree nodes, with a diagnostic for what they are not.
#include <inttypes.h>

#include "config/yaml_tree.h"
#include "engine/base/buffer.h"
#include "engine/base/invariant.h"
#include "engine/base/text.h"
#include "engine/base/time.h"

enum { SHOWN_BYTES_MAX = 60 };

// Words are mostly told apart by how they begin.
static bool is_word(struct bytes text, const char *word)
{
    return text.len > 0 && text.data[0] == (uint8_t)word[0] && bytes_equal_text(text, word);
}

const struct yaml_node *yaml_get_key(const struct yaml_node *node, const char *key)
{
    if (node == NULL)
        return NULL;
    struct yaml_entry entry = yaml_first_entry(node);
    while (entry.key != NULL && !is_word(yaml_text(entry.key), key))
        entry = yaml_next_entry(entry);
    return entry.key;
}

const struct yaml_node *yaml_get(const struct yaml_node *node, const char *key)
{
    return yaml_entry_of(yaml_get_key(node, key)).value;
}

const char *yaml_kind_text(enum yaml_kind kind)
{
    switch (kind) {
    case YAML_KIND_SCALAR: return "a single value";
    case YAML_KIND_SEQUENCE: return "a list";
    case YAML_KIND_MAPPING: return "a mapping";
    }
    INVARIANT(!"a kind");
    return NULL;
}

bool yaml_is_null(const struct yaml_node *node)
{
    if (node->kind != YAML_KIND_SCALAR || !node->is_plain)
        return false;
    struct bytes text = yaml_text(node);
    return text.len == 0 || bytes_equal_text(text, "~") || bytes_equal_text(text, "null");
}

bool yaml_expect(
    const struct yaml_node *node, enum yaml_kind kind, const char *what, struct diagnostics *list)
{
    if (node->is_refused)
        return false;
    if (node->kind == kind)
        return true;
    diagnostic_add(
        list, DIAGNOSTIC_E0202, yaml_place(node), "%s must be %s, found %s", what,
        yaml_kind_text(kind), yaml_is_null(node) ? "nothing" : yaml_kind_text(node->kind));
    return false;
}

static bool to_scalar(
    const struct yaml_node *node,
    const char *what,
    const char *wanted,
    struct diagnostics *list,
    struct bytes *out)
{
    if (!yaml_expect(node, YAML_KIND_SCALAR, what, list))
        return false;
    if (yaml_is_null(node)) {
        diagnostic_add(
            list, DIAGNOSTIC_E0202, yaml_place(node), "%s must be %s, found nothing", what, wanted);
        return false;
    }
    *out = yaml_text(node);
    return true;
}

bool yaml_to_text(
    const struct yaml_node *node, const char *what, struct diagnostics *list, struct bytes *out)
{
    return to_scalar(node, what, "text", list, out);
}

// The text as far as a message shows it, ending with a whole character.
static int shown_len(struct bytes text)
{
    return text_shown_len(text, SHOWN_BYTES_MAX);
}

// What a variable held may be a secret: its name is shown.
static struct bytes shown_text(const struct yaml_node *node)
{
    struct bytes written = yaml_slab_of(node)->written;
    return written.data != NULL ? written : yaml_text(node);
}

// Adds "WHAT must be WANTED, found 'TEXT'", and what helps when only the quotes are wrong.
static void report_value(
    const struct yaml_node *node,
    enum diagnostic_code code,
    const char *what,
    const char *wanted,
    struct diagnostics *list)
{
    struct bytes shown = shown_text(node);
    diagnostic_add(
        list, code, yaml_place(node), "%s must be %s, found '%.*s'", what, wanted, shown_len(shown),
        (const char *)shown.data);
}

bool yaml_to_bool(
    const struct yaml_node *node, const char *what, struct diagnostics *list, bool *out)
{
    struct bytes text;
    if (!to_scalar(node, what, "true or false", list, &text))
        return false;
    bool is_true = bytes_equal_text(text, "true");
    if (node->is_plain && (is_true || bytes_equal_text(text, "false"))) {
        *out = is_true;
        return true;
    }
    report_value(node, DIAGNOSTIC_E0404, what, "true or false", list);
    if (!node->is_plain)
        diagnostic_note(list, PLACE_NONE, "without quotes");
    return false;
}

enum number_kind { NUMBER_INT, NUMBER_MILLI, NUMBER_DURATION };

static bool parse_int(struct bytes text, int64_t *out)
{
    bool is_negative = text.len > 0 && text.data[0] == '-';
    size_t at = is_negative ? 1 : 0;
    if (at == text.len)
        return false;
    int64_t value = 0; // negative all the way: there is one more of those
    for (; at < text.len; at++) {
        if (text.data[at] < '0' || text.data[at] > '9')
            return false;
        int64_t digit = text.data[at] - '0';
        if (value < (INT64_MIN + digit) / 10)
            return false;
        value = value * 10 - digit;
    }
    if (!is_negative && value == INT64_MIN)
        return false;
    *out = is_negative ? value : -value;
    return true;
}

static bool parse_number(struct bytes text, enum number_kind kind, int64_t *out)
{
    switch (kind) {
    case NUMBER_INT: return parse_int(text, out);
    case NUMBER_MILLI: return milli_parse(text, out);
    case NUMBER_DURATION: return duration_parse(text, out);
    }
    INVARIANT(!"a kind of number");
    return false;
}

// Whether all that is wrong with a number is that it has too many digits to be kept.
static bool is_beyond(struct bytes text, enum number_kind kind)
{
    enum { FORM_BYTES_MAX = 8 }; // a sign, a digit, and three decimals or a unit
    int64_t ignored;
    char form[FORM_BYTES_MAX];
    size_t sign = text.len > 0 && text.data[0] == '-' ? 1 : 0;
    size_t digits = 0;
    while (sign + digits < text.len && text.data[sign + digits] >= '0' &&
           text.data[sign + digits] <= '9')
        digits++;
    size_t len = text.len - (digits > 0 ? digits - 1 : 0);
    if (digits < 2 || len > sizeof(form))
        return false;
    memcpy(form, text.data, sign + 1);
    memcpy(form + sign + 1, text.data + sign + digits, text.len - sign - digits);
    return parse_number(bytes_of(form, len), kind, &ignored);
}

static void add_number(struct buffer *to, enum number_kind kind, int64_t value)
{
    if (kind == NUMBER_DURATION)
        duration_add(to, value);
    else if (kind == NUMBER_MILLI)
        milli_add(to, value);
    else
        buffer_add_format(to, "%" PRId64, value);
}

static void report_range(
    const struct yaml_node *node,
    enum number_kind kind,
    const struct yaml_range *range,
    struct diagnostics *list)
{
    struct buffer wanted = {0};
    buffer_add_text(&wanted, "between ");
    add_number(&wanted, kind, range->min);
    buffer_add_text(&wanted, " and ");
    add_number(&wanted, kind, range->max);
    buffer_add_u8(&wanted, 0);
    report_value(node, DIAGNOSTIC_E0402, range->what, (const char *)wanted.data, list);
    buffer_free(&wanted);
}

static bool to_number(
    const struct yaml_node *node,
    enum number_kind kind,
    const struct yaml_range *range,
    struct diagnostics *list,
    int64_t *out)
{
    static const struct {
        enum diagnostic_code code;
        const char *wanted;
    } kinds[] = {
        [NUMBER_INT] = {DIAGNOSTIC_E0401, "a whole number"},
        [NUMBER_MILLI] = {DIAGNOSTIC_E0405, "a number with at most three decimals"},
        [NUMBER_DURATION] = {DIAGNOSTIC_E0403, "a duration like 30d, 36h or 10s"},
    };
    struct bytes text;
    int64_t value;
    if (!to_scalar(node, range->what, kinds[kind].wanted, list, &text))
        return false;
    bool is_quoted_number = !node->is_plain && kind != NUMBER_DURATION;
    bool is_read = parse_number(text, kind, &value);
    if (is_quoted_number || (!is_read && !is_beyond(text, kind))) {
        report_value(node, kinds[kind].code, range->what, kinds[kind].wanted, list);
        if (is_quoted_number)
            diagnostic_note(list, PLACE_NONE, "without quotes");
        return false;
    }
    if (!is_read || value < range->min || value > range->max) {
        report_range(node, kind, range, list);
        return false;
    }
    *out = value;
    return true;
}

bool yaml_to_int(
    const struct yaml_node *node,
    const struct yaml_range *range,
    struct diagnostics *list,
    int64_t *out)
{
    return to_number(node, NUMBER_INT, range, list, out);
}

bool yaml_to_milli(
    const struct yaml_node *node,
    const struct yaml_range *range,
    struct diagnostics *list,
    int64_t *out_milli)
{
    return to_number(node, NUMBER_MILLI, range, list, out_milli);
}

bool yaml_to_duration(
    const struct yaml_node *node,
    const struct yaml_range *range,
    struct diagnostics *list,
    int64_t *out_ms)
{
    return to_number(node, NUMBER_DURATION, range, list, out_ms);
}

bool yaml_to_word(
    const struct yaml_node *node,
    const struct yaml_words *words,
    struct diagnostics *list,
    size_t *out)
{
    struct bytes text;
    if (!yaml_to_text(node, words->what, list, &text))
        return false;
    for (size_t i = 0; i < words->count; i++) {
        if (bytes_equal_text(text, words->words[i])) {
            *out = i;
            return true;
        }
    }
    struct buffer what = {0};
    buffer_add_format(&what, "value of %s:", words->what);
    buffer_add_u8(&what, 0);
    diagnostic_add_unknown(
        list, DIAGNOSTIC_E0214, yaml_place(node),
        &(struct unknown_word){
            (const char *)what.data, shown_text(node), words->words, words->count});
    buffer_free(&what);
    return false;
}

static bool is_one_of(struct bytes text, const char *const *words, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (is_word(text, words[i]))
            return true;
    }
    return false;
}

// "key 'x' of a score", without the word that was not known.
static void report_key(
    const struct yaml_node *key, const struct yaml_keys *keys, struct diagnostics *list)
{
    struct buffer what = {0};
    buffer_add_format(&what, "key of %s", keys->what);
    buffer_add_u8(&what, 0);
    diagnostic_add_unknown(
        list, DIAGNOSTIC_E0201, yaml_place(key),
        &(struct unknown_word){
            (const char *)what.data, yaml_text(key), keys->known, keys->known_count});
    buffer_free(&what);
}

bool yaml_check_keys(
    const struct yaml_node *node, const struct yaml_keys *keys, struct diagnostics *list)
{
    if (!yaml_expect(node, YAML_KIND_MAPPING, keys->what, list))
        return false;
    bool is_good = true;
    for (struct yaml_entry entry = yaml_first_entry(node); entry.key != NULL;
         entry = yaml_next_entry(entry)) {
        const struct yaml_node *key = entry.key;
        if (is_one_of(yaml_text(key), keys->known, keys->known_count))
            continue;
        is_good = false;
        if (is_one_of(yaml_text(key), keys->later, keys->later_count))
            diagnostic_add(
                list, DIAGNOSTIC_E0301, yaml_place(key), "'%.*s' of %s is not supported yet",
                shown_len(yaml_text(key)), (const char *)yaml_text(key).data, keys->what);
        else
            report_key(key, keys, list);
    }
    return is_good;
}
