// Any bytes as YAML: a tree or diagnostics, never a crash; every way to print and read goes along.
#include <stddef.h>
#include <stdint.h>

#include "config/yaml_tree.h"
#include "engine/base/invariant.h"
#include "engine/base/text.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

// Reads each node in every way; recursion is as deep as the tree, which is limited.
static size_t walk(const struct yaml_node *node, struct diagnostics *list, unsigned depth)
{
    static const char *const words[] = {"always", "never"};
    struct yaml_range range = {"it", -1000, 1000};
    struct yaml_range span = {"it", 0, 1000};
    struct bytes text;
    int64_t number;
    bool is_true;
    size_t word;
    size_t nodes = 1;
    INVARIANT(depth <= YAML_DEPTH_MAX);
    struct place place = yaml_place(node);
    INVARIANT(place.line > 0 && place.column > 0 && place.length > 0);
    (void)yaml_to_text(node, "it", list, &text);
    (void)yaml_to_bool(node, "it", list, &is_true);
    (void)yaml_to_int(node, &range, list, &number);
    (void)yaml_to_milli(node, &range, list, &number);
    (void)yaml_to_duration(node, &span, list, &number);
    (void)yaml_to_word(node, &(struct yaml_words){"it", words, 2}, list, &word);
    for (const struct yaml_node *item = yaml_first(node); item != NULL; item = yaml_next(item))
        nodes += walk(item, list, depth + 1);
    for (struct yaml_entry entry = yaml_first_entry(node); entry.key != NULL;
         entry = yaml_next_entry(entry)) {
        INVARIANT(text_is_utf8(yaml_text(entry.key)));
        nodes += walk(entry.key, list, depth + 1);
        nodes += walk(entry.value, list, depth + 1);
    }
    return nodes;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
    struct arena arena = {0};
    struct diagnostics list = {0};
    struct buffer out = {0};
    const struct yaml_node *root = yaml_tree_parse(&arena, "f.yaml", bytes_of(data, len), &list);
    INVARIANT(root != NULL || list.error_count > 0);
    if (root != NULL)
        (void)walk(root, &list, 0);
    diagnostics_print(&list, DIAGNOSTIC_FORMAT_COLOUR, &out);
    diagnostics_print(&list, DIAGNOSTIC_FORMAT_JSON, &out);
    INVARIANT(text_is_utf8(buffer_bytes(&out)));
    diagnostics_print(&list, DIAGNOSTIC_FORMAT_GITHUB, &out);
    buffer_free(&out);
    diagnostics_free(&list);
    arena_free(&arena);
    return 0;
}
