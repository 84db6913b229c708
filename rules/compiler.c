// Helpers of the rule compiler: keys, names, references.
#include "rules/compiler.h"

#include <stdio.h>

#include "engine/base/invariant.h"
#include "engine/base/memory.h"
#include "engine/base/text.h"

enum { GROW_MIN = 16, SHOWN_BYTES_MAX = 60, WHAT_BYTES = 80 };

// "event", and with its article.
static const struct {
    const char *name, *one;
} symbol_kinds[SYMBOL_KIND_COUNT] = {
    [SYMBOL_EVENT] = {"event", "an event"},    [SYMBOL_FIELD] = {"field", "a field"},
    [SYMBOL_LIST] = {"list", "a list"},        [SYMBOL_COUNTER] = {"counter", "a counter"},
    [SYMBOL_SCORE] = {"score", "a score"},     [SYMBOL_SEGMENT] = {"segment", "a segment"},
    [SYMBOL_ACTION] = {"action", "an action"}, [SYMBOL_WORKFLOW] = {"workflow", "a workflow"},
    [SYMBOL_TEST] = {"test", "a test"},        [SYMBOL_CHANNEL] = {"channel", "a channel"},
    [SYMBOL_TEAM] = {"team", "a team"},        [SYMBOL_OBJECT] = {"object", "an object"},
};

int compile_shown_len(struct bytes text)
{
    return text_shown_len(text, SHOWN_BYTES_MAX);
}

void *compile_grow(void *items, size_t *cap, size_t count, size_t item_bytes)
{
    if (count < *cap)
        return items;
    *cap = *cap == 0 ? GROW_MIN : *cap + *cap / 2; // most of what a ruleset takes are these arrays
    return mem_resize(items, *cap * item_bytes);
}

void *compile_reserve(void *items, size_t *cap, size_t count, size_t item_bytes)
{
    if (count <= *cap)
        return items;
    size_t grown = *cap + *cap / 2;
    *cap = count < grown ? grown : count;
    return mem_resize(items, *cap * item_bytes);
}

struct bytes compile_copy(struct compiler *compiler, struct bytes text)
{
    return bytes_of(arena_text(&compiler->ruleset->arena, text), text.len);
}

struct rule_place compile_place(struct compiler *compiler, const struct yaml_node *node)
{
    return (struct rule_place){compiler->file, (uint32_t)node->line};
}

static bool is_later(const struct section_def *def, struct bytes word)
{
    for (size_t i = 0; i < def->later_count; i++) {
        if (bytes_equal_text(word, def->later[i]))
            return true;
    }
    return false;
}

void compile_not_yet(struct compiler *compiler, struct place place, struct bytes word)
{
    diagnostic_add(
        compiler->list, DIAGNOSTIC_E0301, place, "'%.*s' is not supported yet",
        compile_shown_len(word), (const char *)word.data);
}

enum keys_result compile_keys(
    struct compiler *compiler, const struct yaml_node *node, enum section section)
{
    const struct section_def *def = section_def_of(section);
    if (!yaml_expect(node, YAML_KIND_MAPPING, def->what, compiler->list))
        return KEYS_WRONG;
    const char *known[SECTION_KEYS_MAX];
    size_t count = 0;
    INVARIANT(def->key_count + def->later_count <= SECTION_KEYS_MAX);
    for (size_t i = 0; i < def->key_count; i++)
        known[count++] = def->keys[i].name;
    for (size_t i = 0; i < def->later_count; i++)
        known[count++] = def->later[i];
    struct yaml_keys keys = {def->what, known, count, NULL, 0};
    enum keys_result result =
        yaml_check_keys(node, &keys, compiler->list) ? KEYS_GOOD : KEYS_PARTIAL;
    for (struct yaml_entry entry = yaml_first_entry(node); entry.key != NULL;
         entry = yaml_next_entry(entry)) {
        if (!is_later(def, yaml_text(entry.key)))
            continue;
        compile_not_yet(compiler, yaml_place(entry.key), yaml_text(entry.key));
        result = KEYS_PARTIAL;
    }
    return result;
}

void compile_section(
    struct compiler *compiler, const struct yaml_node *node, const char *what, compile_one *take)
{
    if (!yaml_expect(node, YAML_KIND_MAPPING, what, compiler->list))
        return;
    for (struct yaml_entry entry = yaml_first_entry(node); entry.key != NULL;
         entry = yaml_next_entry(entry))
        take(compiler, &entry);
}

const struct yaml_node *compile_required(
    struct compiler *compiler,
    const struct yaml_node *node,
    const char *key,
    struct place place,
    enum keys_result keys)
{
    const struct yaml_node *value = yaml_get(node, key);
    if (value == NULL && keys == KEYS_GOOD)
        diagnostic_add(compiler->list, DIAGNOSTIC_E0204, place, "'%s' is missing here", key);
    return value;
}

static bool is_lower(uint8_t c)
{
    return c >= 'a' && c <= 'z';
}

static bool is_upper(uint8_t c)
{
    return c >= 'A' && c <= 'Z';
}

static bool is_digit(uint8_t c)
{
    return c >= '0' && c <= '9';
}

// One character of a name, at its place.
static bool may_hold(enum name_form form, uint8_t c, size_t at)
{
    switch (form) {
    case NAME_FORM_PLAIN:
        return is_lower(c) || (at > 0 && (is_digit(c) || c == '_' || c == '.' || c == '-'));
    case NAME_FORM_EVENT:
        return is_lower(c) || is_upper(c) ||
               (at > 0 && (is_digit(c) || c == '_' || c == '.' || c == '-'));
    case NAME_FORM_FIELD: return is_lower(c) || is_upper(c) || c == '_' || (at > 0 && is_digit(c));
    case NAME_FORM_TAG: return c >= ' ' && c != 0x7F;
    }
    return false;
}

