// Compiles whom tests are about: contacts by their identifiers, and what is known of them before.
#include <stdio.h>

#include "engine/base/local_time.h"
#include "engine/base/time.h"
#include "rules/compile_tests.h"
#include "rules/literal.h"
#include "rules/parts.h"

enum { WHAT_BYTES = 160 };

// --- contacts
static size_t contact_id_kind(const struct compiler *compiler)
{
    return catalog_identifier_find(compiler->ruleset->catalog, BYTES_LITERAL("contact_id"));
}

static void report_kind(struct compiler *compiler, const struct yaml_node *key)
{
    const struct catalog *catalog = compiler->ruleset->catalog;
    const char *known[IDENTIFIER_KINDS_MAX];
    struct arena arena = {0};
    size_t count = catalog_identifier_count(catalog);
    for (size_t i = 0; i < count; i++)
        known[i] = arena_text(&arena, catalog_identifier(catalog, i));
    struct unknown_word unknown = {"kind of identifier", yaml_text(key), known, count};
    diagnostic_add_unknown(compiler->list, DIAGNOSTIC_E0203, yaml_place(key), &unknown);
    arena_free(&arena);
}

static bool read_identifier(
    struct compiler *compiler,
    const struct yaml_node *node,
    size_t kind,
    struct test_identifier *out)
{
    struct bytes text;
    if (!yaml_to_text(node, "an identifier", compiler->list, &text))
        return false;
    if (text.len == 0) {
        diagnostic_add(
            compiler->list, DIAGNOSTIC_E0410, yaml_place(node), "an identifier is empty");
        return false;
    }
    *out = (struct test_identifier){(uint32_t)kind, compile_copy(compiler, text)};
    return true;
}

static bool read_contact_id(
    struct compiler *compiler, const struct yaml_node *node, struct test_contact *out)
{
    size_t kind = contact_id_kind(compiler);
    struct test_identifier *identifier =
        arena_alloc(&compiler->ruleset->arena, sizeof(*identifier));
    if (kind == IDENTIFIER_KINDS_MAX) {
        diagnostic_add(
            compiler->list, DIAGNOSTIC_E0202, yaml_place(node),
            "contacts have no contact_id here: 'contact' must be a mapping of identifiers");
        return false;
    }
    if (!read_identifier(compiler, node, kind, identifier))
        return false;
    *out = (struct test_contact){identifier, 1};
    return true;
}

// Strongest first, as the decoder has them. There are no two of a kind.
static void sort_identifiers(struct test_identifier *identifiers, uint32_t count)
{
    for (uint32_t i = 1; i < count; i++) {
        struct test_identifier moved = identifiers[i];
        uint32_t at = i;
        for (; at > 0 && identifiers[at - 1].kind > moved.kind; at--)
            identifiers[at] = identifiers[at - 1];
        identifiers[at] = moved;
    }
}

bool compile_test_contact(
    struct compiler *compiler, const struct yaml_node *node, struct test_contact *out)
{
    if (node->kind == YAML_KIND_SCALAR && !yaml_is_null(node))
        return read_contact_id(compiler, node, out);
    if (!yaml_expect(node, YAML_KIND_MAPPING, "'contact'", compiler->list))
        return false;
    if (node->count == 0) {
        diagnostic_add(
            compiler->list, DIAGNOSTIC_E0410, yaml_place(node), "'contact' needs an identifier");
        return false;
    }
    struct test_identifier *identifiers =
        arena_alloc(&compiler->ruleset->arena, node->count * sizeof(*identifiers));
    uint32_t count = 0;
    for (struct yaml_entry entry = yaml_first_entry(node); entry.key != NULL;
         entry = yaml_next_entry(entry)) {
        size_t kind = catalog_identifier_find(compiler->ruleset->catalog, yaml_text(entry.key));
        if (kind == IDENTIFIER_KINDS_MAX)
            report_kind(compiler, entry.key);
        else if (read_identifier(compiler, entry.value, kind, &identifiers[count]))
            count++;
    }
    sort_identifiers(identifiers, count);
    *out = (struct test_contact){identifiers, count};
    return count == node->count;
}

// An identifier of a contact, as a part of its test.
static struct part part_of(const struct test_work *work, const struct test_identifier *identifier)
{
    return (struct part){
        PART_CONTACT, (uint64_t)work->compiler->ruleset->test_count << 8 | identifier->kind,
        identifier->value};
}

_Static_assert(IDENTIFIER_KINDS_MAX < 1 << 8, "a kind has its bits");

static void add_contacts(struct test_work *work)
{
    for (uint32_t i = 0; i < work->contact_count; i++) {
        for (uint32_t j = 0; j < work->contacts[i].count; j++) {
            const struct part part = part_of(work, &work->contacts[i].identifiers[j]);
            parts_add(work->compiler, &part, i);
        }
    }
    work->knows_contacts = true;
}

bool test_has_contact(struct test_work *work, const struct test_contact *contact)
{
    if (!work->knows_contacts)
        add_contacts(work);
    for (uint32_t i = 0; i < contact->count; i++) {
        const struct part part = part_of(work, &contact->identifiers[i]);
        if (parts_find(work->compiler, &part) != PART_NONE)
            return true;
    }
    return false;
}

