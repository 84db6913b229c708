// Fills the configuration from a tree, row by row of the schema.
#include <stdlib.h>

#include "config/check.h"
#include "config/config.h"
#include "config/expand.h"
#include "config/kafka_properties.h"
#include "config/loader.h"
#include "config/schema.h"
#include "config/secret_lines.h"
#include "config/yaml_tree.h"
#include "engine/base/invariant.h"
#include "engine/base/memory.h"
#include "engine/base/text.h"

enum { LIST_ENTRIES_MAX = 1000 };

// Enums are stored by their index.
_Static_assert(sizeof(enum config_clock) == sizeof(uint32_t), "enums have the size of uint32_t");

static void *field_of(struct loader *loader, const struct config_row *row)
{
    return (uint8_t *)&loader->config->config + row->offset;
}

static void store_number(struct loader *loader, const struct config_row *row, int64_t number)
{
    uint32_t narrow = (uint32_t)number;
    bool is_true = number != 0;
    switch (row->type) {
    case CONFIG_BOOL: memcpy(field_of(loader, row), &is_true, sizeof(is_true)); break;
    case CONFIG_U32:
    case CONFIG_WORD: memcpy(field_of(loader, row), &narrow, sizeof(narrow)); break;
    case CONFIG_U64:
    case CONFIG_DURATION: memcpy(field_of(loader, row), &number, sizeof(number)); break;
    case CONFIG_TEXT:
    case CONFIG_PATH:
    case CONFIG_PATHS:
    case CONFIG_PROPERTIES: INVARIANT(!"a number"); break;
    }
}

static void store_text(struct loader *loader, const struct config_row *row, const char *text)
{
    memcpy(field_of(loader, row), &text, sizeof(text));
}

// The path as the program uses it: relative ones start at the directory of the file.
static const char *resolve(struct loader *loader, const char *path)
{
    if (path[0] == '/' || loader->directory.len == 0)
        return path;
    struct buffer joined = {0};
    buffer_add_bytes(&joined, loader->directory);
    buffer_add_text(&joined, path);
    const char *resolved = arena_text(&loader->config->arena, buffer_bytes(&joined));
    buffer_free(&joined);
    return resolved;
}

// A text within the row's length that C can hold; NULL when reported.
static const char *read_text(
    struct loader *loader, const struct config_row *row, const struct yaml_node *node)
{
    struct yaml_single room;
    const struct yaml_node *expanded = expand_scalar(&loader->expand, node, &room);
    struct bytes text;
    bool is_path = row->type == CONFIG_PATH || row->type == CONFIG_PATHS;
    if (expanded == NULL || !yaml_to_text(expanded, loader->what, loader->list, &text))
        return NULL;
    bool has_nul = memchr(text.data, '\0', text.len) != NULL;
    if (has_nul || (int64_t)text.len > row->max) {
        diagnostic_add(
            loader->list, is_path ? DIAGNOSTIC_C0008 : DIAGNOSTIC_E0406, yaml_place(node), "%s %s",
            loader->what, has_nul ? "holds a NUL character" : "is too long");
        return NULL;
    }
    if ((int64_t)text.len < row->min) {
        diagnostic_add(
            loader->list, is_path ? DIAGNOSTIC_C0008 : DIAGNOSTIC_E0410, yaml_place(node),
            "%s must not be empty", loader->what);
        return NULL;
    }
    return arena_text(&loader->config->arena, text);
}

static void read_number(
    struct loader *loader, const struct config_row *row, const struct yaml_node *node)
{
    struct yaml_single room;
    const struct yaml_node *expanded = expand_scalar(&loader->expand, node, &room);
    struct yaml_range range = {loader->what, row->min, row->max};
    struct yaml_words words = {loader->what, row->words, 0};
    int64_t number = 0;
    bool is_true = false;
    size_t word = 0;
    bool is_good = false;
    if (expanded == NULL)
        return;
    if (row->type == CONFIG_BOOL) {
        is_good = yaml_to_bool(expanded, loader->what, loader->list, &is_true);
        number = is_true;
    } else if (row->type == CONFIG_WORD) {
        words.count = config_row_word_count(row);
        is_good = yaml_to_word(expanded, &words, loader->list, &word);
        number = (int64_t)word;
    } else if (row->type == CONFIG_DURATION) {
        is_good = yaml_to_duration(expanded, &range, loader->list, &number);
    } else {
        is_good = yaml_to_int(expanded, &range, loader->list, &number);
    }
    if (is_good)
        store_number(loader, row, number);
}