static const char *form_text(enum name_form form)
{
    switch (form) {
    case NAME_FORM_PLAIN: return "a-z, 0-9, '_', '.' and '-', with a letter first";
    case NAME_FORM_EVENT: return "letters, 0-9, '_', '.' and '-', with a letter first";
    case NAME_FORM_FIELD: return "letters, 0-9 and '_', without a digit first";
    case NAME_FORM_TAG: return "printable characters";
    }
    return "";
}

bool compile_name_form(
    struct compiler *compiler, const struct yaml_node *node, enum name_form form, const char *what)
{
    struct bytes name = yaml_text(node);
    if (name.len == 0 || name.len > NAME_BYTES_MAX) {
        diagnostic_add(
            compiler->list, DIAGNOSTIC_E0211, yaml_place(node),
            "the name of %s must have 1 to %d bytes, this one has %zu", what, NAME_BYTES_MAX,
            name.len);
        return false;
    }
    for (size_t i = 0; i < name.len; i++) {
        if (may_hold(form, name.data[i], i))
            continue;
        diagnostic_add(
            compiler->list, DIAGNOSTIC_E0211, yaml_place(node),
            "'%.*s' is no name of %s: it may hold %s", compile_shown_len(name),
            (const char *)name.data, what, form_text(form));
        return false;
    }
    return true;
}

bool compile_define(
    struct compiler *compiler,
    enum symbol_kind kind,
    const struct yaml_node *key,
    enum name_form form,
    size_t index)
{
    if (!compile_name_form(compiler, key, form, symbol_kinds[kind].one))
        return false;
    const struct symbol *first = symbols_find(&compiler->symbols[kind], yaml_text(key));
    if (first != NULL) {
        diagnostic_add(
            compiler->list, DIAGNOSTIC_E0205, yaml_place(key), "%s '%.*s' is defined twice",
            symbol_kinds[kind].name, compile_shown_len(yaml_text(key)),
            (const char *)yaml_text(key).data);
        diagnostic_note(compiler->list, first->place, "it is defined here first");
        return false;
    }
    struct symbol symbol = {yaml_text(key), yaml_place(key), index};
    symbols_add(&compiler->symbols[kind], &symbol);
    return true;
}

void compile_unknown(
    struct compiler *compiler,
    enum symbol_kind kind,
    enum diagnostic_code code,
    const struct yaml_node *node)
{
    size_t count = 0;
    const char *const *names = symbols_names(&compiler->symbols[kind], &compiler->scratch, &count);
    struct unknown_word unknown = {symbol_kinds[kind].name, yaml_text(node), names, count};
    diagnostic_add_unknown(compiler->list, code, yaml_place(node), &unknown);
}

bool compile_refuse_template(struct compiler *compiler, const struct yaml_node *node)
{
    struct bytes text = yaml_text(node);
    for (size_t i = 0; i + 1 < text.len; i++) {
        if (text.data[i] != '{' || text.data[i + 1] != '{')
            continue;
        diagnostic_add(
            compiler->list, DIAGNOSTIC_E0303, yaml_place(node),
            "a template ('{{ … }}') is not supported yet");
        return true;
    }
    return false;
}

struct bytes compile_text(struct compiler *compiler, const struct yaml_node *node, const char *key)
{
    const struct yaml_node *value = yaml_get(node, key);
    char what[WHAT_BYTES];
    struct bytes text;
    if (value == NULL)
        return BYTES_LITERAL("");
    (void)snprintf(what, sizeof(what), "'%s'", key);
    if (!yaml_to_text(value, what, compiler->list, &text) ||
        compile_refuse_template(compiler, value))
        return BYTES_LITERAL("");
    return compile_copy(compiler, text);
}

static void make_event_names(struct compiler *compiler)
{
    const struct catalog *catalog = compiler->ruleset->catalog;
    compiler->event_name_count = catalog_type_count(catalog);
    compiler->event_names =
        arena_alloc(&compiler->scratch, compiler->event_name_count * sizeof(char *));
    for (size_t i = 0; i < compiler->event_name_count; i++)
        compiler->event_names[i] =
            arena_text(&compiler->scratch, catalog_type(catalog, (event_type)i)->name);
}

bool compile_trigger(
    struct compiler *compiler, const struct yaml_node *node, const char *what, event_type *out)
{
    struct bytes name = yaml_text(node);
    bool is_list = node->kind == YAML_KIND_SEQUENCE;
    if (is_list || (name.len > 0 && memchr(name.data, '*', name.len) != NULL)) {
        diagnostic_add(
            compiler->list, DIAGNOSTIC_E0301, yaml_place(node), "%s in %s is not supported yet",
            is_list ? "several events" : "a pattern", what);
        return false;
    }
    if (!yaml_to_text(node, what, compiler->list, &name))
        return false;
    event_type type = catalog_find(compiler->ruleset->catalog, name);
    if (type != EVENT_TYPE_UNKNOWN) {
        *out = type;
        return true;
    }
    if (compiler->event_names == NULL)
        make_event_names(compiler);
    struct unknown_word unknown = {
        "event", name, compiler->event_names, compiler->event_name_count};
    diagnostic_add_unknown(compiler->list, DIAGNOSTIC_E0206, yaml_place(node), &unknown);
    return false;
}