// --- what is known of the contact before
bool compile_test_field(
    struct compiler *compiler, const struct yaml_entry *entry, struct test_value *out)
{
    const struct symbol *symbol =
        test_symbol_find(compiler, SYMBOL_FIELD, DIAGNOSTIC_E0203, entry->key);
    if (symbol == NULL)
        return false;
    const struct field_def *field = &compiler->ruleset->fields[symbol->index];
    char what[WHAT_BYTES];
    (void)snprintf(what, sizeof(what), "'%s'", (const char *)field->name.data);
    *out = (struct test_value){field->name, {.kind = VALUE_NULL}};
    if (yaml_is_null(entry->value))
        return true;
    if (!literal_value(compiler, entry->value, what, field->type, &out->value))
        return false;
    const struct part part = {
        PART_VALUE, (uint64_t)(field - compiler->ruleset->fields), yaml_text(entry->value)};
    if (field->one_of_count == 0 || parts_find(compiler, &part) != PART_NONE)
        return true;
    const char *words[SYMBOLS_NAMED_MAX];
    uint32_t count = diagnostics_is_full(compiler->list) ? 0 : field->one_of_count;
    if (count > SYMBOLS_NAMED_MAX)
        count = SYMBOLS_NAMED_MAX;
    for (uint32_t i = 0; i < count; i++)
        words[i] = (const char *)field->one_of[i].data;
    size_t unused = 0;
    struct yaml_words one_of = {what, words, count};
    (void)yaml_to_word(entry->value, &one_of, compiler->list, &unused);
    return false;
}

void compile_test_names(
    struct compiler *compiler,
    const struct yaml_node *node,
    enum symbol_kind kind,
    struct test_names *out)
{
    const char *what = kind == SYMBOL_LIST ? "'lists'" : "'tags'";
    if (node == NULL || !yaml_expect(node, YAML_KIND_SEQUENCE, what, compiler->list))
        return;
    struct bytes *names = arena_alloc(&compiler->ruleset->arena, node->count * sizeof(*names) + 1);
    uint32_t count = 0;
    for (const struct yaml_node *item = yaml_first(node); item != NULL; item = yaml_next(item)) {
        struct bytes text;
        if (!yaml_to_text(item, "a name", compiler->list, &text))
            continue;
        if (kind == SYMBOL_LIST && compiler->has_lists &&
            symbols_find(&compiler->symbols[SYMBOL_LIST], text) == NULL)
            compile_unknown(compiler, SYMBOL_LIST, DIAGNOSTIC_E0208, item);
        else if (compile_name_form(
                     compiler, item, NAME_FORM_TAG, kind == SYMBOL_LIST ? "a list" : "a tag"))
            names[count++] = compile_copy(compiler, text);
    }
    *out = (struct test_names){names, count, true};
}

static const char *const given_keys[] = {"created", "tags",  "lists",  "stage",
                                         "zone",    "owner", "consent"};
enum { GIVEN_KEY_COUNT = sizeof(given_keys) / sizeof(given_keys[0]) };

static bool is_given_key(struct bytes word)
{
    for (size_t i = 0; i < GIVEN_KEY_COUNT; i++) {
        if (bytes_equal_text(word, given_keys[i]))
            return true;
    }
    return false;
}

// Neither an identifier, nor one of the keys above, nor a declared field.
static void report_given(struct compiler *compiler, const struct yaml_node *key)
{
    const struct catalog *catalog = compiler->ruleset->catalog;
    const char *known[GIVEN_KEY_COUNT + IDENTIFIER_KINDS_MAX + SYMBOLS_NAMED_MAX];
    struct arena arena = {0};
    size_t count = 0;
    size_t field_count = 0;
    const char *const *fields =
        symbols_names(&compiler->symbols[SYMBOL_FIELD], &compiler->scratch, &field_count);
    for (size_t i = 0; i < field_count; i++)
        known[count++] = fields[i];
    for (size_t i = 0; i < catalog_identifier_count(catalog); i++)
        known[count++] = arena_text(&arena, catalog_identifier(catalog, i));
    for (size_t i = 0; i < GIVEN_KEY_COUNT; i++)
        known[count++] = given_keys[i];
    struct unknown_word unknown = {"field of a contact", yaml_text(key), known, count};
    diagnostic_add_unknown(compiler->list, DIAGNOSTIC_E0203, yaml_place(key), &unknown);
    arena_free(&arena);
}

struct bytes compile_test_text(
    struct compiler *compiler, const struct yaml_node *node, const char *key)
{
    const struct yaml_node *value = yaml_get(node, key);
    char what[WHAT_BYTES];
    struct bytes text;
    (void)snprintf(what, sizeof(what), "'%s'", key);
    if (value == NULL || !yaml_to_text(value, what, compiler->list, &text))
        return BYTES_LITERAL("");
    return compile_copy(compiler, text);
}