static bool is_list_of_fit_size(struct loader *loader, const struct yaml_node *node)
{
    if (node->count <= LIST_ENTRIES_MAX)
        return true;
    diagnostic_add(
        loader->list, DIAGNOSTIC_E0407, yaml_place(node),
        "%s has %u entries, at most %d are allowed", loader->what, node->count, LIST_ENTRIES_MAX);
    return false;
}

static void read_paths(
    struct loader *loader, const struct config_row *row, const struct yaml_node *node)
{
    if (!yaml_expect(node, YAML_KIND_SEQUENCE, loader->what, loader->list) ||
        !is_list_of_fit_size(loader, node))
        return;
    const char **items = arena_alloc(&loader->config->arena, node->count * sizeof(*items));
    struct config_texts paths = {.items = items};
    for (const struct yaml_node *item = yaml_first(node); item != NULL; item = yaml_next(item)) {
        const char *path = read_text(loader, row, item);
        if (path != NULL)
            items[paths.count++] = strcmp(path, "-") == 0 ? path : resolve(loader, path);
    }
    memcpy(field_of(loader, row), &paths, sizeof(paths));
}

// Whether librdkafka may be given this; reports it otherwise.
static bool is_property_allowed(
    struct loader *loader, const struct yaml_entry *entry, struct bytes value)
{
    struct bytes name = yaml_text(entry->key);
    int len = text_shown_len(name, 100);
    const struct kafka_refusal *refusal = kafka_refusal_of(name);
    if (refusal != NULL) {
        diagnostic_add(
            loader->list, refusal->code, yaml_place(entry->key),
            "the property '%.*s' is refused: %s", len, (const char *)name.data, refusal->reason);
        return false;
    }
    const char *reason = kafka_value_refusal(name, value);
    if (reason != NULL) {
        diagnostic_add(
            loader->list, DIAGNOSTIC_C0003, yaml_place(entry->value),
            "the value of '%.*s' is refused: %s", len, (const char *)name.data, reason);
        return false;
    }
    return true;
}

static void read_properties(
    struct loader *loader, const struct config_row *row, const struct yaml_node *node)
{
    if (!yaml_expect(node, YAML_KIND_MAPPING, loader->what, loader->list) ||
        !is_list_of_fit_size(loader, node))
        return;
    struct config_property *items =
        arena_alloc(&loader->config->arena, node->count * sizeof(*items));
    struct config_properties properties = {.items = items};
    for (struct yaml_entry entry = yaml_first_entry(node); entry.key != NULL;
         entry = yaml_next_entry(entry)) {
        const char *value = read_text(loader, row, entry.value);
        if (value != NULL && is_property_allowed(loader, &entry, bytes_text(value)))
            items[properties.count++] = (struct config_property){
                .name = arena_text(&loader->config->arena, yaml_text(entry.key)), .value = value};
    }
    memcpy(field_of(loader, row), &properties, sizeof(properties));
}

static void read_row(
    struct loader *loader, const struct config_row *row, const struct yaml_node *node)
{
    const char *text = NULL;
    switch (row->type) {
    case CONFIG_BOOL:
    case CONFIG_U32:
    case CONFIG_U64:
    case CONFIG_DURATION:
    case CONFIG_WORD: read_number(loader, row, node); return;
    case CONFIG_PATHS: read_paths(loader, row, node); return;
    case CONFIG_PROPERTIES: read_properties(loader, row, node); return;
    case CONFIG_TEXT: text = read_text(loader, row, node); break;
    case CONFIG_PATH: text = read_text(loader, row, node); break;
    }
    if (text != NULL)
        store_text(loader, row, row->type == CONFIG_PATH ? resolve(loader, text) : text);
}

// Whether path is prefix itself, or lies in the mapping that prefix names.
static bool is_within(const char *path, struct bytes prefix)
{
    if (prefix.len == 0)
        return true;
    return strncmp(path, (const char *)prefix.data, prefix.len) == 0 && path[prefix.len] == '.';
}

static void report_unknown(struct loader *loader, const struct yaml_node *key, struct bytes prefix)
{
    const char *names[CONFIG_ROWS_MAX];
    size_t count = 0;
    // Beyond what is kept they are only counted: no names are looked for then.
    size_t row_count = loader->list->count < DIAGNOSTICS_MAX ? loader->row_count : 0;
    size_t skipped = prefix.len == 0 ? 0 : prefix.len + 1;
    for (size_t i = 0; i < row_count; i++) {
        if (!is_within(loader->rows[i].path, prefix))
            continue;
        const char *name = loader->rows[i].path + skipped;
        size_t len = strcspn(name, ".");
        bool is_new = count == 0 || strlen(names[count - 1]) != len ||
                      strncmp(names[count - 1], name, len) != 0;
        if (is_new)
            names[count++] = arena_text(&loader->scratch, bytes_of(name, len));
    }
    struct buffer what = {0};
    buffer_add_text(&what, "key");
    if (prefix.len > 0)
        buffer_add_format(&what, " of '%.*s'", (int)prefix.len, (const char *)prefix.data);
    buffer_add_u8(&what, 0);
    diagnostic_add_unknown(
        loader->list, DIAGNOSTIC_E0201, yaml_place(key),
        &(struct unknown_word){(const char *)what.data, yaml_text(key), names, count});
    buffer_free(&what);
}

static void read_mapping(struct loader *loader, const struct yaml_node *node, struct bytes prefix);

// One key of a mapping: a row, a mapping of rows, or unknown.
static void read_entry(struct loader *loader, const struct yaml_entry *entry, struct bytes prefix)
{
    struct buffer path = {0};
    if (prefix.len > 0) {
        buffer_add_bytes(&path, prefix);
        buffer_add_u8(&path, '.');
    }
    struct bytes name = yaml_text(entry->key);
    buffer_add_bytes(&path, name);
    bool has_dot = name.len > 0 && memchr(name.data, '.', name.len) != NULL;

    size_t i = 0;
    while (i < loader->row_count && !bytes_equal_text(buffer_bytes(&path), loader->rows[i].path) &&
           !is_within(loader->rows[i].path, buffer_bytes(&path)))
        i++;
    if (i == loader->row_count || has_dot || name.len == 0) {
        report_unknown(loader, entry->key, prefix);
        buffer_free(&path);
        return;
    }
    const char *text = arena_text(&loader->scratch, buffer_bytes(&path));
    struct bytes full = bytes_text(text);
    buffer_free(&path);
    loader_set_what(loader, text);
    if (is_within(loader->rows[i].path, full)) {
        if (yaml_expect(entry->value, YAML_KIND_MAPPING, loader->what, loader->list))
            read_mapping(loader, entry->value, full);
        return;
    }
    loader->nodes[i] = entry->value;
    read_row(loader, &loader->rows[i], entry->value);
}

// As deep as the table's paths have parts: keys with dots are unknown.
static void read_mapping(struct loader *loader, const struct yaml_node *node, struct bytes prefix)
{
    for (struct yaml_entry entry = yaml_first_entry(node); entry.key != NULL;
         entry = yaml_next_entry(entry))
        read_entry(loader, &entry, prefix);
}

static void set_defaults(struct loader *loader)
{
    for (size_t i = 0; i < loader->row_count; i++) {
        const struct config_row *row = &loader->rows[i];
        bool is_text = row->type == CONFIG_TEXT || row->type == CONFIG_PATH;
        if (is_text && row->text_default != NULL)
            store_text(loader, row, row->text_default);
        else if (!is_text && row->type != CONFIG_PATHS && row->type != CONFIG_PROPERTIES)
            store_number(loader, row, row->number_default);
    }
}

static void load(struct loader *loader, struct bytes text)
{
    const struct yaml_node *root =
        yaml_tree_parse(&loader->scratch, loader->file, text, loader->list);
    set_defaults(loader);
    if (root == NULL)
        return;
    loader->root = root;
    loader_set_what(loader, "the file");
    if (!yaml_expect(root, YAML_KIND_MAPPING, "the file", loader->list))
        return;
    read_mapping(loader, root, bytes_of(NULL, 0));
    config_check(loader);
}

enum err config_load(
    const char *file,
    struct bytes text,
    const struct config_environment *environment,
    struct diagnostics *list,
    struct config **out)
{
    struct loader *loader = mem_zero(1, sizeof(*loader));
    size_t errors_before = list->error_count;
    const char *slash = strrchr(file, '/');
    loader->config = mem_zero(1, sizeof(*loader->config));
    loader->list = list;
    loader->file = file;
    loader->directory = bytes_of(file, slash == NULL ? 0 : (size_t)(slash - file) + 1);
    loader->expand = (struct expand_context){environment, &loader->scratch, list};
    loader->rows = config_rows(&loader->row_count);
    INVARIANT(loader->row_count <= CONFIG_ROWS_MAX);

    load(loader, text);
    secret_lines_hide(text, list);

    enum err err = list->error_count == errors_before ? ERR_OK : ERR_INVALID;
    if (err == ERR_OK)
        *out = &loader->config->config;
    else
        config_destroy(&loader->config->config);
    arena_free(&loader->scratch);
    free(loader);
    return err;
}

void config_destroy(struct config *config)
{
    if (config == NULL)
        return;
    struct config_owner *owner = (struct config_owner *)(void *)config; // its first member
    arena_free(&owner->arena);
    free(owner);
}