struct bytes compile_test_zone(struct compiler *compiler, const struct yaml_node *node)
{
    int32_t ahead_s = 0;
    struct bytes zone = compile_test_text(compiler, node, "zone");
    if (zone.len > 0 && !local_zone_parse(zone, &ahead_s) && !zone_name_is_fit(zone))
        diagnostic_add(
            compiler->list, DIAGNOSTIC_E0213, yaml_place(yaml_get(node, "zone")),
            "'zone' must be a time zone such as Asia/Ho_Chi_Minh, UTC or +07:00");
    return zone;
}

static void read_consents(
    struct compiler *compiler, const struct yaml_node *node, struct test_values *out)
{
    static const char *const states[] = {"granted", "denied", "revoked"};
    static const struct yaml_words words = {
        "a consent", states, sizeof(states) / sizeof(states[0])};
    if (node == NULL || !yaml_expect(node, YAML_KIND_MAPPING, "'consent'", compiler->list))
        return;
    struct test_value *items =
        arena_alloc(&compiler->ruleset->arena, node->count * sizeof(*items) + 1);
    uint32_t count = 0;
    for (struct yaml_entry entry = yaml_first_entry(node); entry.key != NULL;
         entry = yaml_next_entry(entry)) {
        size_t word = 0;
        if (compile_name_form(compiler, entry.key, NAME_FORM_PLAIN, "a channel") &&
            yaml_to_word(entry.value, &words, compiler->list, &word))
            items[count++] = (struct test_value){
                compile_copy(compiler, yaml_text(entry.key)), value_text(bytes_text(states[word]))};
    }
    *out = (struct test_values){items, count};
}

// Identifiers and declared fields stand beside the other keys.
static void read_members(struct test_work *work, const struct yaml_node *node)
{
    struct compiler *compiler = work->compiler;
    struct rule_test *test = work->test;
    struct arena *arena = &compiler->ruleset->arena;
    struct test_identifier *identifiers =
        arena_alloc(arena, node->count * sizeof(*identifiers) + 1);
    struct test_value *fields = arena_alloc(arena, node->count * sizeof(*fields) + 1);
    uint32_t identifier_count = 0;
    for (struct yaml_entry entry = yaml_first_entry(node); entry.key != NULL;
         entry = yaml_next_entry(entry)) {
        struct bytes name = yaml_text(entry.key);
        size_t kind = catalog_identifier_find(compiler->ruleset->catalog, name);
        if (kind != IDENTIFIER_KINDS_MAX) {
            if (read_identifier(compiler, entry.value, kind, &identifiers[identifier_count]))
                identifier_count++;
        } else if (symbols_find(&compiler->symbols[SYMBOL_FIELD], name) != NULL) {
            if (compile_test_field(compiler, &entry, &fields[test->given.fields.count]))
                test->given.fields.count++;
        } else if (!is_given_key(name)) {
            report_given(compiler, entry.key);
        }
    }
    test->given.fields.items = fields;
    sort_identifiers(identifiers, identifier_count);
    if (identifier_count > 0)
        test->contact = (struct test_contact){identifiers, identifier_count};
}

static void read_given(struct test_work *work, const struct yaml_node *node)
{
    struct compiler *compiler = work->compiler;
    struct test_given *given = &work->test->given;
    int64_t start_ms = work->test->start_ms;
    const struct yaml_range range = {"'created'", TIME_MS_MIN, start_ms};
    const struct yaml_node *created = yaml_get(node, "created");
    given->is_known = true;
    read_members(work, node);
    if (created != NULL)
        (void)compile_test_time(compiler, created, &range, start_ms, &given->created_ms);
    compile_test_names(compiler, yaml_get(node, "tags"), SYMBOL_KIND_COUNT, &given->tags);
    compile_test_names(compiler, yaml_get(node, "lists"), SYMBOL_LIST, &given->lists);
    given->stage = compile_test_text(compiler, node, "stage");
    given->zone = compile_test_zone(compiler, node);
    given->owner = compile_test_text(compiler, node, "owner");
    read_consents(compiler, yaml_get(node, "consent"), &given->consents);
}

static struct test_contact default_contact(struct compiler *compiler)
{
    size_t kind = contact_id_kind(compiler);
    struct test_identifier *identifier =
        arena_alloc(&compiler->ruleset->arena, sizeof(*identifier));
    *identifier = (struct test_identifier){
        kind == IDENTIFIER_KINDS_MAX ? 0 : (uint32_t)kind, BYTES_LITERAL("c-1")};
    return (struct test_contact){identifier, 1};
}

void compile_test_given(struct test_work *work, const struct yaml_node *node)
{
    struct rule_test *test = work->test;
    const struct bytes none = BYTES_LITERAL("");
    test->contact = default_contact(work->compiler);
    test->given = (struct test_given){
        .created_ms = test->start_ms, .stage = none, .zone = none, .owner = none};
    if (node == NULL)
        return;
    if (node->kind == YAML_KIND_SCALAR && !yaml_is_null(node)) {
        test->given.is_known = true;
        (void)read_contact_id(work->compiler, node, &test->contact);
    } else if (yaml_expect(node, YAML_KIND_MAPPING, "'contact'", work->compiler->list)) {
        read_given(work, node);
    }
}
